/** How much the temperature matters, in Table 3 of the paper and here. */
import { mean } from '../statistics';
import type { Table } from '../print/table';
import { lossLabel, networkTitle } from '../results/names';
import { contrastCells, numberCell } from './tableCells';
import { groupedBy, settingGroups } from './settingGroups';
import type { ResultTable } from './specification';

const range = (values: readonly number[]) => Math.max(...values) - Math.min(...values);

/** A row for each data set and network: best less worst mean IoU over the temperatures, in print and here. */
export function rangesTable({ specification, cells, results }: ResultTable): Table {
  const places = settingGroups(cells).flatMap(({ title, cells: group }) =>
    [...groupedBy(group, ({ network }) => network).values()].map((own) => ({ title, own })),
  );
  const rows = places.map(({ title, own }) => {
    const [{ network }] = own;
    const run = own.flatMap(({ cell, loss, summary }) => {
      const score = summary?.scores.meanIoU?.mean;
      return cell && score !== undefined ? [{ cell, label: lossLabel(loss), score }] : [];
    });
    const printed = own.flatMap(
      (cell) => specification.printedOf?.(cell, cells)?.meanIoU.value ?? [],
    );
    const best = run.reduce((first, one) => (one.score > first.score ? one : first), run[0]);
    const level = mean(run.map(({ score }) => score));
    const compared =
      run.length > 1
        ? results.statistic(
            run.map(({ cell }) => cell),
            range,
            { score: 'meanIoU' },
          )
        : null;
    const [points, low, high] = contrastCells(compared);
    return {
      labels: [title, networkTitle(network), best?.label ?? '–'],
      cells: [
        numberCell(run[0]?.cell.runs[0].classNames.length, 1),
        numberCell(printed.length > 1 ? range(printed) : null, 1),
        ...[points, low, high],
        points && { value: points.value / level },
      ],
    };
  });
  return {
    name: `${specification.name}-ranges`,
    caption:
      'Best less worst mean IoU (D) over the temperatures, points: in print, of one seed each, and here with its 95 % ' +
      'interval. Noise alone makes a range, here about as large as that between seeds; the interval is corrected for it, so that ' +
      'it need not lie around the range itself (in simulations it held the true range nine times of ten). Relative: percent of ' +
      'the mean over the temperatures, as a point weighs more where scores are low.',
    labels: ['Data set', 'Network', 'Best'],
    columns: [
      { header: 'Classes', digits: 0 },
      { header: 'In print', digits: 1 },
      ...['Here', 'Low', 'High'].map((header) => ({ header, digits: 1 })),
      { header: 'Relative, %', digits: 0 },
    ],
    rows,
  };
}
