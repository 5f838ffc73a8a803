import { describe, expect, it } from 'vitest';
import { lossCurves } from '../../lib/analysis/lossCurves';
import type { LossCurves } from '../../lib/analysis/lossCurves';
import { checkObservations, measureCurves } from '../../lib/analysis/lossObservations';

/** Curves given by formulas of p, without their gradients' derivation: both quantities are the same. */
function curvesOf(
  formulas: Record<string, [LossCurves['curves'][0]['config'], (p: number) => number]>,
) {
  const probability = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
  const curves = Object.entries(formulas).map(([label, [config, formula]]) => {
    const values = probability.map(formula);
    return { label, config, loss: values, gradient: values, coefficient: null };
  });
  return { numClasses: 2, probability, curves };
}

const crossEntropy = (p: number) => -Math.log(p);
const beta = (p: number) => Math.exp(1 - p) / 2;
const textbook = curvesOf({
  CE: [{ name: 'crossEntropy' }, crossEntropy],
  'Focal 1': [{ name: 'focal', gamma: 1 }, (p) => (1 - p) * crossEntropy(p)],
  'Focal 2': [{ name: 'focal', gamma: 2 }, (p) => (1 - p) ** 2 * crossEntropy(p)],
  PAT: [{ name: 'pat' }, (p) => beta(p) * crossEntropy(p)],
});

describe('measureCurves', () => {
  it('gives the ratio over the range, by hand', () => {
    const [ce, focal1, , pat] = measureCurves(textbook);
    const ratio = Math.log(0.05) / Math.log(0.95); // 58.40
    expect(ce.lossRatio).toBeCloseTo(ratio, 8);
    expect(focal1.lossRatio).toBeCloseTo(ratio * 19, 6);
    expect(pat.lossRatio).toBeCloseTo(ratio * Math.exp(0.9), 6); // 143.65
  });

  it('gives what is left of cross-entropy at high p, by hand', () => {
    const [ce, focal1, focal2, pat] = measureCurves(textbook);
    expect(ce.lossKept).toEqual([1, 1]);
    expect(focal1.lossKept[1]).toBeCloseTo(0.01, 10);
    expect(focal2.gradientKept[0]).toBeCloseTo(0.01, 10);
    expect(pat.lossKept[1]).toBeCloseTo(Math.exp(0.01) / 2, 10);
  });

  it('interpolates between the sampled probabilities', () => {
    const { probability, curves } = textbook;
    const [ce] = measureCurves({ numClasses: 2, probability, curves }, { range: [0.055, 0.5] });
    const low = (Math.log(0.05) + Math.log(0.06)) / 2;
    expect(ce.lossRatio).toBeCloseTo(low / Math.log(0.5), 10);
  });

  it('throws without cross-entropy and outside the sampled range', () => {
    const without = { ...textbook, curves: textbook.curves.slice(1) };
    expect(() => measureCurves(without)).toThrow(
      /measureCurves: curves must be with a crossEntropy/,
    );
    expect(() => measureCurves(textbook, { high: [0.999] })).toThrow(/<= 0.99/);
    expect(() => measureCurves(textbook, { high: [] })).toThrow(/high/);
  });
});

describe('checkObservations', () => {
  it('finds at τ = 1: more balanced than Focal, not than cross-entropy; not nullified, yet half of it', () => {
    const findings = checkObservations(textbook);
    expect(
      findings.map(({ observation, quantity, reference, holds }) => [
        observation,
        quantity,
        reference,
        holds,
      ]),
    ).toEqual([
      [1, 'loss', 'CE', false],
      [1, 'loss', 'Focal 1', true],
      [1, 'gradient', 'CE', false],
      [1, 'gradient', 'Focal 1', true],
      [2, 'loss', 'CE', false],
      [2, 'loss', 'Focal 1', true],
      [2, 'gradient', 'CE', false],
      [2, 'gradient', 'Focal 1', true],
    ]);
    expect(findings[0].statement).toBe(
      'Over p in [0.05, 0.95] the loss of PAT spans a factor of 144, that of CE 58.4: not more balanced.',
    );
    expect(findings[5]).toMatchObject({
      patValue: expect.closeTo(0.505, 3) as number,
      referenceValue: expect.closeTo(0.01, 6) as number,
    });
  });

  it('compares with the Focal curve that does best', () => {
    const curves = { ...textbook, curves: [...textbook.curves].reverse() };
    expect(checkObservations(curves).map(({ reference }) => reference)).not.toContain('Focal 2');
  });

  it('counts a curve equal to cross-entropy as keeping all of it', () => {
    const equal = curvesOf({
      CE: [{ name: 'crossEntropy' }, crossEntropy],
      PAT: [{ name: 'pat' }, crossEntropy],
    });
    const findings = checkObservations(equal);
    expect(
      findings.filter(({ observation }) => observation === 2).every(({ holds }) => holds),
    ).toBe(true);
    expect(findings.filter(({ observation }) => observation === 1).some(({ holds }) => holds)).toBe(
      false,
    );
  });

  it('finds with the kit’s own losses that τ = 2 meets both observations and τ = 0.5 neither', async () => {
    const pat = (temperature: number) => ({
      label: `τ = ${temperature}`,
      config: { name: 'pat', temperature } as const,
    });
    const curves = await lossCurves({
      numClasses: 11,
      losses: [
        { label: 'CE', config: { name: 'crossEntropy' } },
        { label: 'Focal', config: { name: 'focal', gamma: 1 } },
        pat(2),
        pat(0.5),
      ],
    });
    for (const finding of checkObservations(curves))
      expect(finding.holds).toBe(finding.pat === 'τ = 2');
  });
});
