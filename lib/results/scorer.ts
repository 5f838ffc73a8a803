/** The scores of a run: what each is called, and the one place where a run's counts become them. */
import {
  authorsMeanIoUOf,
  classCounts,
  classThirds,
  classThirdsBy,
  imageClassScores,
} from '../metrics';
import type { PerImageCounts } from '../metrics';
import { diceOf, iouOf } from '../metrics/scores';
import { meanOfDefined, sum } from '../statistics';
import { authorsClassIds } from '../paper/authorsClasses';
import { DrawnSums } from './drawnSums';
import type { Column } from './drawnSums';
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

export { classThirds };

/** Class ids of each third, most pixels first. */
export type ClassThirds = Readonly<Record<(typeof classThirds)[number], readonly number[]>>;

/** By the pixels of the training split where the record has them, else of the labels scored. */
export function thirdsOf({ counts, trainingPixels }: ResultRecord): ClassThirds {
  const [head, body, tail] = classThirdsBy(trainingPixels ?? counts.map(sum));
  return { head, body, tail };
}

export type RunScores = Record<RunScore, number | null>;

/** All scores of a run on its split; those over images are null without counts of each image. */
export function scoresOf(record: ResultRecord): RunScores {
  const { config, classNames, perImage, crossEntropy } = record;
  const { meanIoUUnion, meanAccuracy, frequencyWeightedIoU } = record.scores;
  const once = new DrawnSums(1, [Uint8Array.of(1)]);
  const whole = scoresOfDraws(record, perImage ? perImage.names.map(() => 0) : [], once);
  const drawn = drawnScores.map((score, i) => [
    score,
    Number.isNaN(whole[i][0]) ? null : whole[i][0],
  ]);
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
 * Of each score of `drawnScores` its values in the drawn sets of a run's images, NaN where it is not defined: `clusterOf`
 * says in which cluster of `drawn` each image is. Without counts of each image there is one, the split.
 */
export function scoresOfDraws(
  record: ResultRecord,
  clusterOf: readonly number[],
  drawn: DrawnSums,
): Float64Array[] {
  const held = clusterColumns(record, clusterOf);
  const [labelled, counted, [imaged]] = [held.labelled, held.counted, held.imaged].map((columns) =>
    drawn.ofShared(columns),
  );
  const { iou, dice, right } = overPixels(held, labelled, drawn);
  const overImages = held.ofClass.map((column, c) => divided(drawn.of(column), counted[c]));
  const { head, body, tail } = thirdsOf(record);
  const all = record.classNames.map((_, c) => c);
  const byScore: Record<DrawnScore, Float64Array> = {
    meanIoU: meansWhere(all, iou, labelled),
    meanIoUI: divided(drawn.of(held.ofImages), imaged),
    meanIoUC: meansWhere(all, overImages, counted),
    headIoU: meansWhere(head, iou, labelled),
    bodyIoU: meansWhere(body, iou, labelled),
    tailIoU: meansWhere(tail, iou, labelled),
    meanDice: meansWhere(all, dice, labelled),
    pixelAccuracy: divided(right, totals(labelled)),
  };
  return drawnScores.map((score) => byScore[score]);
}

/** The scores of the kit's own runs. */
export const runScoring: Scoring<ResultRecord, RunScore> = {
  facts: scoreFacts,
  scoresOf,
  drawn: drawnScores,
  scoresOfDraws,
  datasetOf: ({ config }) => config.dataset.name,
};

// Plain loops from here on: a function called for each of thousands of draws returns numbers that the engine must allocate.

/** In each set IoU and Dice of each class, and the pixels that are right. */
function overPixels(
  { hits, predicted }: Pick<ClusterColumns, 'hits' | 'predicted'>,
  labelled: readonly Float64Array[],
  drawn: DrawnSums,
) {
  const [hit, other, right] = [0, 1, 2].map(() => new Float64Array(drawn.sets));
  const [iou, dice] = [hits, hits].map((of) => of.map(() => new Float64Array(drawn.sets)));
  const [iouFrom, diceFrom] = [iouOf, diceOf]; // an import is looked up at each call
  for (let c = 0; c < hits.length; c++) {
    drawn.of(hits[c], hit);
    drawn.of(predicted[c], other);
    const [own, iouOfClass, diceOfClass] = [labelled[c], iou[c], dice[c]];
    for (let b = 0; b < hit.length; b++) {
      const either = own[b] + other[b];
      iouOfClass[b] = iouFrom(hit[b], either);
      diceOfClass[b] = diceFrom(hit[b], either);
      right[b] += hit[b];
    }
  }
  return { iou, dice, right };
}

/** The numerators become the quotients. */
function divided(numerators: Float64Array, denominators: Float64Array): Float64Array {
  for (let b = 0; b < numerators.length; b++) numerators[b] /= denominators[b];
  return numerators;
}

/** In each set the mean of the values of those classes of `ids` of which there is something; NaN without one. */
function meansWhere(
  ids: readonly number[],
  values: readonly Float64Array[],
  there: readonly Float64Array[],
): Float64Array {
  const means = new Float64Array(values[0].length);
  const present = new Float64Array(means.length);
  for (const id of ids) {
    const [value, amount] = [values[id], there[id]];
    for (let b = 0; b < means.length; b++) {
      if (amount[b] === 0) continue;
      means[b] += value[b];
      present[b] += 1;
    }
  }
  for (let b = 0; b < means.length; b++) means[b] /= present[b];
  return means;
}

/** In each set, over the classes. */
function totals(classes: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(classes[0].length);
  for (const one of classes) for (let b = 0; b < sums.length; b++) sums[b] += one[b];
  return sums;
}

/** What the clusters hold, by class but for the last two. */
interface ClusterColumns {
  hits: Column[];
  labelled: Column[];
  predicted: Column[];
  /** Σ IoU over the images that have the class, and their number. */
  ofClass: Column[];
  counted: Column[];
  /** Σ mean IoU of the images, and the number of those that have one. */
  ofImages: Column;
  imaged: [Column];
}

function clusterColumns(
  { perImage, counts }: ResultRecord,
  clusterOf: readonly number[],
): ClusterColumns {
  if (perImage === undefined) {
    const { hits, labelled, predicted } = classCounts(counts);
    const one = (row: readonly number[]) => row.map((value) => [value]);
    const [ofClass, counted] = [hits, hits].map((row) => row.map(() => [0]));
    const pixels = { hits: one(hits), labelled: one(labelled), predicted: one(predicted) };
    return { ...pixels, ofClass, counted, ofImages: [0], imaged: [[0]] };
  }
  const clusters = clusterOf.reduce((most, cluster) => Math.max(most, cluster + 1), 0);
  const columns = (width: number, valueOf: (image: number, column: number) => number) =>
    Array.from({ length: width }, (_, column) => {
      const sums = new Float64Array(clusters);
      clusterOf.forEach((cluster, image) => (sums[cluster] += valueOf(image, column)));
      return sums;
    });
  const { hits, labelled, predicted } = perImage;
  const { iou } = imageClassScores(perImage);
  const means = iou.map(meanOfDefined);
  const classes = counts.length;
  return {
    hits: columns(classes, (image, c) => hits[image][c]),
    labelled: columns(classes, (image, c) => labelled[image][c]),
    predicted: columns(classes, (image, c) => predicted[image][c]),
    ofClass: columns(classes, (image, c) => iou[image][c] ?? 0),
    counted: columns(classes, (image, c) => (iou[image][c] === null ? 0 : 1)),
    ofImages: columns(1, (image) => means[image] ?? 0)[0],
    imaged: [columns(1, (image) => (means[image] === null ? 0 : 1))[0]],
  };
}

/** Mean IoU of each image by itself, over the classes in its labels; null for an image without a labelled pixel. */
export function imageMeanIoUs(counts: PerImageCounts): (number | null)[] {
  return imageClassScores(counts).iou.map(meanOfDefined);
}
