/** IoU class by class, as tables of a paper: of the cells of a table, and of one evaluated run. */
import { counted } from '../check';
import { meanOfDefined, sum } from '../statistics';
import type { FigureRow } from '../print/figure';
import type { Table, TableCell, TableRow } from '../print/table';
import type { RunEvaluation } from '../training/evaluateRun';
import { meanCell, numberCell } from './tableCells';
import { settingGroups } from './settingGroups';
import type { ResultTable, TableCellResult } from './specification';
import { settingText } from './words';

/** As many columns as a page takes; more classes are further tables. */
const CLASSES_A_TABLE = 20;

export interface PrintedTables {
  /** A file stem. */
  name: string;
  tables: Table[];
  /** All numbers in full. */
  rows: FigureRow[];
}

/** A row for each cell with runs, a column for each class: the mean over seeds of IoU over the pixels of the set, in percent. */
export function classTables(table: ResultTable): PrintedTables {
  const { specification } = table;
  const name = `${specification.name}-classes`;
  const cells = table.cells.filter(({ cell }) => cell !== undefined);
  const groups = settingGroups(cells);
  return {
    name,
    tables: groups.flatMap((group) => groupTables(table, group)),
    rows: cells.flatMap((cell) => classRows(cell, specification.labelsOf(cell).join(', '))),
  };
}

function groupTables(
  { specification, split, calibration }: ResultTable,
  group: ReturnType<typeof settingGroups<TableCellResult>>[number],
): Table[] {
  const { cells, stem } = group;
  const names = cells[0].cell?.runs[0].classNames ?? [];
  const starts = Array.from({ length: Math.ceil(names.length / CLASSES_A_TABLE) }).map(
    (_, i) => i * CLASSES_A_TABLE,
  );
  return starts.map((start, i) => {
    const shown = names.slice(start, start + CLASSES_A_TABLE);
    const better = 'higher' as const;
    const rows: TableRow[] = cells.map((cell) => ({
      labels: specification.labelsOf(cell),
      cells: [
        ...shown.map((_, id) => classMean(cell, start + id)),
        ...(i === 0 ? [meanCell(cell, 'meanIoU')] : []),
      ],
    }));
    return {
      name: `${specification.name}-${stem}-classes${i === 0 ? '' : `-${i + 1}`}`,
      caption: `${specification.title}, class by class: ${settingText(group, { split, calibration })}. IoU over the pixels of the set, in percent.`,
      labels: specification.labels,
      columns: [...shown, ...(i === 0 ? ['mIoU'] : [])].map((header) => ({
        header,
        digits: 1,
        better,
      })),
      compact: true,
      rows,
    };
  });
}

/** Null where no seed has the class in its labels or predictions. */
function classMean({ cell }: TableCellResult, id: number): TableCell | null {
  return numberCell(meanOfDefined((cell?.runs ?? []).map(({ scores }) => scores.iou[id])));
}

function classRows({ cell, title }: TableCellResult, label: string): FigureRow[] {
  return (cell?.runs ?? []).flatMap(({ classNames, config, scores }) =>
    classNames.map((name, id) => ({
      data: title,
      run: label,
      seed: config.seed,
      class: name,
      iou: scores.iou[id],
      dice: scores.dice[id],
    })),
  );
}

/** Of one run: a row for each class, in the order of head, body and tail. */
export function evaluatedClasses({
  dataset,
  groups,
  scores,
  counts,
}: RunEvaluation): PrintedTables {
  const pixels = counts.map(sum);
  const total = sum(pixels);
  const rows = groups.flatMap(({ name: group, classes }) =>
    classes.map((id) => ({
      class: dataset.classNames[id],
      group,
      pixels: pixels[id],
      share: total === 0 ? null : pixels[id] / total,
      iou: scores.iou[id],
      dice: scores.dice[id],
      accuracy: scores.accuracyPerClass[id],
    })),
  );
  const table: Table = {
    name: 'classes',
    caption: `${dataset.title}, ${dataset.split} split of ${counted(dataset.length, 'image')}, class by class, in percent.`,
    labels: ['Class', 'Group'],
    columns: [
      { header: 'Pixels', digits: 2 },
      // The best is not marked: classes are no rivals.
      ...['IoU', 'Dice', 'Accuracy'].map((header) => ({ header, digits: 1 })),
    ],
    rows: rows.map((row) => ({
      labels: [row.class, row.group],
      cells: [row.share, row.iou, row.dice, row.accuracy].map((each) => numberCell(each)),
    })),
  };
  return { name: 'classes', tables: [table], rows };
}
