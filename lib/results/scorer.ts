/** The scores of a run: what each is called, and the one place where a run's counts become them. */
import { authorsMeanIoUOf, classCounts, classGroups, imageClassScores } from '../metrics';
import type { PerImageCounts } from '../metrics';
import { diceOf, iouOf } from '../metrics/scores';
import { meanOfDefined } from '../statistics';
import { authorsClassIds } from '../paper/authorsClasses';
import type { ResultRecord } from './records';
import type { ScoreFacts, Scoring } from './scoring';

const share = (title: string): ScoreFacts => ({ title, better: 'higher', isShare: true });

/**
 * Every score that tables and claims use. D, I and C are mean IoU over the pixels of the set, over images, over classes
 * (`fineGrainedScores`). Head, body and tail are mean IoU (D) of thirds of the classes by the pixels of the training split,
 * where the record has them, else of the split scored. `authorsMeanIoU` and `crossEntropy` are what the paper's tables
 * probably hold (`inferredReadings` in lib/paper).
 */
export const scoreFacts = {
  meanIoU: share('mIoU'),
  meanIoUI: share('mIoU over images'),
  meanIoUC: share('mIoU over classes and images'),
  headIoU: share('head mIoU'),
  bodyIoU: share('body mIoU'),
  tailIoU: share('tail mIoU'),
  meanIoUUnion: share('mIoU, classes predicted included'),
  meanDice: share('mean Dice'),
  pixelAccuracy: share('pixel accuracy'),
  meanAccuracy: share('mean accuracy'),
  frequencyWeightedIoU: share('frequency-weighted IoU'),
  authorsMeanIoU: share('mIoU of ids 0–2'),
  crossEntropy: { title: 'cross-entropy', better: 'lower', isShare: false },
} as const satisfies Record<string, ScoreFacts>;

export type RunScore = keyof typeof scoreFacts;

export const runScores = Object.keys(scoreFacts) as RunScore[];

export const classThirds = ['head', 'body', 'tail'] as const;

/** Class ids of each third, most pixels first. */
export type ClassThirds = Readonly<Record<(typeof classThirds)[number], readonly number[]>>;

/** By the pixels of the training split where the record has them, else of the labels scored. */
export function thirdsOf({ counts, scores, trainingPixels }: ResultRecord): ClassThirds {
  const groups = classGroups(counts, scores.iou, trainingPixels);
  const [head, body, tail] = groups.map(({ classes }) => classes);
  return { head, body, tail };
}

export type RunScores = Record<RunScore, number | null>;

/** All scores of a run on its split; those over images are null without counts of each image. */
export function scoresOf(record: ResultRecord): RunScores {
  const { config, classNames, perImage, crossEntropy } = record;
  const { meanIoUUnion, meanAccuracy, frequencyWeightedIoU } = record.scores;
  const whole = drawnScorer(record, perImage ? perImage.names.map(() => 0) : [])([1]);
  const drawn = drawnScores.map((score, i) => [score, Number.isNaN(whole[i]) ? null : whole[i]]);
  const classIds = authorsClassIds(config.dataset.name, classNames);
  return {
    ...(Object.fromEntries(drawn) as Record<DrawnScore, number | null>),
    ...{ meanIoUUnion, meanAccuracy, frequencyWeightedIoU },
    authorsMeanIoU:
      perImage && classIds.length > 0
        ? authorsMeanIoUOf(perImage, { batchSize: config.batchSize, classIds })
        : null,
    crossEntropy: crossEntropy ?? null,
  };
}

/** Scores of which intervals are made: those of a drawn set of images. */
export const drawnScores = [
  'meanIoU',
  'meanIoUI',
  'meanIoUC',
  'headIoU',
  'bodyIoU',
  'tailIoU',
  'meanDice',
  'pixelAccuracy',
] as const satisfies readonly RunScore[];
export type DrawnScore = (typeof drawnScores)[number];

/**
 * Scores of drawn sets of a run's images, in the order of `drawnScores`, NaN where one is not defined: `clusterOf` says in
 * which cluster each image is, the weights how often each cluster is in the set. What a cluster holds is added up once:
 * pixels by class, IoU by image, and by image and class. Thousands of sets are scored: nothing is allocated for one.
 */
export function drawnScorer(
  record: ResultRecord,
  clusterOf: readonly number[],
): (weights: ArrayLike<number>) => Float64Array {
  const classes = record.classNames.length;
  const { rows, clusters } = clusterSums(record, clusterOf);
  const width = 5 * classes + 2;
  const { starts, places, values } = filled(rows, clusters, width);
  const sums = new Float64Array(width);
  const [labelled, predicted, ofClass, counted, ofImages] = [1, 2, 3, 4, 5].map((i) => i * classes);
  const iou = new Float64Array(classes);
  const thirds = thirdsOf(record);
  const groups = [thirds.head, thirds.body, thirds.tail].map((ids) => Int32Array.from(ids));
  const scores = new Float64Array(drawnScores.length);
  const all = Int32Array.from({ length: classes }, (_, c) => c);
  return (weights) => {
    sums.fill(0);
    for (let cluster = 0; cluster < clusters; cluster++) {
      const weight = weights[cluster];
      if (weight === 0) continue;
      const end = starts[cluster + 1];
      for (let j = starts[cluster]; j < end; j++) sums[places[j]] += weight * values[j];
    }
    let [hits, pixels, dice, present, ofClasses, imaged] = [0, 0, 0, 0, 0, 0];
    for (let c = 0; c < classes; c++) {
      const either = sums[labelled + c] + sums[predicted + c];
      iou[c] = iouOf(sums[c], either);
      hits += sums[c];
      pixels += sums[labelled + c];
      if (sums[labelled + c] === 0) continue;
      dice += diceOf(sums[c], either);
      present += 1;
    }
    scores[0] = meanWhere(all, iou, sums, labelled);
    scores[1] = sums[ofImages] / sums[ofImages + 1];
    for (let c = 0; c < classes; c++) {
      if (sums[counted + c] === 0) continue;
      ofClasses += sums[ofClass + c] / sums[counted + c];
      imaged += 1;
    }
    scores[2] = ofClasses / imaged;
    for (let i = 0; i < 3; i++) scores[3 + i] = meanWhere(groups[i], iou, sums, labelled);
    scores[6] = dice / present;
    scores[7] = hits / pixels;
    return scores;
  };
}

/** The scores of the kit's own runs. */
export const runScoring: Scoring<ResultRecord, RunScore> = {
  facts: scoreFacts,
  scoresOf,
  drawn: drawnScores,
  drawnScorer,
  datasetOf: ({ config }) => config.dataset.name,
};

/** The entries that are not 0 of rows one behind the other; those of a row stand from `starts[row]` on. */
function filled(rows: Float64Array, count: number, width: number) {
  const starts = new Int32Array(count + 1);
  const at = [...rows.keys()].filter((k) => rows[k] !== 0);
  for (const k of at) starts[Math.floor(k / width) + 1] += 1;
  for (let row = 0; row < count; row++) starts[row + 1] += starts[row];
  const places = Int32Array.from(at, (k) => k % width);
  return { starts, places, values: Float64Array.from(at, (k) => rows[k]) };
}

/** Mean of `values` over those of `ids` that have pixels, at `from` in `sums`. */
function meanWhere(
  ids: Int32Array,
  values: Float64Array,
  sums: Float64Array,
  from: number,
): number {
  let [total, present] = [0, 0];
  for (let i = 0; i < ids.length; i++) {
    if (sums[from + ids[i]] === 0) continue;
    total += values[ids[i]];
    present += 1;
  }
  return total / present;
}

/**
 * For each cluster: hits, labelled and predicted pixels of each class; Σ IoU of each class and the images that have it; Σ mean
 * IoU of the images and their number. One cluster behind the other. Without counts of each image one holds the whole split.
 */
function clusterSums({ perImage, counts }: ResultRecord, clusterOf: readonly number[]) {
  if (perImage === undefined) {
    const { hits, labelled, predicted } = classCounts(counts);
    const none = hits.map(() => 0);
    const rows = Float64Array.from([...hits, ...labelled, ...predicted, ...none, ...none, 0, 0]);
    return { rows, clusters: 1 };
  }
  const { iou } = imageClassScores(perImage);
  const clusters = clusterOf.reduce((most, cluster) => Math.max(most, cluster + 1), 0);
  const classes = counts.length;
  const width = 5 * classes + 2;
  const rows = new Float64Array(clusters * width);
  clusterOf.forEach((cluster, i) => {
    let at = cluster * width;
    const add = (value: number) => (rows[at++] += value);
    perImage.hits[i].forEach(add);
    perImage.labelled[i].forEach(add);
    perImage.predicted[i].forEach(add);
    for (const value of iou[i]) add(value ?? 0);
    for (const value of iou[i]) add(value === null ? 0 : 1);
    const ofImage = meanOfDefined(iou[i]);
    add(ofImage ?? 0);
    add(ofImage === null ? 0 : 1);
  });
  return { rows, clusters };
}

/** Mean IoU of each image by itself, over the classes in its labels; null for an image without a labelled pixel. */
export function imageMeanIoUs(counts: PerImageCounts): (number | null)[] {
  return imageClassScores(counts).iou.map(meanOfDefined);
}
