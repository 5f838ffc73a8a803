/** Stored results of `npm run bench -- NAME --json FILE`. */
import path from 'node:path';
import type { TrainingCost } from './trainingCost';
import { writeAtomically } from '../atomicFile';
import { InputError } from '../check';
import { makeFolder, readJsonIfThere } from '../files';
import type { LossReport, StepReport } from './reports';

interface BenchReports {
  step: StepReport;
  infer: StepReport;
  loss: LossReport;
  training: TrainingCostReport;
}

/** What notebook 11 measured. */
export type TrainingCostReport = TrainingCost & { bench: 'training' };

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
  const content = await readJsonIfThere('readBench', file);
  if (content === undefined) return undefined;
  const report = content as BenchReports[Name] & { bench: string };
  if (report.bench === name) return report;
  throw new InputError(`readBench: ${file} must hold bench '${name}', got '${report.bench}'.`);
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
