/** The files that the data bench reads: CamVid where it is found, else synthetic scenes as JPEG. */
import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { defaultRoot, findDataset, openDataset } from '../../datasets';

export interface BenchFiles {
  title: string;
  root: string;
  /** Absolute paths of image and label file. */
  pairs: [image: string, mask: string][];
  /** A folder to delete afterwards, where the files were made for the bench. */
  temporary?: string;
}

export async function benchFiles(root = defaultRoot()): Promise<BenchFiles> {
  if ((await findDataset({ prefer: ['camvid'], root })) === 'camvid') {
    return { title: 'CamVid train', root, pairs: await pairsIn(root) };
  }
  const temporary = await mkdtemp(path.join(os.tmpdir(), 'pat-bench-'));
  await writeScenes(temporary);
  const title = 'synthetic scenes 360x480, JPEG quality 92, label PNG';
  return { title, root: temporary, pairs: await pairsIn(temporary), temporary };
}

async function pairsIn(root: string): Promise<[string, string][]> {
  const folder = path.resolve(root, 'camvid', 'CamVid');
  const [images, masks] = await Promise.all(
    ['train', 'trainannot'].map((part) => readdir(path.join(folder, part))),
  );
  const byStem = new Map(images.map((name) => [path.parse(name).name, name]));
  return masks.sort().flatMap((mask) => {
    const image = byStem.get(path.parse(mask).name);
    if (image === undefined) return [];
    return [[path.join(folder, 'train', image), path.join(folder, 'trainannot', mask)]];
  });
}

/** 200 scenes of 11 classes in CamVid's layout. */
async function writeScenes(root: string): Promise<void> {
  const scenes = await openDataset({ name: 'synthetic', numClasses: 11, size: [360, 480] });
  const folder = path.join(root, 'camvid', 'CamVid');
  for (const part of ['train', 'trainannot']) {
    await mkdir(path.join(folder, part), { recursive: true });
  }
  for (let i = 0; i < scenes.length; i++) {
    const { name, height, width, image, labels } = await scenes.sample(i);
    const stored = labels.map((id) => (id === scenes.ignoreIndex ? 11 : id));
    const raw = { height, width, channels: 3 } as const;
    const grey = { height, width, channels: 1 } as const;
    await sharp(image, { raw })
      .jpeg({ quality: 92 })
      .toFile(path.join(folder, 'train', `${name}.jpg`));
    await sharp(stored, { raw: grey })
      .toColourspace('b-w')
      .png()
      .toFile(path.join(folder, 'trainannot', `${name}.png`));
  }
}
