/** The comparisons named in advance (`primaryContrasts` in the sweep's presets), with their tests. */
import type { Table, TableRow } from '../print/table';
import { isDefined } from '../results/contrast';
import type { Compared } from '../results/contrast';
import { holm } from '../results/holm';
import { lossLabel, lossTitle, networkTitle } from '../results/names';
import { scoreFacts } from '../results/scorer';
import { primaryContrasts } from '../sweeps/presets';
import { pairsOf } from './references';
import { contrastCells, numberCell } from './tableCells';
import { groupedBy, settingGroups } from './settingGroups';
import type { SettingGroup } from './settingGroups';
import type { ResultTable, TableCellResult, TableSpecification } from './specification';
import { intervalText } from './words';

export const primary: TableSpecification = {
  name: 'primary',
  title: 'Primary contrasts',
  presets: ['table1', 'table2'],
  labels: ['Network', 'Loss'],
  labelsOf: ({ network, loss }) => [networkTitle(network), lossLabel(loss)],
  references: [],
  tables: primaryTables,
};

/** One comparison: the mean over the networks that have runs of both losses. */
interface PrimaryRow {
  labels: string[];
  networks: string[];
  compared: Compared | null;
}

type Groups = readonly SettingGroup<TableCellResult>[];

/**
 * One family of tests over the data sets, as it was named; where a data set has several settings, each is a family of its own.
 */
function primaryTables(table: Omit<ResultTable, 'tables' | 'rows'>): Table[] {
  const { name } = table.specification;
  const groups = settingGroups(table.cells);
  const ofData = groupedBy(groups, ({ cells: [{ title }] }) => title);
  return ofData.size === groups.length
    ? [primaryTable(name, groups, table)]
    : groups.map((group) => primaryTable(`${name}-${group.stem}`, [group], table));
}

function primaryTable(
  name: string,
  groups: Groups,
  { specification, results, split, calibration }: Omit<ResultTable, 'tables' | 'rows'>,
): Table {
  const rows = groups.flatMap(({ title, cells }) =>
    primaryContrasts.losses.flatMap(([left, right]) => {
      const pairs = pairsOf(cells, left, right);
      const networks = pairs.map(([{ network }]) => networkTitle(network));
      return primaryContrasts.scores.map((score): PrimaryRow => {
        const compared = pairs.length > 0 ? results.average(pairs, { score }) : null;
        const labels = [title, `${lossTitle(left)} − ${lossTitle(right)}`];
        return { labels: [...labels, scoreFacts[score].title], networks, compared };
      });
    }),
  );
  const corrected = correctedPs(rows);
  return {
    name,
    caption:
      `${specification.title}, named before the runs: differences in mean IoU (D) and in that of the tail, the rarest third ` +
      `of the classes by training pixels, averaged over the networks, ${split} split. ${intervalText({ split, calibration })} ` +
      `p: two-sided, with Holm’s correction over these ${rows.length} comparisons.`,
    labels: ['Data set', 'Contrast', 'Score', 'Networks', 'Outcome'],
    columns: [
      ...['Δ', 'Low', 'High'].map((header) => {
        return { group: 'Points', header, digits: 1, signed: true };
      }),
      { header: 'p', digits: 3, least: 0.001 },
      { header: 'p, Holm', digits: 3, least: 0.001 },
    ],
    rows: rows.map(({ labels, networks, compared }, i): TableRow => {
      const found = compared !== null && isDefined(compared) ? compared : null;
      const outcome = found === null ? 'not run' : outcomeText(found.outcome, corrected[i]);
      return {
        labels: [...labels, networks.join(', ') || '–', outcome],
        cells: [...contrastCells(compared), numberCell(found?.p, 1), numberCell(corrected[i], 1)],
      };
    }),
  };
}

/** A difference that does not survive the correction is not decided. */
function outcomeText(outcome: string, corrected: number | null): string {
  const survives = corrected !== null && corrected < 0.05;
  if (outcome === 'above' || outcome === 'below') return survives ? outcome : 'not decided';
  return outcome === 'equal' ? 'no difference' : 'not decided';
}

function correctedPs(rows: readonly PrimaryRow[]): (number | null)[] {
  const ps = rows.map(({ compared }) =>
    compared !== null && isDefined(compared) ? compared.p : null,
  );
  const corrected = holm(ps.filter((p): p is number => p !== null));
  return ps.map((p) => (p === null ? null : (corrected.shift() as number)));
}
