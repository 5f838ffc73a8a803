/** Verdicts on the formula, gradients and masks, from made-up measurements; and the measurements themselves. */
import { describe, expect, it } from 'vitest';
import type { GradientNorms } from '../../lib/analysis/gradientNorms';
import type { MaskImbalance } from '../../lib/analysis/maskImbalance';
import { tf } from '../../lib/backend';
import { judgeClaims, measureFormula, measureGradients, measureMasks } from '../../lib/claims';
import type { Evidence } from '../../lib/claims';
import { openDataset } from '../../lib/datasets';
import { trainBriefly } from '../../lib/training/shortTraining';
import { claimRuns } from './madeUpRuns';

const runs = claimRuns([]);
const judged = (evidence: Omit<Evidence, 'runs'>, id: string) => {
  const row = judgeClaims({ runs, ...evidence }).find((one) => one.id === id);
  return [row?.verdict, row?.measured] as const;
};
const verdict = (evidence: Omit<Evidence, 'runs'>, id: string) => judged(evidence, id)[0];

describe('claims about the formula', () => {
  it('depend on the temperature', async () => {
    const before = tf.memory().numTensors;
    const formula = await measureFormula({ gammas: [2] });
    expect(tf.memory().numTensors).toBe(before);
    const ids = ['balanced-focal', 'balanced-ce', 'kept-focal', 'kept-ce'];
    const at = async (temperature: number) => {
      const one = await measureFormula({ temperatures: [temperature], gammas: [2] });
      return ids.map((id) => verdict({ formula: one }, id));
    };
    expect(ids.map((id) => verdict({ formula }, id))).toEqual(ids.map(() => 'holds in part'));
    expect(await at(4)).toEqual(ids.map(() => 'holds'));
    expect(await at(1)).toEqual(['holds', 'contradicted', 'holds', 'contradicted']);
    expect(await at(0.25)).toEqual(ids.map(() => 'contradicted'));
    expect(ids.map((id) => verdict({}, id))).toEqual(ids.map(() => 'not testable here'));
  });

  it('β explodes in one reading alone, where the constant bounds it and the temperature does not', async () => {
    const { curves, coefficients } = await measureFormula({ numClasses: 4 });
    const [one, classes, inverse] = coefficients;
    for (const value of [one.neither, one.temperature, one.constant]) {
      expect(value).toBeCloseTo(Math.E / 2, 5);
    }
    expect(classes.neither).toBeCloseTo(Math.exp(4) / 2, 3);
    expect(inverse).toMatchObject({ neither: Infinity, temperature: Infinity });
    expect(inverse.constant).toBeCloseTo(100, 3); // 1/ε of our default, which decides nothing
    const of = (list: typeof coefficients) =>
      verdict({ formula: { curves, coefficients: list } }, 'coefficient-bounded');
    expect(of(coefficients)).toBe('holds in part');
    expect(of([one, classes])).toBe('not testable here'); // nothing explodes
    expect(of([{ ...inverse, temperature: 1e30 }])).toBe('holds');
    expect(of([{ ...inverse, constant: Infinity }])).toBe('contradicted');
  });
});

/** Six images of three classes; ‖g‖ = |M|^slope. */
function norms(slope: number, spread = 1): GradientNorms {
  const rows = Array.from({ length: 6 }, (_, image) =>
    [20, 300, 5000].map((base, classId) => {
      const pixels = base + 10 * image;
      const norm = pixels ** slope * (classId === 1 ? spread : 1);
      const meanNorm = norm / pixels;
      const name = `class ${classId}`;
      const place = { image: `image ${image}`, classId, className: name, pixels };
      return { ...place, norm, meanNorm, normalizedNorm: meanNorm };
    }),
  ).flat();
  return { loss: 'CE', rows };
}
const gradients = (
  slope: number,
  spread?: number,
  normsOverMask: readonly number[] = [5, 6, 7],
) => {
  return { gradients: { source: 'made up', norms: norms(slope, spread), normsOverMask } };
};

describe('claims about gradients', () => {
  it('follow the norms', () => {
    const ids = ['mask-size-decides', 'norms-homogenized'];
    const at = (...args: Parameters<typeof gradients>) =>
      ids.map((id) => verdict(gradients(...args), id));
    expect(at(1)).toEqual(['holds', 'holds']);
    expect(at(0.7)).toEqual(['holds', 'holds in part']); // a range of 6 is left of 15
    expect(at(-0.5)).toEqual(['contradicted', 'contradicted']);
    expect(at(1, 8)[1]).toBe('holds in part'); // norms of a factor of 8 remain
    const cheaper = (...times: number[]) => verdict(gradients(1, 1, times), 'cheaper-than-norms');
    expect(cheaper(5, 6, 7)).toBe('holds');
    expect(cheaper(1.2, 1.3, 1.1)).toBe('contradicted');
    expect(cheaper(1.2, 2.1, 5)).toBe('not decided');
    expect(cheaper(5)).toBe('not testable here');
    expect(verdict({}, 'norms-homogenized')).toBe('not testable here');
  });

  it('count images of one cluster as one', () => {
    // Norms that follow the masks in five images of one drive and oppose them in one image of another.
    const [follow, oppose] = [norms(1).rows, norms(-2).rows];
    const rows = [...follow.filter(({ image }) => image !== 'image 5'), ...oppose.slice(-3)];
    const mixed = { source: 'made up', norms: { loss: 'CE', rows }, normsOverMask: [5, 6] };
    const clusters = ['drive', 'drive', 'drive', 'drive', 'drive', 'other'];
    const of = (evidence: object) =>
      verdict({ gradients: { ...mixed, ...evidence } }, 'mask-size-decides');
    expect(of({ clusters })).toBe('not decided');
    expect(of({ clusters: clusters.map(() => 'drive') })).toBe('not testable here');
  });

  it('are measured on a network, without leaving tensors', async () => {
    const size: [number, number] = [32, 48];
    const dataset = await openDataset({ name: 'synthetic', size, length: 4 });
    const { model } = await trainBriefly(dataset, { steps: 2, width: 2 });
    const before = tf.memory().numTensors;
    const measured = await measureGradients(model, dataset, { network: 'U-Net', imageCount: 2 });
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
    expect(measured.source).toMatch(/2 drawn images, U-Net$/);
    expect(measured.normsOverMask).toHaveLength(6);
    expect(Math.min(...measured.normsOverMask)).toBeGreaterThan(1);
    expect(measured.clusters).toHaveLength(2);
    expect(new Set(measured.norms.rows.map(({ image }) => image)).size).toBe(2);
  }, 60_000);
});

interface MadeUpMasks {
  /** Larger over smaller mask of an image. */
  ratio: number;
  /** Of ten images those that have the third class, too. */
  whole: number;
  /** Of these those that lose it by resizing. */
  lost: number;
}

function masks({ ratio, whole, lost }: MadeUpMasks) {
  const imbalance = (third: number): MaskImbalance => {
    const images = Array.from({ length: 10 }, (_, i) => {
      const missing = i < third ? 0 : 1;
      const size = { name: `${i}`, height: 10, width: 10 };
      return { ...size, present: 3 - missing, missing, largestToSmallest: ratio, gini: 0.5 };
    });
    const counted = { totalPixels: 1000, ignoredPixels: 0, ignoredPresence: 0 };
    return { dataset: 'camvid', title: '', split: 'train', images, classes: [], ...counted };
  };
  return { full: imbalance(whole), resized: imbalance(whole - lost), size: [64, 96] as const };
}

describe('claims about masks', () => {
  it('follow the counts', () => {
    const at = (...list: ReturnType<typeof masks>[]) =>
      ['masks-imbalanced', 'classes-missing', 'resizing-keeps-shares'].map((id) =>
        verdict({ masks: list }, id),
      );
    const [not, inPart, open] = ['contradicted', 'holds in part', 'not decided'];
    const printed = masks({ ratio: 50, whole: 1, lost: 0 });
    const opposite = masks({ ratio: 3, whole: 10, lost: 8 });
    expect(at(printed)).toEqual(['holds', 'holds', 'holds']);
    expect(at(opposite)).toEqual([not, not, not]);
    expect(at(printed, opposite)).toEqual([inPart, inPart, inPart]);
    expect(at(masks({ ratio: 10, whole: 5, lost: 1 }))).toEqual([open, open, open]);
    expect(at()).toEqual(at().map(() => 'not testable here'));
    expect(judged({ masks: [opposite] }, 'resizing-keeps-shares')[1]).toMatch(
      /^masks that vanish: CamVid 26\.7 % \[/,
    );
  });

  it('count images of one cluster as one', () => {
    const one = { ...masks({ ratio: 50, whole: 1, lost: 0 }), clusters: Array(10).fill('a') };
    expect(verdict({ masks: [one] }, 'masks-imbalanced')).toBe('not testable here');
    one.clusters[9] = 'b';
    expect(verdict({ masks: [one] }, 'masks-imbalanced')).toBe('holds');
  });

  it('are not tested without real data', async () => {
    expect(await measureMasks({ root: 'tests/claims' })).toEqual([]);
  });
});
