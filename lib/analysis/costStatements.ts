/** What the paper says of the cost of PAT (§ 5.2.3, § 5.3), held against a measurement. */
import { invalid } from '../check';
import type { LossName } from '../losses';
import { measuredOver, measuredText } from './measured';
import type { Measured } from './measured';
import { isOnGpu } from './trainingCost';
import type { LossTrainingCost, TrainingCost } from './trainingCost';

/** Times that "much" asks for, the kit's reading. */
export const MUCH = 1.25;

/** `'open'`: the 95 % interval of a ratio holds the bar, so that the measurement does not tell. */
export type Verdict = 'holds' | 'fails' | 'open';

export interface CostStatement {
  place: string;
  /** In the paper's words. */
  statement: string;
  verdict: Verdict;
  /** The ratios that decide, medians with 95 % intervals over the rounds. */
  finding: string;
}

/**
 * The statements that the measured losses let one test: each needs PAT and the losses it names. Memory and utilization are
 * the GPU's where one was used, else the process's and the processor's.
 *
 * @throws InputError without PAT.
 */
export function checkCostStatements({ losses }: TrainingCost): CostStatement[] {
  const find = (name: LossName) => losses.find(({ loss }) => loss.name === name);
  const pat = find('pat');
  if (pat === undefined) {
    throw invalid('checkCostStatements', 'losses', 'a measurement with pat', 'none of it');
  }
  const memory: Quantity = isOnGpu(losses, 'gpuMiB')
    ? ({ gpuMiB, peakMiB }) => gpuMiB ?? peakMiB
    : ({ peakMiB }) => peakMiB;
  const utilization: Quantity = isOnGpu(losses, 'gpuShare')
    ? ({ gpuShare, cpuShare }) => gpuShare ?? cpuShare
    : ({ cpuShare }) => cpuShare;
  const patOver = (names: readonly LossName[], quantity: Quantity) =>
    names.flatMap((name) => {
      const other = find(name);
      return other ? [ratioOf(pat, other, quantity)] : [];
    });
  const crossEntropy = find('crossEntropy');
  const others = crossEntropy ? losses.filter((cost) => cost !== crossEntropy) : [];
  return [
    decide({
      place: '§ 5.2.3',
      statement: 'PAT acquires roughly 15 GB, “recent methods (i.e. BLV, LDAM) … 17GB and 20GB”',
      ratios: patOver(['blv', 'ldam'], memory),
      isToBe: 'below',
      bar: 1,
    }),
    decide({
      place: '§ 5.2.3',
      statement: 'Cross-entropy is “the lowest time-consumed method”',
      ratios: others.map((cost) =>
        ratioOf(cost, crossEntropy ?? pat, ({ epochSeconds }) => epochSeconds),
      ),
      isToBe: 'above',
      bar: 1,
    }),
    decide({
      place: '§ 5.3',
      statement: 'PAT’s memory is “much larger than the Focal and CE”',
      ratios: patOver(['focal', 'crossEntropy'], memory),
      isToBe: 'above',
      bar: MUCH,
    }),
    decide({
      place: '§ 5.3',
      statement: 'PAT’s GPU utilization is “much higher than Focal and CE”',
      ratios: patOver(['focal', 'crossEntropy'], utilization),
      isToBe: 'above',
      bar: MUCH,
    }),
    rank(pat, losses, utilization),
  ].filter(({ finding }) => finding !== '');
}

type Quantity = (cost: LossTrainingCost) => Measured;

interface Ratio extends Measured {
  label: string;
}

/** Round by round, as what disturbs a round disturbs both. */
function ratioOf(one: LossTrainingCost, other: LossTrainingCost, quantity: Quantity): Ratio {
  const others = quantity(other).values;
  const ratios = quantity(one).values.map((value, round) => value / others[round]);
  return { label: `${one.label}/${other.label}`, ...measuredOver(ratios) };
}

interface Rule extends Pick<CostStatement, 'place' | 'statement'> {
  ratios: Ratio[];
  /** Where every ratio is to be, seen from the bar. */
  isToBe: 'above' | 'below';
  bar: number;
}

/** Holds where all intervals lie on that side of the bar, fails where one lies on the other. */
function decide({ place, statement, ratios, isToBe, bar }: Rule): CostStatement {
  const sides = ratios.map(({ median, interval }) => {
    const { low, high } = interval ?? { low: median, high: median };
    return low > bar ? 'above' : high < bar ? 'below' : 'around';
  });
  const all = sides.every((side) => side === isToBe);
  const fails = sides.some((side) => side !== isToBe && side !== 'around');
  const verdict = all ? 'holds' : fails ? 'fails' : 'open';
  const finding = ratios.map((ratio) => `${ratio.label} ${measuredText(ratio, 2)}`).join(', ');
  return { place, statement, verdict, finding };
}

/** Fails where three others are lower beyond their intervals. */
function rank(
  pat: LossTrainingCost,
  losses: readonly LossTrainingCost[],
  utilization: Quantity,
): CostStatement {
  const own = utilization(pat);
  const lower = losses.filter((cost) => utilization(cost).median < own.median);
  const surely = lower.filter((cost) => {
    const { interval, median } = utilization(cost);
    return (interval?.high ?? median) < (own.interval?.low ?? own.median);
  });
  const verdict = surely.length >= 3 ? 'fails' : lower.length < 3 ? 'holds' : 'open';
  return {
    place: '§ 5.2.3',
    statement: 'PAT is “one of the three lowest GPU-utilized methods”, with cross-entropy',
    verdict,
    finding:
      losses.length > 3 ? `place ${lower.length + 1} of ${losses.length}, the lowest first` : '',
  };
}
