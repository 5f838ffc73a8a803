/** Sweeps by name: the paper's three tables, the search for each loss's option, and the ablation that the paper lacks. */
import type { LossConfig } from '../../losses';
import type { ExperimentInput } from '../types';
import type { SweepGrid, SweepInput } from './plan';

/**
 * `'paper'`: its protocol on its data sets in full; `'laptop'`: its losses and networks on the small real sets, some
 * hours on two cores; `'smoke'`: drawn scenes, minutes, to see that everything runs.
 */
export const scales = ['paper', 'laptop', 'smoke'] as const;
export type SweepScale = (typeof scales)[number];

type Labelled<T> = T & { label?: string };

interface Scale {
  base: ExperimentInput;
  datasets: Labelled<Partial<NonNullable<ExperimentInput['dataset']>>>[];
  seeds: number[];
}

/** The paper counts void as a class: 20 in Cityscapes, 14 in NYUv2. Its image sizes are lost; 256×256 is the default. */
const settings: Record<SweepScale, Scale> = {
  paper: {
    base: {},
    datasets: [
      { label: 'oxfordPet', name: 'oxfordPet', splitRule: 'paper' },
      { label: 'cityscapes', name: 'cityscapes', splitRule: 'paper', voidAs: 'class' },
      { label: 'nyuv2', name: 'nyuv2', splitRule: 'paper', voidAs: 'class' },
    ],
    seeds: [0],
  },
  laptop: {
    base: { epochs: 30, model: { width: 16 } },
    datasets: [
      { label: 'camvid', name: 'camvid', size: [96, 128], cache: 'memory' },
      {
        label: 'oxfordPet',
        name: 'oxfordPet',
        splitRule: 'paper',
        size: [96, 96],
        cache: 'memory',
      },
      { label: 'nyuv2', name: 'nyuv2', size: [96, 128], cache: 'memory' },
    ],
    seeds: [0, 1, 2],
  },
  smoke: {
    base: { epochs: 2, batchSize: 4, model: { width: 2 } },
    datasets: [
      {
        label: 'synthetic',
        name: 'synthetic',
        size: [32, 48],
        numClasses: 6,
        trainLength: 12,
        validLength: 4,
      },
    ],
    seeds: [0, 1],
  },
};

/** The rows of Table 1, each with its option's default. */
const table1Losses: Labelled<LossConfig>[] = [
  { name: 'crossEntropy' },
  { name: 'focal' },
  { name: 'classBalanced' },
  { name: 'classBalancedFocal' },
  { name: 'balancedSoftmax' },
  { label: 'balancedSoftmax-authors', name: 'balancedSoftmax', variant: 'authors' },
  { name: 'ldam' },
  { name: 'blv' },
  { name: 'pat' },
];

/** Three values for each loss that has an option to tune: the same budget for each. */
const tunedLosses: Labelled<LossConfig>[] = [
  ...[0.5, 1, 2].map((gamma) => ({ name: 'focal' as const, gamma })),
  ...[0.99, 0.999, 0.9999].map((beta) => ({ name: 'classBalanced' as const, beta })),
  ...[0.5, 1, 2].map((gamma) => ({ name: 'classBalancedFocal' as const, gamma })),
  ...[5, 10, 30].map((scale) => ({ name: 'ldam' as const, scale })),
  ...(['gaussian', 'uniform', 'xavier'] as const).map((distribution) => ({
    name: 'blv' as const,
    distribution,
  })),
  ...[0.5, 1, 2].map((temperature) => ({ name: 'pat' as const, temperature })),
];

const byName = (...names: LossConfig['name'][]) =>
  table1Losses.filter(({ name, label }) => label === undefined && names.includes(name));

/** β on or off × 1/|M| on or off, with class-balanced weights beside them. β is off as k → 0, where it is 1/2. */
const ablationLosses: Labelled<LossConfig>[] = [
  { name: 'crossEntropy' },
  { label: 'beta', name: 'pat', normalizer: 'pixels' },
  { label: 'mask', name: 'pat', sharpness: 1e-6 },
  { label: 'beta-mask', name: 'pat' },
  { name: 'classBalanced' },
];

const presets: Record<string, (scale: Scale) => SweepGrid> = {
  table1: ({ datasets, seeds }) => ({
    dataset: datasets,
    'model.name': ['segnet'],
    loss: table1Losses,
    seed: seeds,
  }),
  table2: ({ datasets, seeds }) => ({
    dataset: datasets,
    'model.name': ['unet', 'attentionUnet', 'nestedUnet'],
    loss: byName(
      'crossEntropy',
      'focal',
      'classBalanced',
      'classBalancedFocal',
      'ldam',
      'blv',
      'pat',
    ),
    seed: seeds,
  }),
  table3: ({ datasets, seeds }) => ({
    dataset: datasets,
    'model.name': ['segnet', 'unet'],
    loss: [0.5, 1, 2, 4].map((temperature) => ({ name: 'pat', temperature })),
    seed: seeds,
  }),
  tuning: ({ datasets }) => ({
    dataset: datasets,
    'model.name': ['segnet'],
    loss: tunedLosses,
    seed: [0],
  }),
  ablation: ({ datasets, seeds }) => ({
    dataset: datasets,
    'model.name': ['segnet'],
    loss: ablationLosses,
    seed: seeds,
  }),
};

export const presetNames: readonly string[] = Object.keys(presets);

/** The sweep `name` at `scale`. The temperatures of Table 3 are lost; 0.5, 1, 2 and 4 stand for them. */
export function sweepPreset(name: string, scale: SweepScale): SweepInput {
  const { base } = settings[scale];
  return {
    name: `${name}-${scale}`,
    base: { ...base },
    grid: presets[name](settings[scale]),
  };
}
