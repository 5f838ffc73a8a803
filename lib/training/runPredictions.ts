/** What finished runs predict for single images, and which images show how two runs differ. */
import { tf } from '../backend';
import { checkNumber, invalid } from '../check';
import type { Sample, SegmentationDataset, Split } from '../datasets/types';
import { scoresFrom } from '../metrics';
import { createModel, loadWeights } from '../models';
import { parseConfig } from './config';
import { evaluate } from './evaluate';
import { createInference } from './inference';
import { openSplit } from './openSplit';
import { runPaths } from './runFolder';
import type { TrainingRun } from './trainingRuns';

/** One image of a split. */
export interface ImageScore {
  name: string;
  /** Over the classes present in this image; null where all is ignored. */
  meanIoU: number | null;
}

export interface ImageScoreOptions {
  /** Default `'valid'`. */
  split?: Split;
  signal?: AbortSignal;
  /** Images done and in all. */
  onProgress?: (done: number, total: number) => void;
}

/** An image chosen by how two runs differ on it. */
export interface ChosenImage {
  /** Into the split. */
  index: number;
  name: string;
  why: 'best' | 'median' | 'worst';
  /** Mean IoU of the second run less that of the first, on this image. */
  difference: number;
}

type Run = Pick<TrainingRun, 'folder' | 'record'>;

/** Scores each image of a split by the run's kept weights, in the order of the split. */
export function scoreImages(
  run: Run,
  { split = 'valid', signal, onProgress }: ImageScoreOptions = {},
): Promise<ImageScore[]> {
  return withModel(run, split, async (model, dataset, batchSize) => {
    const { perImage } = await evaluate(model, dataset, {
      batchSize,
      signal,
      onBatch: (done) => onProgress?.(done, dataset.length),
    });
    const { names, hits, labelled, predicted } = perImage;
    return names.map((name, i) => {
      const counts = { hits: hits[i], labelled: labelled[i], predicted: predicted[i] };
      return { name, meanIoU: scoresFrom(counts).meanIoU };
    });
  });
}

/**
 * The images with the best, the median and the worst change in mean IoU from the first run to the second; each image once.
 *
 * @throws InputError when the scores are not of the same images, or none has a score.
 */
export function chooseImages(
  first: readonly ImageScore[],
  second: readonly ImageScore[],
): ChosenImage[] {
  const where = 'chooseImages';
  const names = (scores: readonly ImageScore[]) => scores.map(({ name }) => name).join();
  if (names(first) !== names(second)) {
    throw invalid(where, 'second', 'scores of the images of first', `${second.length} others`);
  }
  const differences = first.flatMap(({ name, meanIoU }, index) => {
    const other = second[index].meanIoU;
    return meanIoU === null || other === null ? [] : [{ index, name, difference: other - meanIoU }];
  });
  if (differences.length === 0) throw invalid(where, 'first', 'images with a score', 'none');
  const sorted = differences.sort((a, b) => b.difference - a.difference || a.index - b.index);
  const chosen: ChosenImage[] = [
    { ...sorted[0], why: 'best' },
    { ...sorted[Math.floor((sorted.length - 1) / 2)], why: 'median' },
    { ...sorted[sorted.length - 1], why: 'worst' },
  ];
  return chosen.filter(({ index }, i) => chosen.findIndex((other) => other.index === index) === i);
}

/** The samples at `indices` of a split at the run's size, each with the class ids that the run predicts for it. */
export function predictSamples(
  run: Run,
  indices: readonly number[],
  { split = 'valid' }: { split?: Split } = {},
): Promise<{ sample: Sample; prediction: Uint8Array }[]> {
  return withModel(run, split, async (model, dataset) => {
    const results = [];
    const inference = createInference(model);
    try {
      for (const index of indices) {
        const bounds = { min: 0, max: dataset.length - 1, integer: true };
        const sample = await dataset.sample(checkNumber('predictSamples', 'index', index, bounds));
        const { image, height, width } = sample;
        const ids = tf.tidy(() => {
          const bytes = tf.tensor4d(image, [1, height, width, 3], 'int32');
          const input = bytes.toFloat().div<tf.Tensor4D>(255);
          return inference.predict(input).argMax(3); // [1,H,W,C] → [1,H,W]
        });
        results.push({ sample, prediction: Uint8Array.from(await ids.data()) });
        ids.dispose();
      }
    } finally {
      inference.dispose();
    }
    return results;
  });
}

async function withModel<T>(
  { folder, record }: Run,
  split: Split,
  work: (model: tf.LayersModel, dataset: SegmentationDataset, batchSize: number) => Promise<T>,
): Promise<T> {
  const config = parseConfig(record.config);
  const dataset = await openSplit(config, split);
  const model = createModel({ ...config.model, numClasses: dataset.numClasses });
  try {
    await loadWeights(model, runPaths(folder).weights);
    return await work(model, dataset, config.batchSize);
  } finally {
    model.dispose();
  }
}
