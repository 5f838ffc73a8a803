/** Stored results of `npm run bench -- NAME --json FILE`. */
import path from 'node:path';
import { z } from 'zod';
import type { TrainingCost } from './trainingCost';
import { writeAtomically } from '../atomicFile';
import { makeFolder } from '../files';
import { readCheckedIfThere } from '../schema';
import type { LossReport, StepReport } from './reports';

interface BenchReports {
  step: StepReport;
  infer: StepReport;
  loss: LossReport;
  training: TrainingCostReport;
}

/** What notebook 11 measured. */
export type TrainingCostReport = TrainingCost & { bench: 'training' };

const machine = z.object({ processor: z.string(), cores: z.number() }).passthrough();
const rows = z.array(z.object({}).passthrough());
/** What is checked of a report: the rest is as the same version of the kit wrote it. */
const parts = {
  step: { machine, results: rows },
  infer: { machine, results: rows },
  loss: { machine, results: rows, memory: rows },
  training: {},
} as const;

/**
 * `NAME.json` of a folder (default: the results kept with the kit); undefined where there is none.
 *
 * @throws InputError where the file is of another bench.
 */
export async function readBench<Name extends keyof BenchReports>(
  name: Name,
  folder = 'data/results/bench',
): Promise<BenchReports[Name] | undefined> {
  const file = path.join(folder, `${name}.json`);
  const remedy = `Measure it again: npm run bench -- ${name} --json ${file}`;
  const report = z.object({ bench: z.literal(name), ...parts[name] }).passthrough();
  const content = await readCheckedIfThere(
    'readBench',
    file,
    report,
    `hold bench '${name}'`,
    remedy,
  );
  return content as BenchReports[Name] | undefined;
}

/** Writes `training.json` into a folder, for `readBench`; an older one is replaced. */
export async function writeTrainingCost(
  cost: TrainingCost,
  folder = 'data/results/bench',
): Promise<void> {
  await makeFolder('benchResults', folder);
  const text = `${JSON.stringify({ bench: 'training', ...cost }, null, 2)}\n`;
  await writeAtomically(path.join(folder, 'training.json'), Buffer.from(text));
}
