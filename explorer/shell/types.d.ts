/* What the page's modules hand to each other and what the server answers, for the type checker and for whoever reads: nothing of it is
 * sent to a browser. A module names a type in its JSDoc: @import { Info } from './types'. */

/** A code: layers × width numbers, one after another. */
export type Code = Float32Array;

/** Where a code comes from. */
export type Origin =
  | { kind: 'point'; index: number; label?: number | null }
  | { kind: 'place'; projection: string; x: number; y: number; approximate?: boolean; ratio?: number }
  | { kind: 'seed' | 'sample'; seed: number; psi?: number }
  | { kind: 'codes'; seed: number | null }
  | { kind: 'walk'; t: number }
  | { kind: 'styles'; row: number; column: number }
  | { kind: 'lasso'; n: number }
  | { kind: 'drawn'; by: string; seed: number }
  | { kind: 'truncated' | 'untruncated' | 'exaggerated' | 'opposed' | 'levels' | 'stages' | 'earlier' | 'link' }
  | { kind: 'sliders' | 'arithmetic' | 'image' | 'images' | 'direction' | 'found' };

/** A slice of the code with a meaning of its own (training/model.py, Code). */
export interface CodeSlice {
  name: string;
  start: number;
  size: number;
  kind: 'continuous' | 'categorical';
  low: number;
  high: number;
}

/** What a model can do (training/model.py, LatentSpec). */
export interface Spec {
  shape: number[];
  z_dim: number;
  w_dim: number;
  num_layers: number;
  num_classes: number;
  codes: CodeSlice[];
  encodes: boolean;
  stochastic: boolean;
  reads: boolean;
  levels: number[];
  noise: number[];
  pixel_noise: boolean;
  palette: number;
  prior: 'normal' | 'uniform' | 'fitted' | 'mapped';
}

/** One of the strongest directions of a run's codes; label, low and high: what it was measured to change. */
export interface Direction {
  vector: Float32Array;
  sigma: number;
  share: number;
  label: string;
  effect: number;
  low: string | null;
  high: string | null;
}

/** What held-out images a run can be shown with, and how their sprite sheets are laid out. */
export interface Dataset {
  name: string;
  title: string;
  classes: string[];
  attributes: [string, string[]][];
  attribution: string;
  n: number;
  tile: [number, number];
  columns: number;
  per_sheet: number;
  sheets: number;
  channels: number;
}

/** The answer of GET run/<name> (explorer/routes.py, describe), its texts decoded. */
export interface Info {
  card: any;
  paper: string;
  equation: string;
  summary: string;
  family_title: string;
  spec: Spec;
  views: string[];
  mean: Float32Array;
  scale: number;
  directions: Direction[];
  points: number;
  projections: string[];
  umap: { n_neighbors: number } | null;
  dataset: Dataset | null;
  other_images: boolean;
  default: { w: Code; origin: Origin };
}

/** A row of GET runs (explorer/routes.py, list_runs). */
export interface Run {
  name: string;
  title: string;
  family: string;
  family_title: string;
  dataset: string;
  dataset_title: string;
  shape: number[];
  w_dim: number;
  num_layers: number;
  encodes: boolean;
  stochastic: boolean;
  num_classes: number;
  levels: number[];
  headline: { name: string; value: number | string | null; unit: string } | null;
  attributes: number;
  changed: number | null;
  images_seen: number;
  finished: boolean;
  parameters: number;
  views: string[];
}

/** A code as a keyframe of Walk. */
export interface Keyframe {
  w: Code;
  origin: Origin;
}

/** lx.state. */
export interface State {
  run: string | null;
  view: string;
  w: Code | null;
  /** of any kind, since a link may say what it likes */
  origin: any;
  info: Info | null;
  /** the class that conditions the run, null where it has none */
  label: number | null;
  lang: string;
  theme: string;
  runs: Run[] | null;
  /** the run that the server would open first */
  first?: string;
  problems: Record<string, string>;
  keys: Keyframe[];
  /** what views keep in the link, by their names in it */
  kept: Record<string, string>;
  noise: { strengths: number[]; seed?: number } | null;
}

/** What Gradio hands to a component. */
export interface Mounted {
  element: any;
  trigger: (event: string) => void;
  /** the component's functions on the server */
  server: Record<string, (value: any) => Promise<any>> | null;
}

/** A direction that a person saved. */
export interface OwnDirection {
  name: string;
  vector: Float32Array;
  exemplars?: { a: string[]; b: string[] };
  /** of a file: made with another network */
  other?: boolean;
}

/** What is told of a code by where it lies among real images; `ratio`: how far it is from the nearest, in their own distances. */
export interface Neighbours {
  w: Code;
  indices: number[];
  distances: number[];
  labels?: (number | null)[];
  ratio?: number;
  /** the share of real images that are nearer to their own nearest */
  beyond?: number;
}

/** A fit of a map under way, and its end. */
export interface Fitting {
  run: string;
  share: number | null;
  ahead?: number;
}
export interface Fitted {
  run: string;
  weights: string;
  key: string;
  kept: boolean;
  xy: string;
}

/** What lx.on(event, fn) hands to fn. */
export interface Events {
  run: [info: Info];
  code: [w: Code, origin: any];
  view: [name: string];
  lang: [lang: string];
  theme: [theme: string];
  keys: [keys: Keyframe[]];
  runs: [runs: Run[], problems: Record<string, string>];
  noise: [noise: State['noise']];
  restore: [what: { first: boolean; run: boolean }];
  history: [can: { undo: boolean; redo: boolean }];
}

/** The body of a request to render or code: `op` says what is asked for, all else is the operation's own (explorer/render.py). */
export interface Asked {
  op: string;
  run?: string;
  label?: number;
  [more: string]: any;
}
