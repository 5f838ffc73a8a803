import { describe, expect, it } from 'vitest';
import { ratioStatistics } from '../../lib/analysis/gradientRatios';
import { gradientRangesFigure } from '../../lib/figures/gradientRanges';
import { gradientRatiosFigure } from '../../lib/figures/gradientRatiosFigure';

const dataset = 'CamVid (train), U-Net after 60 steps';

/** Two images of two classes; |M| ratios 10 and 100, norm ratios 5 and 40 before, 0.5 and 0.4 after. */
function statistics(loss: string) {
  const row = (image: string, classId: number, pixels: number, norm: number) => ({
    image,
    classId,
    className: ['Sky', 'Pole'][classId],
    pixels,
    norm,
    meanNorm: norm / pixels,
    normalizedNorm: norm / pixels,
  });
  return ratioStatistics({
    loss,
    rows: [row('a', 0, 100, 50), row('a', 1, 10, 10), row('b', 0, 1000, 200), row('b', 1, 10, 5)],
  });
}

describe('gradientRatiosFigure', () => {
  const figure = gradientRatiosFigure([statistics('CE'), statistics('PAT, τ = 1')], { dataset });

  it('draws and lists each measured ratio against the predicted one', () => {
    expect(figure.rows).toHaveLength(4);
    expect(figure.rows[1]).toMatchObject({
      loss: 'CE',
      image: 'b',
      classU: 'Sky',
      classV: 'Pole',
      predicted: 100,
      before: 40,
    });
    expect(figure.rows[1].after).toBeCloseTo(0.4, 12);
    expect(figure.data[0]).toMatchObject({ name: 'CE', x: [10, 100], y: [5, 40], xaxis: 'x' });
    expect(figure.data[3]).toMatchObject({ name: 'CE', x: [10, 100], y: [0.5, 0.4], xaxis: 'x2' });
  });

  it('draws the identity before the normalization and 1 after it', () => {
    const predictions = figure.data.filter(
      (trace) => 'name' in trace && trace.name === 'prediction',
    );
    expect(predictions).toMatchObject([
      { x: [1, 100], y: [1, 100] },
      { x: [1, 100], y: [1, 1] },
    ]);
  });

  it('names the data, the images, the correlation and the slope', () => {
    expect(figure.caption).toContain(dataset);
    expect(figure.caption).toContain('2 images');
    // Slope: log10(40/5)/log10(100/10) = log10 8 = 0.90; after: log10(0.4/0.5) = −0.10.
    expect(figure.caption).toContain('CE: 2 pairs, before r = 1.00, slope = 0.90');
    expect(figure.caption).toContain('after r = −1.00, slope = −0.10');
  });

  it('throws when there is nothing to draw', () => {
    expect(() => gradientRatiosFigure([], { dataset })).toThrow(/gradientRatiosFigure: statistics/);
  });
});

describe('gradientRangesFigure', () => {
  const figure = gradientRangesFigure([statistics('CE')], { dataset });

  it('draws one line per image and the geometric mean', () => {
    expect(figure.rows[0]).toMatchObject({
      loss: 'CE',
      image: 'a',
      classes: 2,
      before: 5,
      after: 2,
    });
    expect(figure.data).toHaveLength(3);
    expect(figure.data[0]).toMatchObject({ y: [5, 2] });
    // √(5·40) = 14.142, √(2·2.5) = 2.236
    expect(figure.data[2]).toMatchObject({ name: 'CE', y: [14.142, 2.2361] });
  });

  it('names the data, the images and the mean ranges', () => {
    expect(figure.caption).toContain(`${dataset}, 2 images`);
    expect(figure.caption).toContain('CE from 14.1 to 2.24');
  });

  it('throws when there is nothing to draw', () => {
    expect(() => gradientRangesFigure([], { dataset })).toThrow(/gradientRangesFigure: statistics/);
  });
});
