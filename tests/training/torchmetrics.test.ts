/**
 * Our scores against torchmetrics on the same maps. Where its definitions differ:
 *
 * - per class: a score without a denominator is 0 there, null here;
 * - `macro`: over the classes in labels or predictions, so it is our meanIoUUnion, and not our meanIoU, meanDice and
 *   meanAccuracy, which are over the classes in the labels; its own per-class scores averaged over those are;
 * - `macro` IoU leaves the ignored class out even where it was predicted; a class is only ignored as a label here;
 * - `micro` IoU (of all classes' counts together) has no counterpart; `micro` accuracy and Dice are our pixelAccuracy;
 * - `weighted` IoU is our frequencyWeightedIoU, and `weighted` accuracy our pixelAccuracy;
 * - with all pixels ignored it gives 0 or NaN, we null.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfusionMatrix } from '../../lib/metrics';
import { expectClose } from '../support/closeness';

type Score = 'iou' | 'dice' | 'accuracy';

interface Case {
  name: string;
  classes: number;
  ignoreIndex: number;
  batches: { labels: number[]; predictions: number[] }[];
  expected: Record<`${Score} none`, number[]> &
    Record<`${Score} ${'macro' | 'micro' | 'weighted'}`, number | null> & {
      confusion: number[][];
      'segmentation iou per image'?: number[][];
      'segmentation dice global'?: number[];
    };
}

const file = path.join(__dirname, '..', 'fixtures', 'metrics.json');
const { cases, versions } = JSON.parse(readFileSync(file, 'utf8')) as {
  cases: Case[];
  versions: Record<string, string>;
};
const software = `torchmetrics ${versions.torchmetrics} on torch ${versions.torch}`;
const exact = { relative: 1e-14, absolute: 1e-15 };

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const mean = (values: readonly number[]) => total(values) / values.length;
const number = (value: number | null) => value ?? NaN; // which expectClose refuses

function matrixOf({ classes, ignoreIndex, batches }: Case): ConfusionMatrix {
  const matrix = new ConfusionMatrix(classes, { ignoreIndex });
  for (const { labels, predictions } of batches) matrix.update(labels, predictions);
  return matrix;
}

describe(`scores equal those of ${software}`, () => {
  it.each(cases.map((each) => [each.name, each] as const))('%s', (_, each) => {
    const { expected, classes, ignoreIndex } = each;
    const matrix = matrixOf(each);
    const counts = matrix.counts();
    expect(counts).toEqual(expected.confusion);
    const scores = matrix.scores();
    const labelled = counts.map(total);
    const predicted = counts.map((_row, c) => total(counts.map((row) => row[c])));

    const pairs = [
      ['iou none', scores.iou, (c: number) => labelled[c] + predicted[c] > 0],
      ['dice none', scores.dice, (c: number) => labelled[c] + predicted[c] > 0],
      ['accuracy none', scores.accuracyPerClass, (c: number) => labelled[c] > 0],
    ] as const;
    for (const [key, ours, defined] of pairs) {
      for (let c = 0; c < classes; c++) {
        if (defined(c)) expectClose(number(ours[c]), expected[key][c], exact);
        else expect([ours[c], expected[key][c]]).toEqual([null, 0]);
      }
    }

    const present = labelled.flatMap((pixels, c) => (pixels > 0 ? [c] : []));
    if (present.length === 0) {
      const { meanIoU, meanIoUUnion, meanDice, meanAccuracy } = scores;
      expect([meanIoU, meanIoUUnion, meanDice, meanAccuracy]).toEqual([null, null, null, null]);
      expect([scores.pixelAccuracy, scores.frequencyWeightedIoU]).toEqual([null, null]);
      expect([expected['iou macro'], expected['dice macro']]).toEqual([null, 0]);
      return;
    }
    const over = (values: number[], ids: number[]) => mean(ids.map((c) => values[c]));
    expectClose(number(scores.meanIoU), over(expected['iou none'], present), exact);
    expectClose(number(scores.meanDice), over(expected['dice none'], present), exact);
    expectClose(number(scores.meanAccuracy), over(expected['accuracy none'], present), exact);
    const union = counts.flatMap((_row, c) => (labelled[c] + predicted[c] > 0 ? [c] : []));
    if (union.includes(ignoreIndex)) {
      expectClose(number(scores.meanIoUUnion), over(expected['iou none'], union), exact);
    } else {
      expectClose(number(scores.meanIoUUnion), number(expected['iou macro']), exact);
    }
    expectClose(number(scores.pixelAccuracy), number(expected['accuracy micro']), exact);
    expectClose(number(scores.pixelAccuracy), number(expected['dice micro']), exact);
    expectClose(number(scores.pixelAccuracy), number(expected['accuracy weighted']), exact);
    expectClose(number(scores.frequencyWeightedIoU), number(expected['iou weighted']), exact);
  });

  it('image by image, and Dice of all images, as torchmetrics.segmentation has them', () => {
    const whole = cases.filter((each) => 'segmentation dice global' in each.expected);
    expect(whole.length).toBeGreaterThanOrEqual(4);
    for (const each of whole) {
      const { 'segmentation iou per image': perImage = [], 'segmentation dice global': dice = [] } =
        each.expected;
      const labels = each.batches.flatMap((batch) => batch.labels);
      const predictions = each.batches.flatMap((batch) => batch.predictions);
      const pixels = labels.length / perImage.length;
      perImage.forEach((iou, image) => {
        const part = [image * pixels, (image + 1) * pixels] as const;
        const matrix = new ConfusionMatrix(each.classes);
        matrix.update(labels.slice(...part), predictions.slice(...part));
        const ours = matrix.scores().iou.map((value) => value ?? -1); // its word for "in neither"
        expectClose(ours, iou, exact);
      });
      const ours = matrixOf(each)
        .scores()
        .dice.filter((value): value is number => value !== null);
      expectClose(mean(ours), dice, exact);
    }
  });

  it('on maps that tell the definitions apart', () => {
    const [, , neither, predictedOnly] = cases.map((each) => matrixOf(each).scores());
    expect(neither.iou).toContain(null);
    expect(predictedOnly.meanIoU).toBeGreaterThan(number(predictedOnly.meanIoUUnion));
  });
});
