/** The scores of drawn sets of images, for intervals and tests: thousands of sets, so that nothing is allocated for one. */
import { diceOf, iouOf } from '../metrics/scores';
import { imageClassScores } from '../metrics';
import type { ImageClassTable, PerImageCounts } from '../metrics';
import type { DrawnSums } from '../results/drawnSums';
import { meanOfDefined } from '../statistics';
import { calibrationError, calibrationSums } from './calibration';
import { judgeScores } from './scores';
import type { JudgedRun, JudgeScore } from './scores';

/** All but the class-wise calibration error, whose sums are not kept for each image. */
export const drawnJudgeScores = judgeScores.filter((score) => score !== 'classwiseEce');

/** Percents of the worst values, rising; those from 10 on are the ones whose mean is the score Q. */
const percents = [1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
const firstDecile = percents.indexOf(10);
/** What is told by itself; 100 is the plain mean. */
const told = [1, 5, 10, 100].map((percent) => {
  return { at: percents.indexOf(percent), suffix: percent === 100 ? '' : String(percent) };
});

/** As `Scoring.scoresOfDraws` of lib/results has it. */
export function judgeScoresOfDraws(
  run: JudgedRun,
  clusterOf: readonly number[],
  sums: DrawnSums,
): Float64Array[] {
  const scorer = drawnJudgeScorer(run, clusterOf);
  const times = new Float64Array(clusterOf.reduce((most, one) => Math.max(most, one + 1), 0));
  const lists = drawnJudgeScores.map(() => new Float64Array(sums.sets));
  for (let set = 0; set < sums.sets; set++) {
    sums.timesIn(set, times);
    const scores = scorer(times);
    for (let i = 0; i < lists.length; i++) lists[i][set] = scores[i];
  }
  return lists;
}

/**
 * Scores a set of a run's images, in the order of `drawnJudgeScores`, NaN where one is not defined: the weights say how often
 * each cluster is in the set. The array given is used again.
 */
export function drawnJudgeScorer(
  run: JudgedRun,
  clusterOf: readonly number[],
): (weights: ArrayLike<number>) => Float64Array {
  const { perImage, boundary, calibration, overlaps, thirds } = run;
  const values = new Map<JudgeScore, number>();
  const times = new Float64Array(clusterOf.length);
  const parts = [
    setScores(values, perImage, { thirds, overlaps }),
    ...(boundary ? [boundaryScores(values, boundary)] : []),
    ...(calibration ? [calibrationScores(values, calibration)] : []),
  ];
  const result = new Float64Array(drawnJudgeScores.length);
  return (weights) => {
    for (let i = 0; i < times.length; i++) times[i] = weights[clusterOf[i]];
    for (const part of parts) part(times);
    for (let i = 0; i < result.length; i++) result[i] = values.get(drawnJudgeScores[i]) ?? NaN;
    return result;
  };
}

type Values = Map<JudgeScore, number>;
/** Scores the set that has each image so many times. */
type Part = (times: Float64Array) => void;

function setScores(
  values: Values,
  counts: PerImageCounts,
  { thirds, overlaps }: Pick<JudgedRun, 'thirds' | 'overlaps'>,
): Part {
  const add = weightedSums(counts);
  const { iou, dice } = imageClassScores(counts);
  const tables = { meanIoU: new Worst(iou), meanDice: new Worst(dice) };
  const groups = { headIoU: thirds[0], bodyIoU: thirds[1], tailIoU: thirds[2] };
  return (times) => {
    const { hits, labelled, predicted } = add(times);
    const mean = (ids: readonly number[], score: (c: number) => number) => {
      let [sum, present] = [0, 0];
      for (const c of ids) {
        if (labelled[c] === 0) continue;
        sum += score(c);
        present += 1;
      }
      return sum / present;
    };
    const all = [...hits.keys()];
    const iouOfClass = (c: number) => iouOf(hits[c], labelled[c] + predicted[c]);
    values.set('meanIoUD', mean(all, iouOfClass));
    values.set(
      'meanDiceD',
      mean(all, (c) => diceOf(hits[c], labelled[c] + predicted[c])),
    );
    values.set(
      'meanAccuracy',
      mean(all, (c) => hits[c] / labelled[c]),
    );
    if (!overlaps) values.set('pixelAccuracy', total(hits) / total(labelled));
    for (const [name, ids] of Object.entries(groups)) {
      values.set(name as keyof typeof groups, mean(ids, iouOfClass));
    }
    for (const [name, table] of Object.entries(tables)) {
      table.score(times, (key, value) => values.set(`${name}${key}` as JudgeScore, value));
    }
  };
}

function boundaryScores(values: Values, counts: PerImageCounts): Part {
  const add = weightedSums(counts);
  const table = new Worst(imageClassScores(counts).iou);
  return (times) => {
    const { hits, labelled, predicted } = add(times);
    let [sum, present] = [0, 0];
    for (let c = 0; c < hits.length; c++) {
      if (labelled[c] === 0) continue;
      sum += iouOf(hits[c], labelled[c] + predicted[c]);
      present += 1;
    }
    values.set('boundaryIoUD', sum / present);
    values.set('boundaryIoUI', table.overImages(times));
  };
}

function calibrationScores(values: Values, calibration: readonly Float64Array[]): Part {
  const sums = calibrationSums();
  return (times) => {
    sums.fill(0);
    calibration.forEach((image, i) => {
      if (times[i] > 0) for (let k = 0; k < sums.length; k++) sums[k] += times[i] * image[k];
    });
    values.set('ece', calibrationError(sums));
  };
}

const total = (values: Float64Array) => values.reduce((sum, one) => sum + one, 0);

/** Adds up counts of images, each so many times. */
function weightedSums(counts: PerImageCounts) {
  const keys = ['hits', 'labelled', 'predicted'] as const;
  const classes = counts.hits[0]?.length ?? 0;
  const sums = {
    hits: new Float64Array(classes),
    labelled: new Float64Array(classes),
    predicted: new Float64Array(classes),
  };
  return (times: Float64Array) => {
    for (const key of keys) {
      const own = sums[key].fill(0);
      counts[key].forEach((row, i) => {
        if (times[i] > 0) for (let c = 0; c < classes; c++) own[c] += times[i] * row[c];
      });
    }
    return sums;
  };
}

/** Values in rising order with the image of each. */
interface Ranked {
  images: Int32Array;
  values: Float64Array;
}

/** One score by image and class, its worst images found by one walk over values that are sorted once. */
class Worst {
  private readonly images: Ranked;
  private readonly classes: Ranked[];

  constructor(table: ImageClassTable) {
    this.images = ranked(table.map(meanOfDefined));
    this.classes = (table[0] ?? []).map((_, c) => ranked(table.map((row) => row[c])));
  }

  overImages(times: Float64Array): number {
    return worstMeans(this.images, times)[percents.length - 1];
  }

  /** Tells `I`, `C`, `I5`, `IQ` and so on. */
  score(times: Float64Array, tell: (key: string, value: number) => void): void {
    const images = worstMeans(this.images, times);
    const classes = new Float64Array(percents.length);
    let present = 0;
    for (const one of this.classes) {
      const means = worstMeans(one, times);
      if (Number.isNaN(means[0])) continue;
      present += 1;
      for (let i = 0; i < classes.length; i++) classes[i] += means[i];
    }
    for (const [kind, means, count] of [
      ['I', images, 1],
      ['C', classes, present],
    ] as const) {
      for (const { at, suffix } of told) tell(`${kind}${suffix}`, means[at] / count);
      const deciles = means.subarray(firstDecile);
      tell(`${kind}Q`, total(deciles) / (count * deciles.length));
    }
  }
}

function ranked(all: readonly (number | null)[]): Ranked {
  const found = all.flatMap((value, image) => (value === null ? [] : [{ value, image }]));
  found.sort((a, b) => a.value - b.value);
  return {
    images: Int32Array.from(found, ({ image }) => image),
    values: Float64Array.from(found, ({ value }) => value),
  };
}

/** For each of `percents` the mean of the lowest max(1, ⌊percent/100·n⌋) of the n values of the set; NaN without one. */
function worstMeans({ images, values }: Ranked, times: Float64Array): Float64Array {
  let n = 0;
  for (let k = 0; k < images.length; k++) n += times[images[k]];
  const means = new Float64Array(percents.length).fill(NaN);
  if (n === 0) return means;
  const wanted = (at: number) => Math.max(1, Math.floor((percents[at] * n) / 100));
  let [count, sum, next] = [0, 0, 0];
  let end = wanted(0);
  for (let k = 0; k < images.length; k++) {
    const weight = times[images[k]];
    while (end <= count + weight) {
      means[next++] = (sum + (end - count) * values[k]) / end;
      end = next < percents.length ? wanted(next) : Infinity;
    }
    count += weight;
    sum += weight * values[k];
  }
  return means;
}
