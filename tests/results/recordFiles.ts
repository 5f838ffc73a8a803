/** Records as runs leave them, with made-up predictions. */
import { ConfusionMatrix } from '../../lib/metrics';
import type { PerImageCounts } from '../../lib/metrics';
import { Random } from '../../lib/random';
import type { ScoredSplit } from '../../lib/results/records';

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
    perImage.names.push(`image ${image}`);
    perImage.hits.push(counts.map((row, c) => row[c]));
    perImage.labelled.push(counts.map((row) => row.reduce((sum, value) => sum + value, 0)));
    perImage.predicted.push(counts.map((_, c) => counts.reduce((sum, row) => sum + row[c], 0)));
  }
  return { counts: all.counts(), perImage };
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
  return {
    config: {
      dataset: { name: 'camvid', size: [96, 128], ...dataset },
      model: { name: 'segnet', width: 8, variant: 'paper' },
      loss,
      seed,
      epochs: 3,
      checkpoints: { everySteps: seed },
    },
    classNames,
    ...scoredSplit(1 + seed, skill),
    weightsSha256: 'ab'.repeat(32),
    times: { finished: '2026-01-01T00:00:00Z', seconds: 12 },
  };
}
