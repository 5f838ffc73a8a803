import type { Annotations, Data } from 'plotly.js';
import { describe, expect, it } from 'vitest';
import { methodSteps } from '../../lib/analysis/method';
import type { PredictedImages } from '../../lib/analysis/pixelPredictions';
import { SMALL_PIXELS } from '../../lib/figures/drawing/canvas';
import { methodFigure } from '../../lib/figures/methodFigure';
import { FONT_PIXELS, VENUES } from '../../lib/print/style';
import { Random } from '../../lib/random';

const [height, width] = [4, 6];
const classNames = ['Sky', 'Road', 'Car'];
const palette = [
  [0, 0, 255],
  [90, 90, 90],
  [255, 0, 0],
] as const;

function predictedImages(labels: number[]): PredictedImages {
  const random = new Random(3);
  const image = {
    name: 'scene',
    height,
    width,
    image: new Uint8Array(3 * height * width).fill(128),
    logits: Float32Array.from({ length: height * width * 3 }, () => random.normal(0, 2)),
    labels: Uint8Array.from(labels),
  };
  return { title: 'Test', split: 'valid', classNames, ignoreIndex: 255, images: [image] };
}

const labels = Array.from({ length: height * width }, (_, i) =>
  i === 0 ? 255 : Math.min(2, i >> 3),
);
labels[23] = 1;

type Traced = Data & {
  type: string;
  z: (number | null)[][];
  x: string[];
  y: number[];
  text: string[];
};

describe('methodFigure', async () => {
  const steps = await methodSteps(predictedImages(labels), { temperature: 2 });
  const figure = await methodFigure(steps, { palette });
  const traces = figure.data as Traced[];
  const maps = traces.filter(({ type, z }) => type === 'heatmap' && z.length === height);

  it('draws the computed values: three channels of z and p, p, the pixel loss and its factors', () => {
    expect(maps).toHaveLength(3 + 3 + 5);
    const [trueProbability, pixelLoss, crossEntropy, beta, weight] = maps.slice(6);
    const pixel = (map: Traced) => map.z[2][3]!;
    expect(pixel(trueProbability)).toBeCloseTo(steps.trueProbability[2][3]!, 3);
    const product = pixel(crossEntropy) * pixel(beta) * 10 ** pixel(weight);
    expect(10 ** pixel(pixelLoss) / product).toBeCloseTo(1, 1);
    for (const map of maps.slice(6)) expect(map.z[0][0]).toBeNull(); // ignored
  });

  it('shows the loss that createLoss computes, and the classes’ sums that make it up', () => {
    const texts = figure.layout.annotations?.map(({ text }) => text);
    expect(texts).toContain(steps.createdLoss.toPrecision(4));
    expect(figure.caption).toContain(`L = ${steps.createdLoss.toPrecision(4)}.`);
    const sums = traces[traces.length - 1];
    expect(sums.x).toEqual(steps.classes.map(({ className }) => className));
    const total = sums.text.reduce((sum, text) => sum + Number(text), 0);
    expect(Math.abs(total - steps.createdLoss)).toBeLessThan(0.02);
    const bars = traces.filter(({ type }) => type === 'bar');
    for (const { y } of bars) expect(y.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 1);
    expect(figure.rows).toHaveLength(3);
  });

  it('puts the equations’ numbers at the steps', () => {
    const texts = (figure.layout.annotations as Annotations[]).map(({ text }) => text).join(' ');
    for (const equation of [/log p.* \(3\)/, /β \(5\)/, /1\/\|M\| \(4\)/, /loss L \(4\)/]) {
      expect(texts).toMatch(equation);
    }
  });

  it('has no text below 6 points in any venue', () => {
    for (const { fontPoints } of Object.values(VENUES)) {
      expect((fontPoints * SMALL_PIXELS) / FONT_PIXELS).toBeGreaterThan(6);
    }
  });

  it('draws an image with one class', async () => {
    const one = await methodSteps(predictedImages(labels.map(() => 1)));
    const drawn = await methodFigure(one, { palette });
    expect(drawn.rows).toMatchObject([{ class: 'Road', share: 1, pixels: height * width }]);
  });
});
