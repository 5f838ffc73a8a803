import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../lib/training/experiment';
import type { SlurmJob } from '../../lib/sweeps/slurm';
import { readPlan, runStates, sweepPaths } from '../../lib/sweeps/sweepFolder';
import { start } from '../cli/run';
import { withFolder } from '../datasets/files';
import { missingProgram, startCluster, waitFor } from '../support/slurmCluster';
import type { SlurmCluster } from '../support/slurmCluster';
import { tinyRun as base } from '../support/tinySweep';

const missing = missingProgram();
if (missing !== undefined) {
  console.warn(
    `skipped: no SLURM here (${missing}); apt-get install slurmctld slurmd slurm-client munge`,
  );
}

const sweep = { name: 'array', base, grid: { 'loss.name': ['pat', 'crossEntropy'], seed: [0, 1] } };
/** A run that lasts until its task is told to stop. */
const long = { name: 'long', base: { ...base, epochs: 5000 }, grid: { seed: [0] } };

const recordOf = async (outDir: string, id: string) =>
  JSON.parse(
    await readFile(path.join(sweepPaths(outDir).run(id), 'record.json'), 'utf8'),
  ) as RunRecord;

describe.skipIf(missing !== undefined)('npm run sweep -- --slurm', () => {
  let cluster: SlurmCluster;
  beforeAll(async () => {
    cluster = await startCluster(2);
  }, 60_000);
  afterAll(() => cluster?.stop(), 60_000);

  const command = (...args: string[]) => start(['sweep', ...args], cluster.environment).done;
  const states = async (outDir: string) =>
    (await runStates(outDir, (await readPlan(outDir))?.runs ?? [])).map(({ status }) => status);
  const stateOf = async (task: string) =>
    /JobState=(\S+)/.exec(await cluster.client('scontrol', 'show', 'job', task, '-o'))?.[1];
  const jobOf = async (outDir: string) =>
    JSON.parse(await readFile(path.join(sweepPaths(outDir).slurm, 'job.json'), 'utf8')) as SlurmJob;

  it(
    'ends every run once with the weights of a local sweep, a requeued task included',
    () =>
      withFolder(async (folder) => {
        const file = path.join(folder, 'sweep.json');
        await writeFile(file, JSON.stringify(sweep));
        const [local, remote] = ['local', 'remote'].map((name) => path.join(folder, name));
        const common = ['--config', file, '--threads', '1'];
        const slurm = ['--slurm', '--concurrency', '2', '--time', '30'];
        const submitted = await command(...common, ...slurm, '--out', remote);
        expect(submitted).toMatchObject({ status: 0 });
        const job = await jobOf(remote);
        expect(submitted.output).toContain(`submitted job ${job.id} with 4 tasks`);

        const again = await command(...common, ...slurm, '--out', remote);
        expect(again.errors).toContain(`job ${job.id} of ${remote} is still there`);

        const task = `${job.id}_0`;
        await waitFor(120, async () => (await states(remote))[0] === 'running');
        const { output } = await command('--status', remote);
        expect(output).toMatch(/pat\/seed0 .* SLURM: RUNNING/);
        await cluster.client('scontrol', 'requeue', task);
        // SLURM holds a requeued task for two minutes; an update while it still completes is lost.
        await waitFor(60, async () => (await stateOf(task)) === 'PENDING');
        await setTimeout(2000);
        await cluster.client('scontrol', 'update', `jobid=${task}`, 'StartTime=now');

        await waitFor(240, async () => (await states(remote)).every((status) => status === 'done'));
        await waitFor(60, async () => (await stateOf(task)) === 'COMPLETED');
        expect(await command(...common, '--out', local, '--jobs', '2')).toMatchObject({
          status: 0,
        });
        for (const { id } of (await readPlan(local))?.runs ?? []) {
          const [here, there] = [await recordOf(local, id), await recordOf(remote, id)];
          expect(there.weightsSha256).toBe(here.weightsSha256);
          const log = await readFile(path.join(sweepPaths(remote).run(id), 'log.txt'), 'utf8');
          expect(log.match(/^weights [0-9a-f]{64}$/gm)).toHaveLength(1);
        }
        expect((await readPlan(remote))?.threads).toBe(1);
        const finished = await command(...common, ...slurm, '--out', remote);
        expect(finished.output).toBe('every run is done\n');
      }),
    600_000,
  );

  it(
    'saves a checkpoint and queues again at the warning before the time limit',
    () =>
      withFolder(async (folder) => {
        const file = path.join(folder, 'sweep.json');
        const out = path.join(folder, 'out');
        await writeFile(file, JSON.stringify(long));
        await command('--config', file, '--out', out, '--threads', '1', '--slurm', '--time', '30');
        const task = `${(await jobOf(out)).id}_0`;
        await waitFor(120, async () => (await states(out))[0] === 'running');
        await setTimeout(3000);
        // What SLURM sends at the warning.
        await cluster.client('scancel', '--batch', '--signal=USR1', task);
        await waitFor(60, async () => (await stateOf(task)) === 'PENDING');
        const requeued = await cluster.client('scontrol', 'show', 'job', task, '-o');
        expect(requeued).toContain('Restarts=1');
        const log = await readFile(path.join(sweepPaths(out).run('seed0'), 'log.txt'), 'utf8');
        expect(log).toContain('the same command continues');
        expect(await states(out)).toEqual(['waiting']);
        await cluster.client('scancel', task);
      }),
    300_000,
  );
});
