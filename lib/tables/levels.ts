/** How high the printed numbers are, and which way of counting has that height here: cross-entropy on every network. */
import type { Table } from '../print/table';
import { paperCell } from '../paper';
import type { PaperDataset } from '../paper';
import { lossLabel, networkTitle } from '../results/names';
import { meanCell, numberCell } from './tableCells';
import { isPaperDataset } from './printedTable';
import { settingGroups } from './settingGroups';
import type { ResultTable, TableCellResult, TableSpecification } from './specification';

export const levels: TableSpecification = {
  name: 'levels',
  title: 'Levels',
  presets: ['table1', 'table2'],
  labels: ['Data set', 'Network'],
  labelsOf: ({ network, loss }) => [networkTitle(network), lossLabel(loss)],
  references: [],
  tables: (table) => [levelsTable(table)],
};

/** CamVid stands for Cityscapes, as streets have both. */
const paperName = (dataset: string): PaperDataset | undefined =>
  isPaperDataset(dataset) ? dataset : dataset === 'camvid' ? 'cityscapes' : undefined;

function levelsTable({ specification, cells }: Omit<ResultTable, 'tables' | 'rows'>): Table {
  const { name, labels } = specification;
  const titles = new Map(
    settingGroups(cells).flatMap(({ title, cells: own }) => own.map((cell) => [cell, title])),
  );
  const rows = cells
    .filter(({ loss, summary }) => loss.name === 'crossEntropy' && summary !== null)
    .map((cell) => {
      const paper = printedOf(cell);
      return {
        labels: [titles.get(cell) ?? cell.title, networkTitle(cell.network)],
        cells: [
          meanCell(cell, 'meanIoU'),
          meanCell(cell, 'authorsMeanIoU'),
          meanCell(cell, 'pixelAccuracy'),
          numberCell(paper?.meanIoU.value, 1),
          numberCell(paper?.pixelAccuracy.value, 1),
        ],
      };
    });
  return {
    name,
    caption:
      'Cross-entropy: mean IoU over all classes of the set, over the classes that stand at ids 0–2 in the authors’ labels ' +
      '(batch by batch, as their code computes it), and pixel accuracy, beside what the paper prints; CamVid beside ' +
      'Cityscapes. On Pet ids 0–2 are all there are; on NYUv2 void, which is id 0 there, is not scored here, so that two ' +
      'classes are left. Where pixel accuracies are alike, the printed mean IoU is to be compared with one of ours.',
    labels,
    columns: [
      { group: 'mIoU, %', header: 'All classes', digits: 1 },
      { group: 'mIoU, %', header: 'Ids 0–2', digits: 1 },
      { group: 'Pixel', header: 'accuracy, %', digits: 1 },
      { group: 'Printed', header: 'mIoU, %', digits: 1 },
      { group: 'Printed', header: 'pixel accuracy, %', digits: 1 },
    ],
    rows,
  };
}

function printedOf({ dataset, network }: TableCellResult) {
  const name = paperName(dataset);
  if (name === undefined) return undefined;
  const table = network === 'segnet' ? 1 : 2;
  return paperCell({ table, dataset: name, network, loss: 'crossEntropy' });
}
