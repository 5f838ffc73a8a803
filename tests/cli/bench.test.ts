import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { benchFiles } from '../../lib/cli/bench/dataFiles';
import { machine, machineText, spreadOf, spreadText } from '../../lib/measurement/spread';
import { withFolder, writeCamvid } from '../datasets/files';
import { run } from './run';

const bench = (...args: string[]) => run(['bench', ...args]);

describe('measure', () => {
  it('gives median and extremes, whatever the order', () => {
    expect(spreadOf([5, 1, 4])).toEqual({ median: 4, min: 1, max: 5 });
    expect(spreadOf([8, 1, 2, 4])).toEqual({ median: 3, min: 1, max: 8 });
    expect(spreadText({ median: 3.25, min: 1, max: 10.04 }, 1)).toBe('3.3 (1.0–10.0)');
  });

  it('names the machine', () => {
    const here = machine();
    expect(here.cores).toBeGreaterThan(0);
    expect(machineText(here)).toContain(`Node ${process.version}`);
  });
});

describe('benchFiles', () => {
  it("takes CamVid's pairs where they are", async () => {
    await withFolder(async (root) => {
      const folder = await writeCamvid(root, { count: 3, format: 'jpg' });
      const files = await benchFiles(root);
      expect(files.title).toBe('CamVid train');
      expect(files.temporary).toBeUndefined();
      expect(files.pairs[2]).toEqual([
        path.join(folder, 'train/frame_2.jpg'),
        path.join(folder, 'trainannot/frame_2.png'),
      ]);
      expect(files.pairs).toHaveLength(3);
    });
  });
});

describe('npm run bench', () => {
  it('tells its usage, and what is wrong with a command line', async () => {
    const { output } = await bench('--help');
    for (const name of ['step', 'infer', 'loss', 'epoch', 'data', 'notebook']) {
      expect(output).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
    }
    const unknown = await bench('date');
    expect(unknown.status).toBe(1);
    expect(unknown.errors).toMatch(
      /bench must be one of .*data.*, got 'date'\. Did you mean 'data'/,
    );
    expect((await bench('data', '--rounds', '0')).errors).toMatch(
      /--rounds must be an integer >= 1, got 0/,
    );
    expect((await bench('data', '--networks', 'unet')).errors).toMatch(
      /option must be one of json, rounds/,
    );
    expect((await bench('step', '--max-foreign', '2')).errors).toMatch(
      /--max-foreign must be a number >= 0/,
    );
  });

  it('does not measure epochs of anything but CamVid', { timeout: 180_000 }, async () => {
    await withFolder(async (root) => {
      const { status, errors } = await bench('epoch', '--root', root);
      expect(status).toBe(1);
      expect(errors).toMatch(/data must be CamVid/);
    });
  });

  it('measures epochs against steps', { timeout: 300_000 }, async () => {
    await withFolder(async (root) => {
      await writeCamvid(root, { count: 10, format: 'jpg' });
      await writeCamvid(root, { count: 2, format: 'jpg', part: 'val' });
      const json = path.join(root, 'bench.json');
      const options = ['--rounds', '1', '--max-foreign', '1', '--json', json];
      const { status, errors } = await bench('epoch', '--root', root, ...options);
      expect(errors).toContain('1 of 1: unet');
      expect(status).toBe(0);
      const { results } = JSON.parse(await readFile(json, 'utf8')) as {
        results: { steps: number; bar: number; ratios: Record<string, number> }[];
      };
      expect(results).toHaveLength(1);
      expect(results[0]).toMatchObject({ steps: 2, bar: 1.1, network: 'unet', loss: 'pat' });
      const names = ['epoch', 'withoutLogging', 'withoutAugmentation', 'fromFiles'];
      expect(Object.keys(results[0].ratios)).toEqual(names);
      for (const ratio of Object.values(results[0].ratios)) expect(ratio).toBeGreaterThan(0);
    });
  });

  it('measures how long a notebook takes', { timeout: 180_000 }, async () => {
    await withFolder(async (folder) => {
      const json = path.join(folder, 'bench.json');
      const options = ['--rounds', '1', '--profile', 'tiny', '--json', json];
      const { status, errors } = await bench('notebook', '--notebooks', 'start-here', ...options);
      expect(errors).toContain('round 1 of 1: 00-start-here');
      expect(status).toBe(0);
      const { results } = JSON.parse(await readFile(json, 'utf8')) as {
        results: Record<string, { median: number }>[];
      };
      expect(results).toHaveLength(1);
      const [{ kernelSeconds, firstCellSeconds, wholeSeconds }] = results;
      expect(kernelSeconds.median).toBeGreaterThan(0);
      expect(firstCellSeconds.median).toBeGreaterThan(kernelSeconds.median);
      expect(wholeSeconds.median).toBeGreaterThan(firstCellSeconds.median);
    });
    const { status, errors } = await bench('notebook', '--notebooks', 'nix');
    expect(status).toBe(1);
    expect(errors).toMatch(/No notebook 'nix'\. There are: .*04-gradient-norms/);
  });

  const peer = existsSync('.cache/bench-venv/bin/python');
  const steps =
    'compares steps that compute the same (needs .cache/bench-venv, made by a first run)';
  it.skipIf(!peer).each(['step', 'infer'])(`%s ${steps}`, { timeout: 300_000 }, async (mode) => {
    await withFolder(async (root) => {
      const json = path.join(root, 'bench.json');
      const filters = ['--networks', 'attentionUnet', '--sizes', '2/32/1'];
      if (mode === 'step') filters.push('--losses', 'pat');
      const options = ['--rounds', '1', '--max-foreign', '1', '--json', json];
      const { status, output, errors } = await bench(mode, ...filters, ...options);
      expect(errors).toContain('1 of 1: attentionUnet');
      expect(output).toMatch(/^attentionUnet .*2\/32\/1 +\d/m);
      expect(status).toBe(0);
      const { results } = JSON.parse(await readFile(json, 'utf8')) as {
        results: Record<string, unknown>[];
      };
      expect(results).toHaveLength(1);
      const loss = mode === 'step' ? 'pat' : null;
      const job = { network: 'attentionUnet', variant: 'paper', width: 2, size: 32, batch: 1 };
      expect(results[0]).toMatchObject({ ...job, loss, execution: 'graph', bar: null });
      for (const name of [
        'oursMs',
        'torchNchwMs',
        'torchChannelsLastMs',
        'torchCompiledMs',
        'ratio',
      ]) {
        expect(results[0][name]).toBeGreaterThan(0);
      }
    });
  });

  it.skipIf(!peer)('measures data (needs .cache/bench-venv, made by a first run)', async () => {
    await withFolder(async (root) => {
      await writeCamvid(root, { count: 20, format: 'jpg' });
      const json = path.join(root, 'bench.json');
      const { status, output, errors } = await bench(
        'data',
        '--root',
        root,
        '--rounds',
        '1',
        '--json',
        json,
      );
      expect(errors).toContain('round 1 of 1');
      expect(output).toMatch(/JPEG files +\d+ .* x PyTorch/);
      expect(status).toBe(0);
      const report = JSON.parse(await readFile(json, 'utf8')) as {
        images: number;
        imagesPerSecond: Record<string, { median: number }>;
        training: { steps: number };
      };
      expect([report.images, report.training.steps]).toEqual([20, 2]);
      expect(Object.keys(report.imagesPerSecond)).toEqual([
        'jpeg',
        'memoryCache',
        'diskCache',
        'memoryCacheAugmented',
        'pytorch',
      ]);
      for (const { median } of Object.values(report.imagesPerSecond)) {
        expect(median).toBeGreaterThan(0);
      }
    });
  });
});
