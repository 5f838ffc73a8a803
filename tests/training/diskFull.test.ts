import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../lib/models/safetensors';
import type { RunPosition } from '../../lib/runs/position';
import type { RunRecord } from '../../lib/training/experiment';
import { run } from '../cli/run';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pat-disk-'));
const disk = path.join(folder, 'disk');
mkdirSync(disk);
const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'ignore' });
const resize = (kib: number) => mount('-o', `remount,size=${kib}k`, disk);

/** Only root may mount a small disk. */
const canMount = (() => {
  try {
    mount('-t', 'tmpfs', '-o', 'size=1024k', 'tmpfs', disk);
    return true;
  } catch {
    return false;
  }
})();

afterAll(() => {
  if (canMount) execFileSync('umount', [disk]);
  rmSync(folder, { recursive: true });
});

/** Eight steps, a checkpoint after each. */
const config = {
  dataset: { name: 'synthetic', size: [32, 48], numClasses: 6, trainLength: 8, validLength: 2 },
  model: { name: 'unet', width: 2 },
  epochs: 2,
  batchSize: 2,
  checkpoints: { everySteps: 1 },
};

describe('a full disk', () => {
  it.skipIf(!canMount)(
    'ends the run with one line, leaves the checkpoint before, and costs nothing once there is room (mounts a tmpfs: root only)',
    async () => {
      const file = path.join(folder, 'config.json');
      await writeFile(file, JSON.stringify(config));
      const train = (out: string) => run(['train', '--config', file, '--out', out]);
      const recordOf = async (out: string) =>
        JSON.parse(await readFile(path.join(out, 'record.json'), 'utf8')) as RunRecord;
      const whole = path.join(folder, 'whole');
      expect((await train(whole)).status).toBe(0);
      const { size } = await stat(path.join(whole, 'checkpoints', 'last.safetensors'));

      const out = path.join(disk, 'run');
      const checkpoints = path.join(out, 'checkpoints');
      resize(Math.round((2.6 * size) / 1024)); // two checkpoints and what else there is, not three
      const full = await train(out);
      expect(full.status).toBe(1);
      const said = full.errors
        .trim()
        .split('\n')
        .filter((line) => !/^steps |^going on|^execution/.test(line));
      expect(said).toEqual([
        `runExperiment: ${path.join(checkpoints, 'next.safetensors')} must have room on its disk, got ENOSPC. ` +
          'Free some space, and give the same command again.',
      ]);
      expect((await readdir(checkpoints)).sort()).toEqual([
        'last.safetensors',
        'previous.safetensors',
      ]);
      const { metadata } = await readSafetensors(path.join(checkpoints, 'last.safetensors'));
      expect((JSON.parse(metadata.position) as RunPosition).step).toBe(2);
      expect(await readdir(out)).not.toContain('lock');

      resize(Math.round((8 * size) / 1024));
      const resumed = await train(out);
      expect(resumed).toMatchObject({ status: 0 });
      expect(resumed.errors).toContain('continuing after step 2');
      expect((await recordOf(out)).weightsSha256).toBe((await recordOf(whole)).weightsSha256);
    },
    120_000,
  );
});
