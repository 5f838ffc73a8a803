/** What a live page holds: written by the kit, read by the page's own script. */
import type { Colour } from '../datasets/datasetTypes';

/** Where a weight lies in the bytes of its network, little-endian; the values are row-major. */
export interface PageWeight {
  /** `LAYER/kernel`. */
  name: string;
  shape: number[];
  dtype: 'float16' | 'float32';
}

/** A score of a run in the split it is reported on, 0 … 1, with its 95 % interval over the images. */
export interface PageScore {
  title: string;
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface PageRun {
  label: string;
  network: string;
  /** The loss with its options, as tables have it. */
  loss: string;
  /** τ of the loss; null where it has none. */
  temperature: number | null;
  /** Trained, and the one whose weights were kept. */
  epochs: number;
  bestEpoch: number;
  seed: number;
  /** `validation split of drawn scenes, 24 images`. */
  scoredOn: string;
  scores: PageScore[];
  /** Of each class in the training split, for logit adjustment; absent where the record does not tell. */
  trainingPixels?: readonly number[];
  /** Height and width of an image are multiples of this. */
  sizeMultiple: number;
  /** The network as tfjs writes it (`model.toJSON`), as JSON. */
  topology: string;
  weights: PageWeight[];
  /** Their values, one after the other, as base64. */
  values: string;
}

export interface PageImage {
  name: string;
  /** Image file, as base64. */
  file: string;
  /** Label map as a PNG whose grey levels are class ids, as base64; absent where there are no labels. */
  labels?: string;
}

/** One measured difference behind a claim, in points. */
export interface PageComparison {
  label: string;
  value: number;
  low: number;
  high: number;
}

export interface PageClaim {
  place: string;
  claim: string;
  rule: string;
  verdict: string;
  measured: string;
  /** File stem of the notebook with the evidence. */
  notebook: string;
  comparisons: PageComparison[];
}

export interface PageData {
  title: string;
  classes: { name: string; colour: Colour }[];
  ignoreIndex: number;
  /** Height and width the runs were trained at. */
  size: readonly [number, number];
  runs: PageRun[];
  images: PageImage[];
  /** Whose the images are. */
  credit: string;
  /** Folder of the notebooks as pages, as seen from the page; absent where there is none. */
  notebooks?: string;
  ledger: PageClaim[];
}
