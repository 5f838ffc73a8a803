/** From what was counted in each image to the methods: predictions of one name, decided by one rule, over seeds. */
import { decisionLabel } from '../decisions';
import type { Decision } from '../decisions';
import type { PerImageCounts } from '../metrics';
import { spread } from '../results/bootstrap';
import type { Spread } from '../results/bootstrap';
import type { PredictionSet } from './predictionFiles';
import type { ImageScores, PredictionScores } from './scoreImage';
import { judgeScores, judgeScoresOf, summed } from './scores';
import type { JudgedRun, JudgeScore } from './scores';

/** One method: the predictions of one name, decided by one rule. */
export interface JudgedMethod {
  name: string;
  decision: Decision;
  /** By seed. */
  runs: JudgedRun[];
  /** Mean over the seeds, with their standard deviation; null where a score is not defined. */
  scores: Record<JudgeScore, Spread | null>;
}

type Scored = Exclude<PredictionScores, { refused: unknown }>;

/** Every name by every rule, in the order given. */
export function methodsOf(
  images: readonly ImageScores[],
  {
    sets,
    decisions,
    thirds,
    dataset,
  }: {
    sets: readonly PredictionSet[];
    decisions: Map<string, Decision[]>;
    thirds: number[][];
    dataset: string;
  },
): JudgedMethod[] {
  const names = images.map(({ name }) => name);
  return [...decisions].flatMap(([name, rules]) =>
    rules.map((decision, step): JudgedMethod => {
      const label = decisionLabel(decision);
      const runs = sets.flatMap((set, place): JudgedRun[] => {
        if (set.name !== name) return [];
        const own = images.map(({ predictions }) => predictions[place] as Scored);
        const counted = own.map(({ steps }) => steps[step]);
        const outlines = counted.flatMap(({ boundary }) => boundary ?? []);
        const perImage = { names, ...countsOf(counted) };
        return [
          {
            method: name,
            seed: set.seed,
            perImage,
            ...(outlines.length === names.length
              ? { boundary: { names, ...countsOf(outlines) } }
              : {}),
            ...(decision.rule === 'argmax' ? calibrationOf(own) : {}),
            overlaps: decision.rule === 'dice' || decision.rule === 'iou',
            dataset,
            thirds,
          },
        ];
      });
      return {
        name: label ? `${name} (${label})` : name,
        decision,
        runs: runs.sort((a, b) => a.seed - b.seed),
        scores: spreadOf(runs),
      };
    }),
  );
}

function countsOf(
  rows: readonly { hits: number[]; labelled: number[]; predicted: number[] }[],
): Omit<PerImageCounts, 'names'> {
  return {
    hits: rows.map(({ hits }) => hits),
    labelled: rows.map(({ labelled }) => labelled),
    predicted: rows.map(({ predicted }) => predicted),
  };
}

function calibrationOf(
  own: readonly Scored[],
): Pick<JudgedRun, 'calibration' | 'classCalibration'> {
  const calibration = own.flatMap((one) => one.calibration ?? []);
  if (calibration.length < own.length) return {};
  return {
    calibration,
    classCalibration: summed(own.flatMap((one) => one.classCalibration ?? [])),
  };
}

/** Of each score over the seeds. */
export function spreadOf(runs: readonly JudgedRun[]): JudgedMethod['scores'] {
  const all = runs.map(judgeScoresOf);
  const scores = judgeScores.map((score) => [score, spread(all.map((one) => one[score]))] as const);
  return Object.fromEntries(scores) as JudgedMethod['scores'];
}
