/** Tables 1–3 of the paper as printed, row by row; percent, but for "Dice Err" (`inferredReadings`). */
import type { LossName } from '../losses';
import type { NetworkName } from '../models';

/** For Oxford-IIIT Pet, Cityscapes and NYUv2 in this order: mean IoU and pixel accuracy (Table 1: and "Dice Err"). */
type Scores = number[];

/** SegNet; the row of PAT is lost but for its first "Dice Err", 0.23. */
export const table1: readonly (readonly [LossName, ...Scores])[] = [
  ['crossEntropy', 76.14, 91.21, 0.23, 73.83, 85.31, 0.66, 18.05, 53.5, 1.8],
  ['focal', 75.76, 91.17, 0.3, 74.02, 85.44, 0.56, 15.14, 51.07, 1.75],
  ['classBalanced', 76.6, 90.9, 0.2, 72.26, 81.33, 0.69, 18.56, 52.17, 1.94],
  ['classBalancedFocal', 76.02, 90.54, 0.26, 71.17, 80.7, 0.72, 17.31, 50.46, 1.76],
  ['balancedSoftmax', 13.22, 25.45, 1.28, 8.15, 11.8, 3.08, 12.27, 22.84, 2.4],
  ['ldam', 75.43, 90.97, 0.78, 74.8, 85.2, 2.27, 19.59, 52.59, 2.3],
  ['blv', 76.24, 91.22, 0.23, 74.21, 85.37, 0.53, 18.37, 52.62, 1.9],
];

export const table2: readonly (readonly [LossName, NetworkName, ...Scores])[] = [
  ['crossEntropy', 'unet', 78.61, 92.4, 74.08, 83.63, 15.36, 50.97],
  ['crossEntropy', 'attentionUnet', 78.83, 92.52, 73.28, 87.33, 16.46, 51.35],
  ['crossEntropy', 'nestedUnet', 78.18, 92.3, 72.91, 82.87, 16.48, 51.42],
  ['focal', 'unet', 78.27, 92.24, 73.53, 83.69, 15.42, 51.03],
  ['focal', 'attentionUnet', 78.31, 92.3, 73.93, 83.1, 16.46, 51.32],
  ['focal', 'nestedUnet', 77.78, 92.15, 74.21, 83.52, 16.72, 51.41],
  ['classBalanced', 'unet', 78.71, 91.99, 73.58, 83.19, 20.18, 54.91],
  ['classBalanced', 'attentionUnet', 79.26, 92.31, 74.47, 83.76, 19.07, 54.66],
  ['classBalanced', 'nestedUnet', 78.51, 91.96, 74.85, 83.66, 19.17, 53.23],
  ['classBalancedFocal', 'unet', 78.13, 91.61, 73.74, 83.01, 17.82, 54.14],
  ['classBalancedFocal', 'attentionUnet', 78.82, 92.02, 73.42, 83.18, 18.76, 54.26],
  ['classBalancedFocal', 'nestedUnet', 77.76, 91.54, 72.58, 82.45, 17.09, 53.02],
  ['ldam', 'unet', 78.68, 92.44, 73.42, 83.81, 18.04, 54.33],
  ['ldam', 'attentionUnet', 78.71, 92.51, 73.73, 83.46, 19.81, 55.22],
  ['ldam', 'nestedUnet', 78.06, 92.2, 73.55, 84.64, 19.04, 52.99],
  ['blv', 'unet', 78.25, 92.25, 74.72, 84.74, 18.32, 54.67],
  ['blv', 'attentionUnet', 78.97, 92.46, 74.45, 84.56, 19.45, 54.72],
  ['blv', 'nestedUnet', 78.37, 92.23, 74.93, 84.86, 19.81, 54.93],
  ['pat', 'unet', 78.63, 92.27, 74.85, 85.51, 21.18, 54.22],
  ['pat', 'attentionUnet', 79.37, 92.72, 74.57, 85.56, 21.44, 54.41],
  ['pat', 'nestedUnet', 79.14, 92.51, 75.24, 85.8, 20.66, 54.86],
];

/** PAT at four temperatures, numbered in the printed order; their values are lost. */
export const table3: readonly (readonly [NetworkName, 1 | 2 | 3 | 4, ...Scores])[] = [
  ['segnet', 1, 76.83, 91.42, 73.86, 84.82, 19.35, 53.39],
  ['segnet', 2, 76.69, 91.4, 74.76, 85.14, 19.49, 54.43],
  ['segnet', 3, 76.69, 91.28, 76.22, 85.8, 21.41, 55.57],
  ['segnet', 4, 76.87, 91.49, 76.21, 85.76, 21.41, 54.29],
  ['unet', 1, 78.58, 91.42, 74.17, 84.82, 18.23, 52.05],
  ['unet', 2, 78.74, 92.35, 74.57, 85.34, 19.49, 54.43],
  ['unet', 3, 78.63, 92.27, 74.85, 85.51, 21.18, 54.22],
  ['unet', 4, 78.54, 92.29, 74.29, 85.56, 21.32, 54.26],
];
