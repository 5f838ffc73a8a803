/** Which of two losses is better, in the paper and here. */
import type { LossName } from '../losses';
import { datasetTitle, lossLabel, networkTitle } from '../results/names';
import { paperCellOf } from './paperScores';
import type { CellStatistics, PaperTable } from './types';

/** `'reproduced'`: the same order here, `'reversed'`: the opposite one, both at p < 0.05; else `'not decided'`. */
export type OrderingVerdict = 'reproduced' | 'reversed' | 'not decided' | 'not run';

/** Two losses by mean IoU on one data set with one network. */
export interface Ordering {
  dataset: string;
  network: string;
  /** That the paper has in front. */
  better: string;
  worse: string;
  /** Points that `better` is ahead: in print, and here; null: not run. */
  paper: number;
  ours: number | null;
  /** Corrected. */
  p: number | null;
  verdict: OrderingVerdict;
}

const LEVEL = 0.05;

/**
 * Every pair of a loss with PAT or with cross-entropy that the paper prints different mean IoUs of. PAT and
 * cross-entropy make one pair.
 */
export function paperOrderings(table: PaperTable): Ordering[] {
  const { cells } = table;
  return cells.flatMap((cell) =>
    cell.against.flatMap(({ reference, comparison }) => {
      const origin = originOf(cells, cell, reference === 'PAT' ? 'pat' : 'crossEntropy');
      const isCounted = reference === 'PAT' || cell.loss.name !== 'pat';
      if (origin === undefined || origin === cell || !isCounted) return [];
      const printed = [origin, cell].map(
        (one) => paperCellOf(table.name, one, cells)?.meanIoU.value,
      );
      const [ofOrigin, ofCell] = printed;
      if (ofOrigin === undefined || ofCell === undefined || ofOrigin === ofCell) return [];
      const isAhead = ofCell > ofOrigin;
      const [better, worse] = isAhead ? [cell, origin] : [origin, cell];
      const difference = comparison?.difference ?? null;
      const ours = difference === null ? null : 100 * (isAhead ? difference : -difference);
      const p = comparison?.correctedP ?? null;
      return [
        {
          dataset: datasetTitle(cell.dataset),
          network: networkTitle(cell.network),
          better: lossLabel(better.loss),
          worse: lossLabel(worse.loss),
          paper: Math.abs(ofCell - ofOrigin),
          ours,
          p,
          verdict: verdictOf(ours, p),
        },
      ];
    }),
  );
}

function originOf(
  cells: readonly CellStatistics[],
  { dataset, network }: CellStatistics,
  name: LossName,
): CellStatistics | undefined {
  return cells.find(
    (one) => one.dataset === dataset && one.network === network && one.loss.name === name,
  );
}

function verdictOf(ours: number | null, p: number | null): OrderingVerdict {
  if (ours === null) return 'not run';
  if (p === null || p >= LEVEL) return 'not decided';
  return ours > 0 ? 'reproduced' : 'reversed';
}
