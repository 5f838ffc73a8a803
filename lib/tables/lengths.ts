/** What the length of training changes: the same losses with other numbers of epochs, side by side. */
import type { Table, TableCell, TableRow } from '../print/table';
import { lossLabel, networkTitle, signed } from '../results/names';
import { spread } from '../results/bootstrap';
import { scoreFacts, scoresOf } from '../results/scorer';
import type { RunScore } from '../results/scorer';
import { primaryContrasts } from '../sweeps/presets';
import { spreadCell } from './tableCells';
import { groupedBy } from './settingGroups';
import type { ResultTable, TableCellResult, TableSpecification } from './specification';
import { byNetworkAndLoss } from './words';

export const lengths: TableSpecification = {
  name: 'lengths',
  title: 'Length of training',
  presets: ['reference-length', 'reference'],
  // The runs of 30 epochs and seed 0 are those of the search, which named another criterion first.
  selection: 'meanIoUC',
  ...byNetworkAndLoss,
  references: [],
  tables: lengthTables,
};

const { scores } = primaryContrasts;

/** One table: a row for each loss that was trained for several lengths, a column for each length. */
function lengthTables({
  specification,
  split,
  cells,
}: Omit<ResultTable, 'tables' | 'rows'>): Table[] {
  const { name, title } = specification;
  const rows = comparable(cells);
  if (rows.length === 0) return [];
  const all = lengthsOf(rows.flat());
  return [
    {
      name,
      caption:
        `${title}: the same losses trained for ${all.join(', ')} epochs, each with its own schedule to the end, ${split} split; ` +
        'mean ± standard deviation over the seeds that all lengths of a row have.',
      labels: ['Data set', 'Network', 'Loss', 'Seeds'],
      columns: scores.flatMap((score) =>
        all.map((epochs) => {
          return { group: `${scoreFacts[score].title}, %`, header: String(epochs), digits: 1 };
        }),
      ),
      rows: rows.map((alike): TableRow => {
        const [{ title: data, network, loss }] = alike;
        const seeds = sharedSeeds(alike);
        return {
          labels: [data, networkTitle(network), lossLabel(loss), seeds.join(', ') || '–'],
          cells: scores.flatMap((score) =>
            all.map((epochs) =>
              cellOf(
                alike.find(({ config }) => config.epochs === epochs),
                score,
                seeds,
              ),
            ),
          ),
        };
      }),
    },
  ];
}

/** The cells of each loss that was trained for several lengths. */
function comparable(cells: readonly TableCellResult[]): TableCellResult[][] {
  const keyOf = ({ title, network, loss }: TableCellResult) =>
    JSON.stringify([title, network, lossLabel(loss)]);
  return [...groupedBy(cells, keyOf).values()].filter((alike) => lengthsOf(alike).length > 1);
}

/** Seeds that every length has a run of which has any: others would compare seeds, not lengths. */
function sharedSeeds(alike: readonly TableCellResult[]): number[] {
  const [first, ...others] = alike
    .flatMap(({ cell }) => (cell ? [cell.runs] : []))
    .map((runs) => runs.map(({ config }) => config.seed));
  return (first ?? []).filter((seed) => others.every((seeds) => seeds.includes(seed)));
}

/**
 * What twice the epochs change, of each loss and each two lengths with runs of which one is half the other: `CE, 60 → 120 epochs: mIoU
 * +0.4 points, tail mIoU −0.2.` Convergence is less than a point.
 */
export function lengthSentences({ cells }: ResultTable): string[] {
  return comparable(cells).flatMap((alike) => {
    const seeds = sharedSeeds(alike);
    const of = (epochs: number, score: RunScore) =>
      cellOf(
        alike.find(({ config }) => config.epochs === epochs),
        score,
        seeds,
      )?.value;
    const all = lengthsOf(alike);
    return all
      .filter((epochs) => all.includes(2 * epochs))
      .flatMap((epochs) => {
        const changes = scores.flatMap((score) => {
          const [before, after] = [of(epochs, score), of(2 * epochs, score)];
          if (before === undefined || after === undefined) return [];
          return `${scoreFacts[score].title} ${signed(after - before)} points`;
        });
        const [{ title, network, loss }] = alike;
        const what = `${title}, ${networkTitle(network)}, ${lossLabel(loss)}`;
        return changes.length === 0
          ? []
          : [`${what}, ${epochs} → ${2 * epochs} epochs: ${changes.join(', ')}.`];
      });
  });
}

/** Null without a run. */
function cellOf(
  cell: TableCellResult | undefined,
  score: RunScore,
  seeds: readonly number[],
): TableCell | null {
  const runs = (cell?.cell?.runs ?? []).filter(({ config }) => seeds.includes(config.seed));
  const found = spread(runs.map((run) => scoresOf(run)[score]));
  return found && spreadCell(found, score);
}

/** The numbers of epochs, ascending. */
function lengthsOf(cells: readonly TableCellResult[]): number[] {
  return [...new Set(cells.map(({ config }) => config.epochs))].sort((a, b) => a - b);
}
