/**
 * Tables 1–3 of the paper, the primary contrasts, the ablation and the search for options, from the records of runs.
 *
 *     const { records } = await readRecords('data/results/laptop', { split: 'test' });
 *     const { tables } = resultTable(tableNamed('table1'), new Results(records), { scale: 'laptop', split: 'test' });
 *     tableMarkdown(tables[0]);
 *
 * To add a table: a file in `tables/` with its specification, and a line here.
 */
import { checkOneOf } from './check';
import { ablation } from './tables/ablationTable';
import { decoding } from './tables/decoding';
import { lengths } from './tables/lengths';
import { levels } from './tables/levels';
import { primary, primaryShort } from './tables/primary';
import { reference } from './tables/referenceTable';
import { searches } from './tables/searches';
import { runs } from './tables/runsTable';
import { table1 } from './tables/table1';
import { table2 } from './tables/table2';
import { table3 } from './tables/table3';
import { tuning } from './tables/tuning';
import type { TableSpecification } from './tables/specification';

export { resultTable, tableOfRecords } from './tables/build';
export type { ResultTable, TableCellResult, TableSpecification } from './tables/specification';

/** In the order in which they are written; the last is for runs of no preset. */
export const tableSpecifications: readonly TableSpecification[] = [
  table1,
  table2,
  table3,
  primary,
  primaryShort,
  levels,
  decoding,
  ablation,
  tuning,
  reference,
  lengths,
  searches,
  runs,
];

/** @throws InputError for another name. */
export function tableNamed(name: string): TableSpecification {
  const names = tableSpecifications.map((one) => one.name);
  checkOneOf('tableNamed', 'name', name, names);
  return tableSpecifications[names.indexOf(name)];
}
