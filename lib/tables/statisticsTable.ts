/** What the paper's tables lack: seeds, intervals, three ways to average, rare classes, differences. */
import type { Table, TableCell, TableColumn } from '../print/table';
import { subtrahend } from '../results/names';
import { contrastCells, meanCell, numberCell, scoreCell } from './tableCells';
import type { ResultTable, TableCellResult } from './specification';
import type { SettingGroup } from './settingGroups';
import { intervalText, settingText } from './words';

/** Mean IoU with its interval and by images and classes; head, body and tail; the difference to each reference. */
export function statisticsTable(
  { specification, split, calibration }: Omit<ResultTable, 'tables' | 'rows'>,
  group: SettingGroup<TableCellResult>,
): Table {
  const { name, title, labels, labelsOf, references, presets } = specification;
  const isPapers = presets.length > 0;
  const { cells, stem } = group;
  const mean = { digits: 1, better: 'higher' as const };
  const columns: TableColumn[] = [
    { group: 'mIoU, %', header: 'D', ...mean },
    ...['Low', 'High'].map((header) => ({ group: 'mIoU, %', header, digits: 1 })),
    ...['I', 'C'].map((header) => ({ group: 'mIoU, %', header, ...mean })),
    ...['Head', 'Body', 'Tail'].map((header) => ({ group: 'mIoU of classes, %', header, ...mean })),
    { group: 'Pixel', header: 'accuracy, %', ...mean },
    ...references.flatMap(({ title: reference }) =>
      ['Δ', 'Low', 'High'].map((header) => {
        return {
          group: `mIoU D − ${subtrahend(reference)}, points`,
          header,
          digits: 1,
          signed: true,
        };
      }),
    ),
  ];
  const rows = cells.map((cell) => ({ labels: labelsOf(cell), cells: statisticsOf(cell) }));
  const byTrain = cells.some(({ summary }) => summary?.thirdsBy === 'train');
  const caption =
    `${title}: ${settingText(group, { split, calibration })}. D: over the pixels of the set, I: mean over images, ` +
    `C: mean over classes of the mean over their images. Head, body, tail: thirds of the classes by their pixels in the ` +
    `${byTrain ? 'training split' : 'images scored'}. ${intervalText({ split, calibration })} Differences are one by one, not ` +
    `corrected for their number${isPapers ? '; the comparisons named in advance are in the table of primary contrasts' : ''}.`;
  const table = { caption, labels, columns, rows, compact: true };
  return { name: `${name}-${stem}-statistics`, ...table };
}

function statisticsOf(cell: TableCellResult): (TableCell | null)[] {
  const { interval, against } = cell;
  return [
    scoreCell(cell, 'meanIoU'),
    numberCell(interval?.low),
    numberCell(interval?.high),
    ...(['meanIoUI', 'meanIoUC', 'headIoU', 'bodyIoU', 'tailIoU', 'pixelAccuracy'] as const).map(
      (score) => meanCell(cell, score),
    ),
    ...against.flatMap(({ compared }) => contrastCells(compared)),
  ];
}
