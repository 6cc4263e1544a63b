/* What scripts outside of the modules put on the window. */
declare const Plotly: any;
interface Window {
  Plotly: any;
  /* the store's lx, which is typed there */
  lx: any;
  lxMount: {
    (name: string, found: import('../../../explorer/shell/types').Mounted): Promise<void>;
    found: Record<string, import('../../../explorer/shell/types').Mounted>;
  };
  lxFit: (neighbours: number, distance: number, metric: import('../../../explorer/shell/answers').AskFit['metric']) => Promise<void>;
  gradio_config?: { root?: string };
}

/* What modules tell each other beside the state (lx.on): components that come and go in the page. */
interface DocumentEventMap {
  'lx-runs': Event;
  'lx-drawer': Event;
  'lx-ratio': CustomEvent<import('../../../explorer/shell/answers').NeighboursAnswer | null>;
  'lx-neighbours': CustomEvent<import('../../../explorer/shell/types').Neighbours>;
  'lx-drawn': CustomEvent<{ canvas: HTMLCanvasElement; sent: number; timing: string | null }>;
  'lx-pace': Event;
  'lx-fitting': CustomEvent<import('../../../explorer/shell/types').Fitting | null>;
  'lx-fitted': CustomEvent<import('../../../explorer/shell/answers').FitDone>;
}
