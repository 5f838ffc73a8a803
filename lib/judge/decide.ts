/** From the probabilities of an image to its predictions by several rules, in one or two passes over its pixels. */
import { described, invalid } from '../check';
import { LEVELS, levelOf, rankedLevel } from '../decisions/ranked';
import type { LevelHistogram } from '../decisions/ranked';
import { addToBin, calibrationSums } from './calibration';
import type { CalibrationSums } from './calibration';
import type { ProbabilityMap } from './probabilityMap';
import { createMap } from './tally';
import type { ClassTally, IdMap } from './tally';

export const valueKinds = ['probabilities', 'logits'] as const;
export type ValueKind = (typeof valueKinds)[number];

/** A rule as it is carried out. */
export type DecisionStep =
  /** Argmax of the logits less `bias`; without it, as they are. */
  { kind: 'argmax'; bias?: Float64Array } | { kind: 'ranked'; score: 'dice' | 'iou' };

export interface Decided {
  /** Of each step: a map, or the pixels of masks that may overlap. */
  predictions: (IdMap | ClassTally)[];
  /** Of the highest class, by the first step that is an argmax without bias. */
  calibration: CalibrationSums;
  /** Of each class's probability. */
  classCalibration: CalibrationSums;
}

/** Pixels that are worked on at a time. */
const BLOCK = 4096;
/** How far the probabilities of a pixel may be from 1 in sum: half floats of many classes. */
const TOLERANCE = 0.02;

/**
 * @param labels of the same size; where they are no class nothing is counted
 * @throws InputError that names `file` for numbers that are no probabilities, or not finite
 */
export function decide(
  map: ProbabilityMap,
  labels: IdMap,
  {
    file,
    numClasses,
    values,
    steps,
  }: { file: string; numClasses: number; values: ValueKind; steps: readonly DecisionStep[] },
): Decided {
  const block = new Float32Array(BLOCK * numClasses);
  const highest = createMap(numClasses, labels.length);
  const calibration = calibrationSums();
  const classCalibration = calibrationSums(numClasses);
  const adjusted = steps.map((step) =>
    step.kind === 'argmax' && step.bias ? createMap(numClasses, labels.length) : undefined,
  );
  const isRanked = steps.some(({ kind }) => kind === 'ranked');
  const histograms = isRanked ? levelHistograms(numClasses) : [];
  const pass = (visit: (from: number, count: number) => void) => {
    for (let from = 0; from < labels.length; from += BLOCK) {
      const count = Math.min(BLOCK, labels.length - from);
      map.read(from, count, block);
      visit(from, count);
    }
  };
  pass((from, count) => {
    check(file, block, { from, count, numClasses, values });
    steps.forEach((step, s) => {
      const own = adjusted[s];
      if (step.kind === 'argmax' && step.bias && own) {
        argmax(block, own.subarray(from, from + count), numClasses, { values, bias: step.bias });
      }
    });
    argmax(block, highest.subarray(from, from + count), numClasses, { values });
    if (values === 'logits') softmax(block, count, numClasses);
    calibrate(block, { from, count, numClasses, labels, highest, calibration, classCalibration });
    histograms.forEach((one, c) => addLevels(one, block, { class: c, count, numClasses }));
  });
  const ranked = steps.map((step) => {
    if (step.kind !== 'ranked') return undefined;
    const cuts = histograms.map((one) => rankedLevel(step.score, one));
    return { cuts: Int32Array.from(cuts), masks: emptyTally(numClasses) };
  });
  if (isRanked) {
    pass((from, count) => {
      if (values === 'logits') softmax(block, count, numClasses);
      for (const one of ranked) {
        if (one) tallyMasks(block, { ...one, from, count, numClasses, labels });
      }
    });
  }
  const predictions = steps.map((_, s) => ranked[s]?.masks ?? adjusted[s] ?? highest.slice());
  return { predictions, calibration, classCalibration };
}

interface Part {
  from: number;
  count: number;
  numClasses: number;
}

function check(
  file: string,
  block: Float32Array,
  { from, count, numClasses, values }: Part & { values: ValueKind },
): void {
  for (let i = 0, at = 0; i < count; i++) {
    let [sum, least] = [0, 0];
    for (let c = 0; c < numClasses; c++, at++) {
      sum += block[at];
      if (block[at] < least) least = block[at];
    }
    const isGood =
      values === 'logits'
        ? Number.isFinite(sum)
        : Math.abs(sum - 1) <= TOLERANCE && least >= -TOLERANCE;
    if (isGood) continue;
    const pixel = Array.from(block.subarray(at - numClasses, at), (one) => one.toPrecision(3));
    const shown = pixel.slice(0, 6).join(', ') + (pixel.length > 6 ? ', …' : '');
    const got = described(`[${shown}] at pixel ${from + i} of ${file}`);
    const expected = values === 'logits' ? 'finite' : 'probabilities that add up to 1';
    throw invalid(
      'judge',
      'numbers',
      expected,
      got,
      values === 'logits' ? '' : 'Give --values logits where they are logits.',
    );
  }
}

/** The first of the highest. */
function argmax(
  block: Float32Array,
  map: IdMap,
  numClasses: number,
  { values, bias }: { values: ValueKind; bias?: Float64Array },
): void {
  const offsets = new Float64Array(numClasses);
  const factors = new Float64Array(numClasses).fill(1);
  if (bias && values === 'logits') bias.forEach((one, c) => (offsets[c] = -one));
  else if (bias) bias.forEach((one, c) => (factors[c] = Math.exp(-one)));
  for (let i = 0, at = 0; i < map.length; i++) {
    let best = 0;
    let most = -Infinity;
    for (let c = 0; c < numClasses; c++, at++) {
      const value = block[at] * factors[c] + offsets[c];
      if (value > most) {
        most = value;
        best = c;
      }
    }
    map[i] = best;
  }
}

/** In place. */
function softmax(block: Float32Array, count: number, numClasses: number): void {
  for (let i = 0; i < count; i++) {
    const from = i * numClasses;
    let most = -Infinity;
    for (let c = from; c < from + numClasses; c++) if (block[c] > most) most = block[c];
    let sum = 0;
    for (let c = from; c < from + numClasses; c++) {
      block[c] = Math.exp(block[c] - most);
      sum += block[c];
    }
    for (let c = from; c < from + numClasses; c++) block[c] /= sum;
  }
}

function calibrate(
  block: Float32Array,
  {
    from,
    count,
    numClasses,
    labels,
    highest,
    calibration,
    classCalibration,
  }: Part & Pick<Decided, 'calibration' | 'classCalibration'> & { labels: IdMap; highest: IdMap },
): void {
  for (let i = 0; i < count; i++) {
    const label = labels[from + i];
    if (label >= numClasses) continue;
    const at = i * numClasses;
    const best = highest[from + i];
    addToBin(calibration, 0, block[at + best], best === label);
    for (let c = 0; c < numClasses; c++) {
      addToBin(classCalibration, c, block[at + c], c === label);
    }
  }
}

function levelHistograms(numClasses: number): LevelHistogram[] {
  const part = () => new Float64Array(LEVELS);
  return Array.from({ length: numClasses }, () => {
    return { count: part(), sum: part(), variance: part() };
  });
}

function addLevels(
  { count: pixels, sum, variance }: LevelHistogram,
  block: Float32Array,
  part: { class: number; count: number; numClasses: number },
): void {
  for (let i = 0, at = part.class; i < part.count; i++, at += part.numClasses) {
    const probability = block[at];
    const level = levelOf(probability);
    pixels[level] += 1;
    sum[level] += probability;
    variance[level] += probability * (1 - probability);
  }
}

function emptyTally(numClasses: number): ClassTally {
  const [hits, labelled, predicted] = [0, 1, 2].map(() => new Array<number>(numClasses).fill(0));
  return { hits, labelled, predicted };
}

function tallyMasks(
  block: Float32Array,
  {
    from,
    count,
    numClasses,
    labels,
    cuts,
    masks,
  }: Part & { labels: IdMap; cuts: Int32Array; masks: ClassTally },
): void {
  for (let i = 0; i < count; i++) {
    const label = labels[from + i];
    if (label >= numClasses) continue;
    masks.labelled[label] += 1;
    for (let c = 0, at = i * numClasses; c < numClasses; c++, at++) {
      if (levelOf(block[at]) < cuts[c]) continue;
      masks.predicted[c] += 1;
      if (c === label) masks.hits[c] += 1;
    }
  }
}
