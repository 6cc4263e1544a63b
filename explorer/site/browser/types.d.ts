/* What the modules hand to each other that answer in the browser, for the type checker. */

import type { RunAnswer, Spec } from '../../shell/answers';

/** Images, row by row, channels last: what a picture on the page is made of. */
export interface Pixels {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array;
}

/** What networks take and give: n of them, (n, …) numbers, one after another. */
export interface Batch {
  n: number;
  data: Float32Array;
}

/** ONNX Runtime Web, as far as it is used here. */
export interface OrtTensor {
  data: Float32Array;
  dims: readonly number[];
}
/** What a network is given and tells, by names. Whole numbers, an array of them, are sent as int64. */
export type Given = Record<string, { data: Float32Array | number[]; dims: number[] }>;
export type Told = Record<string, { data: Float32Array<ArrayBuffer>; dims: number[] }>;
export interface OrtSession {
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
}
export interface Ort {
  env: {
    wasm: { numThreads: number; wasmBinary?: ArrayBuffer; wasmPaths?: { mjs: string; wasm?: string }; proxy: boolean };
    logLevel: string;
  };
  Tensor: new (type: 'float32' | 'int64', data: Float32Array | BigInt64Array, dims: number[]) => OrtTensor;
  InferenceSession: { create(model: Uint8Array, options: Record<string, unknown>): Promise<OrtSession> };
}

/** data/model/RUN/model.json (explorer/site/). Texts are base64: of float32, but where another type is named. */
export interface ModelTold {
  nets: Record<string, { file: string; inputs: string[]; outputs: string[] }>;
  drawn: { kind: 'normal' | 'uniform'; width: number };
  mapped: boolean;
  average: string | null;
  apart: number[] | null;
  plane: { mean: string; vectors: string } | null;
  near: 'exact' | 'alike' | 'rounded' | null;
  /** codes of some held-out images, by their numbers */
  points: Record<number, string>;
  whole: Whole | null;
  spread: string | null;
  errors: string | null;
  noise?: { side: number; seed: number; level: number }[];
  reader: { fields: FieldTold[]; middle: number[]; spread: number[]; judge: string | null };
}
/** Where exact pixels of a data set are, and how they are laid out, where the small files have none; known: images that the page opens on,
 * exactly. */
export interface Whole {
  folder: 'exact' | 'sheet';
  columns: number;
  per_sheet: number;
  known: Record<string, string>;
}
/** data/run/RUN.json: what the server answers, and the picture that the page begins with. */
export interface RunTold extends RunAnswer {
  picture: string;
}
export interface FieldTold {
  name: string;
  categories: string[];
  measured: boolean;
}

/** data/known/RUN.packed: answers that were worked out beforehand, by their questions; and galleries by "gallery …". */
export type Known = Record<string, any>;
export interface GalleryTold {
  refs: string[];
  fields: FieldTold[];
  /** base64 of uint8 (n, K): 1 where an image is sure to show a category */
  sure: string;
  start: { a: string[]; b: string[]; c: string[]; field: string | null };
}

export type { Spec };
