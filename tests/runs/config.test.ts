import { describe, expect, it } from 'vitest';
import { createLoss, findLoss, lossNames } from '../../lib/losses';
import { parseConfig, parseStoredConfig, withSettings } from '../../lib/runs/config';
import { countsClasses } from '../../lib/losses/traits';
import { paperLosses } from '../../lib/paper';

const example = {
  dataset: { name: 'synthetic', size: [32, 48], numClasses: 6, trainLength: 40, validLength: 8 },
  model: { name: 'segnet', width: 4 },
  loss: { name: 'pat', temperature: 2 },
  epochs: 4,
  batchSize: 4,
  seed: 3,
};

describe('parseConfig', () => {
  it('has the protocol of the paper as its defaults', () => {
    expect(parseConfig({})).toMatchObject({
      model: { name: 'segnet', width: 32, variant: 'paper' },
      loss: { name: 'crossEntropy' },
      epochs: 100,
      seed: 0,
      optimizer: { name: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      schedule: { name: 'cosine', minimum: 0 },
      augmentation: true,
      patience: null,
      execution: 'graph',
      precision: 'float32',
      logging: { tensorboard: true, images: 4, classStatistics: false },
    });
  });

  it('keeps what is given, and is a fixed point', () => {
    const config = parseConfig(example);
    expect(config).toMatchObject(example);
    expect(config.loss).toEqual(example.loss);
    expect(parseConfig(config)).toEqual(config);
  });

  it.each([
    [{ epochs: 0 }, 'epochs must be > 0, got 0'],
    [{ epochs: 1.5 }, 'epochs must be an integer, got 1.5'],
    [{ batchSize: '4' }, "batchSize must be of type number, got '4'"],
    [{ epoch: 3 }, "got 'epoch'. Did you mean 'epochs'?"],
    [{ model: { widht: 3 } }, "model: option must be one of name, width, variant, got 'widht'"],
    [{ model: { name: 'segnett' } }, 'model.name must be one of segnet, unet,'],
    [{ dataset: { size: [32] } }, 'dataset.size must be of length 2, got [ 32 ]'],
    [{ dataset: { labels: 14 } }, 'dataset.labels must be 13, or 40, got 14'],
    [{ optimizer: { learningRate: -1 } }, 'optimizer.learningRate must be > 0, got -1'],
    [{ optimizer: { name: 'sgd' } }, 'optimizer.name must be "adam", got \'sgd\''],
    [{ logging: { images: -1 } }, 'logging.images must be >= 0, got -1'],
    [{ logging: { tensorBoard: true } }, "got 'tensorBoard'. Did you mean 'tensorboard'?"],
    [{ precision: 'float16' }, "precision must be one of float32, bfloat16, got 'float16'"],
    [
      { precision: 'bfloat16', execution: 'eager' },
      "precision must be 'float32' where execution is 'eager', got 'bfloat16'",
    ],
    [{ augmentation: { flip: 2 } }, 'augmentation.flip must be <= 1, got 2'],
    [{ augmentation: { flop: 0.2 } }, "got 'flop'. Did you mean 'flip'?"],
    [{ loss: { name: 'pat', temprature: 2 } }, "got 'temprature'. Did you mean 'temperature'?"],
    [{ loss: { name: 'patt' } }, "Did you mean 'pat'?"],
    [{ loss: { name: 'pat', temperature: -1 } }, 'temperature must be a number > 0, got -1'],
    [
      { loss: { name: 'pat', ignoreIndex: 0 } },
      "loss.ignoreIndex must be absent, got 0. Leave it out: the data set's own decides",
    ],
    [{ loss: { name: 'blv', validate: true } }, 'loss.validate must be absent, got true'],
    [{ loss: { name: 'blv', noise: [0.5] } }, 'loss.noise must be absent, got [ 0.5 ]'],
    [{ loss: { name: 'focal', classCounts: 'dataset' } }, "got 'classCounts'"],
    [{ loss: { name: 'ldam', classCounts: 'data' } }, "classCounts must be 'batch' or an array"],
    [[], 'the whole must be of type object, got []'],
  ])('%j: %s', (input, message) => {
    expect(() => parseConfig(input)).toThrow(message);
    expect(() => parseConfig(input)).toThrow(/^experiment config/);
  });
});

describe('classCounts', () => {
  const lossOf = (loss: object, parse = parseConfig) => parse({ loss }).loss;
  const takesCounts = (name: string) => {
    try {
      createLoss({ name, classCounts: 'batch' });
      return true;
    } catch {
      return false;
    }
  };

  it('are written out for every loss that takes them, and for no other', () => {
    expect(lossNames.filter((name) => countsClasses({ name }))).toEqual(
      lossNames.filter(takesCounts),
    );
    for (const name of lossNames.filter((one) => findLoss(one)?.example === undefined)) {
      const counts = (classCounts: string) =>
        takesCounts(name) ? { name, classCounts } : { name };
      expect(lossOf({ name })).toEqual(counts('dataset'));
      // Version 1.0 had the paper's losses, and knew the batch alone.
      const stored = paperLosses.includes(name) ? 'batch' : 'dataset';
      expect(lossOf({ name }, parseStoredConfig)).toEqual(counts(stored));
    }
  });

  it.each([
    { name: 'ldam', classCounts: 'batch' },
    { name: 'ldam', classCounts: 'dataset' },
    { name: 'ldam', classCounts: [1, 2] },
    { name: 'ldam', variant: 'authors' }, // counts the batch, as its code does
    { name: 'ldam', variant: 'authors', classCounts: 'dataset' },
  ])('stay as they are in %j', (loss) => {
    expect(lossOf(loss)).toEqual(loss);
    expect(lossOf(loss, parseStoredConfig)).toEqual(loss);
  });

  it('are written out for the published variant by name too', () => {
    const loss = { name: 'blv', variant: 'paper' };
    expect(lossOf(loss)).toEqual({ ...loss, classCounts: 'dataset' });
  });

  it('a stored configuration is refused for what a run sets itself', () => {
    const stored = { loss: { name: 'crossEntropy', ignoreIndex: 254 } };
    expect(() => parseStoredConfig(stored)).toThrow('loss.ignoreIndex must be absent, got 254');
  });
});

describe('withSettings', () => {
  it('sets numbers, lists and text by path, on a copy', () => {
    const settings = ['loss.temperature=0.5', 'dataset.size=[16,32]', 'model.name=unet', 'seed=1'];
    const changed = withSettings(example, settings);
    expect(changed).toMatchObject({
      loss: { name: 'pat', temperature: 0.5 },
      dataset: { size: [16, 32], numClasses: 6 },
      model: { name: 'unet', width: 4 },
      seed: 1,
    });
    expect(example.seed).toBe(3);
    expect(withSettings({}, ['loss.name=blv'])).toEqual({ loss: { name: 'blv' } });
  });

  it.each(['seed', '=3', 'a..b=1', '__proto__.x=1'])('%s is an error', (setting) => {
    expect(() => withSettings({}, [setting])).toThrow(`--set must be path=value, got '${setting}'`);
  });

  it('cannot go through a number', () => {
    expect(() => withSettings({ seed: 1 }, ['seed.a=1'])).toThrow('a path through objects');
  });
});
