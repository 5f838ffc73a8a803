/** Verdicts on the formula, gradients, masks and costs, from made-up measurements; and the measurements themselves. */
import { describe, expect, it } from 'vitest';
import type { GradientNorms } from '../../lib/analysis/gradientNorms';
import type { MaskImbalance } from '../../lib/analysis/maskImbalance';
import type { Measured } from '../../lib/analysis/measured';
import type { TrainingCost } from '../../lib/analysis/trainingCost';
import { tf } from '../../lib/backend';
import { judgeClaims, measureFormula, measureGradients, measureMasks } from '../../lib/claims';
import type { Evidence } from '../../lib/claims';
import type { LossReport, StepReport } from '../../lib/measurement/reports';
import { openDataset } from '../../lib/datasets';
import type { LossName } from '../../lib/losses';
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
    expect(await at(1)).toEqual(['holds', 'does not hold here', 'holds', 'does not hold here']);
    expect(await at(0.25)).toEqual(ids.map(() => 'does not hold here'));
    expect(ids.map((id) => verdict({}, id))).toEqual(ids.map(() => 'not testable here'));
  });

  it('β is bounded by e^k/2 and 1/ε', async () => {
    const { curves, largestCoefficients } = await measureFormula({ numClasses: 4 });
    const [one, classes, inverse] = largestCoefficients.map(({ largest }) => largest);
    expect(one).toBeCloseTo(Math.E / 2, 5);
    expect(classes).toBeCloseTo(Math.exp(4) / 2, 3);
    expect(inverse).toBeCloseTo(100, 3);
    const of = (list: typeof largestCoefficients) =>
      verdict({ formula: { curves, largestCoefficients: list } }, 'coefficient-bounded');
    expect(of(largestCoefficients.slice(0, 2))).toBe('holds');
    expect(of([{ label: 'a', largest: 1e9 }, ...largestCoefficients.slice(0, 1)])).toBe(
      'holds in part',
    );
    expect(of([{ label: 'a', largest: Infinity }])).toBe('does not hold here');
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
const gradients = (slope: number, spread?: number, normsOverMask = 5) => {
  return { gradients: { source: 'made up', norms: norms(slope, spread), normsOverMask } };
};

describe('claims about gradients', () => {
  it('follow the norms', () => {
    const ids = ['mask-size-decides', 'norms-homogenized'];
    const at = (...args: Parameters<typeof gradients>) =>
      ids.map((id) => verdict(gradients(...args), id));
    expect(at(1)).toEqual(['holds', 'holds']);
    expect(at(0.7)).toEqual(['holds in part', 'holds in part']);
    expect(at(-0.5)).toEqual(['does not hold here', 'does not hold here']);
    expect(at(1, 8)[1]).toBe('holds in part'); // norms of a factor of 8 remain
    expect(verdict(gradients(1, 1, 5), 'cheaper-than-norms')).toBe('holds');
    expect(verdict(gradients(1, 1, 1.2), 'cheaper-than-norms')).toBe('does not hold here');
    expect(verdict({}, 'norms-homogenized')).toBe('not testable here');
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
    expect(measured.normsOverMask).toBeGreaterThan(1);
    expect(new Set(measured.norms.rows.map(({ image }) => image)).size).toBe(2);
  }, 60_000);
});

/** Images of two masks, the larger `ratio` times the smaller; a third class is in the first `whole` of ten images. */
function masks(ratio: number, whole: number, resized = 1) {
  const imbalance = (factor: number): MaskImbalance => {
    const shares = [ratio / (ratio + 1), factor / (ratio + 1), 0.001];
    const images = Array.from({ length: 10 }, (_, i) => {
      const missing = i < whole ? 0 : 1;
      const size = { name: `${i}`, height: 10, width: 10 };
      return { ...size, present: 3 - missing, missing, largestToSmallest: ratio, gini: 0.5 };
    });
    const classes = shares.map((share, id) => {
      const presence = id === 2 ? whole : 10;
      const maskShares = Array.from({ length: presence }, () => share);
      const colour = [0, 0, 0] as const;
      return { id, name: `${id}`, colour, pixels: 1, share, presence, maskShares };
    });
    const counted = { totalPixels: 1000, ignoredPixels: 0, ignoredPresence: 0 };
    return { dataset: 'camvid', title: '', split: 'train', images, classes, ...counted };
  };
  return { full: imbalance(1), resized: imbalance(resized), size: [64, 96] as const };
}

describe('claims about masks', () => {
  it('follow the counts', () => {
    const at = (...list: ReturnType<typeof masks>[]) =>
      ['masks-imbalanced', 'classes-missing', 'resizing-keeps-shares'].map((id) =>
        verdict({ masks: list }, id),
      );
    const [none, inPart] = ['does not hold here', 'holds in part'];
    expect(at(masks(50, 2, 1.01))).toEqual(['holds', 'holds', 'holds']);
    expect(at(masks(3, 9, 1.5))).toEqual([none, none, none]);
    expect(at(masks(50, 2, 1.01), masks(3, 9, 1.5))).toEqual([inPart, inPart, inPart]);
    expect(at()).toEqual(at().map(() => 'not testable here'));
  });

  it('are not tested without real data', async () => {
    expect(await measureMasks({ root: 'tests/claims' })).toEqual([]);
  });
});

/** Every loss costs `pat` times less than PAT. */
function lossReport(pat: number): LossReport {
  const names: LossName[] = ['crossEntropy', 'focal', 'ldam', 'blv', 'pat'];
  const cost = (loss: LossName) => (loss === 'pat' ? pat : 1);
  return {
    machine: { device: 'CPU' } as LossReport['machine'],
    results: names.map((loss) => {
      return { classes: 3, loss, execution: 'graph', timesCrossEntropy: cost(loss) };
    }),
    memory: names.map((loss) => ({ classes: 3, loss, peakLogits: cost(loss) })),
  } as unknown as LossReport;
}
const stepReport = (pat: number) =>
  ({
    results: ['crossEntropy', 'pat'].map((loss) => {
      const size = { network: 'unet', width: 8, size: 64, batch: 4 };
      return { ...size, loss, oursMs: loss === 'pat' ? 100 * pat : 100 };
    }),
  }) as unknown as StepReport;

describe('claims about cost', () => {
  it('follow the benches', () => {
    const ids = ['time', 'memory', 'memory-limitation', 'time-limitation', 'training-step'];
    const at = (pat: number) =>
      ids.map((id) =>
        verdict({ bench: { loss: lossReport(pat), step: stepReport(pat) } }, `cost-${id}`),
      );
    const not = 'does not hold here';
    expect(at(0.9)).toEqual(['holds', 'holds', not, not, 'holds']);
    expect(at(1.5)).toEqual([not, not, 'holds', 'holds', not]);
    expect(ids.map((id) => verdict({}, `cost-${id}`))).toEqual(ids.map(() => 'not testable here'));
  });

  it('of training follow what notebook 11 measured; of a GPU, where there is one', () => {
    const training = (pat: number, gpu: string | null) => {
      const measured = (value: number): Measured => {
        const values = [value, value, value];
        return { values, median: value, interval: { low: value, high: value } };
      };
      const names: LossName[] = ['crossEntropy', 'focal', 'ldam', 'blv', 'pat'];
      const losses = names.map((name) => {
        const value = measured(name === 'pat' ? pat : 1);
        const parts = { epochSeconds: value, timesFirst: value, peakMiB: value, cpuShare: value };
        const ofGpu = gpu === null ? null : value;
        return { label: name, loss: { name }, ...parts, gpuShare: ofGpu, gpuMiB: ofGpu };
      });
      return { training: { gpu, losses } as unknown as TrainingCost };
    };
    const ids = ['training-memory', 'gpu-utilization', 'gpu-lowest-three'];
    const at = (pat: number, gpu: string | null) =>
      ids.map((id) => verdict(training(pat, gpu), id));
    const not = 'does not hold here';
    expect(at(0.8, 'a GPU')).toEqual(['holds', not, 'holds']);
    expect(at(2, 'a GPU')).toEqual([not, 'holds', not]);
    expect(at(0.8, null)).toEqual(['holds', 'not testable here', 'not testable here']);
    expect(at(1, 'a GPU')[0]).toBe('not testable here'); // the rounds do not tell
    expect(judged({}, 'gpu-utilization')).toEqual([
      'not testable here',
      'no stored result of notebook 11',
    ]);
  });
});
