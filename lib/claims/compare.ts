/** Differences between losses in several places, their mean, and the verdict that follows from it. */
import { counted } from '../check';
import type { LossConfig } from '../losses';
import type { NetworkName } from '../models';
import type { Cell } from '../results/cells';
import { isDefined } from '../results/contrast';
import type { Compared } from '../results/contrast';
import { lossLabel, placeTitle, signed, withoutOptions } from '../results/names';
import { scoreFacts } from '../results/scorer';
import type { RunScore } from '../results/scorer';
import { minimumOf } from '../extremes';
import { listed, withoutRuns } from './judge';
import type { ClaimRuns } from './claimRuns';
import type { Comparison, Judgement, Verdict } from './claimTypes';

/** `left` − `right` in one place. */
export interface Pair {
  dataset: string;
  network: NetworkName;
  left: LossConfig;
  right: LossConfig;
  /** What the difference is called (default: the losses' names). */
  title?: string;
}

/** What pairs of cells give. */
export interface Differences {
  score: RunScore;
  each: Comparison[];
  /** Of those that there are; undefined without any. */
  mean?: Comparison;
  /** Runs that are missing, and differences that are not defined: a claim never holds on fewer than it names. */
  missing: string[];
}

/** What every rule about differences of scores says of its intervals. */
export const intervalRule =
  'Intervals: 95 %, from redrawing the test images (related ones together) and from the spread of seeds, pooled over networks and ' +
  'losses; those of single places are widened so that all hold at once (Bonferroni).';

/** The rule of `judgeMean`. */
export const meanRule =
  'Judged by the mean over all places (a place: two losses on one data set and network): holds if its interval lies above 0 and no single place lies below, in part if one ' +
  'does; contradicted if it lies below 0; no difference if it lies within ±1 point; else not decided. With runs missing it ' +
  'holds in part at most, and no difference is not decided.';

/** Compares the cells of each pair; the mean has the same weight for each. */
export function comparePairs(
  runs: ClaimRuns,
  pairs: readonly Pair[],
  score: RunScore,
): Differences {
  const missing = new Set<string>();
  const level = 1 - 0.05 / Math.max(1, pairs.length);
  const each: Comparison[] = [];
  const cells: [Cell, Cell][] = [];
  for (const { dataset, network, left, right, title } of pairs) {
    const both = [left, right].map((loss) => runs.enough({ dataset, network, loss }));
    const [a, b] = both;
    both.filter((one) => typeof one === 'string').forEach((one) => missing.add(String(one)));
    if (typeof a === 'string' || typeof b === 'string') continue;
    const losses =
      title ?? `${lossLabel(withoutOptions(left))} − ${lossLabel(withoutOptions(right))}`;
    const label = `${placeTitle(dataset, network)}: ${losses}`;
    const found = comparison(label, runs.results.contrast(a, b, { score, level }));
    if (typeof found === 'string') missing.add(found);
    else {
      each.push(found);
      cells.push([a, b]);
    }
  }
  if (cells.length === 0) return { score, each, missing: [...missing] };
  const mean = comparison('mean', runs.results.average(cells, { score }));
  if (typeof mean === 'string') return { score, each, missing: [...missing, mean] };
  return { score, each, mean, missing: [...missing] };
}

/** A contrast in points; why there is none. */
export function comparison(label: string, compared: Compared): Comparison | string {
  if (!isDefined(compared)) return `${label}: ${compared.reason}`;
  const { value, low, high, outcome, seeds, clusters, score } = compared;
  if (low === null || high === null) return `${label}: a second seed of one of the losses`;
  const factor = scoreFacts[score].isShare ? 100 : 1;
  const points = { value: factor * value, low: factor * low, high: factor * high };
  return { label, ...points, outcome, seeds, clusters };
}

/** The verdict of `meanRule`, of a claim that `left` is better. */
export function judgeMean(differences: Differences): Judgement {
  const { mean, each, missing } = differences;
  if (mean === undefined) return withoutRuns(missing);
  const whole = missing.length === 0 && each.every(({ outcome }) => outcome !== 'below');
  const verdicts: Readonly<Record<Comparison['outcome'], Verdict>> = {
    above: whole ? 'holds' : 'holds in part',
    below: 'contradicted',
    equal: missing.length === 0 ? 'no difference' : 'not decided',
    undecided: 'not decided',
  };
  return judgement(verdicts[mean.outcome], differences);
}

/** The mean, how many places lie on which side, and the extremes. */
export function judgement(
  verdict: Verdict,
  { score, each, mean, missing }: Differences,
  what: string = scoreFacts[score].title,
): Judgement {
  const shown = mean ?? each[0];
  const { isShare } = scoreFacts[score];
  const text = (one: Comparison) => withInterval(one, isShare ? 1 : 2);
  const count = (outcome: Comparison['outcome']) =>
    each.filter((one) => one.outcome === outcome).length;
  const sorted = [...each].sort((a, b) => a.value - b.value);
  const places =
    each.length === 1
      ? ` (${each[0].label})`
      : ` on average over ${each.length} places; ahead in ${count('above')}, behind in ${count('below')}; from ` +
        `${text(sorted[0])} (${sorted[0].label}) to ${text(sorted[sorted.length - 1])} (${sorted[sorted.length - 1].label})`;
  const numbers = `${what}${isShare ? ', points' : ''}: ${text(shown)}${places}; ${seedsText(each)}`;
  const measured = missing.length === 0 ? numbers : `${numbers}; missing: ${listed(missing)}`;
  return { verdict, measured, comparisons: each, missing };
}

function seedsText(each: readonly Comparison[]): string {
  return counted(minimumOf(each.map(({ seeds }) => seeds)), 'seed');
}

/** `+1.2 [−0.3, +2.7]`. */
function withInterval(
  { value, low, high }: { value: number; low: number; high: number },
  digits = 1,
): string {
  return `${signed(value, digits)} [${signed(low, digits)}, ${signed(high, digits)}]`;
}
