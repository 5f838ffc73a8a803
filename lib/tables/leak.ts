/** What it is worth to a score that images like those scored are among those trained on. */
import type { Table, TableCell, TableRow } from '../print/table';
import { lossLabel, networkTitle } from '../results/names';
import { scoreFacts } from '../results/scorer';
import { primaryContrasts } from '../sweeps/presets';
import { scoreCell } from './tableCells';
import type { ResultTable, TableCellResult } from './specification';

/** Runs of one way to split, scored on both of their splits. */
export interface SplitWay {
  /** How validation and training images lie to each other. */
  title: string;
  valid: ResultTable;
  test: ResultTable;
}

const { scores } = primaryContrasts;

/** A row for each way, network and loss that all ways have runs of on both splits, in the order of the last way. */
export function leakTable(ways: readonly SplitWay[]): Table {
  const keyOf = ({ dataset, network, loss }: TableCellResult) =>
    JSON.stringify([dataset, network, lossLabel(loss)]);
  const find = ({ cells }: ResultTable, key: string) =>
    cells.find((one) => one.cell !== undefined && keyOf(one) === key);
  const { cells } = ways[ways.length - 1].valid;
  const keys = [...new Set(cells.map(keyOf))].filter((key) =>
    ways.every(({ valid, test }) => find(valid, key) && find(test, key)),
  );
  return {
    name: 'leak',
    caption:
      'The same losses, validated on images whose neighbours were trained on, and on images that have none there; the test ' +
      'images have none. Mean ± standard deviation over the seeds.',
    labels: ['Validation', 'Network', 'Loss'],
    columns: scores.flatMap((score) =>
      ['Validation', 'Test'].map((header) => {
        return { group: `${scoreFacts[score].title}, %`, header, digits: 1 };
      }),
    ),
    rows: ways.flatMap(({ title, valid, test }) =>
      keys.map((key): TableRow => {
        const own = [valid, test].map((table) => find(table, key));
        const [{ network, loss }] = own as [TableCellResult];
        return {
          labels: [title, networkTitle(network), lossLabel(loss)],
          cells: scores.flatMap((score) =>
            own.map((cell): TableCell | null => (cell ? scoreCell(cell, score) : null)),
          ),
        };
      }),
    ),
  };
}
