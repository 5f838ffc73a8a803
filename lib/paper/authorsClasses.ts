/**
 * Which classes stand at the ids 0, 1, 2 of the authors' labels, the only ones that their mean IoU is over
 * (`authorsMeanIoU` in lib/metrics; github.com/KhoiDOO/ibla, commit 20c21d1).
 */

/** By our names. CamVid, which the authors do not have, stands in for Cityscapes; its classes are those of the same things. */
const authorsClasses: Readonly<Record<string, readonly [string, string, string]>> = {
  // dataset/ox.py numbers the trimap values of an image in their order: 1 pet, 2 background, 3 border.
  oxfordPet: ['pet', 'background', 'border'],
  cityscapes: ['road', 'sidewalk', 'building'], // dataset/cityscape.py: train ids
  nyuv2: ['Void', 'bed', 'books'], // dataset/nyu.py adds 1 to the 13 classes, whose void is −1
  camvid: ['Road', 'Pavement', 'Building'],
};

/**
 * Our ids of these classes, in the authors' order, for `authorsMeanIoUOf`; undefined where the labels lack one, as void is
 * unless the run has `voidAs: 'class'`. No ids for a data set that the paper does not have.
 */
export function authorsClassIds(
  dataset: string,
  classNames: readonly string[],
): (number | undefined)[] {
  return (authorsClasses[dataset] ?? []).map((name) => {
    const id = classNames.indexOf(name);
    return id < 0 ? undefined : id;
  });
}
