/** The searches of the reference study: the learning rate, and the option of each loss, by validation. */
import type { Table, TableRow } from '../print/table';
import { lossLabel, networkTitle } from '../results/names';
import { scoreFacts } from '../results/scorer';
import { withoutLabel } from '../sweeps/plan';
import { chosen, studyLosses } from '../sweeps/reference';
import { meanCell } from './tableCells';
import { groupedBy } from './settingGroups';
import type { ResultTable, TableCellResult, TableSpecification } from './specification';
import { byNetworkAndLoss } from './words';

export const searches: TableSpecification = {
  ...byNetworkAndLoss,
  name: 'searches',
  title: 'Searches of the reference study',
  presets: ['reference-rate', 'reference-search'],
  split: 'valid',
  // When they were run, plain cross-entropy was to decide; what was chosen, and why not, is in lib/sweeps/reference.
  selection: 'meanIoUC',
  references: [],
  tables: searchTables,
};

const scores = ['meanIoU', 'tailIoU', 'pixelAccuracy'] as const;

/** Those of the learning rate are of losses that ran with several rates. */
function searchTables({
  specification: { name, title },
  cells,
}: Omit<ResultTable, 'tables' | 'rows'>): Table[] {
  const alike = groupedBy(cells, ({ loss }) => JSON.stringify(loss));
  const ratesOf = ({ loss }: TableCellResult) => alike.get(JSON.stringify(loss))?.length ?? 0;
  const [rates, options] = [
    cells.filter((cell) => ratesOf(cell) > 1),
    cells.filter(isOfChosenRate).filter(({ loss }) => loss.name !== 'crossEntropy'),
  ];
  const [{ title: data, network, config }] = cells;
  const table = (
    kind: string,
    shown: readonly TableCellResult[],
    isChosen: typeof isOfChosenRate,
  ) => ({
    name: `${name}-${kind.replace(' ', '-')}`,
    caption:
      `${title}, ${kind}: mean IoU over the pixels of the set, that of the tail, and pixel accuracy, validation ` +
      `split. ${data} at ${config.dataset.size.join('×')}, ${networkTitle(network)} of width ${config.model.width}, ` +
      `${config.epochs} epochs, one seed: a point between neighbours says little. Chosen by mean IoU, and by mean IoU and tail together.`,
    labels: ['Loss', 'Learning rate', ''],
    columns: scores.map((score) => ({ header: `${scoreFacts[score].title}, %`, digits: 1 })),
    rows: shown.map((cell): TableRow => {
      const { loss, config } = cell;
      const rate = String(config.optimizer.learningRate);
      return {
        labels: [lossLabel(loss), rate, isChosen(cell) ? 'chosen' : ''],
        cells: scores.map((score) => meanCell(cell, score)),
      };
    }),
  });
  return [table('learning rate', rates, isOfChosenRate), table('options', options, isChosenLoss)];
}

function isOfChosenRate({ config }: TableCellResult): boolean {
  return config.optimizer.learningRate === chosen.learningRate;
}

function isChosenLoss({ loss, config: { epochs } }: TableCellResult): boolean {
  return studyLosses(epochs).some((one) => lossLabel(withoutLabel(one)) === lossLabel(loss));
}
