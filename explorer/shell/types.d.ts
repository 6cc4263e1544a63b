/* What the page's modules hand to each other, for the type checker and for whoever reads: nothing of it is sent to a browser. A module
 * names a type in its JSDoc: @import { Info } from './types'. What the server answers stands in answers.d.ts; here it is as the page has
 * it, its texts decoded. */

import type {
  CodeAsks,
  DirectionTold,
  Draws,
  Films,
  Gets,
  Jobs,
  MicroscopeAsks,
  NeighboursAnswer,
  Posts,
  RunAnswer,
  RunRow,
  Slider,
} from './answers';

export type { CodeSlice, Spec } from './answers';
export type { DatasetTold as Dataset, RunRow as Run } from './answers';

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
  | { kind: 'truncated' | 'untruncated' | 'exaggerated' | 'opposed' | 'levels' | 'stages' | 'earlier' | 'link' | 'file' }
  | { kind: 'sliders' | 'arithmetic' | 'image' | 'images' | 'direction' | 'found' };

/** One of the strongest directions of a run's codes. */
export type Direction = Omit<Slider, 'vector'> & { vector: Float32Array };

/** What is answered of a run, its texts decoded. */
export interface Info extends Omit<RunAnswer, 'mean' | 'directions' | 'default'> {
  mean: Float32Array;
  directions: Direction[];
  default: { w: Code; origin: Origin };
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
  runs: RunRow[] | null;
  /** the run that the server would open first */
  first: string | null;
  /** the run that shows most of a view, by view, where one does */
  firsts: Record<string, string>;
  /** whether whoever has this page may train, delete and name runs */
  training: boolean;
  /** the run that is being opened */
  opening: string | null;
  /** the view that the page itself chose the run for */
  shows: string | null;
  /** the runs whose pictures a view shows beside the open run, or without it */
  showing: { view: string; runs: string[] } | null;
  problems: Record<string, string>;
  keys: Keyframe[];
  /** what views keep in the link, by their names in it */
  kept: Record<string, string>;
  noise: { strengths: number[]; seed?: number } | null;
}

/** lx.state while a run is open, as it is whenever "run" or "code" is told. */
export type Opened = State & { run: string; info: Info; w: Code };

/** A direction that was found or measured. */
export type Found = Omit<DirectionTold, 'vector'> & { vector: Float32Array; among: Described[] };

/** What words are made of for a direction, `among` others; without a `statistic` it is still being measured. */
export type Described = { name?: string | string[] | null; among?: Described[] } & Partial<
  Pick<DirectionTold, 'main' | 'side' | 'statistic' | 'accuracy'>
>;

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

/** What is told of a code by where it lies among real images. */
export type Neighbours = NeighboursAnswer & { w: Code };

/** A fit of a map under way. */
export interface Fitting {
  run: string;
  share: number | null;
  ahead?: number;
}

/** What lx.on(event, fn) hands to fn. */
export interface Events {
  run: [info: Info];
  code: [w: Code, origin: any];
  view: [name: string];
  lang: [lang: string];
  theme: [theme: string];
  keys: [keys: Keyframe[]];
  runs: [runs: RunRow[], problems: Record<string, string>];
  noise: [noise: State['noise']];
  restore: [what: { first: boolean; run: boolean }];
  opening: [run: string | null];
  showing: [what: State['showing']];
  history: [can: { undo: boolean; redo: boolean }];
}

/** A request's body without the run that it is asked of, the current one where none is named. */
type Of<Body> = Body extends { run: string } ? Omit<Body, 'run'> & { run?: string } : Body;
/** An answer with its code as numbers. */
type Decoded<Answer> = Answer extends { w: string } ? Omit<Answer, 'w'> & { w: Code } : Answer;

/** The body of a request to render: `op` says what is to be drawn (answers.d.ts, Draws). */
export type Asked = Of<Draws[keyof Draws]>;

/** A film, but for its length and format. */
export type Filmed = Of<Films[keyof Films]>;

/** The body of a question with an `op`, and what it is answered with. */
export type CodeAsked<Op extends keyof CodeAsks> = Of<CodeAsks[Op]['asked']> & { op: Op };
export type CodeAnswer<Op extends keyof CodeAsks> = Decoded<CodeAsks[Op]['answer']>;
export type MicroscopeAsked<Op extends keyof MicroscopeAsks> = Of<MicroscopeAsks[Op]['asked']> & { op: Op };
export type MicroscopeAnswer<Op extends keyof MicroscopeAsks> = MicroscopeAsks[Op]['answer'];
export type AskMicroscope = <Op extends keyof MicroscopeAsks>(body: MicroscopeAsked<Op>) => Promise<MicroscopeAnswer<Op>>;

/** A call of Train's on the server: what it was asked for. Throws Error(sentence) where it could not be done. */
export type AskJob = <Name extends keyof Jobs>(name: Name, asked: Jobs[Name]['asked']) => Promise<Jobs[Name]['answer']>;

/** lx.api: GET without a body, POST with one. */
export interface Api {
  <Op extends keyof CodeAsks>(
    path: 'code',
    body: CodeAsks[Op]['asked'] & { op: Op },
    signal?: AbortSignal,
  ): Promise<CodeAsks[Op]['answer']>;
  <Op extends keyof MicroscopeAsks>(
    path: 'microscope',
    body: MicroscopeAsks[Op]['asked'] & { op: Op },
    signal?: AbortSignal,
  ): Promise<MicroscopeAsks[Op]['answer']>;
  <Path extends keyof Posts>(path: Path, body: Posts[Path]['asked'], signal?: AbortSignal): Promise<Posts[Path]['answer']>;
  <Path extends keyof Gets>(path: Path, body?: undefined, signal?: AbortSignal): Promise<Gets[Path]>;
}
