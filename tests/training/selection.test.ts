import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExperimentInput } from '../../lib/runs/config';
import type { EpochMetrics } from '../../lib/runs/epochs';
import { criteriaOf, withEpoch } from '../../lib/runs/selection';
import type { KeptEpochs } from '../../lib/runs/selection';
import { runExperiment } from '../../lib/training/experiment';
import type { ProgressEvent } from '../../lib/training/experiment';
import { runKeys } from '../../lib/results/keys';
import { readRecords } from '../../lib/results/records';
import { withFolder } from '../datasets/files';
import { smallNetwork } from '../support/smallNetwork';

const config: ExperimentInput = {
  dataset: {
    name: 'synthetic',
    size: [32, 48],
    numClasses: 6,
    trainLength: 6,
    validLength: 2,
    testLength: 2,
  },
  model: smallNetwork,
  loss: { name: 'pat', temperature: 2 },
  epochs: 4,
  batchSize: 2,
  optimizer: { learningRate: 3e-2 },
  selection: ['meanIoU', 'crossEntropy', 'meanIoUC', 'last'],
  logging: { tensorboard: false },
};

const epochsOf = async (folder: string) =>
  (await readFile(path.join(folder, 'metrics.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as EpochMetrics);

const bestOf = (epochs: EpochMetrics[], value: (metrics: EpochMetrics) => number) =>
  epochs.reduce((a, b) => (value(b) > value(a) ? b : a));

describe('selection', () => {
  it('keeps the epochs that are best by each criterion, and scores each', () =>
    withFolder(async (folder) => {
      const record = await runExperiment(config, { outDir: folder });
      const epochs = await epochsOf(folder);
      const byIoU = bestOf(epochs, ({ meanIoU }) => meanIoU ?? -1);
      expect(record.best).toEqual({ epoch: byIoU.epoch, validLoss: byIoU.validLoss });
      expect(record.scores.meanIoU).toBeCloseTo(byIoU.meanIoU as number, 12);
      const { selected = {} } = record;
      expect(Object.keys(selected).sort()).toEqual(['crossEntropy', 'last', 'meanIoUC']);
      const byCrossEntropy = bestOf(epochs, (one) => -(one.validCrossEntropy as number));
      expect(selected.crossEntropy.epoch).toBe(byCrossEntropy.epoch);
      expect(selected.crossEntropy.value).toBe(byCrossEntropy.validCrossEntropy);
      expect(selected.crossEntropy.scores.meanIoU).toBeCloseTo(
        byCrossEntropy.meanIoU as number,
        12,
      );
      expect(selected.meanIoUC.value).toBe(bestOf(epochs, (one) => one.meanIoUC ?? -1).meanIoUC);
      expect(selected.last.epoch).toBe(4);
      expect(selected.last.scores.meanIoU).toBeCloseTo(epochs[3].meanIoU as number, 12);
      expect(selected.last.test?.perImage.names).toHaveLength(2);

      for (const split of ['valid', 'test'] as const) {
        const kept = await readRecords(folder, { split });
        const last = await readRecords(folder, { split, selection: 'last' });
        const own = { valid: record.scores, test: record.test?.scores }[split];
        const others = { valid: selected.last.scores, test: selected.last.test?.scores }[split];
        expect(kept.records[0].scores.iou).toEqual(own?.iou);
        expect(last.records[0].scores.iou).toEqual(others?.iou);
        expect((await readRecords(folder, { split, selection: 'meanIoU' })).records).toEqual(
          kept.records,
        );
        // Like a run that was to be kept by that criterion first.
        const planned = { ...record.config, selection: ['last' as const, 'loss' as const] };
        expect(runKeys(last.records[0]).key).toBe(runKeys({ config: planned, split }).key);
        expect(runKeys(last.records[0]).key).not.toBe(runKeys(kept.records[0]).key);
        const { records, skipped } = await readRecords(folder, { split, selection: 'loss' });
        expect(records).toEqual([]);
        expect(skipped[0].reason).toMatch(
          'holds no scores by loss, but by meanIoU, crossEntropy, meanIoUC, last',
        );
      }
    }));

  it('goes on after a stop to the same record, and tells which weights were lost', () =>
    withFolder(async (folder) => {
      const at = (name: string) => path.join(folder, name);
      const whole = await runExperiment(config, { outDir: at('whole') });
      const stop = new AbortController();
      const onProgress = (event: ProgressEvent) => {
        if (event.kind === 'step' && event.step === 8) stop.abort(new Error('stopped'));
      };
      const stopped = { outDir: at('parts'), signal: stop.signal, onProgress };
      await expect(runExperiment(config, stopped)).rejects.toThrow('stopped');
      const parts = await runExperiment(config, { outDir: at('parts') });
      expect({ ...parts, times: 0 }).toEqual({ ...whole, times: 0 });

      const again = new AbortController();
      const halt = (event: ProgressEvent) => {
        if (event.kind === 'step' && event.step === 8) again.abort(new Error('stopped'));
      };
      await expect(
        runExperiment(config, { outDir: at('lost'), signal: again.signal, onProgress: halt }),
      ).rejects.toThrow('stopped');
      await rm(at('lost/checkpoints/best-crossEntropy.safetensors'));
      await expect(runExperiment(config, { outDir: at('lost') })).rejects.toThrow(
        /best-crossEntropy\.safetensors must hold.*Lost are the weights of epoch \d, crossEntropy/,
      );
    }));

  it('is the first of equals, the loss by default, and worst where a score is missing', () => {
    expect(criteriaOf({})).toEqual(['loss']);
    expect(criteriaOf({ selection: 'meanIoU' })).toEqual(['meanIoU']);
    expect(criteriaOf({ selection: ['last', 'loss', 'last', 'loss'] })).toEqual(['last', 'loss']);
    const epoch = (number: number, meanIoU: number | null) =>
      ({ epoch: number, meanIoU, validLoss: 1 }) as EpochMetrics;
    let kept: KeptEpochs = {};
    const bests = [epoch(1, null), epoch(2, 0), epoch(3, 0), epoch(4, null)].map((metrics) => {
      const found = withEpoch(kept, ['meanIoU', 'loss', 'last'], metrics);
      kept = found.kept;
      return found.bestBy.join(' ');
    });
    expect(bests).toEqual(['meanIoU loss last', 'meanIoU last', 'last', 'last']);
    expect(kept).toEqual({
      meanIoU: { epoch: 2, value: 0 },
      loss: { epoch: 1, value: 1 },
      last: { epoch: 4, value: 4 },
    });
    expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
  });
});
