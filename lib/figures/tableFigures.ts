/** The figures of a table: class bars, differences with intervals, training curves. */
import { classBarsFigure } from './classBars';
import { intervalsFigure } from './intervals';
import { trainingCurvesFigure } from './trainingCurves';
import type { Figure } from '../print/figure';
import type { NetworkName } from '../models';
import { isDefined } from '../results/contrast';
import { meanPoints } from '../runs/curves';
import { datasetTitle, isAuthors, lossLabel, networkTitle, withoutOptions } from '../results/names';
import type { ResultTable, TableCellResult } from '../tables/types';

/** Which cells of a table a figure shows. */
export interface CellChoice {
  dataset: string;
  network: NetworkName;
  /** Default: all. */
  losses?: readonly string[];
}

/** The cells with runs that a choice names, in the table's order; the authors' variants only where all losses are asked for. */
export function chosenCells(
  { cells }: Pick<ResultTable, 'cells'>,
  { dataset, network, losses }: CellChoice,
): TableCellResult[] {
  return cells.filter(
    ({ cell, loss, ...own }) =>
      cell !== undefined &&
      own.dataset === dataset &&
      own.network === network &&
      (losses === undefined || (losses.includes(loss.name) && !isAuthors(loss))),
  );
}

/** IoU of each class; undefined without a run. */
export function tableClassBars(table: ResultTable, choice: CellChoice): Figure | undefined {
  const chosen = chosenCells(table, choice);
  const series = chosen.flatMap(({ cell, summary, loss }) =>
    cell && summary ? [{ label: lossLabel(loss), cell, summary }] : [],
  );
  const { dataset, network } = choice;
  const name = `${table.specification.name}-${dataset}-${network}-classes`;
  return series.length === 0
    ? undefined
    : classBarsFigure(series, { dataset: settingOf(chosen, table), name });
}

/** Loss and validation score over the epochs, mean over the seeds; undefined without a run whose epochs are known. */
export function tableCurves(table: ResultTable, choice: CellChoice): Figure | undefined {
  const chosen = chosenCells(table, choice);
  const runs = chosen.flatMap(({ cell, loss }) => {
    const epochs = meanPoints((cell?.runs ?? []).map(({ curves }) => curves));
    return epochs.length === 0 ? [] : [{ label: lossLabel(loss), epochs }];
  });
  const { dataset, network } = choice;
  const name = `${table.specification.name}-${dataset}-${network}-curves`;
  const setting = `${settingOf(chosen, table)}, mean over the seeds`;
  return runs.length === 0 ? undefined : trainingCurvesFigure(runs, { dataset: setting, name });
}

/** Differences to one of the table's references, a panel for each data set; undefined without one. */
export function tableIntervals(table: ResultTable, index = 0): Figure | undefined {
  const { cells, specification, calibration } = table;
  const { name, references, isTuned = false } = specification;
  const networks = new Set(cells.map(({ network }) => network));
  const panels = [...new Set(cells.map(({ dataset }) => dataset))].flatMap((dataset) => {
    const rows = cells.flatMap(({ network, loss, against, ...own }) => {
      const compared = against[index]?.compared ?? null;
      if (own.dataset !== dataset || compared === null || !isDefined(compared)) return [];
      const series = networks.size > 1 ? { series: networkTitle(network) } : {};
      const { value, low, high } = compared;
      const label = lossLabel(isTuned ? withoutOptions(loss) : loss);
      return [{ label, ...series, value, low, high }];
    });
    return rows.length === 0 ? [] : [{ title: datasetTitle(dataset), rows }];
  });
  if (panels.length === 0) return undefined;
  const { config } = cells[0];
  const titles = [...networks].map(networkTitle).join(', ');
  const setting = `${titles} of width ${config.model.width}, ${config.epochs} epochs`;
  const reference = references[index].title;
  return intervalsFigure(panels, { reference, setting, calibration, name: `${name}-intervals` });
}

function settingOf(cells: readonly TableCellResult[], { split }: ResultTable): string {
  if (cells.length === 0) return '';
  const [{ dataset, network, config }] = cells;
  return (
    `${datasetTitle(dataset)} ${config.dataset.size.join('×')} (${split}), ${networkTitle(network)} of width ` +
    `${config.model.width}, ${config.epochs} epochs`
  );
}
