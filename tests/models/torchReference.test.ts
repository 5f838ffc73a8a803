/** The authors' networks against PyTorch: parameter counts, outputs, gradients, running statistics. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { createModel, loadTorchWeights, networkNames, parameterCount } from '../../lib/models';
import type { NetworkName } from '../../lib/models';
import { torchName } from '../../lib/models/torchWeights';
import { expectClose, largest } from '../support/closeness';
import { FIXTURES, norm, readJson, REFERENCE, trainPass } from './support';
import type { TorchRun } from './support';

interface Fixtures extends Record<(typeof networkNames)[number], TorchRun> {
  width: number;
  classes: number;
  input: number[];
  inputShape: [number, number, number, number];
}

interface Case {
  /** Allowed relative difference of a gradient's norm. */
  normTolerance: number;
  name: NetworkName;
  width: number;
  numClasses: number;
  weights: string;
  images: { values: number[]; shape: number[] };
  expected: TorchRun;
}

const fixtures = readJson<Fixtures>(path.join(FIXTURES, 'outputs.json'));
const ownCases: Case[] = networkNames.map((name) => ({
  // These networks are so narrow that PyTorch's own float32 differs by 3.4e-5 from its float64.
  normTolerance: 1e-4,
  name,
  width: fixtures.width,
  numClasses: fixtures.classes,
  weights: path.join(FIXTURES, `${name}.safetensors`),
  images: { values: fixtures.input, shape: fixtures.inputShape },
  expected: fixtures[name],
}));

/** Compares one forward and one backward pass with PyTorch's. */
async function compare(one: Case) {
  const { name, width, numClasses, weights, images, expected, normTolerance } = one;
  const model = createModel({ name, numClasses, width, variant: 'authors' });
  await loadTorchWeights(model, weights);
  const input = tf.tensor(images.values, images.shape);
  const logits = model.predict(input) as tf.Tensor;
  expectClose(logits.dataSync(), expected.eval, { absolute: 1e-4, relative: 0 });

  const { output, gradients } = trainPass(model, input);
  expectClose(output, expected.train, { absolute: 1e-4, relative: 0 });
  expect(new Set(gradients.keys())).toEqual(new Set(Object.keys(expected.gradients)));
  const scale = largest(Object.values(expected.gradients).map((gradient) => gradient.norm));
  for (const [tensor, values] of gradients) {
    const gradient = expected.gradients[tensor];
    // A bias before batch norm has gradient zero: rounding only, absolute to the largest gradient.
    expectClose(norm(values), gradient.norm, {
      relative: normTolerance,
      absolute: 1e-6 * scale,
    });
    const elements = { relative: 0, absolute: 1e-4 * gradient.norm + 1e-6 * scale };
    expectClose(values.slice(0, gradient.first.length), gradient.first, elements);
  }
  expect(model.nonTrainableWeights.length).toBe(
    Object.keys(expected.runningAfterTrainForward).length,
  );
  for (const weight of model.nonTrainableWeights) {
    const statistics = expected.runningAfterTrainForward[torchName(weight)];
    expectClose(weight.read().dataSync(), statistics, { relative: 1e-5, absolute: 2e-6 });
  }
  model.dispose();
  tf.dispose([input, logits]);
}

describe('authors: outputs, gradients and running statistics equal those of PyTorch', () => {
  it.each(ownCases)('$name (own fixture)', compare);

  const absent = existsSync(REFERENCE) ? '' : ` (skipped: ${REFERENCE} is absent)`;
  it.skipIf(absent).each(['segnet', 'unet'] as const)(`%s (reference)${absent}`, async (name) => {
    const { input, inputShape } = readJson<{ input: number[]; inputShape: number[] }>(
      path.join(REFERENCE, 'networks.json'),
    );
    await compare({
      normTolerance: 3e-5,
      name,
      width: 4,
      numClasses: 5,
      weights: path.join(REFERENCE, 'models', `${name}.safetensors`),
      images: { values: input, shape: inputShape },
      expected: readJson<TorchRun>(path.join(REFERENCE, 'models', `${name}.json`)),
    });
  });
});

describe('authors: parameter counts', () => {
  // Counted on the authors' PyTorch networks: classes 3, 12, 20 at width 16, then at width 32.
  const COUNTS: Record<string, number[]> = {
    segnet: [957158, 958472, 959640, 3822022, 3824632, 3826952],
    unet: [1942611, 1942764, 1942900, 7763107, 7763404, 7763668],
    attentionUnet: [2185711, 2185864, 2186000, 8727279, 8727576, 8727840],
    nestedUnet: [2293827, 2293980, 2294116, 9163395, 9163692, 9163956],
  };
  const cases = Object.entries(COUNTS).flatMap(([name, counts]) =>
    counts.map((count, i) => {
      return { name, width: i < 3 ? 16 : 32, numClasses: [3, 12, 20][i % 3], count };
    }),
  );

  it.each(cases)('$name $width/$numClasses: $count', ({ name, width, numClasses, count }) => {
    const model = createModel({ name, numClasses, width, variant: 'authors' });
    expect(parameterCount(model)).toBe(count);
    model.dispose();
  });
});
