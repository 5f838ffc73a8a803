/** Data sets, networks and differences as tables and sentences name them; losses: `lossLabel`. */
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

/** `+1.2`, `−0.3`, `0.0`: with sign and a real minus. */
export function signed(value: number, digits = 1): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}
