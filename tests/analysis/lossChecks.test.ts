import { describe, expect, it, vi } from 'vitest';
import { lossChecks } from '../../lib/analysis/lossChecks';
import { tf } from '../../lib/backend';
import { defineLoss, lossNames } from '../../lib/losses';
import type { OwnLossFunction } from '../../lib/losses';
import { checkLoss } from '../../lib/notebook';

const crossEntropy: OwnLossFunction = (logits, labels, { numClasses }) =>
  tf.logSoftmax(logits).mul(tf.oneHot(labels, numClasses).toFloat()).sum(3).neg(); // [B,H,W]

/** Verdicts by the first word of the check. */
async function verdicts(compute: OwnLossFunction) {
  defineLoss('tried', compute);
  return (await lossChecks('tried')).map(({ check, verdict, found }) => ({
    check,
    verdict,
    found,
  }));
}

const failures = async (compute: OwnLossFunction) =>
  (await verdicts(compute)).filter(({ verdict }) => verdict === 'FAILED').map(({ check }) => check);

describe('lossChecks', () => {
  it.each(lossNames)('passes %s', async (name) => {
    const before = tf.memory().numTensors;
    const rows = await lossChecks(name);
    expect(rows.filter(({ verdict }) => verdict === 'FAILED')).toEqual([]);
    expect(rows).toHaveLength(9);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('tells of a gradient that takes a part for a constant', async () => {
    const [{ verdict, found }] = await lossChecks({ name: 'pat', stopGradient: true });
    expect(verdict).toBe('note');
    expect(found).toMatch(/a part is a constant for the gradient: .* where differences give/);
  });

  it('passes a loss of defineLoss, pixel by pixel or one number', async () => {
    expect(await failures(crossEntropy)).toEqual([]);
    const scalar: OwnLossFunction = (logits, labels, context) =>
      crossEntropy(logits, labels, context).mul(context.valid).sum().div(context.validCount);
    expect((await verdicts(scalar)).map(({ verdict }) => verdict)).toEqual(new Array(9).fill('ok'));
  });

  it('finds a gradient that is not the value’s', async () => {
    const halved: OwnLossFunction = (logits, labels, context) => {
      const value = crossEntropy(logits, labels, context);
      const weight = tf.customGrad((...inputs) => ({
        value: (inputs[0] as tf.Tensor).exp(),
        gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
      }))(value.neg());
      return value.mul(weight);
    };
    expect(await failures(halved)).toEqual(['gradient = finite differences']);
  });

  it('finds NaN, at void pixels and at extremes', async () => {
    // p·log p of the true class, 0·−∞ where p rounds to 0.
    const unstable: OwnLossFunction = (logits, labels, { numClasses }) => {
      const truth = tf.oneHot(labels, numClasses).toFloat();
      return tf.softmax(logits).log().mul(truth).sum(3).neg();
    };
    expect(await failures(unstable)).toContain('logits of ±10,000');
    // A mean over the batch that divides by what void pixels have none of.
    const voided: OwnLossFunction = (logits, labels, context) => {
      const value = crossEntropy(logits, labels, context);
      return value.mul(context.valid).div(context.valid).mean();
    };
    const wrong = await failures(voided);
    expect(wrong).toContain('void: logits there change nothing');
  });

  it('finds void pixels that count', async () => {
    const leak: OwnLossFunction = (logits, labels, context) =>
      crossEntropy(logits, labels, context).mean();
    expect(await failures(leak)).toEqual(['void: more of it changes nothing']);
  });

  it('finds a loss without a gradient', async () => {
    const flat: OwnLossFunction = (logits, labels) => logits.argMax(3).notEqual(labels).toFloat();
    const rows = await verdicts(flat);
    expect(rows[0]).toMatchObject({ verdict: 'FAILED' });
    expect(rows[0].found).toMatch(/not differentiable by the logits/);
  });

  it('finds tensors left behind', async () => {
    const leaking: OwnLossFunction = (logits, labels, context) => {
      tf.keep(logits.add(1));
      return crossEntropy(logits, labels, context);
    };
    expect(await failures(leaking)).toContain('number of tensors stays');
  });

  it('tells of a loss that cannot be a graph', async () => {
    const reading: OwnLossFunction = (logits, labels, context) =>
      crossEntropy(logits, labels, context).mul(labels.max().dataSync()[0] >= 0 ? 1 : 2);
    const rows = await verdicts(reading);
    const last = rows[rows.length - 1];
    expect(last.verdict).toBe('note');
    expect(last.found).toMatch(/execution is eager/);
  });

  it('refuses what createLoss refuses, and wrong options', async () => {
    await expect(lossChecks('patt')).rejects.toThrow("Did you mean 'pat'?");
    await expect(lossChecks('pat', { numClasses: 2 })).rejects.toThrow(
      'checkLoss: numClasses must be an integer >= 3, got 2',
    );
  });
});

describe('checkLoss', () => {
  it('shows the rows, and whether all is well', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      const rows = await checkLoss({ name: 'pat', temperature: 2 });
      expect(rows).toEqual(await lossChecks({ name: 'pat', temperature: 2 }));
      const shown = log.mock.calls.flat().join('\n');
      expect(shown).toContain('PAT, τ = 2: passes');
      for (const { check } of rows) expect(shown).toContain(check);
    } finally {
      log.mockRestore();
    }
  });
});
