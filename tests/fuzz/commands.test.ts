/** Command lines made at random: each is done, or refused in words without a stack. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { InputError } from '../../lib/check';
import { plainFileError } from '../../lib/files';
import { withFolder } from '../datasets/files';
import { fuzz, listing, options } from './support';

type Main = (args: string[], signal: AbortSignal) => Promise<number>;

/** What the files of lib/cli start, and what they would have done: both are kept, and not done. */
const { mains, done } = vi.hoisted(() => ({ mains: [] as Main[], done: [] as unknown[][] }));

vi.mock('../../lib/cli/support/command', async (original) => ({
  ...(await original<object>()),
  runCommand: (main: Main) => Promise.resolve(void mains.push(main)),
}));

const { doing } = vi.hoisted(() => ({
  doing: (...names: string[]) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        (...args: unknown[]) => Promise.resolve((done.push([name, ...args]), 0)),
      ]),
    ),
}));
vi.mock('../../lib/cli/train/runTraining', () => doing('train', 'dryRun'));
vi.mock('../../lib/cli/evaluate/printScores', () => doing('printEvaluation'));
vi.mock('../../lib/cli/tables/writeTables', () => doing('writeTables'));
vi.mock('../../lib/cli/sweep/runSweep', () => doing('status', 'runOne', 'runAll', 'submit'));
vi.mock('../../lib/cli/sweep/collectRuns', () => doing('collect'));
vi.mock('../../lib/cli/sweep/estimateSweep', () => doing('dryRun'));
vi.mock('../../lib/cli/data/list', () => doing('list'));
vi.mock('../../lib/cli/data/download', () => doing('download'));
vi.mock('../../lib/cli/data/checkDataset', () => doing('check'));
vi.mock('../../lib/cli/data/newFolder', () => doing('newFolder'));

/** Right words of each command, some of which are left out, doubled or replaced. */
const commands: Record<string, string[][]> = {
  train: [
    ['--config', 'right.json'],
    ['--out', 'run'],
    ['--set', 'epochs=2'],
    ['--plugin', 'p.ts'],
    ['--fresh'],
    ['--dry-run'],
  ],
  evaluate: [
    ['run'],
    ['--split', 'test'],
    ['--data', 'camvid'],
    ['--groups', 'train'],
    ['--json'],
    ['--predictions', 'out'],
  ],
  tables: [
    ['results'],
    ['--out', 'tables'],
    ['--scale', 'smoke'],
    ['--split', 'valid'],
    ['--set', 'epochs=2'],
  ],
  sweep: [
    ['--config', 'table1'],
    ['--out', 'sweep'],
    ['--scale', 'smoke'],
    ['--jobs', '2'],
    ['--threads', '1'],
    ['--retries', '0'],
    ['--slurm'],
    ['--time', '1:00'],
    ['--status', 'sweep'],
    ['--collect', 'sweep'],
    ['--to', 'results'],
    ['--set', 'epochs=2'],
  ],
  data: [
    ['check', 'camvid'],
    ['list'],
    ['download', 'camvid'],
    ['new-folder', 'own'],
    ['--root', 'r'],
    ['--json'],
    ['--keep'],
    ['--mirror', 'x'],
  ],
  new: [
    ['loss', 'mine'],
    ['model', 'net'],
    ['--out', 'my/a.ts'],
  ],
};
const files = ['right.json', 'wrong.json', 'cut.json', 'none.json', 'folder', 'folder/right.json'];
const oddWord = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom(
    '',
    '-',
    '--',
    '--=',
    '--set',
    '--set=',
    '--config=',
    '-x',
    '--no-json',
    '--json=1',
    '--__proto__',
    '--constructor=1',
  ),
  fc.constantFrom(
    'NaN',
    'Infinity',
    '-1',
    '1e9',
    '0x10',
    '٣',
    '../x',
    'a'.repeat(5000),
    'table1,table1',
    'ablation',
    '__proto__',
    'toString',
  ),
  fc.constantFrom(
    'loss.name=pat',
    'epochs=',
    '=1',
    'a.b.c=1',
    '__proto__.x=1',
    'epochs=1e99',
    'loss={',
    'dataset=1',
    'loss.x=1',
    'seed=[1]',
  ),
  fc.constantFrom(...files),
);

const lines = fc.constantFrom(...Object.keys(commands)).chain((name) => {
  const group = fc.constantFrom(...commands[name]);
  const spoiled = fc.tuple(group, oddWord).map(([[option], word]) => [option, word]);
  const right = fc.shuffledSubarray(commands[name], { maxLength: 3 }).map((all) => all.flat());
  const odd = fc.array(
    fc.oneof(
      group,
      spoiled,
      oddWord.map((word) => [word]),
    ),
    { maxLength: 5 },
  );
  return fc.record({
    name: fc.constant(name),
    args: fc.oneof(
      right,
      odd.map((all) => all.flat()),
    ),
  });
});

describe('command lines', () => {
  const before = process.cwd();
  afterAll(() => process.chdir(before));

  it('are done, or refused in plain words, and nothing else is written', options, () =>
    withFolder(async (folder) => {
      for (const name of Object.keys(commands)) await import(`../../lib/cli/${name}.ts`);
      const mainOf = new Map(Object.keys(commands).map((name, i) => [name, mains[i]]));
      mkdirSync(path.join(folder, 'folder'));
      writeFileSync(path.join(folder, 'right.json'), '{ "epochs": 2 }');
      writeFileSync(path.join(folder, 'wrong.json'), '[{}]');
      writeFileSync(path.join(folder, 'cut.json'), '{ "epochs"');
      const there = listing(folder);
      const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
      const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      process.chdir(folder);
      try {
        await fuzz(lines, async ({ name, args }) => {
          // npm run new writes where it is told.
          if (name === 'new' && args.some((word) => /^(\/|.*\.\.)/.test(word))) return true;
          const main = mainOf.get(name) as Main;
          try {
            expect([0, 1]).toContain(await main(args, new AbortController().signal));
            return true;
          } catch (error) {
            const { code = '', message } = error as NodeJS.ErrnoException;
            const isPlain =
              error instanceof InputError ||
              code.startsWith('ERR_PARSE_ARGS') ||
              plainFileError(name, error) !== undefined;
            if (!isPlain) throw error;
            expect(message).toMatch(/.{15}/);
            return false;
          }
        });
      } finally {
        process.chdir(before);
        written.mockRestore();
        warned.mockRestore();
      }
      expect(done.length).toBeGreaterThan(0);
      const added = listing(folder).filter((file) => !there.includes(file));
      expect(added.filter((file) => !/^my\b|\.m?ts$/.test(file))).toEqual([]);
    }),
  );
});
