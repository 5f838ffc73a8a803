import { readdir } from 'node:fs/promises';
import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { measuredOver, measuredText } from '../../lib/measurement/measured';
import { measureTrainingCost } from '../../lib/measurement/trainingCost';
import type { LossConfig } from '../../lib/losses';
import type { ExperimentInput } from '../../lib/runs/config';

const losses: LossConfig[] = [{ name: 'crossEntropy' }, { name: 'pat', temperature: 2 }];
const config: ExperimentInput = {
  dataset: { name: 'synthetic', size: [32, 32], numClasses: 6, trainLength: 5, validLength: 1 },
  model: { name: 'segnet', width: 2 },
  batchSize: 2,
};

const folders = async () =>
  (await readdir(os.tmpdir())).filter((name) => name.startsWith('pat-cost-')).sort();

describe('measureTrainingCost', () => {
  it('measures every loss once in each round', async () => {
    const before = await folders();
    const told: number[][] = [];
    const cost = await measureTrainingCost(losses, {
      config,
      rounds: 2,
      onEpoch: (...counts) => told.push(counts),
    });
    expect(told).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6]));
    const setting = { dataset: 'Synthetic scenes', network: 'segnet', width: 2, size: [32, 32] };
    expect(cost).toMatchObject({ ...setting, numClasses: 6, batchSize: 2, steps: 3, rounds: 2 });
    expect(cost.losses.map(({ label }) => label)).toEqual(['CE', 'PAT, τ = 2']);
    for (const { epochSeconds, timesFirst, peakMiB, cpuShare } of cost.losses) {
      for (const { values, median, interval } of [epochSeconds, timesFirst, peakMiB, cpuShare]) {
        expect(values).toHaveLength(2);
        expect(Math.min(...values)).toBeGreaterThan(0);
        expect(median).toBeCloseTo((values[0] + values[1]) / 2, 10);
        expect(interval!.low).toBeLessThanOrEqual(median);
        expect(interval!.high).toBeGreaterThanOrEqual(median);
      }
      expect(Math.max(...cpuShare.values)).toBeLessThan(1.5); // clocks that differ leave a little over 1
      expect(Math.min(...peakMiB.values)).toBeGreaterThan(50); // Node and TensorFlow alone
    }
    expect(cost.losses[0].timesFirst.values).toEqual([1, 1]);
    const [first, second] = cost.losses.map(({ epochSeconds }) => epochSeconds.values);
    expect(cost.losses[1].timesFirst.values).toEqual(first.map((value, i) => second[i] / value));
    expect(await folders()).toEqual(before);
  }, 120_000);

  it('stops at an abort with the reason', async () => {
    const controller = new AbortController();
    const measuring = measureTrainingCost(losses.slice(0, 1), {
      config,
      rounds: 500,
      onEpoch: () => controller.abort(new Error('enough')),
      signal: controller.signal,
    });
    await expect(measuring).rejects.toThrow('enough');
  }, 60_000);

  it.each([
    [[], {}, /measureTrainingCost: losses must be a non-empty array/],
    [[losses[0], losses[0]], {}, /losses must be distinct/],
    [losses, { rounds: 0 }, /rounds must be an integer >= 1, got 0/],
    [losses, { config: { batchSize: 0 } }, /experiment config: batchSize/],
  ])('refuses %j with %j', async (given, options, message) => {
    await expect(measureTrainingCost(given, options)).rejects.toThrow(message);
  });
});

describe('measuredOver', () => {
  it('gives the median and an interval inside the values', () => {
    const measured = measuredOver([3, 1, 2, 5, 4]);
    expect(measured.median).toBe(3);
    expect(measured.interval!.low).toBeGreaterThanOrEqual(1);
    expect(measured.interval!.high).toBeLessThanOrEqual(5);
    expect(measuredOver([3, 1, 2, 5, 4])).toEqual(measured);
    expect(measuredText(measuredOver([2, 2, 2]), 1)).toBe('2.0 [2.0, 2.0]');
  });

  it('has no interval for one value', () => {
    expect(measuredText(measuredOver([7]))).toBe('7');
  });
});
