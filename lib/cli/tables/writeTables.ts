/** What `npm run tables` does once its arguments are understood. */
import path from 'node:path';
import { checkOneOf, InputError } from '../../check';
import { sum } from '../../statistics';
import type { ExperimentConfig } from '../../runs/config';
import { Results } from '../../results/contrast';
import { criteria, criteriaOf } from '../../runs/selection';
import type { Criterion } from '../../runs/selection';
import { readBothSplits } from '../../results/records';
import type { ScoredSplitName } from '../../results/records';
import { resultTable, tableSpecifications } from '../../tables';
import { classTables } from '../../tables/classTable';
import { writePrinted, writeTable } from '../../tables/tableFiles';
import { uniqueLeftOut, unplannedRuns } from '../../tables/leftOut';
import { scales } from '../../sweeps/presets';
import { planSweep } from '../sweep/askedPlan';

/** Tables about cells of other tables. */
const tablesOfCells = new Set(['primary', 'primary-short', 'decoding', 'levels']);
const where = 'npm run tables';

export interface TablesRequest {
  out: string;
  scale: string;
  settings: readonly string[];
  split: string;
  selection?: string;
  /** Also IoU class by class. */
  classes: boolean;
}

/** Writes the tables that have runs, and says what is in them. */
export async function writeTables(
  folder: string,
  { out, settings, classes, ...request }: TablesRequest,
): Promise<number> {
  const scale = checkOneOf(where, '--scale', request.scale, scales);
  const split = checkOneOf(where, '--split', request.split, ['test', 'valid'] as const);
  const selection =
    request.selection === undefined
      ? undefined
      : checkOneOf(where, '--selection', request.selection, criteria);
  const found = new Map<Criterion | undefined, Awaited<ReturnType<typeof resultsOf>>>();
  const keptBy = async (criterion: Criterion | undefined) => {
    const own = found.get(criterion) ?? (await resultsOf(folder, criterion));
    found.set(criterion, own);
    return own;
  };
  const { read, results } = await keptBy(selection);
  const planned: ExperimentConfig[] = [];
  let [cellsFound, written] = [0, 0];
  for (const specification of tableSpecifications) {
    const { name, presets } = specification;
    // Runs of other sweeps stand together in a table of their own.
    if (presets.length === 0 && cellsFound > 0) continue;
    const criterion = specification.selection ?? selection;
    const isKept = () =>
      read.valid.records.some(({ config }) => criteriaOf(config).some((one) => one === criterion));
    if (criterion !== selection && !isKept()) continue; // nothing to read again
    const kept = criterion === undefined ? [] : [`selection=${criterion}`];
    const runs =
      presets.length === 0
        ? undefined
        : planSweep(presets.join(','), undefined, { scale, settings: [...settings, ...kept] }).runs;
    planned.push(...(runs ?? []).map(({ config }) => config));
    const own: ScoredSplitName = specification.split ?? split;
    const { results } = await keptBy(criterion);
    const table = resultTable(specification, results[own], { scale, split: own, runs });
    const cells = table.cells.filter(({ cell }) => cell !== undefined);
    // A table of other runs, or of what these lack: nobody asked for it.
    if (cells.length === 0 || table.tables.length === 0) continue;
    const seeds = sum(cells.map(({ summary }) => summary?.seeds.length ?? 0));
    const known = sum(table.cells.map((cell) => cell.seeds.length));
    const state = `${name}: ${cells.length} of ${table.cells.length} cells, ${seeds} of ${known} runs`;
    cellsFound += presets.length > 0 ? cells.length : 0;
    written += cells.length;
    await writeTable(table, out);
    process.stdout.write(`${state}: ${path.join(out, name)}.{tex,md,csv}\n`);
    if (!classes || tablesOfCells.has(name)) continue;
    const printed = classTables(table);
    await writePrinted(printed, out);
    process.stdout.write(`its classes: ${path.join(out, printed.name)}.{tex,md,csv}\n`);
  }
  const unplanned = cellsFound > 0 ? unplannedRuns(results[split].cells, planned, split) : [];
  const leftOut = [read.valid, read[split], results.valid, results[split]];
  for (const { file, reason } of uniqueLeftOut([
    ...leftOut.flatMap(({ skipped }) => skipped),
    ...unplanned,
  ])) {
    process.stderr.write(`left out: ${file}: ${reason}\n`);
  }
  if (written > 0) return 0;
  const { length } = read.valid.records;
  throw new InputError(
    `${where}: DIR must hold records of runs with scores of the ${split} split, got ${length} without any in ` +
      `'${folder}'. ${length > 0 ? 'Give --split valid.' : 'Give the folder of a sweep with finished runs.'}`,
  );
}

/** The records by the weights that a criterion kept, of both splits. */
async function resultsOf(folder: string, selection: Criterion | undefined) {
  const read = await readBothSplits(folder, { selection });
  const results = { valid: new Results(read.valid.records), test: new Results(read.test.records) };
  return { read, results };
}
