/** What TensorBoard shows of a run: curves of each step and each epoch, and predictions beside their labels. */
import type { SegmentationDataset } from '../../datasets/datasetTypes';
import type { PredictedBatch } from '../evaluateNetwork';
import type { EpochMetrics } from '../../runs/epochs';
import type { StepMetrics } from '../trainLoop';
import type { SummaryValue } from './event';
import { eventFile } from './eventFile';
import { predictionPanel } from './predictionPanel';

export interface RunLog {
  /** `train/loss`, `train/gradientNorm` and `train/learningRate` of a step (counted from 1). */
  step(step: number, metrics: StepMetrics): void;
  /** Takes the samples to show out of the validation's predictions. */
  predictions(batch: PredictedBatch): void;
  /**
   * The scores of an epoch, with `IoU/CLASS` and, where measured, the statistics of each class. A better epoch than all
   * before shows its predictions as `predictions/NAME`: image, label, prediction. Writes all that waits.
   */
  epoch(metrics: EpochMetrics, isBest: boolean): Promise<void>;
  /** Writes all that waits. */
  flush(): Promise<void>;
}

export interface RunLogOptions {
  /** Holds the event files; created when there is something to write. */
  folder: string;
  valid: SegmentationDataset;
  /** Validation samples to show, the first ones. */
  images: number;
  /** The next step of the run, from 1. */
  firstStep: number;
}

/** A log for this process, whose first step will be `firstStep`. */
export function tensorboardLog({ folder, valid, images, firstStep }: RunLogOptions): RunLog {
  const file = eventFile(folder, firstStep);
  let shown: ArrayLike<number>[] = [];
  const panels = () =>
    Promise.all(
      shown.map(async (prediction, i): Promise<SummaryValue> => {
        const sample = await valid.sample(i);
        const image = await predictionPanel(sample, prediction, valid.palette);
        return { tag: `predictions/${sample.name}`, image };
      }),
    );
  return {
    step: (step, { loss, gradientNorm, learningRate }) =>
      file.add(step, scalars({ train: { loss, gradientNorm, learningRate } })),
    predictions: ({ names, height, width, predictions }) => {
      const pixels = height * width;
      const missing = Math.min(images - shown.length, names.length);
      for (let i = 0; i < missing; i++) shown.push(predictions.slice(i * pixels, (i + 1) * pixels));
    },
    epoch: async (metrics, isBest) => {
      const {
        validLoss: loss,
        validCrossEntropy: crossEntropy,
        meanIoU,
        meanDice,
        pixelAccuracy,
        iou,
      } = metrics;
      const byClass = (values: readonly (number | null)[]) =>
        Object.fromEntries(valid.classNames.map((name, id) => [name, values[id]]));
      const { gradientNorm, coefficient } = metrics.classStatistics ?? {};
      const groups = {
        validation: { loss, crossEntropy, meanIoU, meanDice, pixelAccuracy },
        IoU: byClass(iou),
        ...(gradientNorm && { classGradientNorm: byClass(gradientNorm) }),
        ...(coefficient && { classCoefficient: byClass(coefficient) }),
      };
      file.add(metrics.step, scalars(groups));
      if (isBest && shown.length > 0) file.add(metrics.step, await panels());
      shown = [];
      await file.flush();
    },
    flush: () => file.flush(),
  };
}

/** `group/name` for each number; what is null or absent has no point on a curve. */
function scalars(
  groups: Record<string, Record<string, number | null | undefined>>,
): SummaryValue[] {
  return Object.entries(groups).flatMap(([group, values]) =>
    Object.entries(values).flatMap(([name, scalar]) =>
      scalar === null || scalar === undefined ? [] : [{ tag: `${group}/${name}`, scalar }],
    ),
  );
}
