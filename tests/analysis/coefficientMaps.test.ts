import { describe, expect, it } from 'vitest';
import { coefficientMaps } from '../../lib/analysis/coefficientMaps';
import type { PredictedImages } from '../../lib/analysis/pixelPredictions';
import { tf } from '../../lib/backend';
import { expectClose } from '../support/closeness';

/** One 4×6 image of four classes; class 3 is absent, the last column is void, all logits 0 but class 0's at (2, 4). */
function predicted(): PredictedImages {
  const rows = [
    [0, 0, 0, 0, 0, 255],
    [0, 0, 0, 0, 0, 255],
    [1, 1, 1, 2, 1, 255],
    [1, 1, 0, 0, 1, 255],
  ];
  const labels = Uint8Array.from(rows.flat());
  const logits = new Float32Array(4 * 6 * 4);
  logits[(2 * 6 + 4) * 4] = Math.log(9);
  return {
    title: 'Tiny',
    split: 'valid',
    classNames: ['Road', 'Car', 'Pole', 'Tree'],
    ignoreIndex: 255,
    images: [{ name: 'a', height: 4, width: 6, image: new Uint8Array(72), labels, logits }],
  };
}

describe('coefficientMaps', () => {
  it('shows the commonest, median, rarest and an absent class', async () => {
    const { maps } = await coefficientMaps(predicted());
    expect(maps.map(({ className }) => className)).toEqual(['Road', 'Car', 'Pole', 'Tree']);
  });

  it('gives p, β and the loss at every stride-th pixel, the loss only where y = 1', async () => {
    const { maps, stride } = await coefficientMaps(predicted(), {
      maxRows: 2,
      classIds: [0, 1, 3],
    });
    const [road, car, tree] = maps;
    expect(stride).toBe(2);
    // p of class 0 is 9/12 at (2, 4) and 1/4 elsewhere.
    expectClose(road.probability.flat(), [0.25, 0.25, 0.25, 0.25, 0.25, 0.75]);
    expectClose(
      road.coefficient[1],
      [0.25, 0.25, 0.75].map((p) => Math.exp(1 - p) / 2),
    );
    const loss = (Math.exp(0.75) / 2) * Math.log(4);
    expect(road.loss[1]).toEqual([null, null, null]);
    expectClose(road.loss[0] as number[], [loss, loss, loss]);
    expectClose(car.loss[1] as number[], [loss, loss, (Math.exp(11 / 12) / 2) * Math.log(12)]);
    expect(tree.loss.flat().every((value) => value === null)).toBe(true);
    expect(maps.map(({ pixels }) => pixels)).toEqual([3, 3, 0]);
  });

  it('counts the entries that y nullifies: all but one per labelled pixel', async () => {
    const { nullifiedShare } = await coefficientMaps(predicted(), { maxRows: 4 });
    expect(nullifiedShare).toBeCloseTo(1 - 20 / 96, 12);
  });

  it('keeps no tensors', async () => {
    const before = tf.memory().numTensors;
    await coefficientMaps(predicted(), { temperature: 0.5 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('throws for an image or a class that does not exist', async () => {
    await expect(coefficientMaps(predicted(), { imageIndex: 1 })).rejects.toThrow(/imageIndex/);
    await expect(coefficientMaps(predicted(), { classIds: [4] })).rejects.toThrow(/classId/);
    await expect(coefficientMaps(predicted(), { classIds: [] })).rejects.toThrow(/classIds/);
  });
});
