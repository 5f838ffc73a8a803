/** Reads every sample of a split and counts what is in it. */
import { imageHash } from '../../datasets/nearDuplicates';
import type { HashedImage } from '../../datasets/nearDuplicates';
import { prefetch } from '../../datasets/prefetch';
import type { SegmentationDataset } from '../../datasets/datasetTypes';

/** A file that cannot be used. */
export interface BadSample {
  /** Place in the split; null when it has none, as half of it is missing or the split is wrong. */
  index: number | null;
  /** Names the file and says what is wrong with it. */
  reason: string;
}

export interface SplitReport {
  /** Pairs of image and labels, bad ones included. */
  pairs: number;
  bad: BadSample[];
  /** Pixels of each class, in the order of `classNames`. */
  classPixels: number[];
  voidPixels: number;
  /** Images of each size, `HEIGHTxWIDTH`, most frequent first. */
  sizes: Record<string, number>;
}

/** A split that holds nothing, or cannot be opened at all for `reason`. */
export function emptyReport(classes: number, reason?: string): SplitReport {
  const bad = reason === undefined ? [] : [{ index: null, reason }];
  return { pairs: 0, bad, classPixels: Array<number>(classes).fill(0), voidPixels: 0, sizes: {} };
}

/**
 * Decodes every image and label file of a split opened without `size`; a bad one is reported and
 * the reading goes on.
 */
export async function inspectSplit(
  dataset: SegmentationDataset,
  {
    signal,
    onProgress,
    onHash,
  }: {
    signal?: AbortSignal;
    onProgress?: (done: number) => void;
    onHash?: (image: HashedImage) => void;
  } = {},
): Promise<SplitReport> {
  const report = emptyReport(dataset.numClasses);
  const { skipped = [] } = dataset;
  report.pairs = dataset.length + skipped.length;
  report.bad = skipped.map(({ reason }) => ({ index: null, reason }));
  const histogram = new Float64Array(256);
  const sizes = new Map<string, number>();
  const indices = Array.from({ length: dataset.length }, (_, index) => index);
  const load = (index: number) =>
    dataset.sample(index).then(
      async (sample) => {
        onHash?.({ name: sample.name, hash: await imageHash(sample) });
        return { index, sample };
      },
      (error: Error) => ({ index, reason: error.message }),
    );
  for await (const result of prefetch(indices, load, { ahead: 8 })) {
    signal?.throwIfAborted();
    onProgress?.(result.index + 1);
    if ('reason' in result) {
      report.bad.push(result);
      continue;
    }
    const { height, width, labels } = result.sample;
    for (let i = 0; i < labels.length; i++) histogram[labels[i]]++;
    const size = `${height}x${width}`;
    sizes.set(size, (sizes.get(size) ?? 0) + 1);
  }
  report.classPixels = report.classPixels.map((_, id) => histogram[id]);
  report.voidPixels = histogram[dataset.ignoreIndex];
  report.sizes = Object.fromEntries([...sizes].sort((a, b) => b[1] - a[1]));
  return report;
}
