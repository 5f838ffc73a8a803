/** What finished runs predict for single images, and which images show how two runs differ. */
import { pickImages } from './pickImages';
import { tf } from '../backend';
import { checkNumber, described, InputError, invalid } from '../check';
import type { Sample, SegmentationDataset, Split } from '../datasets/datasetTypes';
import { unitImage } from '../datasets/unitImages';
import type { PerImageCounts } from '../metrics';
import { imageMeanIoUs } from './scorer';
import { parseStoredConfig } from '../runs/config';
import { evaluate } from '../training/evaluateNetwork';
import { createInference } from '../engine/inference';
import { openSplit } from '../training/openSplit';
import { runDataDifference } from '../training/runData';
import { withRunModel } from '../training/runModel';
import type { TrainingRun } from '../runs/trainingRuns';

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
export async function scoreImages(
  run: Run,
  options: ImageScoreOptions = {},
): Promise<ImageScore[]> {
  const counts = await predictCounts(run, options);
  const meanIoUs = imageMeanIoUs(counts);
  return counts.names.map((name, i) => ({ name, meanIoU: meanIoUs[i] }));
}

/** Predicts each image of a split by the run's kept weights. */
function predictCounts(
  run: Run,
  { split = 'valid', signal, onProgress }: ImageScoreOptions,
): Promise<PerImageCounts> {
  return withModel(run, split, async (model, dataset, batchSize) => {
    const onBatch = (done: number) => onProgress?.(done, dataset.length);
    return (await evaluate(model, dataset, { batchSize, signal, onBatch })).perImage;
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
  const names = first.map(({ name }) => name);
  if (names.join() !== second.map(({ name }) => name).join()) {
    const expected = 'scores of the images of first';
    throw invalid('chooseImages', 'second', expected, described(`${second.length} others`));
  }
  const values = [first, second].map((scores) => scores.map(({ meanIoU }) => meanIoU));
  const picked = pickImages({ names, scores: changes(values[0], values[1]) }, [
    'best',
    'median',
    'worst',
  ]);
  return picked.map(({ index, name, score, rules }) => {
    return { index, name, why: rules[0] as ChosenImage['why'], difference: score };
  });
}

/** Second less first; null where either is. */
export function changes(
  first: readonly (number | null)[],
  second: readonly (number | null)[],
): (number | null)[] {
  return first.map((before, i) => {
    const after = second[i];
    return before === null || after === null ? null : after - before;
  });
}

/**
 * Pixels of each image of the split that a run is reported on: test where the data set has it, else validation. As its
 * record tells; an older record without them has its validation images predicted.
 */
export async function reportedImages(
  run: Run,
  options: Pick<ImageScoreOptions, 'signal' | 'onProgress'> = {},
): Promise<{ split: Split; perImage: PerImageCounts }> {
  const { test, perImage } = run.record;
  if (test !== undefined) return { split: 'test', perImage: test.perImage };
  return { split: 'valid', perImage: perImage ?? (await predictCounts(run, options)) };
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

/** Shows `visit` each sample of a split at the run's size with the probabilities `[H,W,C]` that the run gives its pixels. */
export function visitProbabilities(
  run: Run,
  { split = 'valid', signal }: Pick<ImageScoreOptions, 'split' | 'signal'>,
  visit: (sample: Sample, probabilities: Float32Array) => Promise<void>,
): Promise<void> {
  return withModel(run, split, async (model, dataset) => {
    const inference = createInference(model);
    try {
      for (let index = 0; index < dataset.length; index++) {
        signal?.throwIfAborted();
        const sample = await dataset.sample(index);
        const probabilities = tf.tidy(() => inference.predict(unitImage(sample)).softmax());
        await visit(sample, (await probabilities.data()) as Float32Array);
        probabilities.dispose();
      }
    } finally {
      inference.dispose();
    }
  });
}

async function withModel<T>(
  { folder, record }: Run,
  split: Split,
  work: (model: tf.LayersModel, dataset: SegmentationDataset, batchSize: number) => Promise<T>,
): Promise<T> {
  const dataset = await openSplit(parseStoredConfig(record.config), split);
  const changed = await runDataDifference('predictions', { folder, record }, dataset);
  if (changed !== undefined) {
    throw new InputError(
      `predictions: data must be those of the run in ${folder}, got others: ${changed}. ` +
        'Put them back (PAT_DATA_DIR, dataset.root), or score the run on others with npm run evaluate.',
    );
  }
  return withRunModel('predictions', { folder, record }, (model, { batchSize }) =>
    work(model, dataset, batchSize),
  );
}
