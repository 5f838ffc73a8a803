/** Whether there is anything to score, or to learn from, in a split. */
import type { SegmentationDataset, VoidRule } from './types';

/**
 * Whether one of the split's pixels has a class, void not being one: the official test split of Cityscapes has none. The
 * label maps are read up to the first that has one.
 */
export async function hasLabelledPixel(
  dataset: SegmentationDataset,
  voidAs: VoidRule = 'ignore',
): Promise<boolean> {
  const { classNames, ignoreIndex, length } = dataset;
  const last = classNames.length - 1;
  const voidId = voidAs === 'class' && classNames[last] === 'Void' ? last : ignoreIndex;
  for (let index = 0; index < length; index++) {
    const { labels } = await dataset.labelMap(index);
    if (labels.some((id) => id !== voidId && id !== ignoreIndex)) return true;
  }
  return false;
}
