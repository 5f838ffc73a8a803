/** The comparisons named in advance (`primaryContrasts` in the sweep's presets), with their tests. */
import { counted } from '../check';
import type { Table, TableRow } from '../print/table';
import { isDefined } from '../results/contrast';
import type { Compared } from '../results/contrast';
import { holm } from '../results/holm';
import { lossTitle, networkTitle, signed } from '../results/names';
import { scoreFacts } from '../results/scorer';
import { primaryContrasts } from '../sweeps/presets';
import { pairsOf } from './references';
import { contrastCells, numberCell } from './tableCells';
import { groupedBy, settingGroups } from './settingGroups';
import type { SettingGroup } from './settingGroups';
import type { ResultTable, TableCellResult, TableSpecification } from './specification';
import { byNetworkAndLoss, intervalText } from './words';

const shared = { ...byNetworkAndLoss, references: [], tables: primaryTables };

/** In the kit's own study, for which they were named. */
export const primary: TableSpecification = {
  ...shared,
  name: 'primary',
  title: 'Primary contrasts',
  presets: ['reference'],
};

/** In the short runs of the paper's tables, whose images are split frame by frame. */
export const primaryShort: TableSpecification = {
  ...shared,
  name: 'primary-short',
  title: 'Primary contrasts in the short runs',
  presets: ['table1', 'table2'],
};

const NOT_RUN = 'not run';

/** One comparison: the mean over the networks that have runs of both. */
interface PrimaryRow {
  /** Data set, contrast, score. */
  labels: string[];
  networks: string[];
  compared: Compared | null;
  /** p with Holm's correction; null where there is none. */
  corrected: number | null;
  /** `above`, `below`, `no difference`, `not decided`, `not run`. */
  outcome: string;
}

interface Family {
  name: string;
  rows: PrimaryRow[];
}

type Cells = Pick<ResultTable, 'specification' | 'cells' | 'results'>;
type Groups = readonly SettingGroup<TableCellResult>[];

/**
 * One family of tests over the data sets, as it was named; where a data set has several settings, each is a family of its
 * own. Data of which one seed was planned are described, not tested.
 */
function familiesOf({ specification: { name }, cells, results }: Cells): Family[] {
  const groups = settingGroups(cells.filter(({ seeds }) => seeds.length > 1));
  const ofData = groupedBy(groups, ({ cells: [{ title }] }) => title);
  const family = (own: Groups, stem: string) => ({ name: stem, rows: rowsOf(own, results) });
  if (groups.length === 0) return [];
  return ofData.size === groups.length
    ? [family(groups, name)]
    : groups.map((group) => family([group], `${name}-${group.stem}`));
}

function rowsOf(groups: Groups, results: Cells['results']): PrimaryRow[] {
  const found = groups.flatMap(({ title, cells }) =>
    primaryContrasts.losses.flatMap(([left, right]) => {
      const pairs = pairsOf(cells, left, right);
      const networks = pairs.map(([{ network }]) => networkTitle(network));
      return primaryContrasts.scores.map((score) => {
        const compared = pairs.length > 0 ? results.average(pairs, { score }) : null;
        const labels = [title, `${lossTitle(left)} − ${lossTitle(right)}`];
        return { labels: [...labels, scoreFacts[score].title], networks, compared };
      });
    }),
  );
  const corrected = correctedPs(found.map(({ compared }) => compared));
  return found.map((row, i) => ({
    ...row,
    corrected: corrected[i],
    outcome: outcomeOf(row.compared, corrected[i]),
  }));
}

function primaryTables(table: Omit<ResultTable, 'tables' | 'rows'>): Table[] {
  return familiesOf(table).map((family) => primaryTable(family, table));
}

function primaryTable(
  { name, rows }: Family,
  { specification, split, calibration }: Omit<ResultTable, 'tables' | 'rows'>,
): Table {
  return {
    name,
    caption:
      `${specification.title}, named before the runs: differences in mean IoU (D) and in that of the tail, the rarest third ` +
      `of the classes by training pixels, averaged over the networks, ${split} split. ${intervalText({ split, calibration })} ` +
      `p: two-sided, with Holm’s correction over these ${rows.length} comparisons.`,
    labels: ['Data set', 'Contrast', 'Score', 'Networks', 'Outcome'],
    columns: [
      ...pointColumns('Points'),
      { header: 'p', digits: 3, least: 0.001 },
      { header: 'p, Holm', digits: 3, least: 0.001 },
    ],
    rows: rows.map(({ labels, networks, compared, corrected, outcome }): TableRow => {
      const p = compared !== null && isDefined(compared) ? compared.p : null;
      return {
        labels: [...labels, networks.join(', ') || '–', outcome],
        cells: [...contrastCells(compared), numberCell(p, 1), numberCell(corrected, 1)],
      };
    }),
  };
}

function pointColumns(group: string) {
  return ['Δ', 'Low', 'High'].map((header) => ({ group, header, digits: 1, signed: true }));
}

const allRows = (table: ResultTable) => familiesOf(table).flatMap(({ rows }) => rows);

/** `PAT − CE, mIoU, points: CamVid −1.2 [−3.0, +0.6], not decided; NYUv2 …`: one for each contrast and score. */
export function primarySentences(table: ResultTable): string[] {
  const of = ({ labels: [, contrast, score] }: PrimaryRow) => `${contrast}, ${score}`;
  return [...groupedBy(allRows(table), of)].map(([what, rows]) => {
    const places = rows.map(({ labels: [data], compared, outcome }) => {
      const cells = contrastCells(compared).map((cell) => (cell ? signed(cell.value) : '–'));
      return compared === null || !isDefined(compared)
        ? `${data} not run`
        : `${data} ${cells[0]} [${cells[1]}, ${cells[2]}], ${outcome}`;
    });
    return `${what}, points: ${places.join('; ')}.`;
  });
}

/** Each comparison of `now` with the same one of `then`, where that has it; tables of this file. */
function answers(then: ResultTable, now: ResultTable): { old?: PrimaryRow; row: PrimaryRow }[] {
  const before = new Map(allRows(then).map((row) => [JSON.stringify(row.labels), row]));
  return allRows(now).map((row) => ({ row, old: before.get(JSON.stringify(row.labels)) }));
}

/** What the short runs had said, beside the study. */
export function answersTable(then: ResultTable, now: ResultTable): Table {
  return {
    name: 'primary-answers',
    caption:
      'The primary contrasts in the short runs and in the study: differences in points with their 95 % intervals, and the ' +
      'outcomes with Holm’s correction over each family.',
    labels: ['Data set', 'Contrast', 'Score', 'Short runs', 'Study'],
    columns: [...pointColumns('Short runs, points'), ...pointColumns('Study, points')],
    rows: answers(then, now).map(({ row, old }): TableRow => {
      const { labels, compared, outcome } = row;
      return {
        labels: [...labels, old?.outcome ?? NOT_RUN, outcome],
        cells: [...contrastCells(old?.compared ?? null), ...contrastCells(compared)],
      };
    }),
  };
}

/** `3 of 8 outcomes changed: CamVid, PAT − CE, mIoU: not decided, was below; …` */
export function changedAnswers(then: ResultTable, now: ResultTable): string {
  const both = answers(then, now).filter(
    ({ row, old = row }) => row.outcome !== NOT_RUN && old.outcome !== NOT_RUN,
  );
  const changed = both.flatMap(({ row: { labels, outcome }, old }) =>
    old === undefined || old.outcome === outcome
      ? []
      : [`${labels.join(', ')}: ${outcome}, was ${old.outcome}`],
  );
  const counts = `${changed.length} of ${counted(both.length, 'outcome')} changed`;
  return `${[counts, changed.join('; ')].filter((text) => text !== '').join(': ')}.`;
}

/** A difference that does not survive the correction is not decided. */
function outcomeOf(compared: Compared | null, corrected: number | null): string {
  if (compared === null || !isDefined(compared)) return NOT_RUN;
  const { outcome } = compared;
  const survives = corrected !== null && corrected < 0.05;
  if (outcome === 'above' || outcome === 'below') return survives ? outcome : 'not decided';
  return outcome === 'equal' ? 'no difference' : 'not decided';
}

function correctedPs(all: readonly (Compared | null)[]): (number | null)[] {
  const ps = all.map((compared) => (compared !== null && isDefined(compared) ? compared.p : null));
  const corrected = holm(ps.filter((p): p is number => p !== null));
  return ps.map((p) => (p === null ? null : (corrected.shift() as number)));
}
