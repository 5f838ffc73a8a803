/** Verdicts on time, memory and utilization: each statement once, by intervals, and none from a disturbed measurement. */
import { describe, expect, it } from 'vitest';
import { claims, judgeClaims } from '../../lib/claims';
import { costClaims, judgeCosts } from '../../lib/claims/cost';
import { paperLosses } from '../../lib/paper';
import type { LossName } from '../../lib/losses';
import { measuredOver } from '../../lib/measurement/measured';
import type { LossReport, StepReport } from '../../lib/measurement/reports';
import { spreadOf } from '../../lib/measurement/spread';
import type { TrainingCost } from '../../lib/measurement/trainingCost';
import { readBench } from '../../lib/measurement/benchResults';
import { claimRuns } from './madeUpRuns';

type Evidence = Parameters<typeof judgeCosts>[0];
const rowOf = (evidence: Evidence, id: string) =>
  judgeCosts(evidence).find((row) => row.id === id)!;
const verdicts = (evidence: Evidence, ids: readonly string[]) =>
  ids.map((id) => rowOf(evidence, id).verdict);

/** What each loss costs in each round; 1 unless said. */
type Costs = Partial<Record<LossName, number | readonly number[]>>;
const valuesOf = (costs: Costs, loss: LossName) => {
  const value = costs[loss] ?? 1;
  return typeof value === 'number' ? [value, value, value] : [...value];
};

interface Training {
  costs?: Costs;
  gpu?: string | null;
  foreignShare?: number | null;
  names?: readonly LossName[];
}

function training({ costs = {}, gpu = null, foreignShare = 0, names = paperLosses }: Training) {
  const losses = names.map((name) => {
    const all = measuredOver(valuesOf(costs, name));
    const machine = { epochSeconds: all, timesFirst: all, peakMiB: all, cpuShare: all };
    const ofGpu = gpu === null ? null : all;
    return { label: name, loss: { name }, ...machine, gpuShare: ofGpu, gpuMiB: ofGpu };
  });
  const setting = { dataset: 'CamVid', network: 'segnet', width: 8, machine: { device: 'CPU' } };
  return { training: { gpu, foreignShare, losses, ...setting } as unknown as TrainingCost };
}

describe('costs of training', () => {
  const ids = ['memory', 'memory-lowest', 'memory-limitation', 'time-lowest'];
  const judge = (options: Training) =>
    verdicts(
      training(options),
      ids.map((id) => `training-${id}`),
    );

  it('hold in the paper’s world and are contradicted in its opposite', () => {
    const heavy = { classBalanced: 2, classBalancedFocal: 2, balancedSoftmax: 2, ldam: 3, blv: 3 };
    expect(judge({ costs: { ...heavy, focal: 1.1, pat: 1.5 } })).toEqual(ids.map(() => 'holds'));
    const light = { classBalanced: 0.5, classBalancedFocal: 0.5, balancedSoftmax: 0.5 };
    const opposite = { ...light, ldam: 0.2, blv: 0.2, focal: 0.9, pat: 0.3 };
    expect(judge({ costs: opposite })).toEqual(ids.map(() => 'contradicted'));
  });

  it('show no difference within 5 %, and are not decided where the rounds do not tell', () => {
    const same = ['no difference', 'no difference', 'contradicted', 'no difference'];
    expect(judge({ costs: { pat: [1.01, 1.04, 0.97] } })).toEqual(same);
    const unsteady = { costs: { pat: [0.8, 1, 1.4] } };
    expect(judge(unsteady)).toEqual(ids.map(() => 'not decided'));
    expect(rowOf(training(unsteady), 'training-memory').measured).toBe(
      'PAT/BLV 1.00 [0.80, 1.40], PAT/LDAM 1.00 [0.80, 1.40]; cases: 0 for, 0 against, 2 open; ' +
        'CamVid, SegNet of width 8, CPU',
    );
  });

  it('compare round by round: what disturbs a round disturbs both', () => {
    const costs = { blv: [1, 10, 3], ldam: [1, 10, 3], pat: [0.5, 5, 1.5] };
    expect(rowOf(training({ costs }), 'training-memory').verdict).toBe('holds');
  });

  it('are no evidence where other programs used more than a tenth of the processor', () => {
    const heavy = { costs: { pat: 0.5 }, foreignShare: 0.5, gpu: 'a GPU' };
    const all = costClaims.filter(({ notebook }) => notebook === '11-cost').map(({ id }) => id);
    expect(all).toHaveLength(6);
    expect(verdicts(training(heavy), all)).toEqual(all.map(() => 'not decided'));
    expect(rowOf(training(heavy), 'training-memory').measured).toMatch(
      /^no evidence, as other programs used 50 % of the processor meanwhile: PAT\/BLV 0\.50/,
    );
    for (const foreignShare of [0.1, null]) {
      const quiet = training({ ...heavy, foreignShare });
      expect(rowOf(quiet, 'training-memory').verdict).toBe('holds');
    }
  });

  it('of a GPU are not testable without one', () => {
    const gpu = ['gpu-utilization', 'gpu-lowest-three'];
    const at = (costs: Costs, title: string | null) =>
      verdicts(training({ costs, gpu: title }), gpu);
    const others = { classBalanced: 2, classBalancedFocal: 2, balancedSoftmax: 2, ldam: 2, blv: 2 };
    expect(at({ ...others, pat: 1.5 }, 'a GPU')).toEqual(['holds', 'holds']);
    expect(at({ ...others, pat: 3 }, 'a GPU')).toEqual(['holds', 'holds in part']); // CE is low
    expect(at({ crossEntropy: 3, focal: 3, pat: 3 }, 'a GPU')).toEqual([
      'contradicted',
      'contradicted',
    ]);
    expect(at({}, 'a GPU')).toEqual(['contradicted', 'not decided']);
    expect(at({ ...others, pat: 1.5 }, null)).toEqual(gpu.map(() => 'not testable here'));
    expect(rowOf(training({}), 'gpu-utilization').measured).toMatch(/^no GPU’s utilization was/);
  });

  it('are not judged on fewer losses than they name', () => {
    const names = paperLosses.filter((name) => name !== 'ldam');
    const row = rowOf(training({ names, costs: { pat: 0.5 } }), 'training-memory');
    expect([row.verdict, row.measured]).toEqual(['not testable here', 'not measured: LDAM']);
    expect(rowOf({}, 'gpu-utilization').measured).toBe('no stored result of notebook 11');
  });
});

/** The loss alone with 3, 12 and 20 classes: memory, and time in three rounds or only its spread. */
function alone(costs: (classes: number) => Costs, keepRounds = true) {
  const each = [3, 12, 20].flatMap((classes) =>
    paperLosses.map((loss) => ({ classes, loss, values: valuesOf(costs(classes), loss) })),
  );
  const results = each.map(({ classes, loss, values }) => {
    const rounds = keepRounds ? { rounds: values } : {};
    return { classes, loss, execution: 'graph', milliseconds: spreadOf(values), ...rounds };
  });
  const memory = each.map(({ classes, loss, values }) => ({
    classes,
    loss,
    peakLogits: values[0],
  }));
  return { bench: { loss: { results, memory } as unknown as LossReport } };
}

describe('costs of a loss alone', () => {
  it('take for each data set the number of classes nearest to its own', () => {
    const ids = ['cost-memory-pet', 'cost-memory-nyuv2'];
    const at = (pat: (classes: number) => number) =>
      verdicts(
        alone((classes) => ({ pat: pat(classes) })),
        ids,
      );
    expect(at((classes) => (classes === 12 ? 0.8 : 1.2))).toEqual(['contradicted', 'holds']);
    expect(at((classes) => (classes === 3 ? 0.8 : 1.03))).toEqual(['holds', 'no difference']);
  });

  it('compare time round by round where the rounds are stored, else between the extremes', () => {
    const costs = (): Costs => ({
      ...Object.fromEntries(paperLosses.map((name) => [name, [1, 2, 4]])),
      pat: [0.8, 1.6, 3.2],
    });
    expect(rowOf(alone(costs), 'cost-time').verdict).toBe('holds');
    expect(rowOf(alone(costs, false), 'cost-time').verdict).toBe('not decided');
    expect(rowOf(alone(costs), 'cost-time').measured).toMatch(
      /^PAT\/Focal 0\.80 to 0\.80, .*; cases: 18 for, 0 against, 0 open$/,
    );
    expect(rowOf(alone(costs), 'cost-time-limitation').verdict).toBe('contradicted');
  });
});

/** PAT's step takes that many times as long, each time within ±1 % or as said. */
function step(times: readonly number[], spread = 0.01, foreign = 0) {
  const results = times.flatMap((pat, i) =>
    (['crossEntropy', 'pat'] as const).map((loss) => {
      const median = loss === 'pat' ? 100 * pat : 100;
      const ours = { median, min: median * (1 - spread), max: median * (1 + spread) };
      const size = { network: 'unet', width: 8 + i, size: 64, batch: 4 };
      return { ...size, loss, spreads: { ours }, rounds: { foreignShare: { median: foreign } } };
    }),
  );
  return { bench: { step: { results } as unknown as StepReport } };
}

describe('cost-training-step', () => {
  const at = (...args: Parameters<typeof step>) =>
    rowOf(step(...args), 'cost-training-step').verdict;

  it('asks whether cross-entropy is the quickest, not whether PAT is 25 % slower at most', () => {
    expect(at([1.08, 1.1])).toBe('holds');
    expect(at([0.9, 0.92])).toBe('contradicted');
    expect(at([1.01, 1.02])).toBe('no difference');
    expect(at([1.08, 0.9])).toBe('holds in part');
    expect(at([1.08, 1.1], 0.1)).toBe('not decided');
    expect(at([1.08, 1.1], 0.01, 0.3)).toBe('not decided');
  });
});

describe('the ledger of costs', () => {
  it('is the same in notebook 11 and in the whole ledger, by id', async () => {
    const evidence = {
      training: await readBench('training'),
      bench: { loss: await readBench('loss'), step: await readBench('step') },
    };
    const all = judgeClaims({ runs: claimRuns([]), ...evidence });
    const costs = judgeCosts(evidence);
    expect(costs).toHaveLength(11);
    for (const row of costs) expect(all.find(({ id }) => id === row.id)).toEqual(row);
    expect(claims.filter(({ id }) => /^(cost|training|gpu)-/.test(id))).toHaveLength(costs.length);
    expect(new Set(costs.map(({ claim }) => claim)).size).toBe(costs.length);
    // A GPU was not used, and the bench of steps keeps extremes that tell nothing of 8 %.
    expect(rowOf(evidence, 'gpu-utilization').verdict).toBe('not testable here');
    expect(rowOf(evidence, 'cost-training-step').verdict).toBe('not decided');
  });
});
