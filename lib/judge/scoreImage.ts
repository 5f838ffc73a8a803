/** Scores one image: its labels and what every method predicts of it. Runs in threads: no TensorFlow. */
import { described, InputError, invalid } from '../check';
import { readStoredLabels } from '../datasets/decode/storedLabels';
import type { StoredLabels } from '../datasets/decode/storedLabels';
import { boundaries, boundaryWidth } from './boundary';
import type { CalibrationSums } from './calibration';
import { decide } from './decide';
import type { DecisionStep, ValueKind } from './decide';
import { idsOf, outsideText, toIds } from './idRule';
import type { IdRule } from './idRule';
import { readProbabilityMap, resizedMap } from './probabilityMap';
import type { FloatSource, Layout } from './probabilityMap';
import { ignoreUnlabelled, pairCounts, specialIds, tally, tallyPairs } from './tally';
import type { ClassTally, IdMap, ImageTally } from './tally';

/** A prediction of one image: a PNG, or numbers of each pixel and class. */
export interface PredictionSource extends FloatSource {
  kind: 'map' | 'floats';
  /** What is made of floats; of a map it is one. */
  steps: readonly DecisionStep[];
}

export interface ImageJob {
  name: string;
  /** A label file, or ids that the data set's loader gave. */
  labels: { file: string } | { map: IdMap; height: number; width: number };
  predictions: readonly PredictionSource[];
}

/** Alike for all images. */
export interface JudgeRules {
  labels: IdRule;
  predictions: IdRule;
  layout: Layout;
  values: ValueKind;
  /** Whether boundaries are scored. */
  boundary: boolean;
}

/** One prediction by one rule. */
export interface StepScores extends ClassTally {
  /** Of masks that may overlap there is none. */
  boundary?: ClassTally;
}

/** Why a prediction is not scored. */
export interface Refusal {
  kind: 'unreadable' | 'outside';
  text: string;
}

export type PredictionScores =
  | { refused: Refusal }
  | {
      steps: StepScores[];
      calibration?: CalibrationSums;
      classCalibration?: CalibrationSums;
      /** `32×48 → 64×96`, where it had another size than its label. */
      resized?: string;
    };

export interface ImageScores {
  name: string;
  /** Why the label is not read; there are no predictions then. */
  refused?: Refusal;
  /** Pixels of each class in the label. */
  labelled: number[];
  predictions: PredictionScores[];
}

/** The labels of an image with what every prediction is held against. */
interface Truth {
  /** Made when it is first asked for: label files that are held against others need none. */
  readonly map: IdMap;
  height: number;
  width: number;
  distance: number;
  boundary?: IdMap;
  /** What the file stores, where that is bytes, and the id of each. */
  bytes?: { values: Uint8Array; ids: Uint16Array };
}

export async function scoreImage(job: ImageJob, rules: JudgeRules): Promise<ImageScores> {
  const { name } = job;
  let truth: Truth;
  try {
    truth = await readTruth(job.labels, rules);
  } catch (error) {
    return { name, refused: refusalOf(error), labelled: [], predictions: [] };
  }
  const predictions: PredictionScores[] = [];
  for (const source of job.predictions) {
    predictions.push(
      await scorePrediction(source, truth, rules).catch((error: unknown) => {
        return { refused: refusalOf(error) };
      }),
    );
  }
  const [scored] = predictions.flatMap((one) => ('steps' in one ? one.steps : []));
  const { labelled } = scored ?? tally(truth.map, truth.map, rules.labels.numClasses);
  return { name, labelled, predictions };
}

/** An id that is no class. */
class OutsideError extends InputError {}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof InputError)) throw error;
  return { kind: error instanceof OutsideError ? 'outside' : 'unreadable', text: error.message };
}

async function readTruth(labels: ImageJob['labels'], rules: JudgeRules): Promise<Truth> {
  const read = 'map' in labels ? labels : await readLabelFile(labels.file, rules.labels);
  const { height, width } = read;
  const distance = boundaryWidth(height, width);
  if (!rules.boundary) return Object.assign(read, { distance });
  const none = specialIds(rules.labels.numClasses).ignored;
  const boundary = boundaries(read.map, { height, width, distance, none });
  return Object.assign(read, { distance, boundary });
}

async function readLabelFile(
  file: string,
  rule: IdRule,
): Promise<Pick<Truth, 'map' | 'height' | 'width' | 'bytes'>> {
  const stored = await readStoredLabels('judge', file, rule);
  const { height, width } = stored;
  const { outside } = specialIds(rule.numClasses);
  const ids = idsOf(stored, rule);
  const bytes = stored.values instanceof Uint8Array ? { values: stored.values, ids } : undefined;
  let made: IdMap | undefined;
  const map = () => (made ??= toIds(stored, rule, stored).map);
  const isOutside = bytes
    ? pairCounts(bytes.values, bytes.values).some((n, pair) => n > 0 && ids[pair & 255] === outside)
    : map().includes(outside);
  if (isOutside) {
    const found = outsideText(stored.values, map(), rule, (i) => map()[i] === outside);
    throw outsideError('label', file, found, rule);
  }
  return {
    ...{ height, width, bytes },
    get map() {
      return map();
    },
  };
}

async function scorePrediction(
  source: PredictionSource,
  truth: Truth,
  rules: JudgeRules,
): Promise<PredictionScores> {
  if (source.kind === 'floats') return scoreFloats(source, truth, rules);
  const { file } = source;
  const stored = await readStoredLabels('judge', file, rules.predictions);
  const counted = rules.boundary ? undefined : scoreBytes(stored, truth, rules);
  if (counted?.outside === 0) return { steps: [counted] };
  const { map, values } = toIds(stored, rules.predictions, truth);
  const scores = scoreMap(map, truth, rules);
  if (scores.outside > 0) {
    const { numClasses } = rules.labels;
    const counts = (i: number) => truth.map[i] < numClasses;
    const found = outsideText(values, map, rules.predictions, counts);
    throw outsideError('prediction', file, found, rules.predictions);
  }
  return { steps: [scores], ...resizedText(stored, truth) };
}

/** By the bytes that both files store, without a map of ids; undefined where that cannot be. */
function scoreBytes(
  stored: StoredLabels,
  { bytes, height, width }: Truth,
  { labels, predictions }: JudgeRules,
): ImageTally | undefined {
  const { values } = stored;
  const isSame = stored.height === height && stored.width === width;
  if (bytes === undefined || !(values instanceof Uint8Array) || !isSame) return undefined;
  return tallyPairs(pairCounts(bytes.values, values), labels.numClasses, {
    labelIds: bytes.ids,
    predictionIds: idsOf(stored, predictions),
  });
}

async function scoreFloats(
  source: PredictionSource,
  truth: Truth,
  rules: JudgeRules,
): Promise<PredictionScores> {
  const { labels, layout, values } = rules;
  const { numClasses } = labels;
  const stored = await readProbabilityMap(source, { layout, numClasses });
  const { height, width } = truth;
  const isSame = stored.height === height && stored.width === width;
  const map = isSame ? stored : resizedMap(stored, numClasses, height, width);
  const { file, steps } = source;
  const decided = decide(map, truth.map, { file, numClasses, values, steps });
  const { calibration, classCalibration } = decided;
  return {
    steps: decided.predictions.map((one) => ('hits' in one ? one : scoreMap(one, truth, rules))),
    calibration,
    classCalibration,
    ...resizedText(stored, truth),
  };
}

/** Makes `map` void where the label is. */
function scoreMap(
  map: IdMap,
  truth: Truth,
  { labels }: JudgeRules,
): StepScores & { outside: number } {
  const { numClasses } = labels;
  const { ignored: none } = specialIds(numClasses);
  ignoreUnlabelled(map, truth.map, none);
  const counts = tally(truth.map, map, numClasses);
  if (counts.outside > 0 || truth.boundary === undefined) return counts;
  const { height, width, distance } = truth;
  const own = boundaries(map, { height, width, distance, none });
  const { hits, labelled, predicted } = tally(truth.boundary, own, numClasses);
  return { ...counts, boundary: { hits, labelled, predicted } };
}

function resizedText(
  from: { height: number; width: number },
  to: { height: number; width: number },
) {
  if (from.height === to.height && from.width === to.width) return {};
  return { resized: `${from.height}×${from.width} → ${to.height}×${to.width}` };
}

function outsideError(
  what: string,
  file: string,
  found: string,
  { numClasses, colours }: IdRule,
): Error {
  const ids = `class ids 0–${numClasses - 1}${colours ? ', as classes.json has them' : ' or the ignored one'}`;
  const { message } = invalid('judge', `${what} values in ${file}`, ids, described(found));
  return new OutsideError(message);
}
