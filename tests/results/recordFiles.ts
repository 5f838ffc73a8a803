/** Records as runs leave them, with made-up predictions. */
import { ConfusionMatrix, scoresFrom } from '../../lib/metrics';
import type { PerImageCounts } from '../../lib/metrics';
import { Random } from '../../lib/random';
import type { ScoredSplit } from '../../lib/runs/record';

export const classNames = ['road', 'car', 'sign'];

/** Scores of `images` images of 60 pixels; `skill` is the share of pixels predicted right. */
export function scoredSplit(seed: number, skill: number, images = 12): Required<ScoredSplit> {
  const all = new ConfusionMatrix(classNames.length);
  const perImage: PerImageCounts = { names: [], hits: [], labelled: [], predicted: [] };
  for (let image = 0; image < images; image++) {
    const truth = new Random(99).stream(`labels ${image}`); // the same at every seed
    const guess = new Random(seed).stream(`image ${image}`);
    const labels = Array.from({ length: 60 }, () => truth.pick([0, 0, 0, 0, 1, 1, 2]));
    const predictions = labels.map((id) => (guess.chance(skill) ? id : guess.integer(0, 2)));
    const matrix = new ConfusionMatrix(classNames.length);
    matrix.update(labels, predictions);
    all.update(labels, predictions);
    const counts = matrix.counts();
    perImage.names.push(`image ${10 * image}`); // far apart: each is its own cluster in every data set
    perImage.hits.push(counts.map((row, c) => row[c]));
    perImage.labelled.push(counts.map((row) => row.reduce((sum, value) => sum + value, 0)));
    perImage.predicted.push(counts.map((_, c) => counts.reduce((sum, row) => sum + row[c], 0)));
  }
  return { counts: all.counts(), perImage };
}

/** From counts, `[label][prediction]`. */
export function scoresOf(counts: readonly number[][]) {
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  return scoresFrom({
    hits: counts.map((row, c) => row[c]),
    labelled: counts.map(sum),
    predicted: counts.map((_, c) => sum(counts.map((row) => row[c]))),
  });
}

/** A line of `metrics.jsonl`, with what is given. */
export function metricsLine(given: object): string {
  return JSON.stringify({
    ...{ epoch: 1, step: 4, trainLoss: 1, validLoss: 2, meanIoU: 0.5, meanDice: 0.6 },
    ...{ pixelAccuracy: 0.7, iou: [0.1], learningRate: 1e-3, gradientNorm: { mean: 1, max: 2 } },
    seconds: 3,
    ...given,
  });
}

export interface RecordOptions {
  loss?: { name: string } & Record<string, unknown>;
  seed?: number;
  skill?: number;
  dataset?: Record<string, unknown>;
}

/** The content of a `record.json`. */
export function record(options: RecordOptions = {}) {
  const { loss = { name: 'pat' }, seed = 0, skill = 0.7, dataset = {} } = options;
  const split = scoredSplit(1 + seed, skill);
  return {
    config: {
      dataset: { name: 'camvid', size: [96, 128], ...dataset },
      model: { name: 'segnet', width: 8, variant: 'paper' },
      loss,
      seed,
      epochs: 3,
      batchSize: 4,
      checkpoints: { everySteps: seed },
    },
    classNames,
    samples: { train: 8, valid: 4 },
    parameters: 10,
    epochs: 3,
    steps: 6,
    stoppedBy: 'epochs',
    best: { epoch: 2, validLoss: 0.5 },
    scores: scoresOf(split.counts),
    ...split,
    weightsSha256: 'ab'.repeat(32),
    versions: { tensorflow: '2', tfjs: '4', node: '20' },
    device: { device: 'CPU', threads: 1, backend: 'tensorflow' },
    times: { finished: '2026-01-01T00:00:00Z', seconds: 12 },
  };
}
