/** What a prediction of one image gets right. */
import type { Sample } from '../../datasets/datasetTypes';
import { scoresFrom } from '../../metrics';

/** Pixels of each class, ignored ones left out. */
export interface ImageCounts {
  labelled: number[];
  predicted: number[];
  /** Labelled and predicted as the class. */
  hits: number[];
  /** Over the classes in the labels; null where all is ignored. */
  meanIoU: number | null;
}

export function imageCounts(
  { labels }: Pick<Sample, 'labels'>,
  prediction: Uint8Array,
  { numClasses, ignoreIndex }: { numClasses: number; ignoreIndex: number },
): ImageCounts {
  const zeros = () => Array<number>(numClasses).fill(0);
  const [labelled, predicted, hits] = [zeros(), zeros(), zeros()];
  labels.forEach((label, pixel) => {
    if (label === ignoreIndex) return;
    labelled[label]++;
    predicted[prediction[pixel]]++;
    if (label === prediction[pixel]) hits[label]++;
  });
  return { labelled, predicted, hits, meanIoU: scoresFrom({ hits, labelled, predicted }).meanIoU };
}
