/**
 * Synthetic scenes: the data set that is always there. Outdoor scenes of textured shapes, drawn by
 * the kit, with what makes real segmentation data hard: a long-tailed class distribution (large
 * regions, medium objects, thin poles, birds of one pixel), masks over four orders of magnitude,
 * classes missing from most images, shared colours, and a few void pixels along doubtful outlines.
 *
 *     openDataset({ name: 'synthetic', numClasses: 12, size: [128, 160], length: 200, seed: 0 })
 */
import { z } from 'zod';
import { checkNumber } from '../check';
import { Random } from '../random';
import { cacheKind, withCache } from './cache/sampleCache';
import { createDataset, voidLabel } from './dataset';
import { classLimits, sceneClasses } from './synthetic/classes';
import { colourScene, labelScene, layoutScene } from './synthetic/scene';
import type { Scene } from './synthetic/scene';
import type {
  DatasetDefinition,
  DatasetFacts,
  OptionsIn,
  ResolvedOptions,
  Split,
} from './datasetTypes';

const defaultSize = [128, 160] as const;
const defaultClasses = 12;
const defaultLength: Record<Split, number> = { train: 200, valid: 40, test: 40 };

const options = {
  /** 2–40 (default 12). */
  numClasses: z.number().int().positive(),
  /** Number of scenes in the split, at most a million (default 200 train, 40 valid, 40 test). */
  length: z.number().int().positive().max(1e6),
  cache: cacheKind,
};

const factsOf = (numClasses: number): DatasetFacts => {
  const classes = sceneClasses(numClasses);
  return {
    name: 'synthetic',
    title: 'Synthetic scenes',
    real: false,
    classNames: classes.map(({ name }) => name),
    palette: classes.map(({ palette }) => palette),
    licence: "the kit's own",
    citation: 'Drawn by this kit; no source to cite.',
    attribution: 'Scenes drawn by this kit.',
  };
};

export const synthetic: DatasetDefinition<typeof options> = {
  ...factsOf(defaultClasses),
  options,
  has: () => Promise.resolve(true),
  // eslint-disable-next-line @typescript-eslint/require-await -- wrong options reject, as elsewhere
  open: async (given) => openScenes(given),
};

/**
 * Scene i of a split depends on (seed, split, i, size, numClasses) alone, whatever was read before
 * it; splits never share a scene.
 */
function openScenes(given: ResolvedOptions & OptionsIn<typeof options>) {
  const { split, seed, voidAs, size = defaultSize, cache = 'none' } = given;
  const { numClasses = defaultClasses, length = defaultLength[split] } = given;
  checkNumber('openDataset', 'numClasses', numClasses, { integer: true, ...classLimits });
  checkNumber('openDataset', 'length', length, { integer: true, min: 1, max: 1e6 });
  const [height, width] = size;
  const classes = sceneClasses(numClasses);
  const facts = factsOf(numClasses);
  const voidId = voidLabel(facts.classNames, voidAs);
  const scenes = new Random(seed).stream(`synthetic ${split}`);
  const layout = (index: number): Scene =>
    layoutScene(scenes.stream(`scene ${index}`), classes, height, width);
  const labelled = (index: number, scene: Scene) => {
    const name = `scene-${split}-${String(index).padStart(4, '0')}`;
    return { name, height, width, labels: labelScene(scene, voidId) };
  };
  const source = {
    length,
    labelMap: (index: number) => Promise.resolve(labelled(index, layout(index))),
    sample: (index: number) => {
      const scene = layout(index);
      return Promise.resolve({ ...labelled(index, scene), image: colourScene(scene) });
    },
  };
  const identity = { name: 'synthetic', split, seed, size, numClasses, length, voidAs };
  const parts = { files: [], values: [], drawnBy: { seed, length, numClasses } };
  return createDataset(facts, withCache(source, { kind: cache, identity }), {
    split,
    voidAs,
    parts,
  });
}
