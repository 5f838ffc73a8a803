import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCostStatements } from '../../lib/analysis/costStatements';
import { measuredOver } from '../../lib/analysis/measured';
import type { LossTrainingCost, TrainingCost } from '../../lib/analysis/trainingCost';
import type { LossName } from '../../lib/losses';
import { readBench, writeTrainingCost } from '../../lib/results/benchResults';

interface Values {
  seconds?: number[];
  peakMiB?: number[];
  cpuShare?: number[];
  gpuShare?: number[];
}

function lossOf(name: LossName, values: Values = {}): LossTrainingCost {
  const { seconds = [1, 1, 1], peakMiB = [100, 100, 100], cpuShare = [0.5, 0.5, 0.5] } = values;
  return {
    label: name,
    loss: { name },
    epochSeconds: measuredOver(seconds),
    timesFirst: measuredOver(seconds),
    cpuSeconds: measuredOver(seconds),
    peakMiB: measuredOver(peakMiB),
    cpuShare: measuredOver(cpuShare),
    gpuShare: values.gpuShare ? measuredOver(values.gpuShare) : null,
    gpuMiB: null,
  };
}

const cost = (losses: LossTrainingCost[]) => ({ losses }) as TrainingCost;

const verdicts = (losses: LossTrainingCost[]) =>
  Object.fromEntries(
    checkCostStatements(cost(losses)).map(({ statement, verdict }) => [
      /roughly|lowest time|memory|higher|three/.exec(statement)![0],
      verdict,
    ]),
  );

describe('checkCostStatements', () => {
  it('finds all of them to hold where they do', () => {
    const more = { peakMiB: [150, 150, 150], cpuShare: [0.9, 0.9, 0.9], seconds: [2, 2, 2] };
    const losses = [
      lossOf('crossEntropy', { seconds: [1, 1, 1] }),
      lossOf('focal', { seconds: [1.1, 1.2, 1.1] }),
      lossOf('pat', { ...more, cpuShare: [0.7, 0.7, 0.7] }),
      lossOf('blv', { ...more, peakMiB: [170, 171, 172] }),
      lossOf('ldam', { ...more, peakMiB: [200, 201, 202] }),
    ];
    expect(verdicts(losses)).toEqual({
      roughly: 'holds',
      'lowest time': 'holds',
      memory: 'holds',
      higher: 'holds',
      three: 'holds',
    });
  });

  it('finds them to fail where the intervals lie on the other side of the bar', () => {
    const losses = [
      lossOf('crossEntropy', { cpuShare: [0.4, 0.4, 0.4] }),
      lossOf('focal', { seconds: [0.9, 0.8, 0.9], cpuShare: [0.41, 0.41, 0.41] }),
      lossOf('pat', { peakMiB: [110, 110, 110], cpuShare: [0.5, 0.49, 0.5] }),
      lossOf('blv', { peakMiB: [90, 90, 90], cpuShare: [0.43, 0.43, 0.43] }),
    ];
    expect(verdicts(losses)).toEqual({
      roughly: 'fails',
      'lowest time': 'fails',
      memory: 'fails',
      higher: 'fails',
      three: 'fails',
    });
  });

  it('leaves open what the rounds do not tell, and says nothing of losses that are not there', () => {
    const losses = [
      lossOf('crossEntropy', { seconds: [1, 1, 1] }),
      lossOf('pat', { seconds: [0.9, 1, 1.1], peakMiB: [110, 125, 140] }),
    ];
    expect(verdicts(losses)).toEqual({ 'lowest time': 'open', memory: 'open', higher: 'fails' });
  });

  it('takes the GPU’s utilization where every loss has it', () => {
    const losses = [
      lossOf('crossEntropy', { gpuShare: [0.2, 0.2, 0.2] }),
      lossOf('pat', { gpuShare: [0.6, 0.6, 0.6] }),
    ];
    expect(verdicts(losses).higher).toBe('holds');
    expect(verdicts([...losses, lossOf('ldam')]).higher).toBe('fails');
  });

  it('needs PAT', () => {
    expect(() => checkCostStatements(cost([lossOf('focal')]))).toThrow(
      /checkCostStatements: losses must be a measurement with pat/,
    );
  });
});

describe('writeTrainingCost', () => {
  it('writes what readBench reads', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'training-cost-test-'));
    try {
      expect(await readBench('training', folder)).toBeUndefined();
      const written = cost([lossOf('pat')]);
      await writeTrainingCost(written, folder);
      expect(await readBench('training', folder)).toEqual({ bench: 'training', ...written });
      await writeFile(path.join(folder, 'training.json'), '{"bench":"loss"}');
      await expect(readBench('training', folder)).rejects.toThrow(/must hold bench 'training'/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
