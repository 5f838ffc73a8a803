/** What the length of training changes: the same losses with other numbers of epochs, side by side. */
import type { Table, TableCell, TableRow } from '../print/table';
import { lossLabel, networkTitle, withoutOptions } from '../results/names';
import { spread } from '../results/bootstrap';
import { scoreFacts, scoresOf } from '../results/scorer';
import type { RunScore } from '../results/scorer';
import { groupedBy } from './settingGroups';
import type { ResultTable, TableCellResult, TableSpecification } from './specification';

export const lengths: TableSpecification = {
  name: 'lengths',
  title: 'Length of training',
  presets: ['reference-length', 'reference'],
  labels: ['Network', 'Loss'],
  labelsOf: ({ network, loss }) => [networkTitle(network), lossLabel(loss)],
  references: [],
  tables: (table) => lengthTables(table),
};

const scores = ['meanIoU', 'tailIoU'] as const satisfies readonly RunScore[];

/** One table: a row for each loss that was trained for several lengths, a column for each length. */
function lengthTables({
  specification,
  split,
  cells,
}: Omit<ResultTable, 'tables' | 'rows'>): Table[] {
  const { name, title } = specification;
  // Options that follow the epochs, such as the stages of a loss, are not another loss.
  const keyOf = ({ title: data, network, loss }: TableCellResult) =>
    JSON.stringify([
      data,
      network,
      lossLabel(loss.name === 'stages' ? withoutOptions(loss) : loss),
    ]);
  const rows = [...groupedBy(cells, keyOf).values()].filter((alike) => lengthsOf(alike).length > 1);
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

/** Seeds that every length has a run of which has any: others would compare seeds, not lengths. */
function sharedSeeds(alike: readonly TableCellResult[]): number[] {
  const [first, ...others] = alike
    .flatMap(({ cell }) => (cell ? [cell.runs] : []))
    .map((runs) => runs.map(({ config }) => config.seed));
  return (first ?? []).filter((seed) => others.every((seeds) => seeds.includes(seed)));
}

/** In percent; null without a run. */
function cellOf(
  cell: TableCellResult | undefined,
  score: RunScore,
  seeds: readonly number[],
): TableCell | null {
  const runs = (cell?.cell?.runs ?? []).filter(({ config }) => seeds.includes(config.seed));
  const found = spread(runs.map((run) => scoresOf(run)[score]));
  if (found === null) return null;
  const { mean, deviation } = found;
  return { value: 100 * mean, deviation: deviation === null ? null : 100 * deviation };
}

/** The numbers of epochs, ascending. */
function lengthsOf(cells: readonly TableCellResult[]): number[] {
  return [...new Set(cells.map(({ config }) => config.epochs))].sort((a, b) => a - b);
}
