/** Mean IoU as the authors' code computes it (github.com/KhoiDOO/ibla, commit 20c21d1, `metrics/seg.py`). */
import { checkNumber, invalid } from '../check';
import { isClass, pixelPairs } from './confusionMatrix';
import type { ClassMap, ConfusionMatrixOptions } from './confusionMatrix';
import { summedCounts } from './perImage';
import type { PerImageCounts } from './perImage';
import { meanOfDefined } from '../statistics';
import { scoresFrom } from './scores';

/**
 * In each batch the mean over the classes present in its labels, then the mean over batches. It depends on how the set is
 * cut into batches; `scores().meanIoU` does not.
 *
 * Only the class ids 0 … `numClasses` − 1 are scored. The code's `n_classes` is 3 and no caller gives another number, so
 * that its mean IoU is over the ids 0, 1, 2 whatever the data (`authorsClasses` in lib/paper says which classes these are).
 * Other ids are pixels of other classes, in labels and predictions alike. Batches without a label of a scored class are
 * left out (the code's whole epoch is NaN then); NaN when no batch has one. The code also adds 1e-10 to intersection and
 * union, has no ignored pixels, and cuts its validation split anew each epoch, as its loader shuffles.
 *
 * @throws InputError for unequal sizes, ids that are no whole number >= 0.
 */
export function authorsMeanIoU(
  batches: Iterable<{ labels: ClassMap; predictions: ClassMap }>,
  numClasses = 3,
  { ignoreIndex = 255 }: ConfusionMatrixOptions = {},
): number {
  const where = 'authorsMeanIoU';
  checkNumber(where, 'numClasses', numClasses, { min: 1, integer: true });
  checkNumber(where, 'ignoreIndex', ignoreIndex, { integer: true });
  const values: (number | null)[] = [];
  for (const { labels, predictions } of batches) {
    const { truth, guesses } = pixelPairs(where, labels, predictions);
    const [hits, labelled, predicted] = [0, 1, 2].map(() => new Array<number>(numClasses).fill(0));
    for (let i = 0; i < truth.length; i++) {
      const [label, guess] = [truth[i], guesses[i]];
      if (label === ignoreIndex) continue;
      checkId('labels', i, label);
      checkId('predictions', i, guess);
      if (label < numClasses) labelled[label]++;
      if (guess < numClasses) predicted[guess]++;
      if (label === guess && label < numClasses) hits[label]++;
    }
    values.push(scoresFrom({ hits, labelled, predicted }).meanIoU);
  }
  return meanOfDefined(values) ?? NaN;
}

function checkId(argument: string, index: number, id: number): void {
  if (isClass(id, Infinity)) return;
  throw invalid('authorsMeanIoU', `${argument}[${index}]`, 'a class id, an integer >= 0', id);
}

/**
 * The same from the pixels of each image, cut into batches in their order.
 *
 * Option `batchSize`: images in a batch; the last one may have fewer.
 * Option `classIds`: our class at each id that the authors score, e.g. by `authorsClassIds`; undefined where the
 *   labels lack it: it is then in no batch. Pixels that the run ignored count nowhere.
 * @returns null where no batch has a label of these classes.
 * @throws InputError for a batch size that is no whole number >= 1, for ids that the counts do not have.
 */
export function authorsMeanIoUOf(
  counts: PerImageCounts,
  { batchSize, classIds }: { batchSize: number; classIds: readonly (number | undefined)[] },
): number | null {
  const where = 'authorsMeanIoUOf';
  checkNumber(where, 'batchSize', batchSize, { min: 1, integer: true });
  const ids = classIds.flatMap((id) => id ?? []);
  const max = (counts.hits[0]?.length ?? Infinity) - 1;
  for (const id of ids) checkNumber(where, 'classIds', id, { min: 0, max, integer: true });
  const values: (number | null)[] = [];
  for (let from = 0; from < counts.hits.length; from += batchSize) {
    const { hits, labelled, predicted } = summedCounts(counts, from, from + batchSize);
    const [own, truth, guesses] = [hits, labelled, predicted].map((all) =>
      ids.map((id) => all[id]),
    );
    values.push(scoresFrom({ hits: own, labelled: truth, predicted: guesses }).meanIoU);
  }
  return meanOfDefined(values);
}
