/** The figures of a table: class bars, differences with intervals, training curves. */
import { classBarsFigure } from './classBars';
import { intervalsFigure } from './intervals';
import { trainingCurvesFigure } from './trainingCurves';
import type { Figure } from '../print/figure';
import type { NetworkName } from '../models';
import { isDefined } from '../results/contrast';
import { meanPoints } from '../runs/curves';
import { isAuthors, lossLabel, networkTitle, withoutOptions } from '../results/names';
import { settingGroups } from '../tables/settingGroups';
import type { SettingGroup } from '../tables/settingGroups';
import type { ResultTable, TableCellResult } from '../tables/specification';

/** Which cells of a table figures show. */
export interface CellChoice {
  /** Name of a data set. */
  dataset: string;
  network: NetworkName;
  /** By names, `'pat'`, or as rows name them, `'PAT, τ = 8'` (default: all). */
  losses?: readonly string[];
}

type Group = SettingGroup<TableCellResult>;

/**
 * The cells with runs that a choice names, in the table's order, those of each setting apart; the authors' variants only
 * where all losses are asked for, or by the row.
 */
function chosenGroups(
  { cells }: Pick<ResultTable, 'cells'>,
  { dataset, network, losses }: CellChoice,
): Group[] {
  const isChosen = ({ cell, loss, ...own }: TableCellResult) =>
    cell !== undefined &&
    own.dataset === dataset &&
    own.network === network &&
    (losses === undefined ||
      losses.includes(lossLabel(loss)) ||
      (losses.includes(loss.name) && !isAuthors(loss)));
  return settingGroups(cells).flatMap((group) => {
    const chosen = group.cells.filter(isChosen);
    return chosen.length === 0 ? [] : [{ ...group, cells: chosen }];
  });
}

/** IoU of each class, a figure for each setting; none without a run. */
export function tableClassBars(table: ResultTable, choice: CellChoice): Figure[] {
  return chosenGroups(table, choice).map((group) => {
    const series = group.cells.flatMap(({ cell, summary, loss }) =>
      cell && summary ? [{ label: lossLabel(loss), cell, summary }] : [],
    );
    const name = `${table.specification.name}-${group.stem}-${choice.network}-classes`;
    return classBarsFigure(series, { dataset: settingOf(group, table.split), name });
  });
}

/** Loss and validation score over the epochs, mean over the seeds, a figure for each setting; none without a run whose epochs are known. */
export function tableCurves(table: ResultTable, choice: CellChoice): Figure[] {
  return chosenGroups(table, choice).flatMap((group) => {
    const series = group.cells.map(({ cell, loss }) => {
      const curves = (cell?.runs ?? []).map((run) => run.curves);
      return { label: lossLabel(loss), curves, epochs: meanPoints(curves) };
    });
    const runs = series.filter(({ epochs }) => epochs.length > 0);
    if (runs.length === 0) return [];
    const isWhole = runs.every(({ curves, epochs }) =>
      curves.every(({ length }) => length === epochs.length),
    );
    const name = `${table.specification.name}-${group.stem}-${choice.network}-curves`;
    const shared = isWhole ? '' : ', at the epochs that all of them have';
    const dataset = `${settingOf(group)}, mean over the seeds${shared}`;
    return [trainingCurvesFigure(runs, { dataset, name })];
  });
}

/** Differences to one of the table's references, a panel for each setting; undefined without one. */
export function tableIntervals(table: ResultTable, index = 0): Figure | undefined {
  const { cells, specification, calibration, split } = table;
  const { name, references, isTuned = false } = specification;
  const networks = new Set(cells.map(({ network }) => network));
  const panels = settingGroups(cells).flatMap(({ title, cells: own }) => {
    const rows = own.flatMap(({ network, loss, against }) => {
      const compared = against[index]?.compared ?? null;
      if (compared === null || !isDefined(compared)) return [];
      const series = networks.size > 1 ? { series: networkTitle(network) } : {};
      const { value, low, high } = compared;
      const label = lossLabel(isTuned ? withoutOptions(loss) : loss);
      return [{ label, ...series, value, low, high }];
    });
    return rows.length === 0 ? [] : [{ title, rows }];
  });
  if (panels.length === 0) return undefined;
  const titles = [...networks].map(networkTitle).join(', ');
  const each = (values: readonly number[]) => [...new Set(values)].join(' or ');
  const widths = each(cells.map(({ config }) => config.model.width));
  const epochs = each(cells.map(({ config }) => config.epochs));
  const setting = `${titles} of width ${widths}, ${epochs} epochs, ${split} split`;
  const reference = references[index].title;
  return intervalsFigure(panels, { reference, setting, calibration, name: `${name}-intervals` });
}

/** What the cells of a figure share, and the split of its scores: none for curves, whose caption names theirs. */
function settingOf({ cells, besides }: Group, split?: string): string {
  const [{ title, network, config }] = cells;
  return (
    `${title} ${config.dataset.size.join('×')}${split ? ` (${split})` : ''}, ${networkTitle(network)} of width ` +
    `${config.model.width}, ${config.epochs} epochs${besides && `, ${besides}`}`
  );
}
