/** A loss of one's own by a plugin in a sweep: killed, resumed, and on SLURM. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../lib/runs/record';
import { lockOwner } from '../../lib/runs/lock';
import { collectSweep } from '../../lib/sweeps/collect';
import { readPlan, runStates, sweepPaths } from '../../lib/sweeps/sweepFolder';
import { run, start } from '../cli/run';
import { withFolder } from '../datasets/files';
import { missingProgram, startCluster, waitFor } from '../support/slurmCluster';
import { tinyRun as base } from '../support/tinySweep';

const plugin = (sign: string) => `
import { tf } from '../lib/backend';
import { defineLoss } from '../lib/losses';
defineLoss('swept', (logits: tf.Tensor4D, labels: tf.Tensor3D, { numClasses, options }) =>
  tf.logSoftmax(logits).mul(tf.oneHot(labels, numClasses).toFloat()).sum(3).${sign},
{ options: { power: 1 } });
`;

/** A sweep file with the plugin beside it. */
async function sweepIn(folder: string): Promise<{ file: string; own: string }> {
  const [file, own] = [path.join(folder, 'sweep.json'), path.join(folder, 'my', 'losses.ts')];
  await mkdir(path.dirname(own), { recursive: true });
  await writeFile(own, plugin('neg()'));
  const loss = [{ name: 'swept' }, { name: 'swept', power: 2 }];
  const content = { name: 'own', plugins: ['my/losses.ts'], base, grid: { loss } };
  await writeFile(file, JSON.stringify(content));
  return { file, own };
}

const ids = ['swept', 'swept-power=2'];

async function recordsOf(out: string): Promise<RunRecord[]> {
  const files = ids.map((id) => path.join(sweepPaths(out).run(id), 'record.json'));
  return Promise.all(
    files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as RunRecord),
  );
}

const weightsOf = async (out: string) =>
  (await recordsOf(out)).map(({ weightsSha256 }) => weightsSha256);

describe('a sweep with a plugin', () => {
  it(
    'is killed and goes on, refuses a changed file, and is evaluated without it',
    () =>
      withFolder(async (folder) => {
        const { file, own } = await sweepIn(folder);
        const [whole, killed] = ['whole', 'killed'].map((name) => path.join(folder, name));
        const args = (out: string) => ['sweep', '--config', file, '--out', out, '--threads', '1'];
        expect(await run(args(whole))).toMatchObject({ status: 0 });

        const first = sweepPaths(killed).run(ids[0]);
        const { child, done } = start(args(killed));
        await waitFor(120, async () => (await lockOwner(first)) !== undefined);
        const metrics = path.join(first, 'metrics.jsonl');
        await waitFor(120, async () => (await readFile(metrics, 'utf8')).length > 0);
        process.kill((await lockOwner(first))?.pid as number, 'SIGKILL');
        await setTimeout(200);
        child.kill('SIGKILL');
        await done;

        await writeFile(own, plugin('mul(-2)'));
        const refused = await run(args(killed));
        expect(refused.status).toBe(1);
        expect(refused.errors).toMatch(
          /another configuration of run swept: another plugin losses\.ts, line 5 is .*mul\(-2\).*, was .*neg\(\).*Give back the stored one, .*plugins\/losses\.ts/,
        );

        await writeFile(own, plugin('neg()'));
        expect(await run(args(killed))).toMatchObject({ status: 0 });
        expect(await weightsOf(killed)).toEqual(await weightsOf(whole));

        await rm(own);
        const evaluated = await run(['evaluate', first]);
        expect(evaluated).toMatchObject({ status: 0 });
        expect(evaluated.output).toContain('mIoU');

        const results = path.join(folder, 'results');
        expect((await collectSweep(killed, results)).written).toEqual(ids);
        const kept = await readFile(path.join(results, 'swept.json'), 'utf8');
        expect(kept).toContain('"plugins":[{"name":"losses.ts","sha256":"');
        expect(kept).not.toContain(folder);
        const states = await runStates(killed, (await readPlan(killed))?.runs ?? []);
        expect(states.map(({ status }) => status)).toEqual(['done', 'done']);
      }),
    600_000,
  );

  it.skipIf(missingProgram() !== undefined)(
    'runs as tasks of SLURM with the weights of a local sweep, the original gone, a task killed',
    () =>
      withFolder(async (folder) => {
        const cluster = await startCluster(2);
        try {
          const { file, own } = await sweepIn(folder);
          const [local, remote] = ['local', 'remote'].map((name) => path.join(folder, name));
          const args = ['sweep', '--config', file, '--threads', '1'];
          expect(await run([...args, '--out', local])).toMatchObject({ status: 0 });
          const slurm = ['--slurm', '--time', '30', '--out', remote];
          expect(await start([...args, ...slurm], cluster.environment).done).toMatchObject({
            status: 0,
          });
          await rm(own); // tasks take it from the runs' folders
          const first = sweepPaths(remote).run(ids[0]);
          await waitFor(180, async () => (await lockOwner(first)) !== undefined);
          process.kill((await lockOwner(first))?.pid as number, 'SIGKILL'); // tried again by its task
          const plan = (await readPlan(remote))?.runs ?? [];
          await waitFor(300, async () =>
            (await runStates(remote, plan)).every(({ status }) => status === 'done'),
          );
          expect(await weightsOf(remote)).toEqual(await weightsOf(local));
        } finally {
          await cluster.stop();
        }
      }),
    600_000,
  );
});
