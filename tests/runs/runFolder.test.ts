import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/check';
import { checkRelative, pathBelow, plainFileError } from '../../lib/files';
import { parseConfig } from '../../lib/runs/config';
import { repairMetrics } from '../../lib/runs/epochs';
import type { EpochMetrics } from '../../lib/runs/epochs';
import { appendLine, clearRun, runPaths, writeJson } from '../../lib/runs/runFolder';
import { withFolder } from '../datasets/files';
import { metricsLine } from '../results/recordFiles';

/** Files of a run and of somebody else, in one folder. */
async function fill(folder: string, config: string, marker?: string) {
  for (const name of ['checkpoints', 'tensorboard']) await mkdir(path.join(folder, name));
  const own = ['record.json', 'metrics.jsonl', 'weights.safetensors'];
  const inside = ['checkpoints/last.safetensors', 'checkpoints/best.safetensors'];
  const events = 'tensorboard/events.out.tfevents.17.1.ab';
  const foreign = ['notes.txt', 'checkpoints/epoch-7.ckpt', 'tensorboard/profile.json'];
  for (const name of [...own, ...inside, events, ...foreign]) {
    await writeFile(path.join(folder, name), 'x');
  }
  await writeFile(path.join(folder, 'config.json'), config);
  if (marker !== undefined) await writeFile(path.join(folder, 'run.json'), marker);
}

const filesIn = async (folder: string) => (await readdir(folder, { recursive: true })).sort();

describe('clearRun', () => {
  it.each([
    ['of a run', JSON.stringify(parseConfig({})), undefined],
    ['torn, beside the marker', '{"dataset":', '{"kit":"pat-notebooks"}'],
  ])('deletes what the run wrote, and nothing else (config.json %s)', (_, config, marker) =>
    withFolder(async (folder) => {
      await fill(folder, config, marker);
      await clearRun(runPaths(folder));
      expect(await filesIn(folder)).toEqual([
        'checkpoints',
        'checkpoints/epoch-7.ckpt',
        'notes.txt',
        'tensorboard',
        'tensorboard/profile.json',
      ]);
      await clearRun(runPaths(folder)).catch(() => undefined);
      expect(await filesIn(folder)).toHaveLength(5);
    }),
  );

  it('deletes the plugins that the run names, and no other file beside them', () =>
    withFolder(async (folder) => {
      const sha256 = 'ab'.repeat(32);
      const plugins = [
        { name: 'mine.ts', sha256 },
        { name: 'celled', sha256, defines: 'loss' },
      ];
      await fill(folder, JSON.stringify({ ...parseConfig({}), plugins }));
      await mkdir(path.join(folder, 'plugins'));
      for (const name of ['mine.ts', 'celled.loss.js', 'theirs.ts']) {
        await writeFile(path.join(folder, 'plugins', name), 'x');
      }
      await clearRun(runPaths(folder));
      expect(await readdir(path.join(folder, 'plugins'))).toEqual(['theirs.ts']);
    }));

  it.each(['{"model":"bert","lr":1}', '{}', 'null', 'no JSON'])(
    'deletes nothing beside a config.json that is none of the kit: %s',
    (config) =>
      withFolder(async (folder) => {
        await fill(folder, config);
        const before = await filesIn(folder);
        await expect(clearRun(runPaths(folder))).rejects.toThrow(
          `--fresh must be given for a folder of a run, got ${folder}`,
        );
        expect(await filesIn(folder)).toEqual(before);
      }),
  );
});

describe('pathBelow', () => {
  it.each([
    '..',
    '../a',
    'a/../../b',
    '/etc/passwd',
    'a//b',
    '',
    '.',
    'a\\b',
    'a\nb',
    'a\0b',
    'x'.repeat(201),
  ])('refuses %j', (name) => {
    expect(() => checkRelative('test', name)).toThrow('test: name must be a path that leads down');
  });

  it('gives a path in the folder, and refuses a link that leads out of it', () =>
    withFolder(async (folder) => {
      const root = path.join(folder, 'root');
      expect(await pathBelow('test', root, 'a/b.json')).toBe(path.join(root, 'a', 'b.json'));
      await mkdir(path.join(root, 'inside'), { recursive: true });
      await symlink('inside', path.join(root, 'within'));
      await symlink(folder, path.join(root, 'out'));
      expect(await pathBelow('test', root, 'within/b')).toBe(path.join(root, 'within', 'b'));
      await expect(pathBelow('test', root, 'out/b.json')).rejects.toThrow(
        'got a link that leads to',
      );
      await symlink(root, path.join(folder, 'alias'));
      const below = await pathBelow('test', path.join(folder, 'alias'), 'inside/b');
      expect(below).toBe(path.join(folder, 'alias', 'inside', 'b'));
    }));
});

describe('plainFileError', () => {
  it('says what the file system refuses, with file and remedy', async () => {
    const error = await readdir('/nowhere').catch((thrown: unknown) => thrown);
    expect(plainFileError('npm run x', error)?.message).toBe(
      'npm run x: /nowhere must be there, got ENOENT. Make it, or name another.',
    );
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', path: 'a.json' });
    expect(plainFileError('f', full)?.message).toMatch(/^f: a.json must have room on its disk/);
    expect(plainFileError('f', new Error('a bug'))).toBeUndefined();
  });

  it('is what every writer of a file says, with the file that was to be written', () =>
    withFolder(async (folder) => {
      const taken = path.join(folder, 'taken');
      await mkdir(path.join(taken, 'inside'), { recursive: true });
      await writeFile(path.join(folder, 'plain'), '');
      const under = path.join(folder, 'plain', 'a.json');
      for (const [work, file, meaning] of [
        [() => writeJson(taken, {}), taken, 'must be a file, got EISDIR. It is a folder'],
        [
          () => writeJson(under, {}),
          under,
          'must lie in a folder, got ENOTDIR. A file is in the way',
        ],
        [() => appendLine(taken, {}), taken, 'must be a file, got EISDIR'],
        [
          () => appendLine('/dev/full', {}),
          '/dev/full',
          'must have room on its disk, got ENOSPC. Free',
        ],
      ] as const) {
        const error: unknown = await work().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(InputError);
        expect((error as Error).message).toContain(`${file} ${meaning}`);
        expect(plainFileError('npm run x', error)?.message).toContain(`npm run x: ${file} must`);
      }
      expect((await readdir(folder)).sort()).toEqual(['plain', 'taken']); // no temporary file
    }));
});

describe('metrics.jsonl with a gap', () => {
  const lines = [1, 2, 3, 4].map((epoch) => metricsLine({ epoch }));
  const history = lines.map((line) => JSON.parse(line) as EpochMetrics);

  const repaired = (content: readonly string[], epochs: number, known?: EpochMetrics[]) =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'metrics.jsonl');
      await writeFile(file, content.map((line) => `${line}\n`).join(''));
      const { kept, rebuilt, missing } = await repairMetrics(file, epochs, known);
      return { epochs: kept.map(({ epoch }) => epoch), rebuilt, missing };
    });

  it('is rebuilt from the checkpoint', async () => {
    expect(await repaired([lines[0], lines[3]], 4, history)).toEqual({
      epochs: [1, 2, 3, 4],
      rebuilt: [2, 3],
      missing: [],
    });
    expect(await repaired([], 2, history)).toEqual({
      epochs: [1, 2],
      rebuilt: [1, 2],
      missing: [],
    });
    expect(await repaired(lines, 4, history)).toMatchObject({ rebuilt: [], missing: [] });
  });

  it('names what is lost where the checkpoint does not know it, again at the next start', async () => {
    expect(await repaired([lines[0]], 3)).toEqual({ epochs: [1], rebuilt: [], missing: [2, 3] });
    const known = [history[0], history[3]];
    expect(await repaired([lines[0], lines[3]], 4, known)).toEqual({
      epochs: [1, 4],
      rebuilt: [],
      missing: [2, 3],
    });
  });
});

describe('a configuration', () => {
  it.each([
    [{ batchSize: 1e9 }, 'batchSize must be <= 65536'],
    [{ model: { width: 1e6 } }, 'model.width must be <= 512'],
    [
      { dataset: { size: [65535, 65535] as [number, number] } },
      'dataset.size must be of at most 268435456 pixels',
    ],
  ])('that no machine can hold is refused: %j', (input, text) => {
    expect(() => parseConfig(input)).toThrow(text);
  });
});
