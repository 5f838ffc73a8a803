/** Data sets and networks as the paper's tables name them; losses: `lossLabel`. */
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
