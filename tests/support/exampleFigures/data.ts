/** Made-up results as wide as the real ones: eleven classes, eight losses, names as long as the longest. */
import { ratioStatistics } from '../../../lib/analysis/gradientRatios';
import type { RatioStatistics } from '../../../lib/analysis/gradientRatios';
import { analyzeMasks } from '../../../lib/analysis/maskImbalance';
import type { MaskImbalance } from '../../../lib/analysis/maskImbalance';
import { measuredOver } from '../../../lib/measurement/measured';
import type { TrainingCost } from '../../../lib/measurement/trainingCost';
import { ablationTitles } from '../../../lib/claims/ablationClaims';
import type { AblationScore } from '../../../lib/claims/ablationClaims';
import type { LossReport, StepMeasurement, StepReport } from '../../../lib/measurement/reports';
import { openDataset } from '../../../lib/datasets';
import type { SegmentationDataset } from '../../../lib/datasets/datasetTypes';
import type { ClassBarSeries } from '../../../lib/figures/classBars';
import type { IntervalPanel } from '../../../lib/figures/intervals';
import type { MaskStyle } from '../../../lib/figures/drawing/pictures';
import type { RunCurves } from '../../../lib/figures/trainingCurves';
import { paperLosses } from '../../../lib/paper';
import { compareMethods, JudgeContrasts } from '../../../lib/judge/contrasts';
import { addToBin, calibrationSums } from '../../../lib/judge/calibration';
import { judgeScoresOf } from '../../../lib/judge/scores';
import type { JudgedRun } from '../../../lib/judge/scores';
import type { Judgement, JudgedMethod } from '../../../lib/judge';
import { spread } from '../../../lib/results/bootstrap';
import { Random } from '../../../lib/random';
import { Results, summarize } from '../../../lib/results';
import type { PrecisionRuns } from '../../../lib/results/precisionRuns';
import { lossTitle } from '../../../lib/results/names';
import type { ClassHistory } from '../../../lib/results/classHistory';
import type { ClassComparison } from '../../../lib/results/runComparison';
import { plan, recordsOf } from '../../results/plannedRecords';

export const SETTING = 'CamVid 96×128, SegNet of width 16';
export const LABELS = ['CE', 'Focal, γ = 2', 'CB', 'CB Focal', 'BMS', 'LDAM', 'BLV', 'PAT, τ = 2'];
const CLASSES = [
  'Road',
  'Building',
  'Sky',
  'Tree',
  'Pavement',
  'Car',
  'Fence',
  'Pedestrian',
  'SignSymbol',
];

const random = () => new Random(7);

export function synthetic(): Promise<SegmentationDataset> {
  const options = { size: [32, 64] as [number, number], numClasses: 8, length: 6, seed: 1 };
  return openDataset({ name: 'synthetic', split: 'train', ...options });
}

export async function imbalance(): Promise<MaskImbalance> {
  return analyzeMasks(await synthetic());
}

/** Three data sets, for figures that compare them. */
export async function imbalances(): Promise<MaskImbalance[]> {
  const set = await imbalance();
  return ['CamVid', 'Oxford-IIIT Pet', 'NYU Depth v2'].map((title) => ({ ...set, title }));
}

export function maskStyle({
  title,
  split,
  classNames,
  palette,
  ignoreIndex,
}: SegmentationDataset): MaskStyle {
  return { title, split, classNames, palette, ignoreIndex };
}

/** Gradient norms of four images with a mask of each class. */
export function ratios(): RatioStatistics[] {
  const draw = random().stream('norms');
  return ['CE', 'PAT, τ = 2'].map((loss) => {
    const rows = ['a', 'b', 'c', 'd'].flatMap((image) =>
      CLASSES.map((className, classId) => {
        const pixels = Math.round(10_000 / 3 ** classId) + 1;
        const norm = pixels * draw.uniform(0.5, 1.5);
        const each = norm / pixels;
        return { image, classId, className, pixels, norm, meanNorm: each, normalizedNorm: each };
      }),
    );
    return ratioStatistics({ loss, rows });
  });
}

/** Two runs, class by class, most pixels first. */
export function classComparisons(): ClassComparison[] {
  return CLASSES.map((className, classId) => {
    const iou: [number, number] = [0.9 - 0.08 * classId, 0.88 - 0.06 * classId];
    const pixels = Math.round(10_000 / 3 ** classId);
    return {
      classId,
      className,
      pixels,
      group: groupOf(classId),
      iou,
      difference: iou[1] - iou[0],
    };
  });
}

/** Seeds of three losses on one data set. */
export function cells(): ClassBarSeries[] {
  const losses = ['crossEntropy', 'focal', 'pat'].map((name) => ({ name }));
  const planned = plan({ loss: losses, seed: [0, 1, 2] });
  const results = new Results(
    recordsOf(planned, () => 0.7),
    { resamples: 10 },
  );
  return results.cells.map((cell) => {
    return { label: lossTitle(cell.loss.name), cell, summary: summarize(cell, results) };
  });
}

/** Each part of PAT on three data sets, three seeds each. */
export function ablation(): AblationScore[] {
  const parts = Object.keys(ablationTitles) as AblationScore['part'][];
  return ['CamVid', 'Oxford-IIIT Pet', 'NYU Depth v2'].flatMap((dataset) =>
    parts.map((part, i) => {
      const value = 20 + 3 * i;
      const seeds = [value - 1, value, value + 1];
      return { dataset, part, value, low: value - 2, high: value + 2, seeds };
    }),
  );
}

/** Differences of every loss, with two networks in each of three data sets. */
export function intervals(): IntervalPanel[] {
  return ['CamVid', 'Oxford-IIIT Pet', 'NYU Depth v2'].map((title) => ({
    title,
    rows: LABELS.slice(1).flatMap((label, i) =>
      ['SegNet', 'U-Net'].map((series, j) => {
        const value = 0.01 * (i - 3) + 0.005 * j;
        return { label, series, value, low: value - 0.01, high: value + 0.02 };
      }),
    ),
  }));
}

export function trainingCost(): TrainingCost {
  const losses = paperLosses.map((name, i) => ({
    label: LABELS[i],
    loss: { name },
    epochSeconds: measuredOver([10 + i, 11 + i, 12 + i]),
    timesFirst: measuredOver([1, 1 + 0.1 * i]),
    cpuSeconds: measuredOver([20, 21]),
    peakMiB: measuredOver([400 + 20 * i, 410 + 20 * i]),
    cpuShare: measuredOver([0.8 - 0.02 * i, 0.82 - 0.02 * i]),
    gpuShare: null,
    gpuMiB: null,
  }));
  const run = { dataset: 'CamVid', network: 'segnet', width: 16, steps: 12 } as const;
  const size = [96, 128] as const;
  const rest = { size, numClasses: 12, batchSize: 8, rounds: 3, foreignShare: 0.04, losses };
  return { machine: { ...machine, ...versions }, gpu: null, ...run, ...rest };
}

function groupOf(classId: number): 'head' | 'body' | 'tail' {
  if (classId < 3) return 'head';
  return classId < 6 ? 'body' : 'tail';
}

export function histories(): ClassHistory[] {
  const epochs = Array.from({ length: 8 }, (_, i) => i + 1);
  return ['CE', 'PAT, τ = 2'].map((label, i) => ({
    label,
    perMask: i === 1,
    epochs,
    classes: CLASSES.map((className, classId) => ({
      classId,
      className,
      pixels: Math.round(10_000 / 3 ** classId),
      group: groupOf(classId),
      norms: epochs.map((epoch) => 1 / (epoch * (1 + (i === 1 ? 0.1 : 1) * classId))),
      coefficients: i === 1 ? epochs.map((epoch) => 0.5 + 0.05 * classId + 0.3 / epoch) : null,
    })),
    ranges: epochs.map((epoch) => 10 / epoch),
  }));
}

export function curves(): RunCurves[] {
  return LABELS.map((label, run) => ({
    label,
    epochs: [1, 2, 3, 4, 5].map((epoch) => ({
      epoch,
      step: 10 * epoch,
      trainLoss: (2 + run) / epoch,
      validLoss: (3 + run) / epoch,
      meanIoU: 0.1 * epoch - 0.01 * run,
      meanDice: 0.1 * epoch,
      pixelAccuracy: 0.5,
      iou: [],
      learningRate: 1e-3,
      gradientNorm: { mean: 1, max: 2 },
      seconds: 1,
    })),
    steps: [0.2, 0.4, 0.6, 0.8, 1].map((epoch) => ({ epoch, loss: (3 + run) / (1 + epoch) })),
  }));
}

const machine = { processor: 'Example CPU', cores: 2, memoryGiB: 8, device: 'CPU', node: '20' };
const versions = { tensorflow: '2.21', load: 0 };

export function lossReport(): LossReport {
  const results = [3, 21].flatMap((classes) =>
    paperLosses.flatMap((loss, i) =>
      (['graph', 'eager'] as const).map((execution, j) => ({
        ...{ classes, loss, execution, milliseconds: { median: 3, min: 2, max: 4 } },
        timesCrossEntropy: 1 + (j + 0.1) * i * (classes / 20),
      })),
    ),
  );
  const batch = { images: 4, height: 128, width: 128, ignoredShare: 0.05 };
  return { machine: { ...machine, ...versions }, batch, rounds: 9, results, memory: [] };
}

export function stepReport(): StepReport {
  const networks = ['segnet', 'unet', 'attentionUnet', 'nestedUnet'];
  const results = [8, 16].flatMap((width) =>
    networks.flatMap((network, i) =>
      ['crossEntropy', 'pat'].map((loss) => ({
        ...{ mode: 'step', network, variant: 'paper', loss, width, size: 128, batch: 4 },
        ...{
          oursMs: 80,
          torchNchwMs: 120,
          torchChannelsLastMs: 100,
          ratio: 0.7 + 0.1 * i,
          bar: 0.9,
        },
      })),
    ),
  ) as StepMeasurement[];
  const report = { torch: '2.13', rounds: 9, maxForeign: 0.1, results };
  return { machine: { ...machine, ...versions }, ...report };
}

export function precisionRuns(): PrecisionRuns {
  const runs = (['crossEntropy', 'pat'] as const).flatMap((loss) =>
    [0, 1].flatMap((seed) =>
      (['float32', 'bfloat16'] as const).map((precision, i) => ({
        ...{ loss, seed, precision },
        epochs: [1, 2, 3].map((epoch) => ({
          ...{ epoch, trainLoss: 1, validLoss: 1, meanIoU: 0.2 * epoch - 0.01 * i - 0.02 * seed },
        })),
      })),
    ),
  );
  return { setting: SETTING, runs };
}

/** Three methods on 12 images, one with probabilities. */
export function judgement(): Judgement {
  const random = new Random(5);
  const names = Array.from({ length: 12 }, (_, i) => `image ${i}`);
  const counts = (skill: number) => {
    const labelled = names.map(() => [400, 90, 30, 9].map((most) => random.integer(1, most)));
    const hits = labelled.map((row) =>
      row.map((one) => Math.round(one * skill * random.uniform(0.8, 1))),
    );
    return { names, hits, labelled, predicted: labelled.map((row) => row.map((one) => one + 2)) };
  };
  const methods = ['CE', 'PAT, τ = 2', 'CE (adjusted, t = 0.75)'].map((name, m): JudgedMethod => {
    const calibration = names.map(() => {
      const sums = calibrationSums();
      for (let i = 0; i < 300; i++) {
        const p = random.uniform(0.3, 1);
        addToBin(sums, 0, p, random.uniform(0, 1) < p - 0.15);
      }
      return sums;
    });
    const run: JudgedRun = {
      ...{ method: name, seed: 0, overlaps: false, dataset: '', thirds: [[0, 1], [2], [3]] },
      perImage: counts(0.9 - 0.1 * m),
      boundary: counts(0.5 + 0.1 * m),
      ...(m < 2 ? { calibration } : {}),
    };
    const scores = Object.entries(judgeScoresOf(run)).map(([score, value]) => [
      score,
      spread([value]),
    ]);
    return {
      ...{ name, decision: { rule: 'argmax' }, runs: [run] },
      scores: Object.fromEntries(scores) as JudgedMethod['scores'],
    };
  });
  const groups = methods.map(({ name, runs }) => ({ key: name, runs }));
  return {
    ...{ title: 'CamVid, test', classNames: ['Road', 'Building', 'Car', 'Pole'], names, methods },
    ...{ pixels: [2400, 540, 180, 50], thirds: [[0, 1], [2], [3]], thirdsBy: 'labels' },
    comparisons: compareMethods(new JudgeContrasts(groups, 200)),
    ...{ problems: [], leftOut: [] },
  };
}
