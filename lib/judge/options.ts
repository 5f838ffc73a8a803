/** What the judge is asked to do. */
import type { Split } from '../datasets/datasetTypes';
import type { DecisionName } from '../decisions/rules';
import type { ValueKind } from './decide';
import type { Layout } from './probabilityMap';

/** The predictions of one method with one seed. */
export interface JudgedPredictions {
  /** As tables call the method; several seeds share it. */
  name: string;
  /** Default 0. */
  seed?: number;
  /** A folder of PNG, .npy or .safetensors files, or one .safetensors file. */
  place: string;
}

/** Where the labels are: label files in a folder, or a split of a data set, read by its loader. */
export type JudgedLabels =
  { folder: string; suffix?: string } | { dataset: string; split: Split; root?: string };

export interface JudgeOptions {
  labels: JudgedLabels;
  predictions: readonly JudgedPredictions[];
  /** What all names of prediction files end with beside their extension, such as `_leftImg8bit` (default: nothing). */
  predictionSuffix?: string;
  /** Of label files that hold class ids; this or `classes`. */
  numClasses?: number;
  /**
   * A `classes.json` (lib/datasets/folderClasses.ts), for names, stored values and colours; with a data set it says what
   * stands for its classes in the predictions (default: their ids, or the colours of its palette).
   */
  classes?: string;
  /** The stored value of pixels that do not count (default 255); with `classes` it is told there. */
  ignore?: number;
  /** Of .npy and .safetensors files (default `'hwc'`). */
  layout?: Layout;
  /** What these files hold (default `'probabilities'`). */
  values?: ValueKind;
  /** What is made of probabilities (default `['argmax']`); each rule is a method of its own. */
  decisions?: readonly DecisionName[];
  /** Strengths t of logit adjustment, each a method of its own (default: 1, or the best of `strengthGrid` on `validation`). */
  strengths?: readonly number[];
  /** Pixels of each class in the training split, or a folder of its label files: for logit adjustment, and head, body, tail. */
  trainingPixels?: readonly number[] | { folder: string };
  /** On which the strength is chosen, by mean IoU (D). */
  validation?: { labels: string; predictions: readonly JudgedPredictions[] };
  /** Whether boundaries are scored (default true). */
  boundary?: boolean;
  /** Refuse what is otherwise named and left out, or resized (default false). */
  strict?: boolean;
  /** Draws for intervals (default 2000). */
  resamples?: number;
  /** See `scoreImages`. */
  threads?: number;
  signal?: AbortSignal;
  /** Told each problem and remark once. */
  onNote?: (text: string) => void;
  /** Images done and in all; `what` says of which part of the work. */
  onProgress?: (what: string, done: number, total: number) => void;
}
