/** Documents of every kind, changed at random: a right value, or an InputError that names the place. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLoss } from '../lib/losses';
import type { LossConfig } from '../lib/losses';
import { parseConfig, parseStoredConfig, withSettings } from '../lib/runs/config';
import { parseEpochs } from '../lib/runs/epochs';
import { parseRecord } from '../lib/runs/record';
import { parseSweep } from '../lib/sweeps/plan';
import { accepts, changed, changes, fuzz, fuzzDocument, oddValue, options } from './fuzz/support';
import { tinyRun } from './support/tinySweep';

const config = {
  ...tinyRun,
  loss: { name: 'pat', temperature: 2, coefficient: 'inverse', epsilon: 0.1 },
  optimizer: { name: 'adam', learningRate: 1e-3 },
  schedule: { name: 'cosine', minimum: 0 },
  augmentation: { flip: 0.5, scale: 0.1 },
  logging: { tensorboard: false, images: 0 },
  seed: 3,
  patience: null,
};
const sweep = {
  name: 'own',
  base: config,
  grid: [
    {
      loss: [
        { name: 'focal', gamma: 2 },
        { label: 'own', name: 'blv', sigma: 1 },
      ],
    },
    { seed: [0, 1] },
  ],
};
const camvid = path.resolve(__dirname, '../data/results/laptop/camvid');
const file = readdirSync(camvid, { recursive: true, encoding: 'utf8' }).find((one) =>
  one.endsWith('.json'),
);
const record = JSON.parse(readFileSync(path.join(camvid, file as string), 'utf8')) as object;
const epoch = {
  ...{ epoch: 1, step: 8, trainLoss: 1.5, validLoss: 1.25, validCrossEntropy: 1, seconds: 2 },
  ...{ meanIoU: 0.5, meanDice: null, pixelAccuracy: 0.75, iou: [0.5, null], learningRate: 1e-3 },
  gradientNorm: { mean: 1, max: 2 },
  classStatistics: { pixels: [5, 6], gradientNorm: [1, null], pixelGradientNorm: [0.1, null] },
};

describe('a right value, or an InputError, for', () => {
  it('configurations', options, () =>
    fuzzDocument(
      config,
      (copy) => {
        const { seed } = parseConfig(copy);
        expect(parseStoredConfig(copy).seed).toBe(seed);
        expect(Number.isSafeInteger(seed)).toBe(true);
      },
      /^(experiment config|createLoss|plugin|[\w ]+: loss)[^\n]* must be /s,
    ),
  );

  it('settings of a command line', options, () => {
    const name = fc.constantFrom(
      'loss',
      'loss.name',
      'epochs',
      'dataset.size',
      '__proto__.x',
      'a.',
    );
    const value = fc.oneof(
      fc.string(),
      oddValue.map((one) => JSON.stringify(one) ?? ''),
    );
    const setting = fc.oneof(
      fc.tuple(name, value).map((pair) => pair.join('=')),
      fc.string(),
    );
    return fuzz(fc.array(setting, { minLength: 1, maxLength: 3 }), (settings) =>
      accepts(() => {
        const before = Object.keys(Object.prototype).length;
        parseConfig(withSettings(config, settings));
        expect(Object.keys(Object.prototype)).toHaveLength(before);
      }),
    );
  });

  it('losses', options, () =>
    fuzzDocument(config.loss, (copy) => createLoss(copy as LossConfig), /^createLoss/),
  );

  it('sweeps', options, () => fuzzDocument(sweep, parseSweep, /^sweep/));

  it('records', options, () =>
    fuzzDocument(
      record,
      (copy) => parseRecord('record.json', JSON.stringify(copy) ?? ''),
      /record\.json/,
    ),
  );

  it('texts that should be records', options, () => {
    const text = JSON.stringify(record);
    const cut = fc.record({ from: fc.nat(text.length), to: fc.nat(text.length), put: fc.string() });
    const same = fc.constant({ from: 0, to: 0, put: '' });
    return fuzz(fc.oneof(cut, same), ({ from, to, put }) =>
      accepts(
        () => parseRecord('record.json', text.slice(0, from) + put + text.slice(to)),
        /record\.json/,
      ),
    );
  });

  it('metrics.jsonl', options, () => {
    const line = fc.oneof(
      fc.constant(JSON.stringify(epoch)),
      changes.map((list) => JSON.stringify(changed(epoch, list)) ?? ''),
      fc.string(),
    );
    return fuzz(fc.array(line, { maxLength: 4 }), (lines) =>
      accepts(() => {
        const epochs = parseEpochs('metrics.jsonl', lines.join('\n'));
        epochs.forEach((one) => expect(Number.isInteger(one.epoch)).toBe(true));
      }, /line \d+ of metrics\.jsonl/),
    );
  });
});
