/** Data sets, networks, losses and differences as figures, tables and sentences name them. */
import type { LossConfig } from '../losses';
import { mapLosses } from '../losses/traits';
import type { NetworkName } from '../models';

export { lossLabel, lossTitle } from '../losses/labels';

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

/** Is it the loss as in the authors' code? */
export function isAuthors(loss: { name: string }): boolean {
  return 'variant' in loss && loss.variant === 'authors';
}

/** The loss by its name and variant alone: `BMS`, `BMS, authors’ code`; a sum by those of its terms and their weights. */
export function withoutOptions(loss: LossConfig): LossConfig {
  return mapLosses(loss, (one) => ({
    name: one.name,
    ...(isAuthors(one) ? { variant: 'authors' as const } : {}),
  }));
}

/** `+1.2`, `−0.3`, `0.0`: with sign and a real minus. */
export function signed(value: number, digits = 1): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}
