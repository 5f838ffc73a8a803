/** What `npm run sweep` does once its arguments are understood. */
import { spawnSync } from 'node:child_process';
import { counted, InputError, invalid } from '../../check';
import { lockRun } from '../../runs/lock';
import { prepareSweepFolder, readPlan, runStates, sweepPaths } from '../../sweeps/sweepFolder';
import type { StoredSweep, ThreadChoice } from '../../sweeps/sweepFolder';
import type { PlannedRun, SweepPlan } from '../../sweeps/plan';
import { superviseRuns } from '../../sweeps/supervise';
import type { SuperviseOptions, SweepOutcome } from '../../sweeps/supervise';
import { slurmStates, submitSweep } from '../../sweeps/slurm';
import type { SlurmRequest } from '../../sweeps/slurm';
import { liveTable, statusLines } from './printStates';

type LocalOptions = Pick<SuperviseOptions, 'retries' | 'signal'>;

/** All runs on this machine. Exit status 1 when a run failed. */
export async function runAll(
  outDir: string,
  plan: SweepPlan,
  { threads: choice, ...options }: LocalOptions & { jobs: number; threads: ThreadChoice },
): Promise<number> {
  const lock = await lockRun(outDir, 'npm run sweep');
  try {
    const { threads } = await prepareSweepFolder(outDir, plan, choice);
    if (threads !== (choice.threads ?? choice.defaultThreads)) {
      process.stderr.write(`threads of each run: ${threads}, as the sweep began\n`);
    }
    const outcome = await supervised(outDir, plan.runs, { ...options, threads });
    process.stdout.write(`${statusLines(await runStates(outDir, plan.runs)).join('\n')}\n`);
    if (options.signal.aborted) process.stderr.write('stopped; the same command continues\n');
    return outcome.failed.length > 0 ? 1 : 0;
  } finally {
    await lock.release();
  }
}

/** One run of the plan in `outDir`: what a task of the array job does. */
export async function runOne(outDir: string, id: string, options: LocalOptions): Promise<number> {
  const { runs, threads } = await storedPlan(outDir);
  const run = runs.find((one) => one.id === id);
  if (run === undefined) {
    throw invalid('npm run sweep', '--only', `a run of ${sweepPaths(outDir).plan}`, id);
  }
  const { failed } = await supervised(outDir, [run], { ...options, threads, jobs: 1 });
  return failed.length > 0 ? 1 : 0;
}

async function supervised(
  outDir: string,
  runs: readonly PlannedRun[],
  options: LocalOptions & { jobs: number; threads: number },
): Promise<SweepOutcome> {
  const table = liveTable(await runStates(outDir, runs), options.jobs);
  try {
    return await superviseRuns(runs, {
      ...options,
      outDir,
      gpus: visibleGpus(),
      onEvent: table.show,
    });
  } finally {
    table.close();
  }
}

/** Where the runs stand. */
export async function status(outDir: string): Promise<number> {
  const { runs } = await storedPlan(outDir);
  const tasks = await slurmStates(outDir);
  process.stdout.write(`${statusLines(await runStates(outDir, runs), tasks).join('\n')}\n`);
  return 0;
}

/** Submits the runs that are not done as one array job. */
export async function submit(
  outDir: string,
  plan: SweepPlan,
  { threads, ...request }: SlurmRequest & { threads: ThreadChoice },
): Promise<number> {
  const lock = await lockRun(outDir, 'npm run sweep');
  try {
    const job = await submitSweep(outDir, await prepareSweepFolder(outDir, plan, threads), request);
    const text =
      job === undefined
        ? 'every run is done'
        : `submitted job ${job.id} with ${counted(job.runs.length, 'task')}; npm run sweep -- --status ${outDir}`;
    process.stdout.write(`${text}\n`);
    return 0;
  } finally {
    await lock.release();
  }
}

async function storedPlan(outDir: string): Promise<StoredSweep> {
  const plan = await readPlan(outDir);
  if (plan !== undefined) return plan;
  throw new InputError(
    `npm run sweep: there is no sweep in ${outDir}: no ${sweepPaths(outDir).plan}.`,
  );
}

/** CUDA indices that runs may use; empty without an NVIDIA GPU. */
export function visibleGpus(): string[] {
  const { CUDA_VISIBLE_DEVICES: given } = process.env;
  const indices = (text: string, between: RegExp) =>
    text.split(between).flatMap((index) => index.trim() || []);
  if (given !== undefined) return indices(given, /,/);
  const query = ['--query-gpu=index', '--format=csv,noheader'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8' });
  return status === 0 ? indices(stdout, /\n/) : [];
}
