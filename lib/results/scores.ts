/** The scores of a run: what each is called, and the one place where a run's counts become them. */
import { authorsMeanIoUOf, classGroups, imageClassScores, scoresFrom } from '../metrics';
import type { PerImageCounts } from '../metrics';
import { mean, ratio } from '../metrics/scores';
import { authorsClassIds } from '../paper/authorsClasses';
import { classCounts } from './records';
import type { ResultRecord } from './records';

/** How a score is written. */
interface ScoreFacts {
  title: string;
  better: 'higher' | 'lower';
  /** False: a number as it is, not a share that is written in percent. */
  isShare: boolean;
}

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
  const classIds = authorsClassIds(config.dataset.name, classNames);
  const scorer = drawnScorer(record, perImage ? perImage.names.map(() => 0) : []);
  return {
    ...scorer([1]),
    authorsMeanIoU:
      perImage && classIds
        ? authorsMeanIoUOf(perImage, { batchSize: config.batchSize, classIds })
        : null,
    crossEntropy: crossEntropy ?? null,
  };
}

export type DrawnScores = Record<Exclude<RunScore, 'authorsMeanIoU' | 'crossEntropy'>, number | null>;

/**
 * Scores of drawn sets of a run's images: `clusterOf` says in which cluster each image is, the weights how often each
 * cluster is in the set. What a cluster holds is added up once: pixels by class, IoU by image, and by image and class.
 */
export function drawnScorer(
  record: ResultRecord,
  clusterOf: readonly number[],
): (weights: ArrayLike<number>) => DrawnScores {
  const thirds = thirdsOf(record);
  const classes = record.classNames.length;
  const rows = clusterSums(record, clusterOf);
  const sums = new Float64Array(5 * classes + 2);
  const part = (i: number) => Array.from(sums.subarray(i * classes, (i + 1) * classes));
  return (weights) => {
    sums.fill(0);
    rows.forEach((row, cluster) => {
      const weight = weights[cluster];
      if (weight > 0) for (let k = 0; k < sums.length; k++) sums[k] += weight * row[k];
    });
    const labelled = part(1);
    const scores = scoresFrom({ hits: part(0), labelled, predicted: part(2) });
    const counted = part(4);
    const ofClasses = part(3).map((sum, c) => ratio(sum, counted[c]));
    const { meanIoU, meanIoUUnion, meanDice, pixelAccuracy, meanAccuracy, frequencyWeightedIoU } =
      scores;
    const ofThird = (ids: readonly number[]) =>
      mean(ids.map((id) => (labelled[id] > 0 ? scores.iou[id] : null)));
    return {
      ...{ meanIoU, meanIoUUnion, meanDice, pixelAccuracy, meanAccuracy, frequencyWeightedIoU },
      meanIoUI: ratio(sums[5 * classes], sums[5 * classes + 1]),
      meanIoUC: mean(ofClasses),
      headIoU: ofThird(thirds.head),
      bodyIoU: ofThird(thirds.body),
      tailIoU: ofThird(thirds.tail),
    };
  };
}

/**
 * A row for each cluster: hits, labelled and predicted pixels of each class; Σ IoU of each class and the images that have
 * it; Σ mean IoU of the images and their number. Without counts of each image one cluster holds the whole split.
 */
function clusterSums({ perImage, counts }: ResultRecord, clusterOf: readonly number[]) {
  if (perImage === undefined) {
    const { hits, labelled, predicted } = classCounts(counts);
    const none = hits.map(() => 0);
    return [Float64Array.from([...hits, ...labelled, ...predicted, ...none, ...none, 0, 0])];
  }
  const { iou } = imageClassScores(perImage);
  const rows: Float64Array[] = [];
  clusterOf.forEach((cluster, i) => {
    const ofImage = mean(iou[i]);
    const values = [
      ...perImage.hits[i],
      ...perImage.labelled[i],
      ...perImage.predicted[i],
      ...iou[i].map((value) => value ?? 0),
      ...iou[i].map((value) => (value === null ? 0 : 1)),
      ofImage ?? 0,
      ofImage === null ? 0 : 1,
    ];
    rows[cluster] ??= new Float64Array(values.length);
    values.forEach((value, k) => (rows[cluster][k] += value));
  });
  return rows;
}

/** Mean IoU of each image by itself, over the classes in its labels; null for an image without a labelled pixel. */
export function imageMeanIoUs(counts: PerImageCounts): (number | null)[] {
  return imageClassScores(counts).iou.map(mean);
}
