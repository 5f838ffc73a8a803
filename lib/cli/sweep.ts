/** `npm run sweep`: many runs on one machine or a SLURM cluster; the same command goes on. */
import os from 'node:os';
import { checkNumber, InputError } from '../check';
import { parseJson, readIfThere } from '../files';
import { pluginsOfFile } from '../runs/pluginFiles';
import type { SweepInput } from '../sweeps/plan';
import { parseArguments, runCommand } from './support/command';

const help = `Usage: npm run sweep -- --config FILE|PRESET --out DIR [options]
       npm run sweep -- --status DIR
       npm run sweep -- --collect DIR --to RESULTS

Trains every run of a sweep and writes DIR/runs/ID/ for each, as npm run train does. Stop it at any time and give the
same command again: what is done is not done twice, what was interrupted goes on from its checkpoint, what failed is
tried again.

  --config FILE     a sweep file (JSON: name, base, grid), or a preset: table1, table2, table3, tuning, ablation, or
                    several joined by commas: a run that two of them have is done once
  --scale SCALE     of a preset: paper (what its text says), laptop (small real images), smoke (minutes; default laptop).
                    Of a file: small, as npm run train has it
  --out DIR         the sweep's folder
  --plugin FILE     a file with losses or networks of your own, for every run; repeatable. As "plugins": ["FILE"] beside
                    the file's "base" and "grid"
  --set path=value  changes one setting of every run, e.g. --set epochs=5; repeatable
  --jobs N          runs at a time (default 1)
  --threads N       threads of TensorFlow in each run (default: the cores shared out among the jobs, so that they do not
                    get in each other's way). The weights depend on it in the last digits: a sweep keeps the number
                    that it began with, at every --jobs and in SLURM's tasks
  --retries N       further attempts for a run that crashes (default 2)
  --dry-run         print the runs and the estimated hours; train nothing
  --status DIR      print where the runs of a sweep stand, SLURM's view included

  --collect DIR     store the finished runs of the sweep in DIR as small JSON files (no weights, no paths): RESULTS/ID.json
                    for each, and RESULTS/sweep.json, which says what they took. Again: adds what has ended since
  --to RESULTS      the folder for them, e.g. data/results/laptop; npm run tables makes tables of it
  --commit SHA      of the code that trained, for sweep.json (default: the one stored, else the one checked out)

  --slurm           submit an array job instead; the options below are for it
  --partition NAME  --time LIMIT  --gpus N  --cpus N  --memory SIZE
                    as sbatch takes them (default: the cluster's; cpus: --threads)
  --concurrency N   tasks at a time (default: all)
  --warning SECONDS before the limit a task saves a checkpoint and queues again (default 120)

  --skip-setup      use what is installed, unchecked
  --help            show this`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const options = {
  config: text,
  scale: text,
  out: text,
  set: { type: 'string', multiple: true, default: [] as string[] },
  plugin: { type: 'string', multiple: true, default: [] as string[] },
  jobs: { type: 'string', default: '1' },
  threads: text,
  retries: { type: 'string', default: '2' },
  'dry-run': flag,
  status: text,
  collect: text,
  to: text,
  commit: text,
  only: text, // one run of a stored plan: what a task of the array job does
  slurm: flag,
  partition: text,
  time: text,
  gpus: text,
  cpus: text,
  memory: text,
  concurrency: text,
  warning: { type: 'string', default: '120' },
} as const;

async function main(args: string[], signal: AbortSignal): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const { values } = parseArguments('npm run sweep', args, options);
  const commands = await import('./sweep/runSweep');
  if (values.status !== undefined) return commands.status(values.status);
  if (values.collect !== undefined) {
    const { collect } = await import('./sweep/collectRuns');
    return collect(values.collect, required('--to', values.to), values.commit);
  }
  const jobs = whole('--jobs', values.jobs, 1);
  const threads = {
    threads: values.threads === undefined ? undefined : whole('--threads', values.threads, 1),
    defaultThreads: Math.max(1, Math.floor(os.availableParallelism() / jobs)),
  };
  const retries = whole('--retries', values.retries, 0);
  if (values.only !== undefined) {
    return commands.runOne(required('--out', values.out), values.only, { retries, signal });
  }
  const config = required('--config', values.config);
  // Loaded late: a wrong command line must not wait for TensorFlow.
  const { planSweep } = await import('./sweep/askedPlan');
  const plan = planSweep(config, await fileIfAny(config), {
    scale: values.scale,
    settings: values.set,
    plugins: values.plugin,
  });
  if (values['dry-run'])
    return (await import('./sweep/estimateSweep')).dryRun(plan, { jobs, signal });
  const out = required('--out', values.out);
  if (!values.slurm) return commands.runAll(out, plan, { jobs, threads, retries, signal });
  const { partition, time, gpus, cpus, memory } = values;
  const warning = whole('--warning', values.warning, 1);
  const concurrency =
    values.concurrency === undefined ? undefined : whole('--concurrency', values.concurrency, 1);
  const request = { partition, time, gpus, cpus, memory, concurrency, warning, threads, retries };
  return commands.submit(out, plan, request);
}

function whole(option: string, value: string, min: number): number {
  return checkNumber('npm run sweep', option, Number(value), { integer: true, min });
}

function required(option: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new InputError(
    `npm run sweep: ${option} is missing. npm run sweep -- --help shows the usage.`,
  );
}

/** The content of a sweep file; undefined when there is no such file. */
async function fileIfAny(file: string): Promise<unknown> {
  const content = await readIfThere('npm run sweep', file);
  if (content === undefined) return undefined;
  const remedy = 'Mend it, or name another with --config.';
  const json = parseJson('npm run sweep', file, content, remedy);
  const sweep = pluginsOfFile(file, json) as SweepInput;
  return sweep?.base === undefined ? sweep : { ...sweep, base: pluginsOfFile(file, sweep.base) };
}

void runCommand(main);
