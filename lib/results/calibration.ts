/** How often the test says that two runs of the same loss differ: 5 % of the pairs would be right at p < 0.05. */
import type { Cell } from './cells';
import { isDefined } from './contrast';
import type { Results } from './contrast';
import type { RunScore } from './scorer';

export interface Calibration {
  score: RunScore;
  /** Pairs of seeds of one cell. */
  pairs: number;
  /** Of them with p < 0.05. */
  significant: number;
}

const known = new WeakMap<Results, Map<RunScore, Calibration>>();

/**
 * Every pair of seeds of every cell, compared as two losses are, each with one seed. The variance between seeds is pooled over
 * the other cells: a pair that took part in it could hardly lie far out by it, as the mean difference of two losses can, which
 * takes no part in it.
 */
export function calibrate(results: Results, score: RunScore): Calibration {
  const own = known.get(results) ?? new Map<RunScore, Calibration>();
  known.set(results, own);
  const calibration = own.get(score) ?? calibrationOf(results, score);
  own.set(score, calibration);
  return calibration;
}

function calibrationOf(results: Results, score: RunScore): Calibration {
  const compared = results.cells.flatMap((cell) =>
    cell.runs.flatMap((_, i) =>
      cell.runs.slice(i + 1).flatMap((__, k) => {
        const pair = results.contrast(oneSeed(cell, i), oneSeed(cell, i + 1 + k), {
          score,
          leaveOut: cell,
        });
        return isDefined(pair) && pair.p !== null ? [pair.p < 0.05] : [];
      }),
    ),
  );
  return { score, pairs: compared.length, significant: compared.filter(Boolean).length };
}

/** The noise of its seed is its own. */
function oneSeed(cell: Cell, index: number): Cell {
  const run = cell.runs[index];
  return { ...cell, key: `${cell.key} seed ${run.config.seed}`, runs: [run] };
}

/** `of 288 pairs of runs that differ in their seed alone 4 % have p < 0.05`; undefined without a pair. */
export function calibrationText({ pairs, significant }: Calibration): string | undefined {
  if (pairs === 0) return undefined;
  const rate = ((100 * significant) / pairs).toFixed(1);
  return `of ${pairs} pairs of runs that differ only in their seed, ${rate} % have p < 0.05 by the same test (by chance 5 %)`;
}
