import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { createLoss, defineLoss } from '../../lib/losses';
import { lossLabel } from '../../lib/losses/lossLabels';
import { parseConfig, readConfig } from '../../lib/runs/config';
import { readRun } from '../../lib/runs/trainingRuns';
import { evaluateRun } from '../../lib/training/evaluateRun';
import { runExperiment } from '../../lib/training/experiment';
import { withFolder } from '../datasets/files';
import { tinyExperiment } from '../support/tinyRuns';

/** A loss of one's own, `factor` times cross-entropy. */
const lossFile = (name: string, factor = 1, from = '../lib/') => `
import { tf } from '${from}backend';
import { defineLoss } from '${from}losses';
import type { LossContext } from '${from}losses';

interface Options { weight: number }

defineLoss(
  '${name}',
  (logits: tf.Tensor4D, labels: tf.Tensor3D, { numClasses, options }: LossContext & { options: Options }) => {
    const truth = tf.oneHot(labels, numClasses).toFloat();
    return tf.logSoftmax(logits).mul(truth).sum(3).mul(-${factor} * options.weight);
  },
  { title: 'Mine', options: { weight: 1 }, symbols: { weight: 'w' } },
);
`;

async function fileIn(folder: string, name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

const shortRun = { ...tinyExperiment, epochs: 1 };

describe('plugins', () => {
  it('define losses and networks with the running kit, from TypeScript and JavaScript', () =>
    withFolder(async (folder) => {
      const model = `
        const { tf } = require('/somewhere/else/lib/backend.ts');
        const { defineModel } = require('lib/models');
        const { convolution } = require('../../lib/models/layers');
        defineModel('pointwise', (image, { numClasses }) => convolution(image, numClasses, 'only', { kernelSize: 1 }));
        module.exports = tf;`;
      const plugins = [
        await fileIn(folder, 'mine.ts', lossFile('pluginLoss', 2)),
        await fileIn(folder, 'networks.js', model),
      ];
      const config = {
        plugins,
        loss: { name: 'pluginLoss', weight: 3 },
        model: { name: 'pointwise' },
      };
      const parsed = parseConfig(config);
      expect(parsed.plugins).toEqual([
        { name: 'mine.ts', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
        { name: 'networks.js', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      ]);
      expect(parseConfig(parsed)).toEqual(parsed);
      expect(lossLabel(parsed.loss)).toBe('Mine, w = 3');
      const [logits, labels] = [tf.randomNormal([1, 2, 2, 3]), tf.zeros([1, 2, 2], 'int32')];
      const valueOf = (loss: ReturnType<typeof createLoss>) =>
        loss(logits as tf.Tensor4D, labels as tf.Tensor3D).dataSync()[0];
      const own = valueOf(createLoss(parsed.loss));
      expect(own / valueOf(createLoss({ name: 'crossEntropy' }))).toBeCloseTo(6, 4);
    }));

  it('names the file and the reason where one cannot be used', () =>
    withFolder(async (folder) => {
      const parse = async (text: string, name = 'wrong.ts') => {
        const file = await fileIn(folder, name, text);
        return () => parseConfig({ plugins: [file] });
      };
      expect(() => parseConfig({ plugins: [path.join(folder, 'none.ts')] })).toThrow(
        /plugin: plugin must be a file that can be read, got '.*none\.ts'\. Looked for .*none\.ts: ENOENT/,
      );
      expect(await parse('', 'wrong.py')).toThrow(
        /plugin must be a file that ends with \.ts, \.mts, \.js, \.mjs, got '.*wrong\.py'/,
      );
      expect(await parse('\nconst x = ;')).toThrow(
        /plugin: .*wrong\.ts does not compile: Unexpected ";" \(line 2, column 11\)/,
      );
      expect(await parse('\n\nthrow new Error("no luck");')).toThrow(
        /plugin: .*wrong\.ts threw.*: no luck/,
      );
      expect(await parse('export const x = 1;')).toThrow(
        /must be a file that calls defineLoss or defineModel, got '.*wrong\.ts'/,
      );
      expect(await parse("import './other';")).toThrow(
        /import must be from the kit one of lib\/backend, .*got '\.\/other'\. A plugin is one file/,
      );
      expect(await parse(lossFile('pat'))).toThrow(
        /wrong\.ts threw.*none of the losses of the kit/,
      );
      const twice = [
        await fileIn(folder, 'a.ts', lossFile('twice', 1)),
        await fileIn(folder, 'b.ts', lossFile('twice', 2)),
      ];
      expect(() => parseConfig({ plugins: twice })).toThrow(
        "a.ts must be the only plugin that defines each of its names, got 'twice'",
      );
      const sameName = [twice[0], await fileIn(folder, 'below/a.ts', lossFile('other'))];
      expect(() => parseConfig({ plugins: sameName })).toThrow('files of different names');
    }));
});

describe('a run with a plugin', () => {
  it('keeps it, goes on only with the same, and is evaluated without the original', () =>
    withFolder(async (folder) => {
      const original = await fileIn(folder, 'my/losses.ts', lossFile('kept'));
      const outDir = path.join(folder, 'run');
      const config = { ...shortRun, loss: { name: 'kept' }, plugins: [original] };
      const record = await runExperiment(config, { outDir });
      const stored = path.join(outDir, 'plugins', 'losses.ts');
      expect(await readFile(stored, 'utf8')).toBe(await readFile(original, 'utf8'));
      for (const file of ['config.json', 'record.json']) {
        const text = await readFile(path.join(outDir, file), 'utf8');
        expect(text).toContain('"losses.ts"');
        expect(text).not.toContain(folder);
      }
      expect((await runExperiment(config, { outDir })).weightsSha256).toBe(record.weightsSha256);

      await writeFile(original, lossFile('kept', 3));
      await expect(runExperiment(config, { outDir })).rejects.toThrow(
        /plugins must be those of the run in .*run, got another plugin losses\.ts, line 12 is "return .*-3 .*", was "return .*-1 .*"\. Give back the stored one, .*plugins\/losses\.ts\. Or choose another folder, or start over with --fresh/,
      );
      await expect(
        runExperiment({ ...config, loss: { name: 'crossEntropy' }, plugins: [] }, { outDir }),
      ).rejects.toThrow(/got without plugin losses\.ts, which it began with\. Give it: --plugin /);

      // What is in force now is the changed file's: the stored copy comes back for the evaluation.
      await rm(original);
      expect((await evaluateRun(outDir)).loss).toBe(record.best.validLoss);
      const notes: string[] = [];
      const changed = await fileIn(folder, 'losses.ts', lossFile('kept', 3));
      const told = await evaluateRun(outDir, {
        plugins: [changed],
        onNote: (text) => void notes.push(text),
      });
      expect(told.loss).toBe(record.best.validLoss);
      expect(notes.join()).toMatch(
        /--plugin losses\.ts is not the run's, line 12 is .*the stored one is used/,
      );

      await writeFile(stored, lossFile('kept', 9));
      expect((await evaluateRun(outDir)).loss).toBe(record.best.validLoss); // its bytes are still at hand
      const fresh = await runExperiment({ ...config, plugins: [changed] }, { outDir, fresh: true });
      expect(fresh.weightsSha256).not.toBe(record.weightsSha256);
      expect(await readFile(stored, 'utf8')).toBe(lossFile('kept', 3));
    }));

  it('is read where its loss and its network are not known', () =>
    withFolder(async (folder) => {
      const outDir = path.join(folder, 'run');
      await runExperiment(shortRun, { outDir });
      for (const name of ['config.json', 'record.json']) {
        const file = path.join(outDir, name);
        const content = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
        const config = (name === 'record.json' ? content.config : content) as Record<
          string,
          unknown
        >;
        config.loss = { name: 'foreign', power: 2 };
        config.model = { name: 'foreignNet', width: 3, variant: 'paper' };
        config.plugins = [{ name: 'gone.ts', sha256: 'a'.repeat(64) }];
        await writeFile(file, JSON.stringify(content));
      }
      const { label, record } = await readRun(outDir);
      expect(label).toBe('foreign, power 2');
      expect(record.config.plugins).toEqual([{ name: 'gone.ts', sha256: 'a'.repeat(64) }]);
      const ofCell = { name: 'foreign', sha256: 'b'.repeat(64), defines: 'loss' };
      expect(() => parseConfig({ loss: { name: 'foreign' }, plugins: [ofCell] })).toThrow(
        "plugin: loss must be one that is known here, got 'foreign'. It was defined in a cell",
      );
      expect((await readConfig('test', outDir))?.loss).toEqual({ name: 'foreign', power: 2 });
      await expect(evaluateRun(outDir)).rejects.toThrow(
        "plugin must be a file that is at hand, got 'gone.ts'. Its copy is not in the plugins/ of the run: give it by --plugin FILE.",
      );
    }));
});

describe('a run of a loss defined in a cell', () => {
  const define = (factor: number) =>
    factor === 1
      ? defineLoss('ofCell', (logits, labels, { numClasses }) =>
          tf.logSoftmax(logits).mul(tf.oneHot(labels, numClasses).toFloat()).sum(3).neg(),
        )
      : defineLoss('ofCell', (logits, labels, { numClasses }) =>
          tf.logSoftmax(logits).mul(tf.oneHot(labels, numClasses).toFloat()).sum(3).mul(-2),
        );

  it('keeps its source, and does not go on with another definition', () =>
    withFolder(async (folder) => {
      const outDir = path.join(folder, 'run');
      const config = { ...shortRun, loss: { name: 'ofCell' } };
      define(1);
      const record = await runExperiment(config, { outDir });
      const source = await readFile(path.join(outDir, 'plugins', 'ofCell.loss.js'), 'utf8');
      expect(source).toContain('logSoftmax(logits)');
      expect(record.config.plugins).toMatchObject([{ name: 'ofCell', defines: 'loss' }]);
      define(1); // the cell runs again: the same text is the same loss
      expect((await runExperiment(config, { outDir })).weightsSha256).toBe(record.weightsSha256);
      define(2);
      await expect(runExperiment(config, { outDir })).rejects.toThrow(
        /got another definition of the loss 'ofCell', line \d+ is .*mul\(-2\).*, was .*neg\(\).*ofCell\.loss\.js/,
      );
      const notes: string[] = [];
      await evaluateRun(outDir, { onNote: (text) => void notes.push(text) });
      expect(notes.join()).toMatch(/the loss 'ofCell' is not defined as when the run began, line/);
    }));
});
