/** All numbers of a table in full, for a CSV. */
import type { FigureRow } from '../print/figure';
import type { Printed } from '../paper';
import { isDefined } from '../results/contrast';
import { lossLabel } from '../results/names';
import { runScores } from '../results/scorer';
import { groupedBy, settingsWithin } from './settingGroups';
import type { TableCellResult, TableSpecification } from './specification';

/** A row for each cell, with a column for each setting in which cells of one data set differ; shares are 0 … 1 but for the paper's, which are as printed. */
export function csvRows(
  { printedOf }: TableSpecification,
  cells: readonly TableCellResult[],
): FigureRow[] {
  const titles = groupedBy(cells, ({ dataset }) => dataset);
  const severalData = [...titles.values()].some(
    (own) => new Set(own.map(({ title }) => title)).size > 1,
  );
  const settings = [...groupedBy(cells, ({ title }) => title).keys()].flatMap((title) =>
    settingsWithin(cells, title),
  );
  const different = new Map(settings.map((setting) => [setting.path, setting]));
  return cells.map((cell) => {
    const { dataset, title, network, loss, config, summary, seeds, interval, against } = cell;
    const row: FigureRow = { dataset };
    if (severalData) row.data = title;
    Object.assign(row, { network, loss: loss.name, label: lossLabel(loss) });
    for (const { path, valueIn } of different.values()) row[path] = valueIn(config);
    row['seeds planned'] = seeds.length;
    row.seeds = summary?.seeds.length ?? 0;
    for (const score of runScores) {
      row[score] = summary?.scores[score]?.mean ?? null;
      row[`${score} deviation`] = summary?.scores[score]?.deviation ?? null;
    }
    row['meanIoU low'] = interval?.low ?? null;
    row['meanIoU high'] = interval?.high ?? null;
    row.clusters = interval?.clusters ?? null;
    for (const { reference, compared } of against) {
      const found = compared !== null && isDefined(compared) ? compared : null;
      row[`minus ${reference}`] = found?.value ?? null;
      row[`minus ${reference} low`] = found?.low ?? null;
      row[`minus ${reference} high`] = found?.high ?? null;
    }
    if (printedOf === undefined) return row;
    const paper = printedOf(cell, cells);
    const printed = (value: Printed | undefined) => value?.value ?? null;
    row['paper meanIoU'] = printed(paper?.meanIoU);
    row['paper pixelAccuracy'] = printed(paper?.pixelAccuracy);
    row['paper diceError'] = printed(paper?.diceError);
    return row;
  });
}
