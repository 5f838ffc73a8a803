import { describe, expect, it } from 'vitest';
import { classGroups } from '../../lib/metrics';

describe('classGroups', () => {
  const diagonal = (pixels: number[]) =>
    pixels.map((n, i) => pixels.map((_, j) => (i === j ? n : 0)));

  it('takes classes by their pixels, leaves absent ones out, and averages IoU', () => {
    const groups = classGroups(diagonal([5, 100, 0, 50, 7, 1]), [0.1, 0.9, null, 0.7, 0.3, 0]);
    expect(groups).toEqual([
      { name: 'head', classes: [1, 3], meanIoU: 0.8 },
      { name: 'body', classes: [4, 0], meanIoU: 0.2 },
      { name: 'tail', classes: [5], meanIoU: 0 },
    ]);
  });

  it('takes the pixels of another split, and averages over the classes that the labels show', () => {
    const iou = [0.1, 0.9, null, 0.7];
    const groups = classGroups(diagonal([5, 100, 0, 50]), iou, [40, 20, 30, 0]);
    expect(groups).toEqual([
      { name: 'head', classes: [0], meanIoU: 0.1 },
      { name: 'body', classes: [2], meanIoU: null },
      { name: 'tail', classes: [1], meanIoU: 0.9 },
    ]);
  });

  it('has empty groups where there are fewer classes than groups', () => {
    expect(classGroups(diagonal([3]), [1])).toEqual([
      { name: 'head', classes: [0], meanIoU: 1 },
      { name: 'body', classes: [], meanIoU: null },
      { name: 'tail', classes: [], meanIoU: null },
    ]);
  });
});
