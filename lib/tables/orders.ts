/** Which of two losses is better, in the paper and here. */
import type { Table } from '../print/table';
import { isDefined } from '../results/contrast';
import type { Compared, Results } from '../results/contrast';
import { lossLabel, networkTitle, withoutOptions } from '../results/names';
import { contrastCells } from './tableCells';
import type { ResultTable, TableCellResult } from './specification';

/** Two losses on one data set with one network whose printed mean IoUs differ. */
export interface Order {
  dataset: string;
  network: string;
  /** That the paper has in front. */
  better: TableCellResult;
  worse: TableCellResult;
  /** Points that `better` is ahead in print, of one seed. */
  printed: number;
  /** `better` − `worse` here, in mean IoU; null: not run. */
  ours: Compared | null;
  verdict: OrderVerdict;
}

const orderVerdicts = [
  'reproduced',
  'reversed',
  'no difference',
  'not decided',
  'no order in print',
  'not run',
] as const;
export type OrderVerdict = (typeof orderVerdicts)[number];

/**
 * Every pair of a loss with PAT or with cross-entropy that the paper prints two mean IoUs of; PAT and cross-entropy make one
 * pair. Printed differences within the margin, of one seed each, are no order.
 */
export function paperOrders({ specification, cells, results }: ResultTable): Order[] {
  const { printedOf } = specification;
  if (printedOf === undefined) return [];
  const printed = cells.flatMap((cell) => {
    const score = printedOf(cell, cells)?.meanIoU.value;
    return score === undefined ? [] : [{ cell, score }];
  });
  return printed.flatMap((one, i) =>
    printed.slice(i + 1).flatMap((other): Order[] => {
      const names = [one.cell.loss.name, other.cell.loss.name];
      const { title, network, setting } = one.cell;
      if (
        other.cell.setting !== setting ||
        !names.some((name) => name === 'pat' || name === 'crossEntropy')
      )
        return [];
      if (one.score === other.score) return [];
      const [better, worse] = one.score > other.score ? [one, other] : [other, one];
      const difference = better.score - worse.score;
      const ours = compare(results, better.cell, worse.cell);
      const verdict = verdictOf(difference, ours, results.margin);
      const place = { dataset: title, network: networkTitle(network) };
      return [
        { ...place, better: better.cell, worse: worse.cell, printed: difference, ours, verdict },
      ];
    }),
  );
}

function compare(
  results: Results,
  { cell: a }: TableCellResult,
  { cell: b }: TableCellResult,
): Compared | null {
  return a && b ? results.contrast(a, b, { score: 'meanIoU' }) : null;
}

function verdictOf(printed: number, ours: Compared | null, margin: number): OrderVerdict {
  if (printed < 100 * margin) return 'no order in print';
  if (ours === null || !isDefined(ours)) return 'not run';
  const verdicts = {
    above: 'reproduced',
    below: 'reversed',
    equal: 'no difference',
    undecided: 'not decided',
  } as const;
  return verdicts[ours.outcome];
}

/** How many orders have each verdict: `2 reproduced, 1 reversed, …`. */
function ordersText(orders: readonly Order[]): string {
  return orderVerdicts
    .map((verdict) => [orders.filter((one) => one.verdict === verdict).length, verdict] as const)
    .filter(([count]) => count > 0)
    .map(([count, verdict]) => `${count} ${verdict}`)
    .join(', ');
}

export function ordersTable(table: ResultTable): Table {
  const { specification, results } = table;
  const orders = paperOrders(table);
  const name = (cell: TableCellResult) => lossLabel(withoutOptions(cell.loss));
  const points = { digits: 1, signed: true };
  return {
    name: `${specification.name}-orders`,
    caption:
      `Pairs of losses by mean IoU, each loss with PAT and with CE: ${orders.length} in print; ` +
      `${ordersText(orders) || 'none of them run'}. Points by which the loss named first is ahead: in print, of one seed, and ` +
      `here (D, with its 95 % interval). A lead of less than ${100 * results.margin} point in print is no order.`,
    labels: ['Data set', 'Network', 'Order in print', 'Verdict'],
    columns: [
      { header: 'In print', ...points },
      ...['Here', 'Low', 'High'].map((header) => ({ header, ...points })),
    ],
    rows: orders.map(({ dataset, network, better, worse, printed, ours, verdict }) => ({
      labels: [dataset, network, `${name(better)} over ${name(worse)}`, verdict],
      cells: [{ value: printed }, ...contrastCells(ours)],
    })),
  };
}
