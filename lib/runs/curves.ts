/** The course of a run as its figures need it: some numbers of each epoch. */
import { z } from 'zod';
import { epochMetrics } from './epochs';
import type { EpochMetrics } from './epochs';
import { checked } from '../schema';
import type { Inferred } from '../schema';

const schema = epochMetrics.pick({
  epoch: true,
  step: true,
  trainLoss: true,
  validLoss: true,
  meanIoU: true,
  pixelAccuracy: true,
});

/** One epoch; scores of the validation split. */
export type EpochPoint = Inferred<typeof schema>;

export const epochPoints = z.array(schema);

/** What is kept of each epoch. */
export function pointsOf(epochs: readonly EpochMetrics[]): EpochPoint[] {
  return checked(epochPoints, epochs).data ?? [];
}

/** Mean of several runs, epoch by epoch, as far as all of them go; a score that one of them lacks is null. */
export function meanPoints(runs: readonly (readonly EpochPoint[])[]): EpochPoint[] {
  const epochs = runs.length === 0 ? 0 : Math.min(...runs.map((points) => points.length));
  return Array.from({ length: epochs }, (_, i) => {
    const points = runs.map((run) => run[i]);
    const mean = (key: 'trainLoss' | 'validLoss' | 'meanIoU' | 'pixelAccuracy') => {
      const values = points.flatMap((point) => point[key] ?? []);
      return values.length < points.length
        ? null
        : values.reduce((sum, one) => sum + one, 0) / values.length;
    };
    return {
      epoch: points[0].epoch,
      step: points[0].step,
      trainLoss: mean('trainLoss') as number,
      validLoss: mean('validLoss') as number,
      meanIoU: mean('meanIoU'),
      pixelAccuracy: mean('pixelAccuracy'),
    };
  });
}
