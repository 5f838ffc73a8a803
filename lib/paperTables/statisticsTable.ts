/** What the paper's tables lack: seeds, intervals, rare classes, tests. */
import type { Table, TableCell, TableColumn } from '../figures/tables';
import type { CellStatistics, PaperTableName, PaperTableSettings } from './types';
import { percentSpread, scoreCell } from './scoreCell';
import { rowLabels, seedsText, settingText } from './words';

const groups = ['head', 'body', 'tail'] as const;

/**
 * The cells of one data set: mean IoU with its interval, that of the head, body and tail classes, and the difference to
 * each reference with its corrected p.
 */
export function statisticsTable(
  name: PaperTableName,
  cells: readonly CellStatistics[],
  settings: PaperTableSettings,
): Table {
  const [{ dataset, against }] = cells;
  const references = against.map(({ reference }) => reference);
  const columns: TableColumn[] = [
    { group: 'mIoU, %', header: 'Mean', digits: 2, better: 'higher' },
    ...['Low', 'High'].map((header) => ({ group: '95 % interval', header, digits: 1 })),
    ...['Head', 'Body', 'Tail'].map((header) => {
      return { group: 'mIoU of classes, %', header, digits: 1, better: 'higher' as const };
    }),
    ...references.flatMap((reference): TableColumn[] => [
      { group: `Against ${reference}`, header: 'Δ', digits: 1, signed: true },
      { group: `Against ${reference}`, header: 'p', digits: 3, least: 0.001 },
    ]),
  ];
  const { labels, of } = rowLabels(name);
  const rows = cells.map((cell) => ({ labels: of(cell), cells: statisticsOf(cell) }));
  const caption =
    `${settingText(name, cells, settings)}; ${seedsText(cells)}. Interval: 95 % bootstrap over the images, of the ` +
    'mean over the seeds. Head, body, tail: thirds of the classes by their pixels. p: Wilcoxon’s signed-rank ' +
    'test over the images, with Holm’s correction over the rows of a network; Δ and p are over the seeds that both have.';
  return { name: `${name}-${dataset}-statistics`, caption, labels, columns, rows, compact: true };
}

function statisticsOf({ summary, seeds, against }: CellStatistics): (TableCell | null)[] {
  const compared = against.flatMap(({ comparison }) => [
    percentCell(comparison?.difference),
    cellOf(comparison?.correctedP),
  ]);
  if (summary === null) return [...Array<null>(3 + groups.length).fill(null), ...compared];
  const { scores, interval, groups: ofClasses } = summary;
  return [
    scoreCell(percentSpread(scores.meanIoU), summary.seeds.length, seeds.length),
    percentCell(interval?.low),
    percentCell(interval?.high),
    ...groups.map((group) =>
      percentCell(ofClasses.find(({ name }) => name === group)?.meanIoU?.mean),
    ),
    ...compared,
  ];
}

function percentCell(share: number | null | undefined): TableCell | null {
  return cellOf(typeof share === 'number' ? 100 * share : null);
}

function cellOf(value: number | null | undefined): TableCell | null {
  return typeof value === 'number' ? { value } : null;
}
