import { describe, expect, it } from 'vitest';
import type { LossReport, StepMeasurement, StepReport } from '../../lib/measurement/reports';
import { lossCostsFigure } from '../../lib/figures/lossCosts';
import { precisionCurvesFigure } from '../../lib/figures/precisionCurves';
import { stepTimesFigure } from '../../lib/figures/stepTimes';
import type { PrecisionRun } from '../../lib/results/precisionRuns';

const machine = {
  processor: 'Example CPU',
  cores: 2,
  memoryGiB: 8,
  device: 'CPU',
  node: '20',
  tensorflow: '2.21',
  load: 0,
};

describe('stepTimesFigure', () => {
  const measured = (part: Partial<StepMeasurement>) => ({
    ...{ mode: 'step', network: 'unet', variant: 'paper', loss: 'pat', width: 16, size: 128 },
    ...{ batch: 4, oursMs: 80, torchNchwMs: 120, torchChannelsLastMs: 100, ratio: 0.8, bar: 0.9 },
    ...part,
  });
  const results = [
    measured({}),
    measured({ loss: 'crossEntropy', ratio: 0.7 }),
    measured({ network: 'segnet', ratio: 1.4 }),
    measured({ width: 8, bar: null, ratio: 0.95 }),
  ] as StepMeasurement[];
  const report: StepReport = { machine, torch: '2.13', rounds: 9, maxForeign: 0.1, results };

  it('has one panel for each size, one series for each loss, and the bar where one is set', () => {
    const figure = stepTimesFigure(report);
    expect(figure.layout.annotations?.map(({ text }) => text)).toEqual(['16/128/4', '8/128/4']);
    expect(figure.data).toMatchObject([
      { x: ['UNet', 'SegNet'], y: [0.8, 1.4], name: 'PAT', xaxis: 'x', showlegend: true },
      { x: ['UNet'], y: [0.7], name: 'CE' },
      { y: [1, 1], name: 'as fast as PyTorch' },
      { x: ['UNet', 'SegNet'], y: [0.9, 0.9], name: 'goal of the kit', line: { dash: 'dash' } },
      { x: ['UNet'], y: [0.95], name: 'PAT', xaxis: 'x2', showlegend: false },
      { x: [], name: 'CE' },
      { y: [1] },
    ]);
    expect(figure.layout.yaxis?.range?.[1]).toBeGreaterThan(1.4);
    expect(figure.rows[2]).toMatchObject({ size: '16/128/4', network: 'segnet', ratio: 1.4 });
    expect(figure.caption).toContain('PyTorch 2.13');
    expect(figure.caption).toContain('Example CPU, 2 cores');
  });

  it('speaks of inference where no loss was computed, and throws without results', () => {
    const figure = stepTimesFigure({ ...report, results: [{ ...results[0], loss: null }] });
    expect(figure.title).toContain('an inference');
    expect(figure.data[0].name).toBe('inference');
    expect(() => stepTimesFigure({ ...report, results: [] })).toThrow('stepTimesFigure: results');
  });
});

describe('lossCostsFigure', () => {
  const cost = (classes: number, loss: 'pat' | 'ldam', execution: 'graph' | 'eager') => ({
    ...{ classes, loss, execution, milliseconds: { median: 3, min: 2, max: 4 } },
    timesCrossEntropy: execution === 'graph' ? 1.1 : 2,
  });
  const report: LossReport = {
    machine,
    batch: { images: 4, height: 128, width: 128, ignoredShare: 0.05 },
    rounds: 9,
    results: [3, 12].flatMap((classes) =>
      (['pat', 'ldam'] as const).flatMap((loss) => [
        cost(classes, loss, 'graph'),
        cost(classes, loss, 'eager'),
      ]),
    ),
    memory: [],
  };

  it('has a panel for each execution, a series for each number of classes, and the bar', () => {
    const figure = lossCostsFigure(report);
    expect(figure.data).toMatchObject([
      { x: ['PAT', 'LDAM'], y: [1.1, 1.1], name: '3 classes', xaxis: 'x' },
      { name: '12 classes' },
      { x: ['PAT', 'LDAM'], y: [1.15, 1.15], name: 'goal: at most 1.15' },
      { y: [2, 2], name: '3 classes', xaxis: 'x2', showlegend: false },
      { name: '12 classes' },
      { x: ['PAT', 'LDAM'], xaxis: 'x2', y: [1.15, 1.15] },
    ]);
    expect(figure.rows).toHaveLength(8);
    expect(lossCostsFigure(report, { bar: 1.5 }).caption).toContain('at most 1.5 times');
    expect(() => lossCostsFigure({ ...report, results: [] })).toThrow('lossCostsFigure: results');
  });
});

describe('precisionCurvesFigure', () => {
  const run = (
    loss: PrecisionRun['loss'],
    seed: number,
    precision: PrecisionRun['precision'],
  ): PrecisionRun => ({
    ...{ loss, seed, precision },
    epochs: [0.1, 0.25].map((meanIoU, i) => ({
      epoch: i + 1,
      trainLoss: 2,
      validLoss: 1,
      meanIoU,
    })),
  });
  const runs = [
    run('crossEntropy', 0, 'float32'),
    run('crossEntropy', 0, 'bfloat16'),
    run('pat', 1, 'float32'),
  ];

  it('has a panel for each loss; colour tells the precision, dashes the seed', () => {
    const figure = precisionCurvesFigure({ setting: 'CamVid', runs });
    const [full, low, other] = figure.data as { line: { color: string; dash: string } }[];
    expect(figure.data).toMatchObject([
      { x: [1, 2], y: [10, 25], xaxis: 'x', name: 'float32, seed 0', showlegend: true },
      { xaxis: 'x', name: 'bfloat16, seed 0' },
      { xaxis: 'x2', name: 'float32, seed 1', showlegend: true },
    ]);
    expect([full.line.color === low.line.color, full.line.color === other.line.color]).toEqual([
      false,
      true,
    ]);
    expect([full.line.dash === low.line.dash, full.line.dash === other.line.dash]).toEqual([
      true,
      false,
    ]);
    expect(figure.rows).toHaveLength(6);
    expect(figure.rows[3]).toMatchObject({ precision: 'bfloat16', epoch: 2, meanIoU: 0.25 });
    expect(figure.caption).toContain('CamVid');
  });

  it('throws without runs', () => {
    expect(() => precisionCurvesFigure({ setting: '', runs: [] })).toThrow(/runs/);
  });
});
