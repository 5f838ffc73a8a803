/** Errors in a graph: which of them mean "op by op", and which are thrown. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tf } from '../../lib/backend';
import { DryRunError, isNoGraph, TracingError } from '../../lib/engine/failures';
import { ResidentGraph } from '../../lib/engine/residentGraph';
import { createExecutor } from '../../lib/engine';
import { createLoss } from '../../lib/losses';
import type { SegmentationLoss } from '../../lib/losses';
import { createModel } from '../../lib/models';
import { trainableVariables } from '../../lib/models/layers';
import { Adam } from '../../lib/engine/adam';
import { createInference } from '../../lib/engine/inference';

const foreseen = [
  new TracingError('a value is read'),
  new DryRunError('values are asked for'),
  new Error('Session fail to run with error: No OpKernel was registered'),
  new Error('Failed to load SavedModel: Op type not registered'),
];
const others = [
  new TypeError('x is undefined'),
  new Error('a word of the user'),
  new Error('Session fail to run with error: OOM when allocating tensor'),
  new Error('Invalid TF_Status: 8\nMessage: failed to allocate memory'),
];

afterEach(() => vi.restoreAllMocks());

describe('createInference', () => {
  /** The note and the result of a prediction whose graph fails by `error`. */
  function predicted(error: Error) {
    vi.spyOn(ResidentGraph.prototype, 'run').mockImplementation(() => {
      throw error;
    });
    const model = createModel({ name: 'unet', numClasses: 3, width: 2 });
    const notes: string[] = [];
    const inference = createInference(model, (text) => void notes.push(text));
    try {
      return tf.tidy(() => {
        const { shape } = inference.predict(tf.ones<tf.Rank.R4>([1, 32, 32, 3]));
        return { notes, shape };
      });
    } finally {
      inference.dispose();
      model.dispose();
    }
  }

  it.each(foreseen)('predicts op by op, with a note, after %s', (error) => {
    const { notes, shape } = predicted(error);
    expect(shape).toEqual([1, 32, 32, 3]);
    expect(notes).toEqual([expect.stringContaining(error.message)]);
  });

  it.each(others)('throws %s', (error) => {
    expect(isNoGraph(error)).toBe(false);
    expect(() => predicted(error)).toThrow(error);
  });
});

describe('a training step', () => {
  async function step(loss: SegmentationLoss) {
    const model = createModel({ name: 'unet', numClasses: 3, width: 2 });
    const adam = new Adam(trainableVariables(model));
    const notes: string[] = [];
    const onNote = (text: string) => void notes.push(text);
    const executor = createExecutor({ model, adam, loss, ignoreIndex: 255, onNote });
    const images = tf.ones<tf.Rank.R4>([1, 32, 32, 3]);
    const labels = tf.ones<tf.Rank.R3>([1, 32, 32], 'int32');
    const noiseSeed = tf.tensor1d([1, 7], 'int32');
    try {
      await executor.step({ images, labels }, { learningRate: 1e-3, noiseSeed });
      return notes;
    } finally {
      executor.dispose();
      adam.dispose();
      model.dispose();
      tf.dispose([images, labels, noiseSeed]);
    }
  }

  it('whose loss reads a value goes op by op with a note; one whose loss has a bug throws it, once', async () => {
    const reading: SegmentationLoss = (logits) => logits.mul(logits.max().dataSync()[0]).mean();
    expect(await step(reading)).toEqual([expect.stringContaining('execution is eager')]);
    const buggy = vi.fn((): tf.Scalar => {
      throw new TypeError('a bug of the loss');
    });
    await expect(step(buggy)).rejects.toThrow(TypeError);
    expect(buggy).toHaveBeenCalledTimes(1);
    expect(await step(createLoss({ name: 'crossEntropy', validate: false }))).toEqual([]);
  });
});
