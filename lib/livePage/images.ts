/** The images that a page brings along. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { invalid } from '../check';
import { openDataset } from '../datasets';
import { decodeImage } from '../datasets/decode/image';
import type { Sample } from '../datasets/datasetTypes';
import { readIfThere, toldPlainly } from '../files';
import type { RunRecord } from '../runs/record';
import { openSplit } from '../training/openSplit';
import { palettePng } from '../training/palettePng';
import type { PageImage } from './pageTypes';

/** Grey levels are the ids. */
const greys = Array.from({ length: 256 }, (_, id) => [id, id, id] as const);
const imageFile = /\.(jpe?g|png|webp|tiff?|gif)$/i;

interface PageImages {
  images: PageImage[];
  credit: string;
}

/**
 * Drawn scenes: of the runs' own validation split, with labels, where they were trained on such; else at their size, without
 * labels, as their classes are others.
 */
export async function drawnImages(config: RunRecord['config'], count: number): Promise<PageImages> {
  const own = config.dataset.name === 'synthetic';
  const dataset = own
    ? await openSplit(config, 'valid')
    : await openDataset({ name: 'synthetic', split: 'valid', size: config.dataset.size });
  const images: PageImage[] = [];
  for (let i = 0; i < Math.min(count, dataset.length); i++) {
    const { name, height, width, image, labels } = await dataset.sample(i);
    images.push({
      name,
      file: await pngOf({ height, width, image }),
      ...(own ? { labels: labelsOf({ height, width, labels }) } : {}),
    });
  }
  return { images, credit: dataset.attribution ?? '' };
}

/** The image files of a folder at the runs' size, with the text of its `ATTRIBUTION.txt`. @throws InputError where it has none. */
export async function folderImages(
  where: string,
  folder: string,
  [height, width]: readonly [number, number],
  count: number,
): Promise<PageImages> {
  const names = (await toldPlainly(where, folder, () => readdir(folder))).filter((name) =>
    imageFile.test(name),
  );
  if (names.length === 0) {
    throw invalid(where, 'images', 'a folder with JPEG, PNG, WebP, TIFF or GIF files', folder);
  }
  const images: PageImage[] = [];
  for (const name of names.sort().slice(0, count)) {
    const { image } = await decodeImage(path.join(folder, name), {
      ...{ size: [height, width], upright: true },
    });
    images.push({ name, file: await pngOf({ height, width, image }) });
  }
  const told = (await readIfThere(where, path.join(folder, 'ATTRIBUTION.txt')))?.trim();
  const unknown = `The photographs are those of the folder “${path.basename(path.resolve(folder))}”; it names no author.`;
  return { images, credit: told || unknown };
}

async function pngOf({ height, width, image }: Pick<Sample, 'height' | 'width' | 'image'>) {
  const raw = { width, height, channels: 3 as const };
  const png = await sharp(image, { raw }).png({ compressionLevel: 9 }).toBuffer();
  return png.toString('base64');
}

function labelsOf({ height, width, labels }: Pick<Sample, 'height' | 'width' | 'labels'>): string {
  return palettePng(labels, { height, width, palette: greys }).toString('base64');
}
