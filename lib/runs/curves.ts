/** The course of a run as its figures need it: some numbers of each epoch. */
import { z } from 'zod';

const value = z.number().nullable();
const schema = z.object({
  epoch: z.number().int(),
  step: z.number().int(),
  trainLoss: z.number(),
  validLoss: z.number(),
  meanIoU: value,
  pixelAccuracy: value,
});

/** One epoch; scores of the validation split. */
export type EpochPoint = z.infer<typeof schema>;

export const epochPoints = z.array(schema);

/** The points of a run's `metrics.jsonl`; a torn line and what follows it are left out. */
export function pointsOfMetrics(text: string): EpochPoint[] {
  const points: EpochPoint[] = [];
  for (const line of text.split('\n')) {
    const point = pointOf(line);
    if (point === undefined) break;
    points.push(point);
  }
  return points;
}

function pointOf(line: string): EpochPoint | undefined {
  try {
    return schema.parse(JSON.parse(line)); // drops what is no part of a point
  } catch {
    return undefined;
  }
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
