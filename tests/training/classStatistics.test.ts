import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import type { Sample } from '../../lib/datasets/datasetTypes';
import { pixelwiseLoss } from '../../lib/losses';
import { patCoefficient } from '../../lib/losses/pat';
import { createModel } from '../../lib/models';
import { trainableVariables } from '../../lib/models/layers';
import { classStatistics, probeSamples } from '../../lib/training/classStatistics';
import { expectClose } from '../support/closeness';
import { memoryDataset } from '../support/memoryDataset';

/** A network whose logits are the three colour channels times `factor`. */
function colourModel(factor: number): tf.LayersModel {
  const input = tf.input({ shape: [null, null, 3] });
  const scale = tf.layers.conv2d({ filters: 3, kernelSize: 1, useBias: true });
  const model = tf.model({ inputs: input, outputs: scale.apply(input) as tf.SymbolicTensor });
  const kernel = tf.tidy(() => tf.eye(3).mul(factor).reshape([1, 1, 3, 3]));
  const bias = tf.zeros([3]);
  scale.setWeights([kernel, bias]);
  tf.dispose([kernel, bias]);
  return model;
}

/** Two images of 1×4 pixels; class 2 is absent, one pixel is ignored. */
const samples: Sample[] = [
  {
    name: 'a',
    height: 1,
    width: 4,
    image: Uint8Array.from([255, 0, 0, 0, 255, 0, 51, 102, 0, 0, 0, 255]),
    labels: Uint8Array.from([0, 0, 1, 255]),
  },
  {
    name: 'b',
    height: 1,
    width: 4,
    image: Uint8Array.from([0, 0, 255, 255, 255, 255, 0, 0, 0, 102, 51, 0]),
    labels: Uint8Array.from([0, 1, 1, 1]),
  },
];

const softmax = (logits: number[]) => {
  const powers = logits.map((z) => Math.exp(z));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
};

describe('classStatistics', () => {
  it('is Eq. 6–7 at the logits, worked out pixel by pixel', async () => {
    const dataset = memoryDataset(samples, ['x', 'y', 'z']);
    const model = colourModel(2);
    const loss = pixelwiseLoss({ name: 'crossEntropy', validate: false });
    const before = tf.memory().numTensors;
    const coefficientAt2 = (logits: tf.Tensor) => patCoefficient(logits, { temperature: 2 });
    const options = { loss, samples: [0, 1], coefficient: coefficientAt2 };
    const measured = await classStatistics(model, dataset, { ...options, batchSize: 2 });
    expect(tf.memory().numTensors).toBe(before);

    const gradient = [0, 1].map(() => [0, 0, 0]);
    const beta = [0, 0];
    const pixels = [0, 0];
    for (const { image, labels } of samples) {
      labels.forEach((label, i) => {
        if (label === 255) return;
        const logits = Array.from(image.subarray(3 * i, 3 * i + 3), (value) => (2 * value) / 255);
        const p = softmax(logits);
        p.forEach((value, c) => (gradient[label][c] += value - (c === label ? 1 : 0)));
        beta[label] += 0.5 * Math.exp(1 - softmax(logits.map((z) => z / 2))[label]);
        pixels[label] += 1;
      });
    }
    const norms = gradient.map((g) => Math.hypot(...g));
    expect(measured.pixels).toEqual([...pixels, 0]);
    const { coefficient = [] } = measured;
    for (const values of [measured.gradientNorm, measured.pixelGradientNorm, coefficient]) {
      expect(values[2]).toBeNull();
    }
    const present = (values: (number | null)[]) => values.slice(0, 2) as number[];
    expectClose(present(measured.gradientNorm), norms, { relative: 1e-5 });
    const means = norms.map((norm, c) => norm / pixels[c]);
    expectClose(present(measured.pixelGradientNorm), means, { relative: 1e-5 });
    const coefficients = beta.map((sum, c) => sum / pixels[c]);
    expectClose(present(coefficient), coefficients, { relative: 1e-5 });

    // The same by parts; no β unless it is asked for.
    const parts = await classStatistics(model, dataset, { ...options, batchSize: 1 });
    expectClose(present(parts.gradientNorm), norms, { relative: 1e-5 });
    const other = await classStatistics(model, dataset, { loss, samples: [0, 1], batchSize: 2 });
    expect(other).not.toHaveProperty('coefficient');
    expectClose(present(other.gradientNorm), norms, { relative: 1e-5 });
    expect(other.pixels).toEqual(measured.pixels);
    model.dispose();
  });

  it('has the norm of the gradient by the bias of a last layer', async () => {
    const dataset = memoryDataset(samples, ['x', 'y', 'z']);
    const model = colourModel(1);
    const bias = trainableVariables(model).find(({ shape }) => shape.length === 1) as tf.Variable;
    const pixelwise = pixelwiseLoss({ name: 'focal', validate: false });
    const { gradientNorm } = await classStatistics(model, dataset, {
      loss: pixelwise,
      samples: [1],
      batchSize: 1,
    });
    for await (const { images, labels } of dataset.batches({ batchSize: 1, position: 1 })) {
      for (const classId of [0, 1]) {
        const norm = tf.tidy(() => {
          const mask = labels.equal(classId).toFloat();
          const classLoss = () =>
            pixelwise(model.apply(images) as tf.Tensor4D, labels)
              .mul(mask)
              .sum<tf.Scalar>();
          return tf.variableGrads(classLoss, [bias]).grads[bias.name].norm();
        });
        expectClose(gradientNorm[classId] as number, await norm.data(), { relative: 1e-5 });
        norm.dispose();
      }
      tf.dispose([images, labels]);
    }
    model.dispose();
  });

  it('changes no weight and no running statistic', async () => {
    const dataset = memoryDataset(
      [0, 1].map((i) => ({
        name: String(i),
        height: 32,
        width: 32,
        image: Uint8Array.from({ length: 3072 }, (_, k) => (k * (i + 3)) % 256),
        labels: Uint8Array.from({ length: 1024 }, (_, k) => k % 3),
      })),
      ['x', 'y', 'z'],
    );
    const model = createModel({ name: 'segnet', numClasses: 3, width: 2 });
    const before = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    const loss = pixelwiseLoss({ name: 'pat', validate: false });
    await classStatistics(model, dataset, { loss, samples: [0, 1], batchSize: 2 });
    expect(model.getWeights().map((weight) => Array.from(weight.dataSync()))).toEqual(before);
    model.dispose();
  });
});

describe('probeSamples', () => {
  it('draws at most eight, the same for the same seed', () => {
    const drawn = probeSamples(100, 3);
    expect(new Set(drawn).size).toBe(8);
    expect(Math.max(...drawn)).toBeLessThan(100);
    expect(probeSamples(100, 3)).toEqual(drawn);
    expect(probeSamples(100, 4)).not.toEqual(drawn);
    expect(probeSamples(3, 0).sort()).toEqual([0, 1, 2]);
  });
});
