/**
 * SLURM as the engine of a sweep: one array job, a task for each run that is not done. A task does what `npm run sweep`
 * does for one run, so a run folder does not show which engine filled it.
 */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { writeAtomically } from '../atomicFile';
import { InputError, invalid } from '../check';
import { writeJson } from '../runs/runFolder';
import { readCheckedIfThere } from '../schema';
import type { Inferred } from '../schema';
import { runStates, sweepPaths } from './sweepFolder';
import type { StoredSweep } from './sweepFolder';

const execute = promisify(execFile);

/** Clients wait long for a controller that does not answer. */
const CLIENT_MILLISECONDS = 20_000;

/** What is asked of the cluster; what is left out is the cluster's default. */
export interface SlurmRequest {
  partition?: string;
  /** As sbatch takes it, e.g. `04:00:00`. */
  time?: string;
  /** GPUs of each task. */
  gpus?: string;
  /** Cores of each task (default: the sweep's threads). */
  cpus?: string;
  memory?: string;
  /** Tasks at a time (default: all). */
  concurrency?: number;
  /** Seconds before the time limit at which a task saves a checkpoint and queues again. */
  warning: number;
  retries: number;
}

const slurmJob = z.object({
  id: z.string().regex(/^[\w.-]+$/),
  /** By task index. */
  runs: z.array(z.string()),
  submitted: z.string(),
});

/** `slurm/job.json`. */
export type SlurmJob = Inferred<typeof slurmJob>;

/**
 * Submits the runs that are not done; resolves to the job, or undefined when all are done.
 *
 * @throws InputError while an earlier job of this folder is queued or running, and where sbatch fails.
 */
export async function submitSweep(
  outDir: string,
  plan: StoredSweep,
  request: SlurmRequest,
): Promise<SlurmJob | undefined> {
  const tasks = await slurmStates(outDir);
  const active = [...tasks].find(([, state]) => !ended.test(state));
  if (active !== undefined) {
    const job = (await readJob(outDir)) as SlurmJob;
    throw new InputError(
      `npm run sweep: job ${job.id} of ${outDir} is still there (${active[0]}: ${active[1]}). ` +
        `Wait for it, or end it: scancel ${job.id}`,
    );
  }
  const states = await runStates(outDir, plan.runs);
  const runs = states.filter(({ status }) => status !== 'done').map(({ id }) => id);
  if (runs.length === 0) return undefined;
  const { slurm } = sweepPaths(outDir);
  await mkdir(slurm, { recursive: true });
  await writeAtomically(path.join(slurm, 'runs.txt'), Buffer.from(`${runs.join('\n')}\n`));
  const script = path.join(slurm, 'job.sh');
  await writeAtomically(script, Buffer.from(jobScript(outDir, plan, runs.length, request)));
  const answer = await client('sbatch', ['--parsable', script]);
  const job = { id: answer.trim().split(';')[0], runs, submitted: new Date().toISOString() };
  await writeJson(path.join(slurm, 'job.json'), job);
  return job;
}

/** States in which a task does not come back. */
const ended = /^(COMPLETED|FAILED|CANCELLED|TIMEOUT|OUT_OF_MEMORY|BOOT_FAIL|DEADLINE|NODE_FAIL)/;

/**
 * SLURM's word for the task of each run of the last job; empty when there was no job, or when squeue knows it no longer
 * and there is no accounting.
 */
export async function slurmStates(outDir: string): Promise<Map<string, string>> {
  const job = await readJob(outDir);
  if (job === undefined) return new Map();
  const queue = ['--noheader', '--array', '--states=all', `--jobs=${job.id}`, '--format=%K %T'];
  const accounting = ['--noheader', '--array', '--allocations', '--parsable2', `--jobs=${job.id}`];
  const listed = await client('squeue', queue).catch((error: unknown) => {
    if (/Invalid job id/i.test(String(error))) return '';
    throw error;
  });
  const known = tasksOf(listed, job);
  if (known.size === job.runs.length) return known;
  // Without accounting sacct fails; then the run folders alone tell.
  const past = await client('sacct', [...accounting, '--format=JobID,State']).catch(() => '');
  const lines = past.split('\n').map((line) => line.replace(/^\d+_/, '').replace('|', ' '));
  return new Map([...tasksOf(lines.join('\n'), job), ...known]);
}

/** From lines `TASK STATE`. */
function tasksOf(text: string, { runs }: SlurmJob): Map<string, string> {
  const states = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, task, state] = /^(\d+) (\S+)/.exec(line.trim()) ?? [];
    const id = runs[Number(task)] as string | undefined;
    if (id !== undefined) states.set(id, state);
  }
  return states;
}

async function readJob(outDir: string): Promise<SlurmJob | undefined> {
  const file = path.join(sweepPaths(outDir).slurm, 'job.json');
  return readCheckedIfThere('npm run sweep', file, slurmJob, 'name a job of SLURM');
}

async function client(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute(command, args, { timeout: CLIENT_MILLISECONDS });
    return stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: string };
    const reason =
      code === 'ENOENT' ? 'it is not installed here' : (stderr ?? String(error)).trim();
    throw new InputError(`npm run sweep: ${command} failed: ${reason}. Without SLURM: --jobs N.`);
  }
}

/** A word of a `#SBATCH` line: blanks end an unquoted one. @throws InputError for one that would end the line. */
function sbatchWord(word: string): string {
  if (/[\r\n]/.test(word)) throw invalid('npm run sweep', 'option of sbatch', 'on one line', word);
  return /^[\w.=%/:@,+-]+$/.test(word) ? word : `"${word.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * The batch script. It passes SIGTERM (preemption, requeue) on to the run, and at the warning before the time limit
 * lets it save a checkpoint and queues the task again.
 */
export function jobScript(
  outDir: string,
  { name, threads }: StoredSweep,
  tasks: number,
  { partition, time, gpus, cpus, memory, concurrency, warning, retries }: SlurmRequest,
): string {
  const { folder, slurm } = sweepPaths(outDir);
  const directives = [
    `--job-name=${name}`,
    `--array=0-${tasks - 1}${concurrency === undefined ? '' : `%${concurrency}`}`,
    '--requeue',
    '--open-mode=append',
    `--output=${path.join(slurm.replaceAll('%', '%%'), '%A_%a.log')}`,
    `--signal=B:USR1@${warning}`,
    `--cpus-per-task=${cpus ?? threads}`,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(gpus === undefined ? [] : [`--gpus-per-task=${gpus}`, '--ntasks=1']),
    ...(memory === undefined ? [] : [`--mem=${memory}`]),
  ];
  const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return `#!/bin/bash
${directives.map((directive) => `#SBATCH ${sbatchWord(directive)}`).join('\n')}
again=0
trap 'again=1; kill -INT "$run" 2>/dev/null' USR1
trap 'kill -TERM "$run" 2>/dev/null' TERM
cd ${quoted(process.cwd())} || exit 1
id=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${quoted(path.join(slurm, 'runs.txt'))})
${quoted(process.execPath)} scripts/cli.mjs sweep --skip-setup --out ${quoted(folder)} \\
  --only "$id" --retries ${retries} &
run=$!
# A signal ends wait, not the run.
while :; do
  wait "$run"
  status=$?
  kill -0 "$run" 2>/dev/null || break
done
if [ "$again" = 1 ] && [ "$status" = 130 ]; then
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"
fi
exit "$status"
`;
}
