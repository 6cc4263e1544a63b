/* Made of Python's requests and answers by `make answers` (tests/explorer/answers.py): change it there. Codes are base64. */

/** Mean and deviation of each number; of activities a histogram of how many are lit, with one edge more than counts; the mean share
that is lit, and the mean activity. */
export interface ActivityAnswer {
  mean: string;
  sigma: string;
  threshold: number | null;
  counts: number[];
  edges: number[];
  lit: number;
  activity: number;
}

/** A piece of a file, base64; `first`: where the file begins. */
export interface AddUpload {
  token: string;
  path: string;
  piece: string;
  first: boolean;
}

/** The inputs, what each unit makes of its own, and of a grey image. */
export interface AscentAnswer {
  ready: true;
  picture: string;
  tile: number[];
  values: number[];
  grey: number[];
}

/** What is usual of the run's codes: mean and standard deviation of each number, and of activities how many light up. */
export interface AskActivity {
  run: string;
  label?: number | null;
  op: 'activity';
}

/** The inputs that excite units most, found by gradient ascent. */
export interface AskAscent {
  run: string;
  label?: number | null;
  op: 'ascent';
  layer: number;
  units: number[];
}

/** Some images of a data set as an augmentation makes them. */
export interface AskAugmented {
  how: string;
  data: string;
  upload?: string | null;
  size?: number | null;
}

/** A linear decoder beside PCA: rows of its columns, of the same space in its principal axes, and of the exact components; angles. */
export interface AskColumns {
  run: string;
  label?: number | null;
  op: 'columns';
}

/** Reconstructions through the first 1 … K layers alone: after the image a tile for each, and their errors. */
export interface AskDepth {
  run: string;
  label?: number | null;
  w?: string | null;
  image?: HeldOutImage | Pixels | null;
  op: 'depth';
}

/** How much each number of a code tells of an image, on average. */
export interface AskDimensions {
  run: string;
  label?: number | null;
  op: 'kl';
}

/** Directions found after training, and what each was measured to change; while that is being worked out, how far it is. */
export interface AskDirections {
  run: string;
  label?: number | null;
  op: 'directions';
}

/** A row of images from codes drawn at random, and their codes: of a normal cloud, the model's own distribution, or a mixture. */
export interface AskDrawn {
  run: string;
  label?: number | null;
  op: 'drawn';
  by: 'normal' | 'own' | 'mixture';
  seed?: number;
}

/** An image's code and its reconstruction. `image`: base64 of a file, a held-out image, or pixels. */
export interface AskEncode {
  run: string;
  label?: number | null;
  op: 'encode';
  image: string | HeldOutImage | Pixels;
  invert?: boolean;
}

/** What the run's encoder has: its layers, whether its first one can be drawn, how many layers have a mirror in the decoder, whether the
decoder is linear and the code's numbers are activities. */
export interface AskFacts {
  run: string;
  label?: number | null;
  op: 'facts';
}

/** Units of the first layer as pictures of their weights, and of their mirrors in the decoder, each on a scale of its own. */
export interface AskFilters {
  run: string;
  label?: number | null;
  op: 'filters';
  units: number[];
}

/** How to lay out which run's codes, and the fit of the same browser that this one replaces. */
export interface AskFit {
  run: string;
  n_neighbors: number;
  min_dist: number;
  metric: 'euclidean' | 'cosine' | 'manhattan' | 'correlation';
  replaces?: string;
}

/** What the form shows. */
export interface AskForm {}

/** Exemplars that show all of `filters`, (field, category) …; while they are still being read, how far that is (`done`). */
export interface AskGallery {
  run: string;
  label?: number | null;
  op: 'gallery';
  source?: 'samples' | 'real';
  filters?: [string, string][];
  offset?: number;
  count?: number;
}

/** A generator's layers. */
export interface AskGenerator {
  run: string;
  label?: number | null;
  op: 'generator';
}

/** What the run's codes keep and lose, by a classifier of its data set; while that is being counted, how far it is. */
export interface AskKept {
  run: string;
  label?: number | null;
  op: 'kept';
}

/** What an encoder does for classifiers with few labels: without `n` what is known and what can be measured here, with it one
accuracy, or how far its measurement is. */
export interface AskLabels {
  run: string;
  label?: number | null;
  op: 'labels';
  n?: number | null;
  way?: string;
}

/** A cloud in three dimensions and a linear autoencoder 3 → 2 → 3 that learns its plane, step by step, beside PCA's. */
export interface AskLesson {
  run: string;
  label?: number | null;
  op: 'lesson';
  seed?: number;
}

/** The code that a z is mapped to. */
export interface AskMap {
  run: string;
  label?: number | null;
  op: 'map';
  z: string;
}

/** What a layer's channels make of a code, the strongest or the most varying first. */
export interface AskMaps {
  run: string;
  label?: number | null;
  op: 'maps';
  w: string;
  layer: number;
  by?: 'strong' | 'varies';
}

/** Which real images' codes to average, and how much each counts. */
export interface AskMean {
  run: string;
  indices: number[];
  weights?: number[] | null;
}

/** What a direction of one's own changes. */
export interface AskMeasure {
  run: string;
  label?: number | null;
  op: 'measure';
  vector: string;
}

/** Something of one run, by its name. */
export interface AskNamed {
  name: string;
}

/** The held-out images whose codes are nearest, and how far off the nearest is: as a multiple of the usual distance between neighbours,
and as the share of held-out images that have another one nearer (`beyond`). */
export interface AskNeighbours {
  run: string;
  label?: number | null;
  op: 'neighbours';
  w: string;
  k?: number;
}

/** Where noise changes the image of a code: a map of each pixel's std over draws, and what its white stands for (of 255). */
export interface AskNoise {
  run: string;
  label?: number | null;
  op: 'noise';
  w: string;
  strengths: number[];
  seeds?: number;
}

/** What follows for a training from an upload's images. */
export interface AskOwnFit {
  family: string;
  recipe: string;
  settings: Record<string, number | boolean | string | number[] | null>;
  upload: string;
}

/** Which runs have the same shape. */
export interface AskPartners {
  run: string;
  label?: number | null;
  op: 'partners';
}

/** The image of a code as a sum: what each of its strongest numbers adds, and the images of the strongest `counts` alone. */
export interface AskParts {
  run: string;
  label?: number | null;
  op: 'parts';
  w: string;
}

/** The way between two seeds' samples through Z (the upper row) and through W, and how long each is to the eye. */
export interface AskPaths {
  run: string;
  label?: number | null;
  psi?: number;
  cutoff?: number;
  op: 'paths';
  a: number;
  b: number;
  frames?: number;
}

/** The code for a place on the map, and how far the nearest real image's code is (1: the usual distance between neighbours). */
export interface AskPlace {
  run: string;
  label?: number | null;
  op: 'place';
  projection: 'umap' | 'pca' | 'code';
  x: number;
  y: number;
}

/** The code of a held-out image. */
export interface AskPoint {
  run: string;
  label?: number | null;
  op: 'point';
  index: number;
}

/** The posterior of a held-out image, as the encoder gives it. */
export interface AskPosterior {
  run: string;
  label?: number | null;
  op: 'posterior';
  index: number;
}

/** The levels of a code, or of a real image: a picture of low-pass images, residuals and sums, and what each residual's colours stand
for. `blend`: how much of each residual is added. */
export interface AskPyramid {
  run: string;
  label?: number | null;
  w: string;
  image?: string | HeldOutImage | Pixels | null;
  invert?: boolean;
  drawn?: boolean[] | null;
  op: 'pyramid';
  blend: number[];
}

/** What is read from the image of a code: by the model's own head (by code, or "class"), and by a separate classifier. */
export interface AskRead {
  run: string;
  label?: number | null;
  op: 'read';
  w: string;
}

/** The codes of several real images, each one style for all layers where the encoder gives such, and a row of the images as the run
takes them. */
export interface AskReals {
  run: string;
  label?: number | null;
  op: 'reals';
  images: (string | HeldOutImage | Pixels)[];
}

/** The code of a seed. */
export interface AskSample {
  run: string;
  label?: number | null;
  op: 'sample';
  seed: number;
}

/** The code of an image in a run without an encoder. Asking again tells how far it is; to stop asking, or `cancel`, ends it. */
export interface AskSearch {
  run: string;
  label?: number | null;
  image: string | HeldOutImage | Pixels;
  invert?: boolean;
  cancel?: boolean;
}

/** An image from a few directions of its code alone (upper row), and from as many principal components (lower row), with errors. */
export interface AskSized {
  run: string;
  label?: number | null;
  w?: string | null;
  image?: HeldOutImage | Pixels | null;
  op: 'sized';
  sizes: number[];
}

/** Mean errors of held-out images from 1, 2, 4 … directions of the code and as many principal components. */
export interface AskSizes {
  run: string;
  label?: number | null;
  op: 'sizes';
}

/** The samples that the run's training kept at the end of each stage. */
export interface AskStages {
  run: string;
  label?: number | null;
  op: 'stages';
}

/** A training as the form has it; `upload` and `size` in pixels where its images are a person's own. */
export interface AskStart {
  family: string;
  data: string;
  recipe: string;
  settings: Record<string, number | boolean | string | number[] | null>;
  name: string;
  upload?: string | null;
  size?: number | null;
}

/** Directions of the chosen layers' styles; while they are being measured, how far that is. */
export interface AskStyleDirections {
  run: string;
  label?: number | null;
  op: 'style_directions';
  layers: boolean[];
}

/** The codes of a mixing grid's sources, the mean of W, and the layer ranges that have a name. */
export interface AskStyles {
  run: string;
  label?: number | null;
  op: 'styles';
  rows: number[];
  columns: number[];
}

/** The code of A − B + C, the direction A − B, the codes of the nine images, whether the result shows what was asked for, and what
the exemplars of A, of B, of C, and the result are said to show. */
export interface AskSum {
  run: string;
  label?: number | null;
  a: string[];
  b: string[];
  c: string[];
  strength?: number;
  noise?: number;
  seed?: number;
  op: 'sum';
}

/** Something of a training, None: the one that runs, or ran last. */
export interface AskTraining {
  name?: string | null;
}

/** One unit: what it makes of an image, the held-out images that excite it most, and, of the code, what it draws. */
export interface AskUnit {
  run: string;
  label?: number | null;
  w?: string | null;
  image?: HeldOutImage | Pixels | null;
  op: 'unit';
  layer: number;
  unit: number;
}

/** A page of a layer's units, those that vary most first, or the one that `unit` is on. `alive`: without the dead ones. */
export interface AskUnits {
  run: string;
  label?: number | null;
  op: 'units';
  layer?: number;
  page?: number;
  unit?: number | null;
  alive?: boolean;
}

/** What units of a layer make of an image. */
export interface AskValues {
  run: string;
  label?: number | null;
  w?: string | null;
  image?: HeldOutImage | Pixels | null;
  op: 'values';
  layer: number;
  units: number[];
}

/** Where the codes of a path lie on a map: exactly where the map has a place for every code, else as the nearest held-out images. */
export interface AskWay {
  run: string;
  label?: number | null;
  op: 'way';
  keys: string;
  frames?: number;
  method?: 'lerp' | 'slerp';
  projection: 'umap' | 'pca' | 'code';
}

/** An axis: its title, and where it is not numbers from the least to the largest, how they are written and between which. */
export interface Axis {
  title: AxisTitle;
  zeroline: boolean;
  tickformat?: string;
  range?: number[];
}

/** What an axis is called. */
export interface AxisTitle {
  text: string;
}

/** `count` seeds from `first` on, of one class or of each; truncated by `psi` in all layers where one is given. */
export interface Batch {
  run: string;
  label?: number | null;
  first: number;
  count?: number;
  each_class?: boolean;
  psi?: number | null;
  format?: 'zip' | 'sheet';
}

/** Images are to come; `title` names their data set. */
export interface BeginUpload {
  title: string;
}

/** An image, as the run `run` would take it, for `runs`: all that encode images of its shape. `label`: the image's class, where a
person says it. With `noise` errors are taken against the image without it. */
export interface Beside {
  run: string;
  label?: number | null;
  runs: string[];
  image: string | HeldOutImage | Pixels | CodeImage;
  invert?: boolean;
  noise?: Noise | null;
}

/** `picture`: a data: URL of the image and the reconstructions in a row, as many as `runs` have one, and with noise the image
without it at the end; `noise`: the noise's own squared error; of a held-out image, which, and what it shows. */
export interface BesideAnswer {
  picture: string;
  runs: (BesideTaken | BesideProblem)[];
  noise?: number;
  index?: number;
  label?: number | null;
  attributes?: Record<string, string>;
}

/** Why a run could not take the image in, a sentence. */
export interface BesideProblem {
  run: string;
  problem: string;
}

/** An image's code and its doubt (base64 of float32), the squared `error` summed over pixels as [0, 1], what a conditional model drew
it as, and the share of held-out images with a larger error, None where that is not known yet. */
export interface BesideTaken {
  class: number | null;
  run: string;
  w: string;
  error: number;
  sigma: string | null;
  percentile: number | null;
}

/** What may be done with a training. */
export interface Can {
  stop: boolean;
  open: boolean;
  delete: boolean;
  resume: boolean;
}

/** The data set of a run (training/model.py, DataSpec). */
export interface CardData {
  name: string;
  title: string;
  shape: number[];
  classes: string[];
  attributes: [string, string[]][];
  attribution: string;
  fingerprint: string;
  notes: CardNote[];
}

/** A figure, its unit, and how it was taken. */
export interface CardMetric {
  value: number;
  unit: string;
  protocol: string;
}

/** One thing that is told of a data set (training/model.py, Note). */
export interface CardNote {
  kind: string;
  n: number;
  name: string;
  low: number;
  high: number;
}

/** The seeds that a run was chosen from: by what, and what each had. */
export interface CardSeeds {
  tried: number[];
  chosen_by: string;
  signs: number[];
  figures: Record<string, number[]>;
}

/** A run's card (training/card.py, Card). */
export interface CardTold {
  format_version: number;
  name: string;
  family: string;
  config: Record<string, any>;
  data: CardData;
  spec: Spec;
  title: string;
  images_seen: number;
  seconds: number;
  hardware: string;
  seed: number;
  seeds: CardSeeds | null;
  recipe: string;
  trained_in: string;
  bf16_ratio: number;
  init_from: string;
  source: string;
  code_version: string;
  created: string;
  metrics: Record<string, CardMetric>;
  carried: Record<string, Record<string, number>>;
  headline: string;
  parameters: number;
  weights_sha256: string;
  precision: string;
}

/** A Change, as JSON. */
export interface ChangeOf {
  label: string;
  change: number;
}

/** What a direction changes in one field, from -2 to 2 sigma: `high` is read more often by `change`, a share, `low` less often. */
export interface ChangeTold {
  field: string;
  low: string;
  high: string;
  change: number;
}

/** All images are there; `dropped`: how many files the browser left out, by kind, `first`: the name of one of each; `turned` and
`part`: how a table is read. */
export interface CheckUpload {
  token: string;
  dropped?: Record<string, number>;
  first?: Record<string, string>;
  turned?: string;
  part?: string;
}

/** The image that a code of the run is drawn as, by a class where the run needs one. */
export interface CodeImage {
  w: string;
  label?: number | null;
}

/** A slice of the code with a meaning of its own (training/model.py, Code); `low` and `high`: the range seen in training. */
export interface CodeSlice {
  name: string;
  start: number;
  size: number;
  kind: 'continuous' | 'categorical';
  low: number;
  high: number;
}

/** Three rows of `shown` of `of` columns; the angles between the two spaces, in degrees. */
export interface ColumnsAnswer {
  ready: true;
  picture: string;
  shown: number;
  of: number;
  angles: number[];
}

/** Play or pause, steps a frame (0: as many as fit), single steps, updates of one side alone, or on to a step by a plan of those. */
export interface Command {
  play?: boolean | null;
  speed?: number | null;
  step?: number | null;
  alone?: 'critic' | 'generator' | null;
  updates?: number | null;
  until?: number | null;
  plan?: [number, 'critic' | 'generator', number][] | null;
}

/** The table. */
export interface CompareAnswer {
  runs: Head[];
  metrics: MetricRow[];
  settings: SettingRow[];
}

/** Images read as category `was` whose reconstructions are read as `now`: `count` of the `of` read as `was`. */
export interface ConfusionTold {
  was: number;
  now: number;
  count: number;
  of: number;
}

/** A data set; `ready`: nothing is to be fetched first. */
export interface DataTold {
  name: string;
  title: string;
  ready: boolean;
}

/** What held-out images a run can be shown with, and how their sprite sheets are laid out: `tile`: height and width of one. */
export interface DatasetTold {
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

/** The image and its reconstructions; of each the squared error, summed over pixels as [0, 1], and how many units it went through. */
export interface DepthAnswer {
  picture: string;
  errors: number[];
  units: number[];
}

/** Of each number of a code its mean KL to the prior in nats and its mean σ over `images` held-out images; below `unused` nats it
counts as unused. */
export interface DimensionsAnswer {
  kl: number[];
  sigma: number[];
  images: number;
  unused: number;
}

/** The same with the direction itself, base64 of float32. */
export interface DirectionTold {
  kind: string;
  sigma: number;
  name: string[] | null;
  accuracy: number | null;
  main: ChangeTold | null;
  side: ChangeTold[];
  statistic: StatisticTold;
  vector: string;
}

/** The directions, and all that images are read for. */
export interface DirectionsAnswer {
  ready: true;
  directions: DirectionTold[];
  fields: FieldTold[];
}

/** The sum at a time. */
export interface DrawBlended {
  run: string;
  label?: number | null;
  w: string;
  image?: string | HeldOutImage | Pixels | null;
  invert?: boolean;
  drawn?: boolean[] | null;
  blends: number[][];
  loop?: boolean;
  op: 'blended';
  t: number;
}

/** A code with two things changed: one along the rows, one along the columns (a class, a code, a direction, the noise). */
export interface DrawCodes {
  run: string;
  label?: number | null;
  op: 'codes';
  w: string;
  rows: Side;
  columns: Side;
}

/** One code with each of some numbers of it (a row) set to each value (a column). */
export interface DrawDimensions {
  run: string;
  label?: number | null;
  op: 'dimensions';
  w: string;
  dimensions: number[];
  values: number[];
}

/** Exemplars of the gallery as the model draws them, by their refs. */
export interface DrawExemplars {
  run: string;
  label?: number | null;
  op: 'exemplars';
  refs: string[];
  columns?: number;
}

/** Several codes, row by row. */
export interface DrawGrid {
  run: string;
  label?: number | null;
  op: 'grid';
  w: string;
  columns: number;
}

/** One code as an image. */
export interface DrawImage {
  run: string;
  label?: number | null;
  op: 'image';
  w: string;
  noise?: PixelNoise | null;
}

/** The plane of a 2-D code, evenly spaced from lo to hi in both; the top row has the highest y. */
export interface DrawManifold {
  run: string;
  label?: number | null;
  op: 'manifold';
  lo?: number;
  hi?: number;
  n?: number;
}

/** A mixing grid: in the first row the mean of W and the columns' sources, in each further row its source and the mixtures.

Sources are the samples of seeds, or have the `codes` of real images, rows first: as "reals" answers them. */
export interface DrawMixingGrid {
  run: string;
  label?: number | null;
  psi?: number;
  cutoff?: number;
  op: 'styles';
  rows: number[];
  columns: number[];
  codes?: string | null;
  layers: boolean[];
  blend?: number;
  noise?: PixelNoise | null;
}

/** A code by this network, by the other, and by a mixture with each of `rows` of dials. */
export interface DrawNetworks {
  run: string;
  label?: number | null;
  op: 'networks';
  w: string;
  other: string;
  rows: number[][];
}

/** Images of w + sigma ε: what else the encoder thought of. */
export interface DrawResample {
  run: string;
  label?: number | null;
  op: 'resample';
  w: string;
  sigma: string;
  n?: number;
  seed?: number;
  columns?: number;
}

/** Images of a seed: of one class, or, where none is asked for, of all classes in turn. */
export interface DrawSamples {
  run: string;
  label?: number | null;
  op: 'samples';
  seed?: number;
  n?: number;
  columns?: number;
}

/** The pair at a time. */
export interface DrawSpoiled {
  run: string;
  label?: number | null;
  image: string | HeldOutImage | Pixels | CodeImage;
  invert?: boolean;
  kind: 'gaussian' | 'dropout' | 'block';
  amounts: number[];
  seed?: number;
  draws?: number;
  op: 'spoiled';
  t: number;
}

/** A path as a contact strip: frames in a row, or in rows of `columns`. */
export interface DrawStrip {
  run: string;
  label?: number | null;
  keys: string;
  method?: 'lerp' | 'slerp';
  loop?: boolean;
  space?: 'code' | 'pixels';
  noise?: NoiseOnPath | null;
  op: 'strip';
  frames: number;
  columns?: number | null;
}

/** Nine images: the result in the middle, its noisy neighbours around it. With `means` instead three: the means of A, B and C. */
export interface DrawSum {
  run: string;
  label?: number | null;
  a: string[];
  b: string[];
  c: string[];
  strength?: number;
  noise?: number;
  seed?: number;
  op: 'sum';
  means?: boolean;
}

/** One code with its coordinate along each direction (a row) set to each value (a column), in sigmas from the mean. */
export interface DrawTraverse {
  run: string;
  label?: number | null;
  op: 'traverse';
  w: string;
  directions: number[];
  values: number[];
}

/** A code truncated by each psi of `values`, in a row; `plus` is added after that. */
export interface DrawTruncated {
  run: string;
  label?: number | null;
  op: 'truncated';
  w: string;
  values: number[];
  cutoff: number;
  plus?: string | null;
  noise?: PixelNoise | null;
}

/** Where a path is at time t. */
export interface DrawWalk {
  run: string;
  label?: number | null;
  keys: string;
  method?: 'lerp' | 'slerp';
  loop?: boolean;
  space?: 'code' | 'pixels';
  noise?: NoiseOnPath | null;
  op: 'walk';
  t: number;
}

/** The images in a row, and their codes one after another. */
export interface DrawnAnswer {
  ready: true;
  picture: string;
  w: string;
}

/** A code and its doubt `sigma` (base64 of float32), where the encoder has any; data: URLs of the image, its reconstruction and the
difference; the squared `error` summed over pixels as [0, 1]; `percentile`: the share of held-out images with a larger one;
`class`: what a conditional model drew it as; of a held-out image, which, and what it shows. */
export interface EncodeAnswer {
  class?: number;
  w: string;
  error: number;
  input: string;
  reconstruction: string;
  difference: string;
  sigma?: string;
  percentile?: number;
  index?: number;
  label?: number | null;
  attributes?: Record<string, string>;
}

/** `filters`: whether the first layer can be drawn; `mirrors`: how many layers have one in the decoder; `threshold`: above what a
number of the code counts as lit, None where they are no activities; `d`: how many numbers a code has. */
export interface FactsAnswer {
  layers: LayerNamed[];
  filters: boolean;
  mirrors: number;
  linear: boolean;
  threshold: number | null;
  d: number;
}

/** The key of why a training failed, and its values. */
export interface Failure {
  key: string;
  values: Record<string, number | string>;
}

/** A family; `recipes`: by name and data set ("*": any) the settings. */
export interface FamilyTold {
  name: string;
  title: string;
  paper: string;
  equation: string;
  summary: string;
  settings: SettingTold[];
  recipes: Record<string, Record<string, Record<string, number | string | boolean | number[]>>>;
}

/** A field, and how many exemplars show each of its categories. */
export interface FieldCounted {
  name: string;
  categories: string[];
  measured: boolean;
  counts: number[];
}

/** Of one field: `counts` of images by what they (rows) and their reconstructions (columns) are read as; the `share` read alike. */
export interface FieldKept {
  name: string;
  categories: string[];
  counts: number[][];
  share: number;
  confusions: ConfusionTold[];
}

/** Something that images are read for, and its categories; `measured`: two halves of a statistic, told apart by no classifier. */
export interface FieldTold {
  name: string;
  categories: string[];
  measured: boolean;
}

/** What plotly.js draws. */
export interface Figure {
  data: Trace[];
  layout: Layout;
}

/** A card's figure as it is shown. `text`: the number, with its sign or "of how many"; `unit`: the word behind it (`unit.…`), ""
where there is none; `one`: whether 1 has a meaning (`metric.….one`); `chance`, `paper`: the same figure by guessing and in the
paper that `source` names, "" where nobody knows it. */
export interface FigureTold {
  name: string;
  value: number;
  text: string;
  unit: string;
  better: 'lower' | 'higher' | null;
  one: boolean;
  chance: string;
  paper: string;
  source: string;
  protocol: string;
}

/** The sum from the first shares to the last. */
export interface FilmBlended {
  run: string;
  label?: number | null;
  seconds?: number;
  fps?: number;
  size?: number;
  format?: 'gif' | 'mp4';
  back?: boolean;
  w: string;
  image?: string | HeldOutImage | Pixels | null;
  invert?: boolean;
  drawn?: boolean[] | null;
  blends: number[][];
  loop?: boolean;
  op: 'blended';
}

/** The pair from the first amount to the last. */
export interface FilmSpoiled {
  run: string;
  label?: number | null;
  seconds?: number;
  fps?: number;
  size?: number;
  format?: 'gif' | 'mp4';
  back?: boolean;
  image: string | HeldOutImage | Pixels | CodeImage;
  invert?: boolean;
  kind: 'gaussian' | 'dropout' | 'block';
  amounts: number[];
  seed?: number;
  draws?: number;
  op: 'spoiled';
}

/** A path from its beginning to its end, through at most 12 keys. */
export interface FilmWalk {
  run: string;
  label?: number | null;
  seconds?: number;
  fps?: number;
  size?: number;
  format?: 'gif' | 'mp4';
  back?: boolean;
  keys: string;
  method?: 'lerp' | 'slerp';
  loop?: boolean;
  space?: 'code' | 'pixels';
  noise?: NoiseOnPath | null;
  op: 'walk';
}

/** Pictures of weights and of their mirrors; `tile`: height and width of one; `alike`: the cosine of each pair, `mean`: of all. */
export interface FiltersAnswer {
  encoder: string;
  decoder: string;
  tile: number[];
  alike: number[];
  mean: number;
}

/** A code, base64 of float32, and where it comes from. */
export interface FirstCode {
  w: string;
  origin: SampleOrigin | PointOrigin;
}

/** What follows for a training from an upload's images: how many are trained on and how many held out, the `batch`, whether it is
no larger than that, and the `settings` that the images decide (a pixel model), by name. */
export interface FitAnswer {
  training: number;
  held_out: number;
  batch: number;
  enough: boolean;
  grey: boolean;
  settings: Record<string, number | string | boolean | number[]>;
}

/** The places (`xy`: base64 of float32) of which run's codes, `weights` being the first of its weights' hash; `key`: what it
was laid out with; `kept`: in the run's folder, being the owner's. */
export interface FitDone {
  state: 'done';
  run: string;
  weights: string;
  key: string;
  kept: boolean;
  xy: string;
}

/** `share`: how far it is, 0 to 1. */
export interface FitGoing {
  state: 'fitting';
  share: number;
}

/** It stands in the queue, behind how many. */
export interface FitWaiting {
  state: 'waiting';
  ahead: number;
}

/** Everything the form shows. `own`: the data set that is a person's own images, `sizes`: in pixels that they may be made; `first`
and `quick`: the family and the recipe that are proposed; `taken`: names that are. */
export interface FormAnswer {
  training: boolean;
  families: FamilyTold[];
  data: DataTold[];
  own: string;
  sizes: number[];
  first: string;
  quick: string;
  taken: string[];
}

/** The refs of a page; `total`: of all that show the filters, `of`: of all. */
export interface GalleryAnswer {
  ready: true;
  total: number;
  of: number;
  refs: string[];
  fields: FieldCounted[];
  start: GalleryStart;
}

/** What A, B and C begin with: refs, and the field that A and B differ in, None where they were chosen otherwise. */
export interface GalleryStart {
  a: string[];
  b: string[];
  c: string[];
  field: string | null;
}

/** The layers of a generator in the order in which they draw. */
export interface GeneratorAnswer {
  layers: GeneratorLayer[];
}

/** A layer: its channels and their height and width; of a dense one its numbers, with a height and width of 0. */
export interface GeneratorLayer {
  dense: boolean;
  channels: number;
  height: number;
  width: number;
}

/** What a run is. `classes`: of a conditional one; `seconds`: of training. */
export interface Head {
  name: string;
  title: string;
  family: string;
  dataset: string;
  shape: number[];
  z_dim: number;
  num_classes: number;
  classes: string[];
  parameters: number;
  images_seen: number;
  seconds: number;
  hardware: string;
  seed: number;
  seeds: SeedsTold | null;
  recipe: string;
  init_from: string;
  source: string;
}

/** The page answers. */
export interface HealthAnswer {
  healthy: boolean;
}

/** A held-out image by its number. */
export interface HeldOutImage {
  index: number;
}

/** What a viewer must know (training/live.py). `near`: how many sigmas off a point still counts as of high quality; `points`,
`side`, `arrows`, `view` and `unit`: how a frame is laid out; `seconds` and `steps`: of training, at most. */
export interface HelloAnswer {
  data: string;
  seed: number;
  panels: PanelTold[];
  centres: number[][];
  sigma: number;
  near: number;
  points: number;
  side: number;
  arrows: number;
  view: number;
  unit: number;
  seconds: number;
  steps: number;
}

/** There is no training, now or before. `running`: names of runs that are being trained. */
export interface Idle {
  training: boolean;
  running: string[];
  recent: Recent[];
  state: 'idle';
  name: null;
}

/** Of how many held-out images, field by field. */
export interface KeptAnswer {
  ready: true;
  images: number;
  fields: FieldKept[];
}

/** An accuracy on the card, a share, and how it was taken. */
export interface LabelsFigure {
  accuracy: number;
  protocol: string;
}

/** By number of labels and way what the card tells; the numbers that can be measured here; how many classes there are. */
export interface LabelsKnown {
  known: Record<string, Record<string, LabelsFigure>>;
  sizes: number[];
  classes: number;
}

/** One accuracy, a share. */
export interface LabelsMeasured {
  ready: true;
  accuracy: number;
}

/** A layer: its name, how many units it has, and whether they are channels. */
export interface LayerNamed {
  name: string;
  units: number;
  channels: boolean;
}

/** What is around the traces, in plotly.js's own names. */
export interface Layout {
  margin: Record<string, number>;
  xaxis: Axis;
  yaxis: Axis;
  paper_bgcolor: string;
  plot_bgcolor: string;
  legend: Legend;
  showlegend: boolean;
  hovermode?: 'x unified';
}

/** Where the names of the traces stand. */
export interface Legend {
  orientation: 'h';
  y: number;
}

/** Points and corners as three lists, of their x, y and z; `plane` and `error` are PCA's. */
export interface LessonAnswer {
  cloud: number[][];
  plane: number[][];
  error: number;
  steps: LessonStep[];
}

/** The plane's corners after how many steps, its mean squared error, and the angle to PCA's in degrees. */
export interface LessonStep {
  taken: number;
  plane: number[][];
  error: number;
  angle: number;
}

/** The data sets that there are. */
export interface LiveAnswer {
  data: Record<string, MixtureTold>;
}

/** A code, base64 of float32. */
export interface MapAnswer {
  w: string;
}

/** A picture of the maps of `channels`, `columns` beside each other, each from its own lowest value to its highest; of each its mean
absolute value for this code, and its deviation over `codes` codes. `of`: how many channels the layer has. */
export interface MapsAnswer {
  picture: string;
  tile: number[];
  columns: number;
  channels: number[];
  strength: number[];
  varies: number[];
  of: number;
  codes: number;
}

/** A code, base64 of float32. */
export interface MeanAnswer {
  w: string;
}

/** A Measured, as JSON. */
export interface MeasuredTold {
  name: string;
  kind: 'continuous' | 'categorical';
  label: string | null;
  change: number;
  also: ChangeOf[];
  share: number | null;
  names: (NameOf | null)[];
}

/** A figure of a card; `best`: of those that were measured alike. */
export interface MetricCell {
  name: string;
  value: number;
  text: string;
  unit: string;
  better: 'lower' | 'higher' | null;
  one: boolean;
  chance: string;
  paper: string;
  source: string;
  protocol: string;
  best: boolean;
}

/** A figure of all cards in their order, None where one has it not; `better`: which way, where either is. */
export interface MetricRow {
  name: string;
  better: 'lower' | 'higher' | null;
  cells: (MetricCell | null)[];
}

/** The modes of a data set of points in the plane: their centres, and the deviation of each. */
export interface MixtureTold {
  centres: number[][];
  sigma: number;
}

/** A Name, as JSON. */
export interface NameOf {
  label: number;
  share: number;
}

/** What an own run is to be called, and what is to be said of it: empty: nothing but what its card says. */
export interface Named {
  run: string;
  title: string;
  description: string;
}

/** The nearest first: held-out images, how far off in the space of codes, their classes; `ratio`: 1 is usual; `beyond`: a share. */
export interface NeighboursAnswer {
  indices: number[];
  distances: number[];
  labels: (number | null)[];
  ratio: number;
  beyond: number;
}

/** Of a run whose training kept none. `stages` is empty. */
export interface NoStages {
  stages: Stage[];
  grew: number[];
  adds: boolean;
}

/** What is put on the image first. `amount`: of gaussian noise its std on the [0, 1] scale, else the share of pixels. */
export interface Noise {
  kind: 'gaussian' | 'dropout' | 'block';
  amount: number;
  seed?: number;
}

/** A data: URL; deviations of pixels of 255: the one that is drawn white, and the mean; over how many draws. */
export interface NoiseAnswer {
  picture: string;
  top: number;
  mean: number;
  seeds: number;
}

/** What the noise of each resolution is multiplied by at even times of a path, straight in between; and the seed that it is drawn from,
or `draws` seeds from that one on, one after another. Without a seed it is the model's own. */
export interface NoiseOnPath {
  strengths: number[][];
  seed?: number | null;
  draws?: number;
}

/** The answer of what takes long, until it is there. `done`: the share of it, 0 to 1. */
export interface NotReady {
  ready: false;
  done: number;
}

/** One thing that is told of a person's images (training/model.py, Note), and its sentence in English. */
export interface NoteTold {
  kind: string;
  n: number;
  name: string;
  low: number;
  high: number;
  sentence: string;
}

/** Nothing is told but that it was done. */
export interface Nothing {}

/** Keys of the owner's maps of a run. */
export interface OwnMaps {
  maps: string[];
}

/** One of the families: what its critic's `output` means, and the settings of its preset. */
export interface PanelTold {
  name: string;
  title: string;
  equation: string;
  mathml: string;
  paper: string;
  output: string;
  settings: Record<string, any>;
}

/** Another run whose weights have the same names and shapes. */
export interface PartnerTold {
  name: string;
  title: string;
  data: string;
  seed: number;
}

/** The runs that can be mixed with this one, and in how many layers. */
export interface PartnersAnswer {
  layers: number;
  partners: PartnerTold[];
}

/** Pictures of what each of the strongest numbers, `units`, adds, and of the strongest `counts` alone. */
export interface PartsAnswer {
  added: string;
  units: number[];
  growing: string;
  counts: number[];
}

/** How long the ways through Z and through W are. */
export interface PathLengths {
  z: number;
  w: number;
}

/** A data: URL of both ways, and their lengths in distances of features of a classifier, or of pixels where there is none. */
export interface PathsAnswer {
  picture: string;
  lengths: PathLengths;
  space: 'pixels' | 'features';
}

/** What the noise of each resolution is multiplied by, and the seed it is drawn from; without one it is the model's own. */
export interface PixelNoise {
  strengths: number[];
  seed?: number | null;
}

/** An image as it is: base64 of uint8, rows of pixels, channels last, in the run's own size. */
export interface Pixels {
  pixels: string;
}

/** A code (base64 of float32), `approximate` where the map leads back to no code exactly; how far the nearest real image's code is, 1
being usual; that image and its class. */
export interface PlaceAnswer {
  w: string;
  approximate: boolean;
  ratio: number;
  nearest: number;
  label: number | null;
}

/** The code (base64 of float32) of held-out image `index`, its class and what it shows, field by field. */
export interface PointAnswer {
  w: string;
  index: number;
  label: number | null;
  attributes: Record<string, string>;
}

/** A code that is a held-out image's. */
export interface PointOrigin {
  kind: 'point';
  index: number;
}

/** q(z|x) of one image: of each number the mean, the standard deviation and the KL to the prior in nats. */
export interface PosteriorAnswer {
  mean: number[];
  sigma: number[];
  kl: number[];
}

/** The sentence of why it could not be done, in English; `key` says it in another language, of `values`, "" where it does not. */
export interface Problem {
  error: string;
  key: string;
  values: Record<string, any>;
}

/** A data: URL of all tiles, each `side` pixels wide; `scales`: what a residual's full colour stands for, [-1, 1] being black to
white. Of a real image itself: a data: URL of it, how far the last sum is off, at most and as a root mean square (of [-1, 1] and of
[0, 1]); of a held-out one its number and class. */
export interface PyramidAnswer {
  class?: number | null;
  picture: string;
  scales: number[];
  side: number;
  input?: string;
  most?: number;
  error?: number;
  index?: number;
}

/** Layers `first` … `last` - 1, which draw the resolutions `low` to `high` (0 where the model names none). */
export interface RangeTold {
  name: string;
  first: number;
  last: number;
  low: number;
  high: number;
}

/** Probabilities: by code or "class" those of the model's own head, {} where it has none; the separate classifier's for each class. */
export interface ReadAnswer {
  read: Record<string, number[]>;
  judged: number[] | null;
}

/** Codes one after another, base64 of float32, and a data: URL of the images in a row. */
export interface RealsAnswer {
  w: string;
  picture: string;
}

/** A run that was trained here, and how that ended. */
export interface Recent {
  name: string;
  state: string;
}

/** All that the page needs to open a run. `mathml`: the equation typeset; `views`: that can show it; `headline`: the figure that
the picker shows; `truncates`: whether it keeps a mean of W; `scale`: of its codes; `points`: held-out images with a code;
`projections`: maps, the best first; `other_images`: whether the images are another set than the one it was trained on. */
export interface RunAnswer {
  card: CardTold;
  paper: string;
  equation: string;
  mathml: string;
  summary: string;
  family_title: string;
  spec: Spec;
  views: string[];
  headline: FigureTold | null;
  mean: string;
  truncates: boolean;
  scale: number;
  directions: Slider[];
  points: number;
  projections: string[];
  umap: UmapTold | null;
  dataset: DatasetTold | null;
  other_images: boolean;
  default: FirstCode;
}

/** What the picker tells of a run. `own`: it did not come with the program; `description`: its owner's words; `group`: what its
data set is of ("digits"), "" where that stands for itself. `headline`: None where it was not measured; `attributes`: how many its
images are labelled by; `elsewhere`: it was trained with another program, and without a `dataset_title` none of its images are
here; `changed`: the share of A − B + C that shows what was asked for; `frechet_ratio`: its samples' Fréchet distance in units of
that of as many real images; `levels`: resolutions, coarse to fine; `prior`: what its samples are drawn from, LatentSpec's. */
export interface RunRow {
  name: string;
  title: string;
  description: string;
  own: boolean;
  family: string;
  family_title: string;
  dataset: string;
  dataset_title: string;
  group: string;
  elsewhere: boolean;
  shape: number[];
  w_dim: number;
  num_layers: number;
  encodes: boolean;
  stochastic: boolean;
  prior: string;
  num_classes: number;
  levels: number[];
  headline: FigureTold | null;
  attributes: number;
  changed: number | null;
  frechet_ratio: number | null;
  images_seen: number;
  finished: boolean;
  parameters: number;
  views: string[];
}

/** All runs; which would be opened first, and by view where another shows more; a sentence for each folder that is none; whether this
visitor may train. */
export interface RunsAnswer {
  runs: RunRow[];
  first: string | null;
  firsts: Record<string, string>;
  problems: Record<string, string>;
  training: boolean;
}

/** A code and the z that it was mapped from, base64 of float32. */
export interface SampleAnswer {
  w: string;
  z: string;
  seed: number;
}

/** A code that is the sample of a seed. */
export interface SampleOrigin {
  kind: 'sample';
  seed: number;
}

/** Nothing was found yet; `of` how many steps there will be. */
export interface SearchBegun {
  ready: false;
  step: number;
  of: number;
}

/** It was ended. */
export interface SearchCancelled {
  ready: false;
  cancelled: true;
}

/** The code (base64 of float32), the class that it is drawn with, and a data: URL of the best of some `steps` in a row, with their
`errors`. */
export interface SearchDone {
  class: number | null;
  ready: true;
  step: number;
  of: number;
  error: number;
  picture: string;
  w: string;
  film: string;
  steps: number[];
  errors: number[];
}

/** The best so far: a data: URL, and its squared `error` summed over pixels as [0, 1]. */
export interface SearchGoing {
  ready: false;
  step: number;
  of: number;
  error: number;
  picture: string;
}

/** The seeds that a run was chosen from: which, by what, and what each had of `metric`. */
export interface SeedsTold {
  tried: number[];
  by: string;
  metric: string;
  values: string[];
}

/** A setting of all cards in their order, None where the family has no such setting; `help`: in English. */
export interface SettingRow {
  name: string;
  help: string;
  values: any[];
}

/** A setting of a family: its bounds, None where there are none, and what it may be, where only some values are. `numbers`: several
whole numbers; `later`: may change on a resume. */
export interface SettingTold {
  name: string;
  kind: 'int' | 'float' | 'str' | 'bool' | 'numbers';
  help: string;
  default: number | string | boolean | number[];
  low: number | null;
  high: number | null;
  choices: (number | string)[] | null;
  advanced: boolean;
  later: boolean;
}

/** What runs along one side of a grid of codes: see coding.Axis. */
export interface Side {
  of: 'class' | 'code' | 'direction' | 'noise';
  values: number[];
  name?: string;
  index?: number;
}

/** The reconstructions, the image, and squared errors, summed over pixels as [0, 1], of the model's and of PCA's. */
export interface SizedAnswer {
  ready: true;
  picture: string;
  input: string;
  model: number[];
  pca: number[];
}

/** Mean squared errors by size, over how many images; None where there are no more components than images. */
export interface SizesAnswer {
  ready: true;
  sizes: number[];
  model: number[];
  pca: (number | null)[];
  images: number;
}

/** One of the strongest directions of a run's codes, of unit length; `sigma`: their deviation along it, `share`: of their variance;
`label`, `low` and `high`: what it was measured to change, None where nothing clear came out, by `effect` from -2 to 2 sigma;
`also`: what else, strongest first. */
export interface Slider {
  vector: string;
  sigma: number;
  share: number;
  label: string | null;
  effect: number;
  low: string | null;
  high: string | null;
  also: string[];
}

/** How a training goes. `images` of `total`, at the median speed of the last rows of its log; `terms`: of the loss pairs [images,
value]; `samples_mtime`: changes with the picture of samples; `alarms`: those that have not ended, with their values. */
export interface Snapshot {
  training: boolean;
  running: string[];
  recent: Recent[];
  notes: NoteTold[];
  error: Failure | null;
  state: 'starting' | 'running' | 'measuring' | 'finished' | 'stopped' | 'failed' | 'diverged' | 'interrupted';
  name: string;
  family: string;
  data: string;
  message: string;
  started: string;
  images: number;
  total: number;
  images_per_second: number | null;
  seconds: number | null;
  seconds_left: number | null;
  terms: Record<string, number[][]>;
  samples_mtime: string | null;
  alarms: Record<string, Record<string, number | string>>;
  resumable: boolean;
  can: Can;
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

/** A row of the picture: what was trained, in words of the training ("" for the finished model), until how many images. */
export interface Stage {
  what: string;
  images: number;
}

/** `picture`: a data: URL; `w`: base64 of float32. */
export interface StagesAnswer {
  stages: Stage[];
  grew: number[];
  adds: boolean;
  picture: string;
  side: number;
  columns: number;
  w: string;
}

/** What to train on, from which seed, and the training of the same viewer that this one replaces. */
export interface Start {
  data: 'ring' | 'grid';
  seed?: number;
  replaces?: string;
}

/** The name, known to whoever started it alone, by which what was started is asked for. */
export interface Started {
  id: string;
}

/** The statistic of the image that a direction changes most, None where nothing clear came out; `change` in its deviations. */
export interface StatisticTold {
  label: string | null;
  change: number;
}

/** The directions that were found. */
export interface StyleDirectionsAnswer {
  ready: true;
  directions: DirectionTold[];
}

/** Codes of rows' and columns' sources, one after another, and the mean of W, None where the run has none: base64 of float32. */
export interface StylesAnswer {
  w: string;
  average: string | null;
  ranges: RangeTold[];
}

/** Base64 of float32: the code of A − B + C, the direction A − B, the nine images' codes one after another. `said`: of A, of B, of C
and of the result the category of each field. */
export interface SumAnswer {
  w: string;
  vector: string;
  cells: string;
  said: Record<string, string>[];
  lines: SumLine[];
}

/** What became of one field: in C's image it was `was`, in the result `now`, read with probability `sure`; `wanted`: what A − B
asks for, empty where the field should be as it was. */
export interface SumLine {
  field: string;
  measured: boolean;
  was: string;
  now: string;
  sure: number;
  wanted: string[];
  agrees: boolean;
}

/** How many images an upload can have, what it is (`found`), and what is left out; `sheet`: some of them as the address of a PNG, ""
for none. `table`: it is of numbers, so that a person may say whether rows and columns are `turned`; `parts`: names of the sets
within, where there are several, `part`: of which one was read. */
export interface SurveyAnswer {
  images: number;
  notes: NoteTold[];
  found: NoteTold[];
  sheet: string;
  table: boolean;
  turned: string;
  parts: string[];
  part: string;
}

/** A line or a row of bars. */
export interface Trace {
  type: 'scatter' | 'bar';
  name: string;
  x: number[];
  y: number[];
  hovertemplate: string;
  mode?: string;
}

/** What the shipped map was laid out with. */
export interface UmapTold {
  n_neighbors: number;
}

/** `value`: of the image; mean, deviation, lowest and highest over held-out images; the ones that excite it most, with their
`values`; of a number of the code a picture of what it draws, `step` lower, as it is, and higher. */
export interface UnitAnswer {
  ready: true;
  layer: number;
  unit: number;
  value: number;
  mean: number;
  std: number;
  low: number;
  high: number;
  dead: boolean;
  exciting: number[];
  values: number[];
  column?: string;
  step?: number;
}

/** A unit, its activity on held-out images, and the one that excites it most. */
export interface UnitTold {
  unit: number;
  dead: boolean;
  std: number;
  mean: number;
  low: number;
  high: number;
  exciting: number;
}

/** A page of `layer`; `total` units, `dead` of them dead; `seen`: on how many held-out images. */
export interface UnitsAnswer {
  ready: true;
  layer: number;
  total: number;
  dead: number;
  pages: number;
  page: number;
  seen: number;
  units: UnitTold[];
}

/** The activity of each unit that was asked for. */
export interface ValuesAnswer {
  values: number[];
}

/** Of each frame the nearest held-out image and, where they are exact, the places one after another, base64 of float32. */
export interface WayAnswer {
  indices: number[];
  xy: string | null;
}

/** POST render: what is drawn, by its op. */
export interface Draws {
  image: DrawImage;
  grid: DrawGrid;
  samples: DrawSamples;
  walk: DrawWalk;
  strip: DrawStrip;
  manifold: DrawManifold;
  traverse: DrawTraverse;
  dimensions: DrawDimensions;
  codes: DrawCodes;
  exemplars: DrawExemplars;
  sum: DrawSum;
  styles: DrawMixingGrid;
  truncated: DrawTruncated;
  blended: DrawBlended;
  resample: DrawResample;
  spoiled: DrawSpoiled;
  networks: DrawNetworks;
}

/** POST film: what is saved as a film, by its op. */
export interface Films {
  walk: FilmWalk;
  blended: FilmBlended;
  spoiled: FilmSpoiled;
}

/** POST of what is answered with a file, by path. */
export interface Files {
  seeds: Batch;
}

/** POST code, by op. */
export interface CodeAsks {
  sample: { asked: AskSample; answer: SampleAnswer };
  read: { asked: AskRead; answer: ReadAnswer };
  map: { asked: AskMap; answer: MapAnswer };
  point: { asked: AskPoint; answer: PointAnswer };
  neighbours: { asked: AskNeighbours; answer: NeighboursAnswer };
  encode: { asked: AskEncode; answer: EncodeAnswer };
  directions: { asked: AskDirections; answer: DirectionsAnswer | NotReady };
  place: { asked: AskPlace; answer: PlaceAnswer };
  way: { asked: AskWay; answer: WayAnswer };
  kl: { asked: AskDimensions; answer: DimensionsAnswer };
  posterior: { asked: AskPosterior; answer: PosteriorAnswer };
  measure: { asked: AskMeasure; answer: DirectionTold };
  sum: { asked: AskSum; answer: SumAnswer };
  gallery: { asked: AskGallery; answer: GalleryAnswer | NotReady };
  styles: { asked: AskStyles; answer: StylesAnswer };
  reals: { asked: AskReals; answer: RealsAnswer };
  noise: { asked: AskNoise; answer: NoiseAnswer };
  paths: { asked: AskPaths; answer: PathsAnswer };
  style_directions: { asked: AskStyleDirections; answer: StyleDirectionsAnswer | NotReady };
  pyramid: { asked: AskPyramid; answer: PyramidAnswer };
  stages: { asked: AskStages; answer: StagesAnswer | NoStages };
  kept: { asked: AskKept; answer: KeptAnswer | NotReady };
  labels: { asked: AskLabels; answer: LabelsKnown | LabelsMeasured | NotReady };
}

/** POST microscope, by op. */
export interface MicroscopeAsks {
  generator: { asked: AskGenerator; answer: GeneratorAnswer };
  maps: { asked: AskMaps; answer: MapsAnswer };
  partners: { asked: AskPartners; answer: PartnersAnswer };
  facts: { asked: AskFacts; answer: FactsAnswer };
  units: { asked: AskUnits; answer: UnitsAnswer | NotReady };
  filters: { asked: AskFilters; answer: FiltersAnswer };
  ascent: { asked: AskAscent; answer: AscentAnswer | NotReady };
  values: { asked: AskValues; answer: ValuesAnswer };
  unit: { asked: AskUnit; answer: UnitAnswer | NotReady };
  activity: { asked: AskActivity; answer: ActivityAnswer };
  parts: { asked: AskParts; answer: PartsAnswer };
  depth: { asked: AskDepth; answer: DepthAnswer };
  sized: { asked: AskSized; answer: SizedAnswer | NotReady };
  sizes: { asked: AskSizes; answer: SizesAnswer | NotReady };
  drawn: { asked: AskDrawn; answer: DrawnAnswer | NotReady };
  columns: { asked: AskColumns; answer: ColumnsAnswer | NotReady };
  lesson: { asked: AskLesson; answer: LessonAnswer };
}

/** GET, by path. */
export interface Gets {
  runs: RunsAnswer;
  [path: `run/${string}`]: RunAnswer;
  [path: `codes/${string}`]: MeasuredTold[];
  [path: `compare?runs=${string}`]: CompareAnswer;
  [path: `plot/${string}/curves`]: Figure;
  [path: `plot/${string}/spectrum`]: Figure;
  health: HealthAnswer;
  live: LiveAnswer;
  [path: `live/${string}/hello`]: HelloAnswer;
  [path: `fit/${string}`]: FitWaiting | FitGoing | FitDone;
  [path: `own-maps/${string}`]: OwnMaps;
}

/** POST of what has no op, by path. */
export interface Posts {
  beside: { asked: Beside; answer: BesideAnswer };
  mix: { asked: AskMean; answer: MeanAnswer };
  name: { asked: Named; answer: Nothing };
  search: { asked: AskSearch; answer: SearchCancelled | SearchBegun | SearchGoing | SearchDone };
  live: { asked: Start; answer: Started };
  [path: `live/${string}/order`]: { asked: Command; answer: Nothing };
  [path: `live/${string}/stop`]: { asked: Nothing; answer: Nothing };
  fit: { asked: AskFit; answer: Started };
  [path: `fit/${string}/stop`]: { asked: Nothing; answer: Nothing };
}

/** Train's calls; of an answer its `value`. */
export interface Jobs {
  job_form: { asked: AskForm; answer: FormAnswer };
  job_snapshot: { asked: AskTraining; answer: Idle | Snapshot };
  job_samples: { asked: AskNamed; answer: string | null };
  job_start: { asked: AskStart; answer: string };
  job_stop: { asked: AskTraining; answer: string | null };
  job_resume: { asked: AskNamed; answer: string };
  job_delete: { asked: AskNamed; answer: null };
  job_begin_upload: { asked: BeginUpload; answer: string };
  job_add_upload: { asked: AddUpload; answer: null };
  job_check_upload: { asked: CheckUpload; answer: SurveyAnswer };
  job_fit: { asked: AskOwnFit; answer: FitAnswer };
  job_augmented: { asked: AskAugmented; answer: string | null };
}
