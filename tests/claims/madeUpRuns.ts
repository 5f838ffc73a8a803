/** Runs with made-up scores: how well each loss finds each class is given, images and seeds add noise. */
import type { LossConfig, LossName } from '../../lib/losses';
import type { NetworkName } from '../../lib/models';
import { scoresFrom } from '../../lib/metrics';
import { Random } from '../../lib/random';
import type { ResultRecord } from '../../lib/results';
import { ClaimRuns } from '../../lib/claims';

export const networks: readonly NetworkName[] = ['segnet', 'unet', 'attentionUnet', 'nestedUnet'];

/** Class names, most pixels first, and their labelled pixels in each image. */
const datasets: Readonly<Record<string, { classNames: string[]; pixels: number[] }>> = {
  camvid: {
    classNames: ['road', 'sky', 'car', 'fence', 'sign', 'pole'],
    pixels: [4000, 3000, 800, 400, 90, 60],
  },
  oxfordPet: { classNames: ['background', 'pet', 'border'], pixels: [3000, 1200, 300] },
  nyuv2: {
    classNames: ['wall', 'floor', 'bed', 'sofa', 'tv', 'books'],
    pixels: [5000, 2000, 700, 500, 80, 50],
  },
};

export interface RunPlace {
  dataset: string;
  network: NetworkName;
  loss: LossConfig;
}

/** Share of the pixels of a class that is found, 0–1; `rank` goes from 0 (the most frequent class) to 1. */
export type Skill = (place: RunPlace, rank: number) => number;

export interface MadeUpOptions {
  seed?: number;
  images?: number;
  /** Standard deviation of the skill between seeds, and between images. */
  seedNoise?: number;
  imageNoise?: number;
  /** Suffix of the image names. */
  tag?: string;
  /** All losses have the same noise: equally skilled ones are the same to the last pixel (default false). */
  sameNoise?: boolean;
  /** Of the whole split (default: none is stored). */
  crossEntropy?: (place: RunPlace) => number;
}

/** What is missed of a class is predicted as the next one. */
export function madeUpRun(
  place: RunPlace,
  skill: Skill,
  options: MadeUpOptions = {},
): ResultRecord {
  const { seed = 0, images = 20, seedNoise = 0.002, imageNoise = 0.01, tag = '' } = options;
  const { crossEntropy, sameNoise = false } = options;
  const { classNames, pixels } = datasets[place.dataset];
  const classes = pixels.length;
  const random = new Random(seed).stream(
    JSON.stringify(sameNoise ? { ...place, loss: null } : place),
  );
  const ofSeed = random.normal(0, seedNoise);
  const counts = pixels.map(() => pixels.map(() => 0));
  const empty = () => Array.from({ length: images }, () => pixels.map(() => 0));
  const [hits, labelled, predicted] = [empty(), empty(), empty()];
  for (let image = 0; image < images; image++) {
    const hard = new Random(7).stream(`${place.dataset} ${image}`).normal(0, 0.05);
    pixels.forEach((total, c) => {
      const wanted = skill(place, c / (classes - 1)) + ofSeed + hard + random.normal(0, imageNoise);
      const found = Math.round(total * Math.min(1, Math.max(0, wanted)));
      const next = (c + 1) % classes;
      counts[c][c] += found;
      counts[c][next] += total - found;
      hits[image][c] += found;
      labelled[image][c] += total;
      predicted[image][c] += found;
      predicted[image][next] += total - found;
    });
  }
  const sum = (rows: number[][]) =>
    pixels.map((_, c) => rows.reduce((all, row) => all + row[c], 0));
  const scores = scoresFrom({
    hits: sum(hits),
    labelled: sum(labelled),
    predicted: sum(predicted),
  });
  const names = Array.from({ length: images }, (_, i) => `image ${10 * i}${tag}`); // each its own cluster
  const { dataset, network, loss } = place;
  return {
    file: `${dataset}/${network}/${JSON.stringify(loss)}/seed${seed}.json`,
    split: 'test',
    config: {
      dataset: { name: dataset, size: [64, 96] },
      model: { name: network, width: 8 },
      loss,
      seed,
      batchSize: 8,
    } as unknown as ResultRecord['config'],
    classNames,
    scores,
    counts,
    perImage: { names, hits, labelled, predicted },
    trainingPixels: pixels,
    ...(crossEntropy ? { crossEntropy: crossEntropy(place) + 0.5 * ofSeed } : {}),
    curves: [],
    weightsSha256: 'ab'.repeat(32),
    seconds: 1,
  };
}

const names: readonly LossName[] = [
  'crossEntropy',
  'focal',
  'classBalanced',
  'classBalancedFocal',
  'balancedSoftmax',
  'ldam',
  'blv',
];
const temperatures = [0.5, 1, 2, 4];

/** The losses of all tables; PAT's row is τ = 1. */
export const allLosses: readonly LossConfig[] = [
  ...names.map((name) => ({ name })),
  { name: 'balancedSoftmax', variant: 'authors' },
  ...temperatures.map((temperature) => ({ name: 'pat' as const, temperature })),
  { name: 'pat', temperature: 1, normalizer: 'pixels' },
  { name: 'pat', temperature: 1, sharpness: 1e-6 },
];

/** PAT at τ = 1, everything else at its defaults. */
export const tuned = (_dataset: string, name: LossName): LossConfig =>
  name === 'pat' ? { name, temperature: 1 } : { name };

/** The records of a whole sweep in which the losses are as good as `skill` says. */
export function madeUpSweep(
  skill: Skill,
  options: Omit<MadeUpOptions, 'seed'> = {},
): ResultRecord[] {
  return Object.keys(datasets).flatMap((dataset) =>
    networks.flatMap((network) =>
      allLosses.flatMap((loss) =>
        [0, 1].map((seed) => madeUpRun({ dataset, network, loss }, skill, { ...options, seed })),
      ),
    ),
  );
}

export function claimRuns(records: readonly ResultRecord[], resamples = 500): ClaimRuns {
  return new ClaimRuns(records, { tuned, resamples });
}
