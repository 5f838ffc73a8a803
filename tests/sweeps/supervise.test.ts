import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Random } from '../../lib/random';
import type { RunRecord } from '../../lib/training/experiment';
import { lockOwner } from '../../lib/runs/lock';
import { readPlan, runStates, sweepPaths } from '../../lib/sweeps/sweepFolder';
import { withFolder } from '../datasets/files';
import { tinyRun as base } from '../support/tinySweep';

const root = path.resolve(__dirname, '../..');
/** Runs and kills; more than in the suite: PAT_SWEEP_RUNS=16. */
const count = Number(process.env.PAT_SWEEP_RUNS ?? 4);

const seeds = Array.from({ length: count / 2 }, (_, seed) => seed);
const sweep = { name: 'kills', base, grid: { 'loss.name': ['pat', 'crossEntropy'], seed: seeds } };

/** The command without the script around it, so that a signal goes to the supervisor. */
function startSweep(file: string, outDir: string) {
  const command = ['./scripts/runTypeScript.mjs', 'lib/cli/sweep.ts'];
  const args = ['--config', file, '--out', outDir, '--jobs', '2', '--threads', '1'];
  const child = spawn(process.execPath, [...command, ...args], { cwd: root });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  child.stdout.resume();
  const done = new Promise<{ status: number | null; errors: string }>((resolve) =>
    child.on('close', (status) => resolve({ status, errors })),
  );
  return { child, done };
}

/** Processes that train in the sweep's folder. */
async function workers(outDir: string): Promise<number[]> {
  const { runs = [] } = (await readPlan(outDir)) ?? {};
  const owners = await Promise.all(runs.map(({ id }) => lockOwner(sweepPaths(outDir).run(id))));
  return owners.flatMap((owner) => (owner ? [owner.pid] : []));
}

async function recordsOf(outDir: string): Promise<(RunRecord & { ends: number })[]> {
  const { runs = [] } = (await readPlan(outDir)) ?? {};
  return Promise.all(
    runs.map(async ({ id }) => {
      const folder = sweepPaths(outDir).run(id);
      const record = JSON.parse(
        await readFile(path.join(folder, 'record.json'), 'utf8'),
      ) as RunRecord;
      const log = await readFile(path.join(folder, 'log.txt'), 'utf8');
      const count = (line: RegExp) => log.match(line)?.length ?? 0;
      const ends = count(/^weights [0-9a-f]{64}$/gm) - count(/^trained before; /gm);
      return { ...record, ends };
    }),
  );
}

describe('npm run sweep', () => {
  it(
    `ends ${count} runs once each, with the same weights, however workers and sweep are killed`,
    () =>
      withFolder(async (folder) => {
        const file = path.join(folder, 'sweep.json');
        await writeFile(file, JSON.stringify(sweep));
        const [whole, killed] = ['whole', 'killed'].map((name) => path.join(folder, name));
        expect(await startSweep(file, whole).done).toMatchObject({ status: 0 });

        const random = new Random(count);
        let kills = 0;
        let status: number | null = null;
        while (status !== 0) {
          const { child, done } = startSweep(file, killed);
          const ended = done.then((end) => end.status);
          while (child.exitCode === null && child.signalCode === null && kills < count) {
            await setTimeout(random.uniform(500, 4000));
            const running = await workers(killed);
            if (running.length === 0) continue;
            kills += 1;
            if (random.uniform(0, 1) < 0.3) child.kill('SIGKILL');
            else process.kill(running[random.integer(0, running.length - 1)], 'SIGKILL');
          }
          status = await ended;
        }
        const states = await runStates(killed, (await readPlan(killed))?.runs ?? []);
        expect(states.map((state) => state.status)).toEqual(Array(count).fill('done'));
        const records = await recordsOf(killed);
        const undisturbed = await recordsOf(whole);
        expect(records).toHaveLength(count);
        expect(records.map(({ ends }) => ends)).toEqual(Array(count).fill(1));
        expect(records.map((record) => record.weightsSha256)).toEqual(
          undisturbed.map((record) => record.weightsSha256),
        );
      }),
    60_000 + 30_000 * count,
  );

  it(
    'keeps a failed run with its reason while the rest go on',
    () =>
      withFolder(async (folder) => {
        const file = path.join(folder, 'sweep.json');
        const losses = [{ name: 'crossEntropy' }, { label: 'lost', name: 'focal' }];
        const grid = [
          { loss: losses.slice(0, 1) },
          { loss: losses.slice(1), 'optimizer.learningRate': [1e38] },
        ];
        await writeFile(
          file,
          JSON.stringify({ name: 'failing', base: { ...base, epochs: 1 }, grid }),
        );
        const { status, errors } = await startSweep(file, path.join(folder, 'out')).done;
        expect(status).toBe(1);
        expect(errors).toMatch(/✗ lost\/learningRate1e\+38 failed \(1: .*finite/);
        const { runs = [] } = (await readPlan(path.join(folder, 'out'))) ?? {};
        const states = await runStates(path.join(folder, 'out'), runs);
        expect(states.map((state) => state.status)).toEqual(['done', 'failed']);
        expect(states[1].failure).toMatchObject({ attempts: 1, ended: '1' });
      }),
    60_000,
  );
});
