/** Data sets, networks, losses and differences as figures, tables and sentences name them. */
import type { LossConfig, LossName } from '../losses';
import type { NetworkName } from '../models';

const datasetTitles: Readonly<Record<string, string>> = {
  oxfordPet: 'Oxford-IIIT Pet',
  cityscapes: 'Cityscapes',
  nyuv2: 'NYUv2',
  camvid: 'CamVid',
  synthetic: 'drawn scenes',
};

const networkTitles: Readonly<Record<NetworkName, string>> = {
  segnet: 'SegNet',
  unet: 'UNet',
  attentionUnet: 'AttUNet',
  nestedUnet: 'UNet++',
};

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

/** A name that the kit does not know stays as it is. */
export function datasetTitle(name: string): string {
  return datasetTitles[name] ?? name;
}

export function networkTitle(name: NetworkName): string {
  return networkTitles[name];
}

/** `CamVid, SegNet`. */
export function placeTitle(dataset: string, network: NetworkName): string {
  return `${datasetTitle(dataset)}, ${networkTitle(network)}`;
}

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
  return counts === (isAuthors(loss) ? 'dataset' : 'batch') ? [`${counts} counts`] : [];
}

/** Is it the loss as in the authors' code? */
export function isAuthors(loss: LossConfig): boolean {
  return 'variant' in loss && loss.variant === 'authors';
}

/** The loss by its name and variant alone: `BMS`, `BMS, authors’ code`. */
export function withoutOptions(loss: LossConfig): LossConfig {
  return { name: loss.name, ...(isAuthors(loss) ? { variant: 'authors' as const } : {}) };
}

/** `+1.2`, `−0.3`, `0.0`: with sign and a real minus. */
export function signed(value: number, digits = 1): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}
