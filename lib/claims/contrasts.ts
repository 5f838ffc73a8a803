/** Differences between losses, each with its interval, and the verdict that follows from them. */
import type { LossConfig } from '../losses';
import type { NetworkName } from '../models';
import type { Cell } from '../results/cells';
import { lossLabel, placeTitle, withoutOptions } from '../results/names';
import { untestable } from './judge';
import { runTitle, withInterval } from './names';
import { drawnInterval, sharedSeeds } from './resampling';
import type { ClaimScore, Draws } from './resampling';
import type { CellPlace, ClaimRuns } from './runs';
import type { Comparison, Judgement, Verdict } from './types';

export { untestable } from './judge';

/** `left` − `right` of one score in one place. */
export interface Contrast {
  dataset: string;
  network: NetworkName;
  left: LossConfig;
  right: LossConfig;
  score: ClaimScore;
  /** What the difference is called (default: the losses' names). */
  title?: string;
}

/** A statistic of several cells; the statistic of a contrast is the difference. */
export interface Question {
  label: string;
  parts: readonly QuestionPart[];
}

/** Adds `sign` times the statistic of the cells; parts of different data sets are drawn independently. */
export interface QuestionPart {
  cells: readonly CellPlace[];
  score: ClaimScore;
  statistic: (scores: readonly number[]) => number;
  sign: 1 | -1;
}

export interface Answers {
  compared: Comparison[];
  missing: string[];
}

/** What every rule about differences of scores says of its intervals. */
export const intervalRule =
  'Differences are paired over test images, which are drawn again (bootstrap); noise between seeds is added with the ' +
  'variance pooled over the claim’s runs on a data set. Intervals are simultaneous at 95 % over the comparisons of the ' +
  'claim (Bonferroni).';

/** The rule of `superiority`, for claims that say no more than that something is better. */
export const superiorityRule =
  'Holds if every interval lies above 0, in part if some do; an interval around 0 shows no gain.';

/** Answers each question that the records can answer, in percentage points; names the runs that are missing. */
export function answer(runs: ClaimRuns, questions: readonly Question[]): Answers {
  const missing = new Set<string>();
  const found = questions.flatMap(({ label, parts }) => {
    const cells = parts.map((part) => cellsOf(runs, part, missing));
    return cells.every((some): some is Cell[] => some !== null) ? [{ label, parts, cells }] : [];
  });
  const everyPart = found.flatMap(({ parts, cells }) =>
    parts.map(({ score }, i) => ({ score, cells: cells[i] })),
  );
  const noiseOf = (dataset: string, score: ClaimScore) => {
    const pooled = everyPart.filter(
      (one) => one.score === score && one.cells[0].dataset === dataset,
    );
    return runs.resampling.seedNoise(
      pooled.flatMap(({ cells }) => cells),
      score,
    );
  };
  const level = 1 - 0.05 / Math.max(1, found.length);
  const compared = found.flatMap(({ label, parts, cells }): Comparison[] => {
    const draws = parts.map(({ score, statistic }, i) =>
      runs.resampling.draw(cells[i], score, statistic, noiseOf(cells[i][0].dataset, score)),
    );
    if (draws.every((one): one is Draws => one !== null))
      return combined(label, parts, draws, level);
    missing.add(`${label}: counts of the same images`);
    return [];
  });
  return { compared, missing: [...missing] };
}

/** The sum of the parts with its interval; none where it is not defined. */
function combined(
  label: string,
  parts: readonly QuestionPart[],
  draws: readonly Draws[],
  level: number,
): Comparison[] {
  const sum = (of: (one: Draws) => number) =>
    100 * parts.reduce((all, { sign }, i) => all + sign * of(draws[i]), 0);
  const value = sum((one) => one.value);
  const sums = draws[0].draws.map((_, b) => sum((one) => one.draws[b]));
  const interval = drawnInterval(sums, level);
  if (interval === null || Number.isNaN(value)) return [];
  const { low, high } = interval;
  const outcome = low > 0 ? 'above' : high < 0 ? 'below' : 'undecided';
  const seeds = Math.min(...draws.map((one) => one.seeds.length));
  const images = Math.min(...draws.map((one) => one.images));
  return [{ label, value, low, high, outcome, seeds, images }];
}

/** Null, and a note of what is missing, unless every cell is there with enough seeds in common. */
function cellsOf(runs: ClaimRuns, { cells }: QuestionPart, missing: Set<string>): Cell[] | null {
  const found = cells.flatMap((place) => {
    const cell = runs.find(place);
    const seeds = cell?.runs.length ?? 0;
    if (cell !== undefined && seeds >= runs.minimumSeeds) return [cell];
    const title = runTitle(place.dataset, place.network, place.loss);
    missing.add(seeds === 0 ? title : `${title} (${seeds} of ${runs.minimumSeeds} seeds)`);
    return [];
  });
  if (found.length < cells.length) return null;
  if (sharedSeeds(found).length >= runs.minimumSeeds) return found;
  missing.add(`${cells[0].dataset}/${cells[0].network}: seeds in common`);
  return null;
}

/** The contrasts as questions. */
export function questionsOf(contrasts: readonly Contrast[]): Question[] {
  return contrasts.map(({ dataset, network, left, right, score, title }) => {
    const losses =
      title ?? `${lossLabel(withoutOptions(left))} − ${lossLabel(withoutOptions(right))}`;
    const cells = [left, right].map((loss) => ({ dataset, network, loss }));
    const statistic = ([a, b]: readonly number[]) => a - b;
    return {
      label: `${placeTitle(dataset, network)}: ${losses}`,
      parts: [{ cells, score, statistic, sign: 1 }],
    };
  });
}

/**
 * The judgement of a claim that all differences are above 0: holds if every one is, or at least the share `needed` of
 * them; in part if some are; not testable if none could be computed. A claim with runs missing holds in part at most.
 *
 * @param what the score, e.g. `'tail mIoU'`
 */
export function superiority({ compared, missing }: Answers, what: string, needed = 1): Judgement {
  if (compared.length === 0) return withoutRuns(missing);
  const above = compared.filter(({ outcome }) => outcome === 'above').length;
  const enough = above >= needed * compared.length && missing.length === 0;
  const verdict: Verdict = enough ? 'holds' : above > 0 ? 'holds in part' : 'contradicted';
  return {
    verdict,
    measured: comparisonsText(compared, missing, what),
    comparisons: compared,
    missing,
  };
}

/** `'not testable here'` since these runs are missing. */
export function withoutRuns(missing: readonly string[]): Judgement {
  return untestable(`runs missing: ${listed(missing)}`, missing);
}

/** Counts of outcomes and the extremes; one difference with its interval alone. */
export function comparisonsText(
  compared: readonly Comparison[],
  missing: readonly string[],
  what: string,
): string {
  const sorted = [...compared].sort((a, b) => b.value - a.value);
  const [best, worst] = [sorted[0], sorted[sorted.length - 1]];
  const one = (comparison: Comparison) => `${withInterval(comparison)} (${comparison.label})`;
  const count = (outcome: Comparison['outcome']) =>
    compared.filter((comparison) => comparison.outcome === outcome).length;
  const total = compared.length;
  const least = Math.min(...compared.map((comparison) => comparison.seeds));
  const seeds = `${least} ${least === 1 ? 'seed' : 'seeds'}`;
  const numbers =
    total === 1
      ? `${what}, points: ${one(best)}; ${seeds}`
      : `${what}, points: above 0 in ${count('above')} of ${total}, below in ${count('below')}; from ` +
        `${one(worst)} to ${one(best)}; ${seeds}`;
  return missing.length === 0 ? numbers : `${numbers}; runs missing: ${listed(missing)}`;
}

/** The first few, and how many more. */
export function listed(names: readonly string[], shown = 3): string {
  const rest = names.length - shown;
  return `${names.slice(0, shown).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}
