import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tf } from '../lib/backend';
import { authorsMeanIoU, ConfusionMatrix } from '../lib/metrics';
import { expectClose } from './support/closeness';

function matrixOf(labels: number[], predictions: number[], numClasses = 3): ConfusionMatrix {
  const matrix = new ConfusionMatrix(numClasses);
  matrix.update(labels, predictions);
  return matrix;
}

describe('ConfusionMatrix', () => {
  // Label 0: 2 right, 1 as 1. Label 1: 1 right. Label 2: absent, predicted once for a 1.
  const labels = [0, 0, 0, 1, 1, 255];
  const predictions = [0, 0, 1, 1, 2, 2];

  it('counts [label][prediction] and leaves ignored pixels out', () => {
    expect(matrixOf(labels, predictions).counts()).toEqual([
      [2, 1, 0],
      [0, 1, 1],
      [0, 0, 0],
    ]);
  });

  it('scores by hand', () => {
    const scores = matrixOf(labels, predictions).scores();
    expect(scores).toEqual({
      iou: [2 / 3, 1 / 3, 0],
      dice: [4 / 5, 1 / 2, 0],
      accuracyPerClass: [2 / 3, 1 / 2, null],
      meanIoU: 1 / 2,
      meanIoUUnion: 1 / 3,
      meanDice: (4 / 5 + 1 / 2) / 2,
      pixelAccuracy: 3 / 5,
      meanAccuracy: (2 / 3 + 1 / 2) / 2,
      frequencyWeightedIoU: ((2 / 3) * 3 + (1 / 3) * 2) / 5,
    });
  });

  it('gives null where a denominator is 0', () => {
    const scores = new ConfusionMatrix(2).scores();
    expect(scores).toEqual({
      iou: [null, null],
      dice: [null, null],
      accuracyPerClass: [null, null],
      meanIoU: null,
      meanIoUUnion: null,
      meanDice: null,
      pixelAccuracy: null,
      meanAccuracy: null,
      frequencyWeightedIoU: null,
    });
    expect(matrixOf([255, 255], [0, 9]).scores().meanIoU).toBeNull();
  });

  it('takes arrays, typed arrays and tensors of any shape, and keeps the tensors', () => {
    const expected = matrixOf(labels, predictions).counts();
    const matrix = new ConfusionMatrix(3);
    matrix.update(Uint8Array.from(labels), Int32Array.from(predictions));
    expect(matrix.counts()).toEqual(expected);
    const before = tf.memory().numTensors;
    const [l, p] = [labels, predictions].map((map) => tf.tensor3d(map, [1, 2, 3], 'int32'));
    const fromTensors = new ConfusionMatrix(3);
    fromTensors.update(l, p);
    fromTensors.update(l, Uint8Array.from(predictions));
    expect(fromTensors.counts()).toEqual(expected.map((row) => row.map((n) => 2 * n)));
    tf.dispose([l, p]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([-1, 1, 7])('takes %d for ignoreIndex', (ignoreIndex) => {
    const matrix = new ConfusionMatrix(3, { ignoreIndex });
    matrix.update([0, ignoreIndex, 2], [0, 2, 2]);
    expect(matrix.counts().flat()).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it('does not depend on the order of pixels or the cut into batches', () => {
    const pixel = fc.tuple(fc.constantFrom(0, 1, 2, 255), fc.integer({ min: 0, max: 2 }));
    fc.assert(
      fc.property(fc.array(pixel), fc.nat(), (pixels, cut) => {
        const at = pixels.length ? cut % pixels.length : 0;
        const split = new ConfusionMatrix(3);
        for (const part of [pixels.slice(at), pixels.slice(0, at)]) {
          split.update(
            part.map(([label]) => label),
            part.map(([, prediction]) => prediction),
          );
        }
        const whole = matrixOf(
          pixels.map(([label]) => label),
          pixels.map(([, prediction]) => prediction),
        );
        expect(split.counts()).toEqual(whole.counts());
        for (const value of whole.scores().iou) {
          if (value !== null) expect(value >= 0 && value <= 1).toBe(true);
        }
      }),
    );
  });

  it('refuses bad input and stays as it was', () => {
    const matrix = matrixOf(labels, predictions);
    const before = matrix.counts();
    const update = (l: unknown, p: unknown) => () => matrix.update(l as number[], p as number[]);
    expect(update([0, 1], [0])).toThrow(
      /predictions must be as long as labels \(2\), got 1 values/,
    );
    expect(update([0, 3], [0, 0])).toThrow(
      /labels\[1\] must be an integer 0 … 2 or ignoreIndex 255/,
    );
    expect(update([0, -1], [0, 0])).toThrow(/labels\[1\]/);
    expect(update([0, NaN], [0, 0])).toThrow(/labels\[1\].*NaN/);
    expect(update([0, 1], [0, 3])).toThrow(/predictions\[1\] must be.*argMax/);
    expect(update([0, 1], [0, 0.5])).toThrow(/predictions\[1\].*0\.5/);
    expect(update(7, [0])).toThrow(/labels must be an array, a typed array or a tensor/);
    tf.tidy(() => {
      expect(update(tf.zeros([2, 3]), tf.zeros([3, 2]))).toThrow(
        /predictions shape must be \[2,3\], got \[3,2\]/,
      );
    });
    expect(matrix.counts()).toEqual(before);
    expect(() => new ConfusionMatrix(0)).toThrow(/numClasses must be an integer >= 1/);
    expect(() => new ConfusionMatrix(2, { ignoreIndex: 0.5 })).toThrow(/ignoreIndex/);
  });
});

interface MetricCase {
  name: string;
  classes: number;
  ignoreLabel: number;
  batches: { labels: number[]; predictions: number[] }[];
  expected: Record<string, number | null> & {
    confusion: number[][];
    iouPerClass: (number | null)[];
    dicePerClass: (number | null)[];
    accuracyPerClass: (number | null)[];
  };
}

const reference = [
  path.join(process.env.PAT_DATA_DIR ?? '', '..', 'reference', 'metrics.json'),
  path.join(__dirname, '..', '..', 'shared', 'reference', 'metrics.json'),
].find((file) => existsSync(file));

describe('metrics equal the shared reference', () => {
  const reason = reference ? '' : ' (skipped: no ../shared/reference)';
  it.skipIf(!reference)(`to its 12 digits${reason}`, () => {
    const { cases } = JSON.parse(readFileSync(reference ?? '', 'utf8')) as { cases: MetricCase[] };
    for (const { classes, ignoreLabel: ignoreIndex, batches, expected } of cases) {
      const matrix = new ConfusionMatrix(classes, { ignoreIndex });
      for (const { labels, predictions } of batches) matrix.update(labels, predictions);
      expect(matrix.counts()).toEqual(expected.confusion);
      const scores = matrix.scores();
      const pairs: [number | null, number | null][] = [
        [scores.meanIoU, expected.miouPresent],
        [scores.meanIoUUnion, expected.miouUnion],
        [scores.meanDice, expected.meanDicePresent],
        [scores.pixelAccuracy, expected.pixelAccuracy],
        [scores.meanAccuracy, expected.meanAccuracyPresent],
        [scores.frequencyWeightedIoU, expected.frequencyWeightedIoU],
        ...scores.iou.map((v, c) => [v, expected.iouPerClass[c]] as [number | null, number | null]),
        ...scores.dice.map(
          (v, c) => [v, expected.dicePerClass[c]] as [number | null, number | null],
        ),
        ...scores.accuracyPerClass.map(
          (v, c) => [v, expected.accuracyPerClass[c]] as [number | null, number | null],
        ),
      ];
      // The authors' code adds about 1e-10 to intersection and union, which shows in the eleventh digit.
      const authors = authorsMeanIoU(batches, classes, { ignoreIndex });
      expectClose(authors, expected.miouIbla ?? NaN, { relative: 1e-10 });
      for (const [got, wanted] of pairs) {
        if (wanted === null) expect(got).toBeNull();
        else expectClose(got ?? NaN, wanted, { relative: 1e-11 });
      }
    }
  });
});
