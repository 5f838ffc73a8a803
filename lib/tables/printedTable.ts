/** The paper's layout: its numbers and ours of what they probably are, side by side. */
import type { Table, TableCell, TableColumn } from '../print/table';
import { paperDatasets } from '../paper';
import type { PaperDataset, Printed } from '../paper';
import { scoreFacts } from '../results/scorer';
import type { RunScore } from '../results/scorer';
import { scoreCell } from './tableCells';
import type { ResultTable, TableCellResult } from './specification';
import type { SettingGroup } from './settingGroups';
import { settingText } from './words';

/** True where the paper has numbers of the data set. */
export function isPaperDataset(dataset: string): dataset is PaperDataset {
  return (paperDatasets as readonly string[]).includes(dataset);
}

type PrintedKey = 'meanIoU' | 'pixelAccuracy' | 'diceError';

/** What the paper calls each of its scores, and the score of ours that it probably is (`inferredReadings`). */
const printedScores: readonly { key: PrintedKey; group: string; ours: RunScore }[] = [
  { key: 'meanIoU', group: 'mIoU (of ids 0–2), %', ours: 'authorsMeanIoU' },
  { key: 'pixelAccuracy', group: 'Pixel accuracy, %', ours: 'pixelAccuracy' },
  { key: 'diceError', group: 'Dice Err (cross-entropy)', ours: 'crossEntropy' },
];

/**
 * The cells of one data set: what the paper prints where it has the data set, and ours. No difference is taken: the paper's
 * runs are larger, longer and on the whole data set.
 */
export function printedTable(
  { specification, split, calibration }: Omit<ResultTable, 'tables' | 'rows'>,
  group: SettingGroup<TableCellResult>,
  all: readonly TableCellResult[],
): Table {
  const { name, title, labels, labelsOf, printedOf } = specification;
  const { cells, stem } = group;
  const [{ dataset }] = cells;
  const withPaper = isPaperDataset(dataset);
  const columns = printedScores.flatMap(({ group: heading, ours }): TableColumn[] => {
    const column = { group: heading, digits: 2, better: scoreFacts[ours].better };
    const own = { ...column, header: 'Ours' };
    return withPaper ? [{ ...column, header: 'Paper' }, own] : [own];
  });
  const rows = cells.map((cell) => {
    const paper = printedOf?.(cell, all);
    const values = printedScores.flatMap(({ key, ours }): (TableCell | null)[] => {
      const own = scoreCell(cell, ours);
      return withPaper ? [printedCell(paper?.[key]), own] : [own];
    });
    return { labels: labelsOf(cell), cells: values };
  });
  const caption =
    `${title}, as the paper probably counts: ${settingText(group, { split, calibration })}. mIoU over the classes that ` +
    'stand at ids 0–2 in the authors’ labels, batch by batch; “Dice Err” as cross-entropy. ' +
    (withPaper
      ? 'The paper’s numbers are of validation images, the whole data set, 100 epochs and larger networks, so ours cannot have their level.'
      : 'The paper has no numbers of this data set.');
  return { name: `${name}-${stem}-printed`, caption, labels, columns, rows, compact: withPaper };
}

/** A printed number, with a note where it is derived or in doubt. */
function printedCell(printed: Printed | undefined): TableCell | null {
  if (printed === undefined) return null;
  const { value } = printed;
  if (printed.status === 'derived') return { value, note: `from ${printed.from}` };
  return printed.note === undefined ? { value } : { value, note: `as printed: ${printed.note}` };
}
