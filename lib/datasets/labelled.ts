/** Whether there is anything to score, or to learn from, in a split. */
import { InputError } from '../check';
import type { SegmentationDataset, VoidRule } from './datasetTypes';

/**
 * Whether one of the split's pixels has a class, void not being one: the official test split of Cityscapes has none. The
 * label maps are read up to the first that has one, or that cannot be read: `surveyLabels` names all of those.
 */
export async function hasLabelledPixel(
  dataset: SegmentationDataset,
  voidAs: VoidRule = 'ignore',
): Promise<boolean> {
  const { classNames, ignoreIndex, length } = dataset;
  const last = classNames.length - 1;
  const voidId = voidAs === 'class' && classNames[last] === 'Void' ? last : ignoreIndex;
  for (let index = 0; index < length; index++) {
    const map = await dataset.labelMap(index).catch((error: unknown) => {
      if (error instanceof InputError) return undefined;
      throw error;
    });
    if (map === undefined || map.labels.some((id) => id !== voidId && id !== ignoreIndex))
      return true;
  }
  return false;
}
