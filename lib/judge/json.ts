/** A judgement as plain data. */
import { decisionLabel } from '../decisions';
import { classThirds } from '../results/scorer';
import { reliabilityBins } from './calibration';
import { classTables } from './classTables';
import type { Judgement } from './judgement';
import { summed, judgeScores, judgeScoresOf } from './scores';

/**
 * `{ methods: { NAME: { scores } }, comparisons: [{ a, b, score, difference, low, high, p }] }` with more beside it: shares
 * are 0 … 1, `difference` = a − b, `p` is corrected over the pairs of methods in its score, null is not defined.
 */
export function judgementJson(judgement: Judgement) {
  const { title, classNames, names, pixels, thirds, methods, comparisons, problems, leftOut } =
    judgement;
  const groups = classThirds.map((name, i) => [name, thirds[i].map((c) => classNames[c])] as const);
  const told = methods.map((method) => {
    const { name, decision, runs, scores } = method;
    const spreads = judgeScores.map((score) => [score, scores[score]] as const);
    const calibration = runs.flatMap((run) => run.calibration ?? []);
    const content = {
      decision: decisionLabel(decision) || 'argmax',
      scores: Object.fromEntries(spreads.map(([score, one]) => [score, one?.mean ?? null])),
      deviations: Object.fromEntries(
        spreads.map(([score, one]) => [score, one?.deviation ?? null]),
      ),
      seeds: runs.map((run) => ({ seed: run.seed, scores: judgeScoresOf(run) })),
      classes: classTables(method, classNames),
      ...(calibration.length > 0 ? { reliability: reliabilityBins(summed(calibration)) } : {}),
    };
    return [name, content] as const;
  });
  return {
    labels: title,
    images: names.length,
    classes: classNames.map((name, c) => ({ name, pixels: pixels[c] })),
    groups: { by: judgement.thirdsBy, ...Object.fromEntries(groups) },
    methods: Object.fromEntries(told),
    comparisons,
    problems,
    leftOut,
  };
}
