/** Losses as figures, tables and sentences name them. */
import type { LossConfig, LossName } from '../losses';

const lossTitles: Readonly<Record<LossName, string>> = {
  crossEntropy: 'CE',
  focal: 'Focal',
  classBalanced: 'CB',
  classBalancedFocal: 'CB Focal',
  balancedSoftmax: 'BMS',
  ldam: 'LDAM',
  blv: 'BLV',
  pat: 'PAT',
};
const optionSymbols: Readonly<Record<string, string>> = {
  temperature: 'τ',
  gamma: 'γ',
  beta: 'β',
  sharpness: 'k',
  epsilon: 'ε',
  scale: 's',
  sigma: 'σ',
};

/** A loss without its options, as the paper calls it. */
export function lossTitle(name: LossName): string {
  return lossTitles[name];
}

/** `CE`, `PAT, τ = 2`, `Focal, γ = 5`: a loss with the options that are set. */
export function lossLabel(loss: LossConfig): string {
  const { name, ...options } = loss;
  const set = Object.entries(options).flatMap(([key, value]) => {
    if (key === 'classCounts') return Array.isArray(value) ? 'given counts' : countsLabel(loss);
    if (key in optionSymbols) return `${optionSymbols[key]} = ${value}`;
    if (key === 'normalizer' && value === 'pixels') return 'without 1/|M|';
    if (key === 'distribution') return String(value);
    return key === 'variant' ? `${value}’ code` : `${key} ${String(value)}`;
  });
  return [lossTitles[name], ...set].join(', ');
}

/** Counts other than the default of a run: the training split's as published, the batch's in the authors' code. */
function countsLabel(loss: LossConfig): string[] {
  const counts = 'classCounts' in loss ? loss.classCounts : undefined;
  const isAuthors = 'variant' in loss && loss.variant === 'authors';
  return counts === (isAuthors ? 'dataset' : 'batch') ? [`${counts} counts`] : [];
}
