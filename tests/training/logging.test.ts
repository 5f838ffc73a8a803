import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../lib/datasets';
import { runExperiment } from '../../lib/training/experiment';
import type { RunOptions } from '../../lib/training/experiment';
import type { EpochMetrics } from '../../lib/runs/epochs';
import type { ExperimentInput, LoggingConfig } from '../../lib/runs/config';
import { withFolder } from '../datasets/files';
import { smallNetwork } from '../support/smallNetwork';
import { eventsIn } from './tensorboard/events';

/** Two epochs of four steps. */
const config: ExperimentInput = {
  dataset: { name: 'synthetic', size: [32, 48], numClasses: 6, trainLength: 7, validLength: 3 },
  model: smallNetwork,
  loss: { name: 'pat', temperature: 2 },
  epochs: 2,
  batchSize: 2,
  seed: 3,
};

const all: LoggingConfig = { tensorboard: true, images: 2, classStatistics: true };

const run = (outDir: string, changes: ExperimentInput = {}, options: Partial<RunOptions> = {}) =>
  runExperiment({ ...config, ...changes }, { outDir, ...options });

async function runUntil(outDir: string, last: number, logging: LoggingConfig) {
  const stop = new AbortController();
  const onProgress: RunOptions['onProgress'] = (event) => {
    if (event.kind === 'step' && event.step === last) stop.abort(new Error('stopped'));
  };
  const running = run(outDir, { logging }, { signal: stop.signal, onProgress });
  await expect(running).rejects.toThrow('stopped');
}

const linesOf = async (folder: string) =>
  (await readFile(path.join(folder, 'metrics.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as EpochMetrics);

describe('logging', () => {
  it('changes no result and may change between two parts of a run', () =>
    withFolder(async (folder) => {
      const at = (name: string) => path.join(folder, name);
      const none = { tensorboard: false, images: 0, classStatistics: false };
      const { weightsSha256 } = await run(at('all'), { logging: all });
      expect((await run(at('none'), { logging: none })).weightsSha256).toBe(weightsSha256);
      expect(await readdir(at('none'))).not.toContain('tensorboard');
      await runUntil(at('changed'), 5, all);
      expect((await run(at('changed'), { logging: none })).weightsSha256).toBe(weightsSha256);

      const [withStatistics, without] = await Promise.all(
        ['all', 'none'].map((n) => linesOf(at(n))),
      );
      const bare = withStatistics.map(({ classStatistics, ...line }) => {
        expect(classStatistics?.pixels).toHaveLength(6);
        return { ...line, seconds: 0 };
      });
      expect(without.map((line) => ({ ...line, seconds: 0 }))).toEqual(bare);
      for (const { gradientNorm } of without) {
        expect(gradientNorm.mean).toBeGreaterThan(0);
        expect(gradientNorm.max).toBeGreaterThan(gradientNorm.mean);
      }
    }));

  it('shows TensorBoard each step once, each epoch, and the predictions of better epochs', () =>
    withFolder(async (folder) => {
      await runUntil(folder, 3, all);
      await runUntil(folder, 6, all);
      await run(folder, { logging: all });
      const files = await eventsIn(path.join(folder, 'tensorboard'));
      expect(files.map(([, start]) => [start.isStart, start.step])).toEqual([
        [true, 1],
        [true, 4],
        [true, 7],
      ]);
      const events = files.flat();
      const steps = events.filter(({ scalars }) => 'train/loss' in scalars);
      expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      const lines = await linesOf(folder);
      for (const { epoch, gradientNorm, learningRate } of lines) {
        const own = steps.slice(4 * epoch - 4, 4 * epoch).map(({ scalars }) => scalars);
        const norms = own.map((scalars) => scalars['train/gradientNorm']);
        expect(Math.max(...norms)).toBeCloseTo(gradientNorm.max, 4);
        expect(norms.reduce((a, b) => a + b) / 4).toBeCloseTo(gradientNorm.mean, 4);
        expect(own[3]['train/learningRate']).toBeCloseTo(learningRate, 9);
      }
      const scores = events.filter(({ scalars }) => 'validation/loss' in scalars);
      expect(scores.map(({ step }) => step)).toEqual([4, 8]);
      expect(scores[1].scalars['validation/meanIoU']).toBeCloseTo(lines[1].meanIoU as number, 6);
      expect(scores[1].scalars['validation/crossEntropy']).toBeCloseTo(
        lines[1].validCrossEntropy as number,
        5,
      );
      expect(scores[0].scalars['IoU/Ground']).toBeCloseTo(lines[0].iou[1] as number, 6);
      expect(scores[0].scalars['classGradientNorm/Ground']).toBeGreaterThan(0);

      const pictures = events.filter(({ images }) => Object.keys(images).length > 0);
      const best = lines.filter(
        ({ validLoss }, i) =>
          i === 0 || validLoss < Math.min(...lines.slice(0, i).map((l) => l.validLoss)),
      );
      expect(pictures.map(({ step }) => step)).toEqual(best.map(({ step }) => step));
      const shown = Object.entries(pictures[0].images);
      expect(shown).toHaveLength(2);
      const valid = await openDataset({
        name: 'synthetic',
        size: [32, 48],
        numClasses: 6,
        length: 3,
        split: 'valid',
      });
      for (const [i, [tag, { width, height, png }]] of shown.entries()) {
        const sample = await valid.sample(i);
        expect(tag).toBe(`predictions/${sample.name}`);
        expect({ width, height }).toEqual({ width: 3 * 48, height: 32 });
        const left = sharp(png).extract({ left: 0, top: 0, width: 48, height: 32 });
        expect(await left.raw().toBuffer()).toEqual(Buffer.from(sample.image));
      }
    }));

  it('tells of β in runs of PAT alone', () =>
    withFolder(async (folder) => {
      const statisticsOf = async (name: string, loss: ExperimentInput['loss']) => {
        const outDir = path.join(folder, name);
        await run(outDir, { loss, epochs: 1, logging: all });
        const scalars = (await eventsIn(path.join(outDir, 'tensorboard'))).flat();
        const tags = scalars.flatMap((event) => Object.keys(event.scalars));
        const shown = new Set(tags.map((tag) => tag.split('/')[0]));
        return { line: (await linesOf(outDir))[0].classStatistics, shown };
      };
      const pat = await statisticsOf('pat', config.loss);
      expect(pat.line?.coefficient?.some((beta) => beta !== null && beta > 0)).toBe(true);
      expect(pat.shown).toContain('classCoefficient');
      const other = await statisticsOf('ce', { name: 'crossEntropy' });
      expect(Object.keys(other.line ?? {}).sort()).toEqual([
        'gradientNorm',
        'pixelGradientNorm',
        'pixels',
      ]);
      expect(other.shown).toContain('classGradientNorm');
      expect(other.shown).not.toContain('classCoefficient');
    }));

  it('tells why a run ended, also when it was interrupted before', () =>
    withFolder(async (folder) => {
      const at = (name: string) => path.join(folder, name);
      const optimizer = { learningRate: 1e-30 }; // only the running statistics move
      const waiting: ExperimentInput = { optimizer, epochs: 9, patience: 2 };
      const whole = await run(at('whole'), waiting);
      expect(whole).toMatchObject({ stoppedBy: 'patience', epochs: whole.best.epoch + 2 });
      const stop = new AbortController();
      const onProgress: RunOptions['onProgress'] = (event) => {
        // Behind the last epoch but one: the patience goes on where it was.
        if (event.kind === 'epoch' && event.metrics.epoch === whole.epochs - 1) stop.abort();
      };
      const stopped = run(at('parts'), waiting, { signal: stop.signal, onProgress });
      await expect(stopped).rejects.toThrow('abort');
      const parts = await run(at('parts'), waiting);
      expect(parts).toMatchObject({
        stoppedBy: 'patience',
        epochs: whole.epochs,
        best: whole.best,
      });
      expect(parts.weightsSha256).toBe(whole.weightsSha256);
      expect(await run(at('all'))).toMatchObject({ stoppedBy: 'epochs', epochs: 2 });
    }));
});
