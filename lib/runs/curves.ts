/** The course of a run as its figures need it: some numbers of each epoch. */
import { z } from 'zod';
import { epochMetrics } from './epochs';
import type { EpochMetrics } from './epochs';
import { checked } from '../schema';
import { mean } from '../statistics';
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

/**
 * Mean of several runs at each epoch, by its number, that all of them have; a score that one of them lacks is null. A later
 * line of an epoch counts in place of an earlier one.
 */
export function meanPoints(runs: readonly (readonly EpochPoint[])[]): EpochPoint[] {
  const [first, ...others] = runs.map(
    (points) => new Map(points.map((point) => [point.epoch, point])),
  );
  if (first === undefined) return [];
  const shared = [...first.keys()].filter((epoch) => others.every((run) => run.has(epoch)));
  return shared
    .sort((a, b) => a - b)
    .map((epoch) => {
      const points = [first, ...others].flatMap((run) => run.get(epoch) ?? []);
      const meanOf = (key: 'trainLoss' | 'validLoss' | 'meanIoU' | 'pixelAccuracy') => {
        const values = points.flatMap((point) => point[key] ?? []);
        return values.length < points.length ? null : mean(values);
      };
      return {
        epoch,
        step: points[0].step,
        trainLoss: meanOf('trainLoss') as number,
        validLoss: meanOf('validLoss') as number,
        meanIoU: meanOf('meanIoU'),
        pixelAccuracy: meanOf('pixelAccuracy'),
      };
    });
}

/** The epochs that are missing before the last: `2–3, 7`; empty where none is. */
export function missingEpochs(points: readonly EpochPoint[]): string {
  const numbers = [...new Set([0, ...points.map(({ epoch }) => epoch)])].sort((a, b) => a - b);
  const gaps = numbers.slice(1).flatMap((epoch, i) => {
    const [from, to] = [numbers[i] + 1, epoch - 1];
    return from > to ? [] : [from === to ? `${from}` : `${from}–${to}`];
  });
  return gaps.join(', ');
}
