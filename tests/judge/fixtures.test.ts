import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../lib/judge';
import type { JudgedMethod } from '../../lib/judge';
import { readRawTensor } from '../../lib/models/safetensors';
import { writeSafetensors } from '../../lib/models/safetensors';
import { floatTypes } from '../../lib/judge/probabilityMap';
import { readNpy } from '../../lib/judge/npy';
import { expectClose } from '../support/closeness';
import { inFolder } from './files';

type Scores = Record<string, number>;
interface Fixture {
  maps: {
    name: string;
    numClasses: number;
    images: { label: string; a: string; b: string }[];
    expected: { a: Scores; b: Scores };
  }[];
  probabilities: {
    numClasses: number;
    pixels: number[];
    strength: number;
    images: { label: string; hwc: string; chw: string; logits: string }[];
    argmax: Scores;
    adjusted: Scores;
  };
}

const file = path.resolve(__dirname, '../fixtures/judge.json');
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const decoded = (text: string) => Buffer.from(text, 'base64');

/** PyTorch's scores are float32. */
function expectScores({ scores }: JudgedMethod, expected: Scores): void {
  for (const [score, value] of Object.entries(expected)) {
    const { mean } = scores[score as keyof typeof scores] ?? { mean: NaN };
    expectClose(mean, value, { relative: 2e-6 });
  }
}

describe('scores by other software on the same files', () => {
  it.each(fixture.maps)('torchmetrics, JDTLosses, boundary-iou-api: $name', async (one) => {
    const files = one.images.flatMap(({ label, a, b }, i) =>
      Object.entries({ label, a, b }).map(([part, png]) => [`${part}/${i}.png`, decoded(png)]),
    );
    await inFolder(Object.fromEntries(files) as Record<string, Buffer>, async (folder) => {
      const { methods, names } = await judge({
        labels: { folder: path.join(folder, 'label') },
        numClasses: one.numClasses,
        predictions: ['a', 'b'].map((name) => ({ name, place: path.join(folder, name) })),
        resamples: 20,
      });
      expect(names).toHaveLength(one.images.length);
      expectScores(methods[0], one.expected.a);
      expectScores(methods[1], one.expected.b);
    });
  });

  const { probabilities: given } = fixture;
  const labels = given.images.map(({ label }, i) => [`label/${i}.png`, decoded(label)]);

  it.each([
    { layout: 'hwc', values: 'probabilities', part: 'hwc', tolerance: 2e-6 },
    { layout: 'chw', values: 'probabilities', part: 'chw', tolerance: 2e-6 },
    // Rounded to half floats: another class in few pixels at most.
    { layout: 'chw', values: 'logits', part: 'logits', tolerance: 2e-3 },
  ] as const)('probabilities from .npy: $part', async ({ layout, values, part, tolerance }) => {
    const arrays = given.images.map((one, i) => [`p/${i}.npy`, decoded(one[part])]);
    const files = Object.fromEntries([...labels, ...arrays]) as Record<string, Buffer>;
    await inFolder(files, async (folder) => {
      const { methods } = await judge({
        labels: { folder: path.join(folder, 'label') },
        numClasses: given.numClasses,
        predictions: [{ name: 'p', place: path.join(folder, 'p') }],
        ...{ layout, values, resamples: 20 },
        decisions: ['argmax', 'adjusted'],
        strengths: [given.strength],
        trainingPixels: given.pixels,
      });
      expect(methods.map(({ name }) => name)).toEqual(['p', 'p (adjusted, t = 0.5)']);
      for (const [method, expected] of [
        [methods[0], given.argmax],
        [methods[1], given.adjusted],
      ] as const) {
        for (const [score, value] of Object.entries(expected)) {
          const { mean } = method.scores[score as keyof typeof method.scores] ?? { mean: NaN };
          expectClose(mean, value, { relative: tolerance });
        }
      }
    });
  });

  it('safetensors, one of all images and one each, give the same', async () => {
    const arrays = given.images.map((one, i) => [`npy/${i}.npy`, decoded(one.hwc)]);
    const files = Object.fromEntries([...labels, ...arrays]) as Record<string, Buffer>;
    await inFolder(files, async (folder) => {
      const tensors = new Map<string, { shape: number[]; values: Float32Array }>();
      for (const i of given.images.keys()) {
        const { shape, values } = await readNpy(path.join(folder, `npy/${i}.npy`));
        tensors.set(String(i), { shape, values: Float32Array.from(values) });
        await writeSafetensors(
          path.join(folder, `npy/${i}.safetensors`),
          new Map([['probabilities', { shape, values: Float32Array.from(values) }]]),
        );
      }
      const whole = path.join(folder, 'all.safetensors');
      await writeSafetensors(whole, tensors);
      const { bytes } = await readRawTensor(whole, '1', floatTypes);
      expect(bytes.byteLength).toBe(4 * 16 * 20 * 4);
      const { methods } = await judge({
        labels: { folder: path.join(folder, 'label') },
        numClasses: given.numClasses,
        predictions: [{ name: 'all', place: whole }],
        resamples: 20,
      });
      expectScores(methods[0], given.argmax);
    });
  });
});
