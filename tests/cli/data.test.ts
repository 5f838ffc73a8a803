import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { download } from '../../lib/cli/data/download';
import { inspectSplit } from '../../lib/cli/data/inspect';
import type { CheckReport } from '../../lib/cli/data/checkDataset';
import type { ListedDataset } from '../../lib/cli/data/list';
import { parseArguments } from '../../lib/cli/support/command';
import { openDataset } from '../../lib/datasets';
import { pngBytes, withFolder, writeCamvid } from '../datasets/files';
import { run } from './run';

const data = (...args: string[]) => run(['data', ...args]);

describe('the command line', () => {
  it('shows its help, also for a subcommand', async () => {
    const { status, output, errors } = await data('check', '--help');
    expect({ status, errors }).toEqual({ status: 0, errors: '' });
    for (const word of ['list', 'download', 'check', '--root', '--mirror', '--json']) {
      expect(output).toContain(word);
    }
  });

  it.each([
    [['lst'], "got 'lst'. Did you mean 'list'?"],
    [['list', '--rot', 'x'], "got 'rot'. Did you mean 'root'?"],
    [['check', 'camvit'], "got 'camvit'. Did you mean 'camvid'?"],
  ])('%j is an error of one line', async (args, message) => {
    const { status, output, errors } = await data(...args);
    expect({ status, output }).toEqual({ status: 1, output: '' });
    expect(errors).toContain(message);
    expect(errors.trim().split('\n')).toHaveLength(1);
  });

  it('takes its options and words, and no others', async () => {
    const options = {
      root: { type: 'string' },
      json: { type: 'boolean', default: false },
    } as const;
    const parse = (args: string[], words = ['NAME']) => parseArguments('do', args, options, words);
    const { values, positionals } = parse(['--root=a', 'camvid']);
    expect({ ...values, positionals }).toEqual({ root: 'a', json: false, positionals: ['camvid'] });
    expect(() => parse([])).toThrow('do: NAME is missing. Usage: do NAME');
    expect(() => parse(['a', 'b'])).toThrow("arguments must be NAME and nothing more, got 'b'");
    expect(() => parse(['a'], [])).toThrow("arguments must be absent, got 'a'");
    expect(() => parse(['--root'])).toThrow("'--root <value>' argument missing");
    expect(() => parse(['--jsn'])).toThrow("got 'jsn'. Did you mean 'json'?");
    const signal = new AbortController().signal;
    await expect(download('camvid', { from: 'a', mirror: 'b', signal })).rejects.toThrow(
      'not both',
    );
    await expect(download('cityscape', { signal })).rejects.toThrow("Did you mean 'cityscapes'?");
  });

  it('names the commands there are', async () => {
    const { status, errors } = await run(['dat']);
    expect(status).toBe(1);
    expect(errors).toMatch(/There is no command 'dat'.*data/);
  });
});

describe('list', () => {
  it('prints JSON alone, with what is found and where', () =>
    withFolder(async (root) => {
      await writeCamvid(root, { count: 3 });
      const { status, output, errors } = await data('list', '--json', '--root', root);
      expect({ status, errors }).toEqual({ status: 0, errors: '' });
      const listed = JSON.parse(output) as ListedDataset[];
      const camvid = listed.find(({ name }) => name === 'camvid');
      expect(camvid).toMatchObject({
        folder: path.join(root, 'camvid'),
        splits: { train: 3, valid: null, test: null },
        how: 'npm run data -- download camvid',
        downloadBytes: 190e6,
      });
      expect(listed.find(({ name }) => name === 'synthetic')).toMatchObject({ folder: null });
    }));

  it('prints one block for each set', () =>
    withFolder(async (root) => {
      const { output } = await data('list', '--root', root);
      expect(output).toContain(
        `camvid: CamVid\n  ✗ not found, in ${root}/camvid\n  licence  CC BY`,
      );
      expect(output).toContain('synthetic: Synthetic scenes\n  ✓ train 200, valid 40, test 40');
    }));
});

describe('check', () => {
  it('counts what is in good files', () =>
    withFolder(async (root) => {
      await writeCamvid(root, { count: 3, height: 2, width: 6, label: (_, i) => i });
      const { status, output } = await data('check', 'camvid', '--json', '--root', root);
      const report = JSON.parse(output) as CheckReport;
      expect(status).toBe(0);
      expect(report).toMatchObject({ name: 'camvid', root, bad: 0 });
      expect(report.classNames).toHaveLength(11);
      expect(report.splits).toEqual({
        train: {
          pairs: 3,
          bad: [],
          classPixels: Array(11).fill(3),
          voidPixels: 3,
          sizes: { '2x6': 3 },
        },
      });
      expect(report.notes).toContain('train: 3 pairs, the official split has 367');
    }));

  it('names every bad file, goes on behind each, and fails', () =>
    withFolder(async (root) => {
      const folder = await writeCamvid(root, { count: 6 });
      await writeCamvid(root, { count: 2, part: 'val', label: (image) => (image === 1 ? 99 : 0) });
      await writeFile(path.join(folder, 'train/frame_1.png'), 'no image');
      await writeFile(path.join(folder, 'trainannot/frame_3.png'), 'no label map');
      const { status, output } = await data('check', 'camvid', '--root', root);
      expect(status).toBe(1);
      expect(output).toContain('camvid train: 6 pairs, 2 bad');
      expect(output).toContain('camvid valid: 2 pairs, 1 bad');
      const bad = output.split('\n').filter((line) => line.startsWith('  ✗'));
      expect(bad).toHaveLength(3);
      expect(bad[0]).toContain(path.join(folder, 'train/frame_1.png'));
      expect(bad[1]).toContain(path.join(folder, 'trainannot/frame_3.png'));
      expect(bad[2]).toMatch(/valannot\/frame_1\.png.*99/);
      expect(output).toContain('\n✗ 3 bad\n');
    }));

  it('reports a split that cannot be opened and goes on with the next', () =>
    withFolder(async (root) => {
      const folder = await writeCamvid(root, { count: 2 });
      await writeCamvid(root, { count: 2, part: 'val' });
      await rm(path.join(folder, 'trainannot/frame_1.png'));
      const { status, output } = await data('check', 'camvid', '--json', '--root', root);
      expect(status).toBe(1);
      const { splits, bad } = JSON.parse(output) as CheckReport;
      expect(bad).toBe(1);
      expect(splits.train?.bad[0].reason).toContain('frame_1.png');
      expect(splits.valid).toMatchObject({ pairs: 2, bad: [] });
    }));

  it('says where it looked when nothing is there', () =>
    withFolder(async (root) => {
      const { status, output, errors } = await data('check', 'camvid', '--root', root);
      expect({ status, output }).toEqual({ status: 1, output: '' });
      expect(errors).toContain(`No CamVid in ${root}/camvid/CamVid`);
    }));

  it('stops reading when it is interrupted', async () => {
    const dataset = await openDataset({ name: 'synthetic', size: [8, 8], length: 50 });
    const stop = new AbortController();
    const seen: number[] = [];
    const onProgress = (done: number) => {
      seen.push(done);
      if (done === 5) stop.abort();
    };
    await expect(inspectSplit(dataset, { signal: stop.signal, onProgress })).rejects.toThrow();
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('new-folder', () => {
  it('writes a template once, and a set made of it passes the check', () =>
    withFolder(async (root) => {
      const folder = path.join(root, 'été');
      const { status, output } = await data('new-folder', folder);
      expect(status).toBe(0);
      expect(output).toContain(`npm run data -- check folder --root ${folder}`);
      expect((await readdir(folder)).sort()).toEqual([
        'README.md',
        'classes.json',
        'images',
        'masks',
      ]);
      const again = await data('new-folder', folder);
      expect(again.status).toBe(1);
      expect(again.errors).toContain('which is there');
      const raw = { width: 2, height: 1, channels: 3 } as const;
      for (const name of ['naïve', 'b']) {
        await sharp(Buffer.alloc(6), { raw }).toFile(path.join(folder, `images/${name}.png`));
        const mask = pngBytes({ width: 2, height: 1, values: [1, 0] });
        await writeFile(path.join(folder, `masks/${name}.png`), mask);
      }
      await writeFile(path.join(folder, 'train.txt'), 'naïve\n');
      const half = await data('check', 'folder', '--root', folder);
      expect([half.status, half.output]).toEqual([1, expect.stringContaining('add valid.txt')]);
      await writeFile(path.join(folder, 'valid.txt'), 'b\n');
      const checked = await data('check', 'folder', '--json', '--root', folder);
      expect(checked.status).toBe(0);
      const good = { pairs: 1, bad: [], classPixels: [1, 1], voidPixels: 0, sizes: { '1x2': 1 } };
      expect(JSON.parse(checked.output)).toMatchObject({
        splits: { train: good, valid: good },
        problems: [],
        warnings: [],
      });
    }));
});
