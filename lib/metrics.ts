/**
 * Segmentation scores from counted pixels.
 *
 *     const matrix = new ConfusionMatrix(12, { ignoreIndex: 255 });
 *     matrix.update(labels, predictions); // for each batch
 *     matrix.scores().meanIoU; // of the whole set
 *     fineGrainedScores(perImage).meanIoUI; // of each image, each class, the worst of them
 *
 * With n_lp the pixels of label l predicted as p, t_c = Σ_p n_cp, q_c = Σ_l n_lc: IoU = n_cc/(t_c + q_c − n_cc),
 * Dice = 2·n_cc/(t_c + q_c), accuracy = n_cc/t_c. A score whose denominator is 0 is null.
 */
export { authorsMeanIoU, authorsMeanIoUOf } from './metrics/authors';
export { classGroups, classThirds, classThirdsBy, meanIoUAmong } from './metrics/classGroups';
export type { ClassGroup } from './metrics/classGroups';
export { ConfusionMatrix } from './metrics/confusionMatrix';
export type { ClassMap, ConfusionMatrixOptions } from './metrics/confusionMatrix';
export { fineGrainedScores, meanOverClasses, meanOverImages } from './metrics/fineGrained';
export { imageClassScores } from './metrics/perImage';
export type { ImageClassTable, PerImageCounts } from './metrics/perImage';
export { classCounts, scoresFrom } from './metrics/scores';
export type { ClassCounts, SegmentationScores } from './metrics/scores';
