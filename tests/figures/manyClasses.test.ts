import { describe, expect, it } from 'vitest';
import type { PixelPrediction } from '../../lib/analysis/pixelPredictions';
import { classBarsFigure } from '../../lib/figures/classBars';
import type { ClassBarSeries } from '../../lib/figures/classBars';
import { pixelPredictionsFigure } from '../../lib/figures/pixelPredictionsFigure';
import { renderFigure } from '../../lib/print/render';

const count = 150;
const names = Array.from({ length: count }, (_, c) => `a class with a long name ${c}`);

/** The runs of a loss with that many classes, as far as the figure reads them. */
function classSeries(label: string): ClassBarSeries {
  const counts = names.map((_, row) => names.map((_, column) => Number(row === column)));
  const iou = names.map((_, c) => ({ mean: c / count, deviation: null }));
  const ids = names.map((_, c) => c);
  const thirds = { head: ids.slice(0, 50), body: ids.slice(50, 100), tail: ids.slice(100) };
  const summary = { iou, seeds: [0], thirds, thirdsBy: 'train' };
  return {
    label,
    cell: { runs: [{ classNames: names, counts }] },
    summary,
  } as unknown as ClassBarSeries;
}

describe('150 classes', () => {
  it('have each their name beside their bars', async () => {
    const series = ['CE', 'PAT'].map(classSeries);
    const { svg } = await renderFigure(classBarsFigure(series, { dataset: 'Many' }), 'eccv');
    const shown = [...svg.matchAll(/>(a class with a long name \d+) [^<]*</g)].map(
      ([, name]) => name,
    );
    expect(new Set(shown).size).toBe(count);
  });

  it('are the likeliest and the true ones in the predictions of pixels', () => {
    const vector = (best: number) =>
      names.map((_, c) => (c === best ? 0.7 : 0.3 / (count - 1 + c)));
    const pixel = (label: number, best: number) =>
      ({
        label,
        confidence: 0.1,
        logits: vector(best),
        probability: vector(best),
        coefficient: vector(0),
        crossEntropy: vector(1),
        loss: vector(2),
      }) as unknown as PixelPrediction;
    const options = { dataset: 'Many', classNames: names, parameters: 'τ = 1' };
    const { layout, caption, rows } = pixelPredictionsFigure(
      [pixel(149, 77), pixel(3, 3)],
      options,
    );
    const shown = (layout as { xaxis3: { ticktext: string[] } }).xaxis3.ticktext;
    expect(shown).toHaveLength(30);
    for (const c of [3, 77, 149]) expect(shown).toContain(names[c]);
    expect(caption).toContain('30 of 150 classes');
    expect(rows).toHaveLength(2 * count);
  });
});
