import { describe, expect, it } from 'vitest';
import type { CoefficientMaps } from '../../lib/analysis/coefficientMaps';
import type { PixelPrediction } from '../../lib/analysis/pixelPredictions';
import { betaTensorFigure } from '../../lib/figures/betaTensor';
import { pixelPredictionsFigure } from '../../lib/figures/pixelPredictionsFigure';

const pixel: PixelPrediction = {
  image: 'a',
  row: 3,
  column: 7,
  label: 1,
  quantile: 0.05,
  confidence: 0.25,
  logits: [1, 0],
  probability: [0.75, 0.25],
  coefficient: [0.642, 1.0585],
  crossEntropy: [0.288, 1.386],
  loss: [0, 1.467],
};

describe('pixelPredictionsFigure', () => {
  const options = {
    dataset: 'CamVid (valid)',
    classNames: ['Road', 'Pole'],
    parameters: 'τ = 1, k = 1',
  };
  const figure = pixelPredictionsFigure([pixel], options);

  it('draws p, β, −log p and the loss, which is blank where y = 0', () => {
    const maps = figure.data.filter(({ type }) => type === 'heatmap');
    expect(maps).toMatchObject([
      { z: [[0.75, 0.25]] },
      { z: [[0.642, 1.058]] },
      { z: [[0.288, 1.386]] },
      { z: [[null, 1.467]] },
    ]);
  });

  it('marks the true class and labels the pixel by it', () => {
    const rings = figure.data.filter(({ type }) => type === 'scatter');
    expect(rings).toHaveLength(4);
    for (const ring of rings) expect(ring).toMatchObject({ x: [1], y: [0] });
    expect(figure.layout.yaxis?.ticktext).toEqual(['Pole, 0.25']);
  });

  it('lists one row per pixel and class, and names data and parameters', () => {
    expect(figure.rows).toHaveLength(2);
    expect(figure.rows[0]).toMatchObject({
      image: 'a',
      row: 3,
      column: 7,
      trueClass: 'Pole',
      class: 'Road',
      y: 0,
      coefficient: 0.642,
      loss: 0,
    });
    expect(figure.caption).toContain('1 pixel of CamVid (valid), τ = 1, k = 1');
  });

  it('throws without pixels', () => {
    expect(() => pixelPredictionsFigure([], options)).toThrow(/pixelPredictionsFigure: pixels/);
  });
});

describe('betaTensorFigure', () => {
  const map = (className: string, classId: number, loss: (number | null)[][]) => ({
    classId,
    className,
    pixels: 1,
    probability: [[0.5, 0.25]],
    coefficient: [[0.8244, 1.0585]],
    loss,
  });
  const maps: CoefficientMaps = {
    title: 'CamVid',
    split: 'valid',
    image: '0016E5_07959',
    stride: 2,
    options: { temperature: 2 },
    maps: [map('Road', 3, [[0.571, null]]), map('Tree', 5, [[null, null]])],
    nullifiedShare: 0.914,
  };

  it('draws three maps per class, each row of maps on one colour scale', () => {
    const { data, layout } = betaTensorFigure(maps);
    expect(data).toHaveLength(6);
    expect(data[0]).toMatchObject({ z: [[0.5, 0.25]], coloraxis: 'coloraxis' });
    expect(data[5]).toMatchObject({ name: 'Tree', z: [[null, null]], coloraxis: 'coloraxis3' });
    expect(layout).toMatchObject({
      coloraxis: { cmin: 0, cmax: 0.5 },
      coloraxis2: { cmin: 0.8244, cmax: 1.0585 },
      coloraxis3: { cmin: 0, cmax: 0.571 },
    });
  });

  it('lists every pixel shown and names image, data, parameters and the nullified share', () => {
    const { rows, caption } = betaTensorFigure(maps);
    expect(rows).toHaveLength(4);
    expect(rows[1]).toEqual({
      class: 'Road',
      row: 0,
      column: 1,
      probability: 0.25,
      coefficient: 1.0585,
      loss: null,
    });
    expect(caption).toContain('0016E5_07959 of CamVid (valid, 1 image)');
    expect(caption).toContain('temperature 2');
    expect(caption).toContain('91.4 % of the whole tensor');
  });

  it('throws without maps', () => {
    expect(() => betaTensorFigure({ ...maps, maps: [] })).toThrow(/betaTensorFigure: maps/);
  });
});
