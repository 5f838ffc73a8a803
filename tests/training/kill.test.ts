import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Random } from '../../lib/random';
import { readSafetensors } from '../../lib/models/safetensors';
import type { RunPosition } from '../../lib/runs/position';
import type { RunRecord } from '../../lib/training/experiment';
import { withFolder } from '../datasets/files';
import { eventsIn, shownSteps } from './tensorboard/events';

const root = path.resolve(__dirname, '../..');
const runner = path.join(root, 'scripts/runTypeScript.mjs');
/** More kills than in the suite: PAT_KILLS=20. */
const kills = Number(process.env.PAT_KILLS ?? 4);

/** 24 steps of well under 100 ms, a checkpoint after each second one. */
const config = {
  dataset: { name: 'synthetic', size: [32, 48], numClasses: 6, trainLength: 24, validLength: 2 },
  model: { name: 'unet', width: 2 },
  loss: { name: 'pat' },
  epochs: 2,
  batchSize: 2,
  checkpoints: { everySteps: 2 },
};

/** The command without the script around it, so that a signal goes to the process that trains. */
function startTraining(folder: string, name: string) {
  const file = path.join(root, 'lib/cli/train.ts');
  const args = ['--config', path.join(folder, 'config.json'), '--out', path.join(folder, name)];
  const child = spawn(process.execPath, [runner, file, ...args], { cwd: root });
  let errors = '';
  const training = new Promise<void>((resolve) => {
    child.stderr.on('data', (text: Buffer) => {
      errors += text.toString();
      if (errors.includes('steps ▕')) resolve();
    });
    child.on('close', () => resolve());
  });
  child.stdout.resume();
  const done = new Promise<{ status: number | null; errors: string }>((resolve) =>
    child.on('close', (status) => resolve({ status, errors })),
  );
  return { child, training, done };
}

const recordOf = async (folder: string, name: string) =>
  JSON.parse(await readFile(path.join(folder, name, 'record.json'), 'utf8')) as RunRecord;

describe('npm run train', () => {
  it(
    `ends with the same weights after ${kills} kills at random moments`,
    () =>
      withFolder(async (folder) => {
        await writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
        const whole = await startTraining(folder, 'whole').done;
        expect(whole).toMatchObject({ status: 0 });
        const random = new Random(kills);
        const kill = async (outDir: string) => {
          const { child, training, done } = startTraining(folder, outDir);
          await training;
          await setTimeout(random.uniform(0, 500));
          child.kill('SIGKILL');
          return (await done).status;
        };
        let killed = 0;
        for (let run = 0; killed < kills; run++) {
          const outDir = `killed${run}`;
          let status = await kill(outDir);
          for (; status === null && ++killed < kills;) status = await kill(outDir);
          if (status === null) status = (await startTraining(folder, outDir).done).status;
          expect(status).toBe(0);
          const { weightsSha256, steps } = await recordOf(folder, outDir);
          expect(steps).toBe(24);
          expect(weightsSha256).toBe((await recordOf(folder, 'whole')).weightsSha256);
          const events = await eventsIn(path.join(folder, outDir, 'tensorboard'));
          const all = Array.from({ length: 24 }, (_, step) => step + 1);
          expect(shownSteps(events, 'train/loss')).toEqual(all);
          expect(shownSteps(events, 'validation/loss')).toEqual([12, 24]);
        }
      }),
    60_000 + 10_000 * kills,
  );

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'saves at %s, exits %i, and goes on behind the step it saved',
    (signal, expected) =>
      withFolder(async (folder) => {
        const checkpoints = { everySteps: null, everySeconds: null }; // no other checkpoint in an epoch
        await writeFile(
          path.join(folder, 'config.json'),
          JSON.stringify({ ...config, checkpoints, epochs: 1 }),
        );
        const { child, training, done } = startTraining(folder, 'run');
        await training;
        child.kill(signal);
        const { status, errors } = await done;
        expect(status).toBe(expected);
        expect(errors).toContain('the same command continues');
        await expect(readFile(path.join(folder, 'run', 'lock'))).rejects.toThrow('ENOENT');
        const last = path.join(folder, 'run', 'checkpoints', 'last.safetensors');
        const { metadata } = await readSafetensors(last);
        const { step } = JSON.parse(metadata.position) as RunPosition;
        expect(step).toBeGreaterThan(0);
        const resumed = await startTraining(folder, 'run').done;
        expect(resumed).toMatchObject({ status: 0 });
        expect(resumed.errors).toContain(`continuing after step ${step}`);
        expect(await startTraining(folder, 'whole').done).toMatchObject({ status: 0 });
        const [{ weightsSha256 }, whole] = await Promise.all(
          ['run', 'whole'].map((name) => recordOf(folder, name)),
        );
        expect(weightsSha256).toBe(whole.weightsSha256);
      }),
    120_000,
  );

  it('refuses a folder in which another process trains', () =>
    withFolder(async (folder) => {
      await writeFile(path.join(folder, 'config.json'), JSON.stringify({ ...config, epochs: 50 }));
      const first = startTraining(folder, 'run');
      await first.training;
      const second = await startTraining(folder, 'run').done;
      expect(second.status).toBe(1);
      expect(second.errors).toContain(`in use by process ${first.child.pid}`);
      first.child.kill('SIGINT');
      expect((await first.done).status).toBe(130);
    }));
});
