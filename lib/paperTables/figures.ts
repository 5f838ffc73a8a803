/** The figures of a table: class bars, differences with intervals, training curves. */
import { classBarsFigure } from '../figures/classBars';
import { intervalsFigure } from '../figures/intervals';
import { trainingCurvesFigure } from '../figures/trainingCurves';
import type { Figure } from '../figures/types';
import type { LossName } from '../losses';
import type { NetworkName } from '../models';
import { meanPoints } from '../runs/curves';
import { datasetTitle, isAuthors, lossLabel, networkTitle, withoutOptions } from '../results/names';
import type { CellStatistics, PaperTable } from './types';

/** Which cells of a table a figure shows. */
export interface CellChoice {
  dataset: string;
  network: NetworkName;
  /** Default: all. */
  losses?: readonly LossName[];
}

/** The cells with runs that a choice names, in the table's order; the authors' variants only where all losses are asked for. */
export function chosenCells(
  { cells }: Pick<PaperTable, 'cells'>,
  { dataset, network, losses }: CellChoice,
): CellStatistics[] {
  return cells.filter(
    ({ cell, loss, ...own }) =>
      cell !== undefined &&
      own.dataset === dataset &&
      own.network === network &&
      (losses === undefined || (losses.includes(loss.name) && !isAuthors(loss))),
  );
}

/** IoU of each class; undefined without a run. */
export function tableClassBars(table: PaperTable, choice: CellChoice): Figure | undefined {
  const chosen = chosenCells(table, choice);
  const series = chosen.flatMap(({ cell, summary, loss }) =>
    cell && summary ? [{ label: lossLabel(loss), cell, summary }] : [],
  );
  const { dataset, network } = choice;
  const name = `${table.name}-${dataset}-${network}-classes`;
  return series.length === 0
    ? undefined
    : classBarsFigure(series, { dataset: settingOf(chosen, table), name });
}

/** Loss and validation score over the epochs, mean over the seeds; undefined without a run whose epochs are known. */
export function tableCurves(table: PaperTable, choice: CellChoice): Figure | undefined {
  const chosen = chosenCells(table, choice);
  const runs = chosen.flatMap(({ cell, loss }) => {
    const epochs = meanPoints((cell?.runs ?? []).map(({ curves }) => curves));
    return epochs.length === 0 ? [] : [{ label: lossLabel(loss), epochs }];
  });
  const { dataset, network } = choice;
  const name = `${table.name}-${dataset}-${network}-curves`;
  const setting = `${settingOf(chosen, table)}, mean over the seeds`;
  return runs.length === 0 ? undefined : trainingCurvesFigure(runs, { dataset: setting, name });
}

/** Differences to the table's first reference, a panel for each data set; undefined without one. */
export function tableIntervals(table: PaperTable, index = 0): Figure | undefined {
  const { cells, name } = table;
  const networks = new Set(cells.map(({ network }) => network));
  const isTuned = name === 'table1' || name === 'table2'; // a loss has another option on each data set
  const panels = [...new Set(cells.map(({ dataset }) => dataset))].flatMap((dataset) => {
    const rows = cells.flatMap(({ network, loss, against, ...own }) => {
      const { difference, interval, correctedP } = against[index]?.comparison ?? {};
      if (own.dataset !== dataset || typeof difference !== 'number') return [];
      const series = networks.size > 1 ? { series: networkTitle(network) } : {};
      const tested = { interval: interval ?? null, correctedP: correctedP ?? null };
      const label = lossLabel(isTuned ? withoutOptions(loss) : loss);
      return [{ label, ...series, difference, ...tested }];
    });
    return rows.length === 0 ? [] : [{ title: datasetTitle(dataset), rows }];
  });
  const reference = cells[0].against[index]?.reference;
  if (panels.length === 0 || reference === undefined) return undefined;
  const { config } = cells[0];
  const titles = [...networks].map(networkTitle).join(', ');
  const setting = `${titles} of width ${config.model.width}, ${config.epochs} epochs`;
  return intervalsFigure(panels, { reference, setting, name: `${name}-intervals` });
}

function settingOf(cells: readonly CellStatistics[], { split }: PaperTable): string {
  if (cells.length === 0) return '';
  const [{ dataset, network, config }] = cells;
  return (
    `${datasetTitle(dataset)} ${config.dataset.size.join('×')} (${split}), ${networkTitle(network)} of width ` +
    `${config.model.width}, ${config.epochs} epochs`
  );
}
