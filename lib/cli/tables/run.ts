/** What `npm run tables` does once its arguments are understood. */
import path from 'node:path';
import { checkOneOf, InputError } from '../../check';
import { Results } from '../../results/contrast';
import { readRecords } from '../../results/records';
import type { ScoredSplitName } from '../../results/records';
import { resultTable, tableSpecifications } from '../../tables';
import { writeTable } from '../../tables/files';
import { scales } from '../../sweeps/presets';
import { planSweep } from '../sweep/plan';

const where = 'npm run tables';

export interface TablesRequest {
  out: string;
  scale: string;
  settings: readonly string[];
  split: string;
}

/** Writes the tables that have runs, and says what is in them. */
export async function writeTables(
  folder: string,
  { out, settings, ...request }: TablesRequest,
): Promise<number> {
  const scale = checkOneOf(where, '--scale', request.scale, scales);
  const split = checkOneOf(where, '--split', request.split, ['test', 'valid'] as const);
  const read = {
    valid: await readRecords(folder, { split: 'valid' }),
    test: await readRecords(folder, { split: 'test' }),
  };
  const results = { valid: new Results(read.valid.records), test: new Results(read.test.records) };
  let cellsFound = 0;
  for (const specification of tableSpecifications) {
    const { name, presets } = specification;
    // Runs of other sweeps stand together in a table of their own.
    if (presets.length === 0 && cellsFound > 0) continue;
    const runs =
      presets.length === 0
        ? undefined
        : planSweep(presets.join(','), undefined, { scale, settings }).runs;
    const own: ScoredSplitName = specification.split ?? split;
    const table = resultTable(specification, results[own], { scale, split: own, runs });
    const found = table.cells.filter(({ cell }) => cell !== undefined);
    const seeds = found.reduce((sum, { summary }) => sum + (summary?.seeds.length ?? 0), 0);
    const planned = table.cells.reduce((sum, cell) => sum + cell.seeds.length, 0);
    const state = `${name}: ${found.length} of ${table.cells.length} cells, ${seeds} of ${planned} runs`;
    cellsFound += found.length;
    if (found.length === 0) process.stdout.write(`${state}; not written\n`);
    else {
      await writeTable(table, out);
      process.stdout.write(`${state}: ${path.join(out, name)}.{tex,md,csv}\n`);
    }
  }
  for (const { file, reason } of [...read.valid.skipped, ...results[split].skipped]) {
    process.stderr.write(`left out: ${file}: ${reason}\n`);
  }
  if (cellsFound > 0) return 0;
  const { length } = read.valid.records;
  throw new InputError(
    `${where}: DIR must hold records of runs with scores of the ${split} split, got ${length} records without in ` +
      `'${folder}'. ${length > 0 ? 'Give --split valid.' : 'Give the folder of a sweep with finished runs.'}`,
  );
}
