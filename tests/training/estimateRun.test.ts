import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { estimateRun } from '../../lib/training/estimateRun';
import { openExperiment } from '../../lib/training/experiment';
import { parseConfig } from '../../lib/runs/config';
import type { ExperimentInput } from '../../lib/runs/config';
import { smallNetwork } from '../support/smallNetwork';

/** Two steps an epoch, two validation batches. */
const config: ExperimentInput = {
  dataset: { name: 'synthetic', size: [32, 48], numClasses: 6, trainLength: 3, validLength: 4 },
  model: smallNetwork,
  epochs: 10,
  batchSize: 2,
};

describe('estimateRun', () => {
  it('times five steps over epochs, a validation batch, and adds up the run', async () => {
    const experiment = await openExperiment(parseConfig(config));
    const before = tf.memory().numTensors;
    const started = performance.now();
    const estimate = await estimateRun(experiment);
    const gone = (performance.now() - started) / 1000;
    expect(tf.memory().numTensors).toBe(before);
    const { timedSteps, secondsPerStep, secondsPerValidationBatch, seconds } = estimate;
    expect(timedSteps).toBe(5);
    expect(secondsPerStep).toBeGreaterThan(0);
    expect(3 * secondsPerStep + secondsPerValidationBatch).toBeLessThan(gone); // median of five
    expect(seconds).toBeCloseTo(20 * secondsPerStep + 22 * secondsPerValidationBatch, 9);
    expect(estimate.peakMemoryBytes).toBeGreaterThanOrEqual(process.memoryUsage.rss() / 2);
    experiment.model.dispose();
  });

  it('stops at an abort, with everything disposed', async () => {
    const experiment = await openExperiment(parseConfig(config));
    const before = tf.memory().numTensors;
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(estimateRun(experiment, signal)).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
    experiment.model.dispose();
  });

  it('times the only validation batch, where there is one', async () => {
    const { dataset } = config;
    const experiment = await openExperiment(
      parseConfig({ ...config, dataset: { ...dataset, validLength: 1 } }),
    );
    const { secondsPerValidationBatch } = await estimateRun(experiment);
    expect(secondsPerValidationBatch).toBeGreaterThan(0);
    experiment.model.dispose();
  });
});
