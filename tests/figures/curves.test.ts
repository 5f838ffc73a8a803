import { beforeAll, describe, expect, it } from 'vitest';
import { lossCurves, temperatureSweep } from '../../lib/analysis/lossCurves';
import type { LossCurves, TemperatureSweep } from '../../lib/analysis/lossCurves';
import { coefficientExplosionFigure } from '../../lib/figures/coefficientExplosion';
import { lossCurvesFigure } from '../../lib/figures/lossCurvesFigure';
import { printLayout } from '../../lib/print/style';
import type { Figure } from '../../lib/print/figure';

interface Trace {
  name: string;
  y: number[];
  line: { color: string; dash: string };
  xaxis: string;
}
interface RestyleArguments {
  y: number[][];
  name: string[];
}

const tracesOf = (figure: Figure) => figure.data as unknown as Trace[];
const rounded = (values: number[]) => values.map((value) => Number(value.toPrecision(5)));

describe('lossCurvesFigure', () => {
  let fixed: LossCurves;
  let sweep: TemperatureSweep;
  let figure: Figure;

  beforeAll(async () => {
    fixed = await lossCurves({
      points: 9,
      losses: [
        { label: 'CE', config: { name: 'crossEntropy' } },
        { label: 'Focal, γ = 2', config: { name: 'focal', gamma: 2 } },
        { label: 'PAT, k = 1, τ = 5', config: { name: 'pat', sharpness: 1, temperature: 5 } },
      ],
    });
    sweep = await temperatureSweep({
      points: 9,
      temperatures: [0.5, 1, 2],
      variants: [
        { label: 'PAT, k = 1', config: { name: 'pat', sharpness: 1 } },
        { label: 'PAT, k = C', config: { name: 'pat', sharpness: 'classes' } },
      ],
    });
    figure = lossCurvesFigure(fixed, { sweep });
  });

  it('draws loss and gradient of every curve, the sweep at the temperature nearest to 1', () => {
    const traces = tracesOf(figure);
    expect(traces.map(({ name, xaxis }) => `${name} ${xaxis}`)).toEqual([
      'PAT, k = 1, τ = 1 x',
      'PAT, k = 1, τ = 1 x2',
      'PAT, k = C, τ = 1 x',
      'PAT, k = C, τ = 1 x2',
      'CE x',
      'CE x2',
      'Focal, γ = 2 x',
      'Focal, γ = 2 x2',
      'PAT, k = 1, τ = 5 x',
      'PAT, k = 1, τ = 5 x2',
    ]);
    expect(traces[6].y).toEqual(rounded(fixed.curves[1].loss));
    expect(traces[7].y).toEqual(rounded(fixed.curves[1].gradient));
  });

  it('has a slider whose steps rewrite exactly the sweep’s traces with the computed curves', () => {
    const [slider] = figure.layout.sliders ?? [];
    expect(slider.active).toBe(1);
    expect(slider.steps?.map(({ label }) => label)).toEqual(['0.5', '1', '2']);
    slider.steps?.forEach(({ method, args = [] }, step) => {
      const [changes, traces] = args as [RestyleArguments, number[]];
      expect(method).toBe('restyle');
      expect(traces).toEqual([0, 1, 2, 3]);
      const [first, second] = sweep.steps[step].curves;
      expect(changes.y).toEqual(
        [first.loss, first.gradient, second.loss, second.gradient].map(rounded),
      );
      expect(changes.name[2]).toBe(`PAT, k = C, τ = ${sweep.temperatures[step]}`);
    });
  });

  it('starts at the temperature asked for, which must be one of the sweep', () => {
    const at2 = lossCurvesFigure(fixed, { sweep, temperature: 2 });
    expect(tracesOf(at2)[0].name).toBe('PAT, k = 1, τ = 2');
    expect(at2.layout.sliders?.[0].active).toBe(2);
    expect(() => lossCurvesFigure(fixed, { sweep, temperature: 3 })).toThrow(/one of 0.5, 1, 2/);
  });

  it('stands alone in print: no slider, several τ as series of one colour and different dashes', () => {
    expect(printLayout(figure, 'eccv').sliders).toBeUndefined();
    const [slow, fast] = [tracesOf(figure)[0], tracesOf(figure)[8]];
    expect(slow.line.color).toBe(fast.line.color);
    expect(slow.line.dash).not.toBe(fast.line.dash);
    const looks = tracesOf(figure)
      .filter(({ xaxis }) => xaxis === 'x')
      .map(({ line }) => `${line.color} ${line.dash}`);
    expect(new Set(looks).size).toBe(5);
  });

  it('lists all numbers, those behind the slider too, and says what is drawn', () => {
    expect(figure.rows).toHaveLength((3 + 3 * 2) * 9);
    expect(figure.rows[0]).toMatchObject({
      curve: 'CE',
      probability: 0.1,
      loss: fixed.curves[0].loss[0],
    });
    expect(figure.caption).toContain('2 classes');
    expect(figure.caption).toContain('no data set (0 images)');
    expect(figure.caption).toContain('Focal, γ = 2');
  });

  it('has no slider without a sweep, and throws without curves or with unlike probabilities', () => {
    expect(lossCurvesFigure(fixed).layout.sliders).toBeUndefined();
    expect(() => lossCurvesFigure({ ...fixed, curves: [] })).toThrow(/lossCurvesFigure: curves/);
    expect(() => lossCurvesFigure({ ...fixed, probability: [0.5] }, { sweep })).toThrow(
      /probability/,
    );
    expect(() => lossCurvesFigure(fixed, { limits: [1, 0.1] })).toThrow(/limits\[1\]/);
  });
});

describe('coefficientExplosionFigure', () => {
  it('draws β and β·(−log p) as computed and names the largest β', async () => {
    const curves = await lossCurves({
      probabilities: [1e-4, 1e-2, 0.5],
      losses: [
        { label: 'ε = 0.01', config: { name: 'pat', coefficient: 'inverse', epsilon: 0.01 } },
        { label: 'k = 1', config: { name: 'pat' } },
      ],
    });
    const figure = coefficientExplosionFigure(curves);
    expect(tracesOf(figure)[0].y).toEqual(rounded(curves.curves[0].coefficient ?? []));
    expect(tracesOf(figure)[0].y[0]).toBeCloseTo(1 / 0.0101, 2);
    expect(tracesOf(figure)[3].y).toEqual(rounded(curves.curves[1].loss));
    expect(figure.rows[0]).toMatchObject({ curve: 'ε = 0.01', probability: 1e-4 });
    expect(figure.caption).toContain('ε = 0.01: 99; k = 1: 1.36');
  });

  it('throws without curves and for curves that are not PAT', async () => {
    const ce = await lossCurves({
      points: 2,
      losses: [{ label: 'CE', config: { name: 'crossEntropy' } }],
    });
    expect(() => coefficientExplosionFigure(ce)).toThrow(/PAT curves only, got 'CE'/);
    expect(() => coefficientExplosionFigure({ ...ce, curves: [] })).toThrow(/non-empty/);
  });
});
