/* What explorer/server/scripts.py makes of Python's constants. */
export const words: Record<string, Record<string, string>>;
export const views: { name: string; inspector: boolean }[];
export const plotly: string;
