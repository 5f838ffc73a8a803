/**
 * The study behind the kit's own conclusions, as a methods section.
 *
 * - **Data.** CamVid: `splitRule: 'groups'`, which learns from no image within 10 seconds of a scored one; the official test
 *   split. NYUv2: its lists, by scene; the official test split. Pet: its lists; a check of sanity, out of the tail's claims.
 *   On the last two the losses of the primary contrasts alone.
 * - **Training.** 64 × 96, batches of 4, width 8, as the small runs of the paper's tables; Adam with cosine annealing, 60
 *   epochs. `reference-length` has what 10, 30, 120 and 240 epochs change.
 * - **Weights.** Of the epoch with the highest mean IoU over classes (C) on validation, for every loss; records hold the scores
 *   by the lowest plain cross-entropy and of the last epoch, too. Cross-entropy was to decide alone, until the search showed
 *   what it does to losses whose logits have another scale: with PAT at τ = 4 it kept epoch 5 of 30, and 26.0 % mean IoU
 *   where epoch 23 has 32.3 %.
 * - **Options.** One seed of 30 epochs of the UNet on CamVid, by its validation split: first the learning rate, for
 *   cross-entropy and PAT alike (`reference-rate`), then five values of each loss's option, log-spaced (`reference-search`).
 *   By mean IoU the best of CB, BMS, Focal, LDAM and BLV is the one next to plain cross-entropy, which is where their ranges
 *   end. So that PAT does not meet a CB without weights, options are chosen by the sum of the two primary scores, too: mean
 *   IoU and that of the tail. This changes CB and BMS alone, which are there twice; the primary contrasts take CB by the sum.
 *   The second rule came when four runs of the study were done, and before any test score was looked at.
 * - **Order.** Seed 0 of everything first: wherever the time ends, what is there is balanced.
 */
import { maximumOf } from '../extremes';
import type { LossConfig } from '../losses';
import type { NetworkName } from '../models';
import type { ExperimentInput } from '../runs/config';
import type { SweepGrid } from './plan';
import { smokeScenes } from './scales';
import type { SweepScale } from './scales';

type Labelled<T> = T & { label: string };
type Dataset = Labelled<Partial<NonNullable<ExperimentInput['dataset']>>>;

interface Protocol {
  base: ExperimentInput;
  epochs: number;
  searchEpochs: number;
  otherEpochs: readonly number[];
  learningRates: readonly number[];
  seeds: readonly number[];
  /** The first, with its first network, is that of the searches; `primary`: the losses of the primary contrasts alone. */
  datasets: readonly Scenes[];
}

interface Scenes {
  dataset: Dataset;
  networks: readonly NetworkName[];
  primary?: boolean;
  /** The first so many (default: all). */
  seeds?: number;
}

const study: Protocol = {
  base: {
    batchSize: 4,
    model: { width: 8 },
    selection: ['meanIoUC', 'crossEntropy', 'last'],
    logging: { tensorboard: false, images: 0 },
  },
  epochs: 60,
  searchEpochs: 30,
  otherEpochs: [10, 30, 120, 240],
  learningRates: [5e-4, 1e-3, 2e-3, 4e-3, 8e-3],
  seeds: [0, 1, 2],
  datasets: [
    { dataset: files('camvid', 'groups'), networks: ['unet', 'segnet'] },
    { dataset: files('nyuv2', 'official'), networks: ['unet'], primary: true },
    { dataset: files('oxfordPet', 'official'), networks: ['unet'], primary: true, seeds: 1 },
  ],
};

/** Drawn scenes and a few steps, to see that everything runs. */
const smoke: Protocol = {
  base: { ...study.base, model: { width: 2 } },
  epochs: 2,
  searchEpochs: 1,
  otherEpochs: [1],
  learningRates: [1e-3, 2e-3],
  seeds: [0],
  datasets: [
    {
      dataset: smokeScenes,
      networks: ['unet', 'segnet'],
    },
  ],
};

function files(name: 'camvid' | 'nyuv2' | 'oxfordPet', splitRule: 'groups' | 'official'): Dataset {
  return { label: name, name, splitRule, size: [64, 96], cache: 'memory' };
}

/** At the paper's scale the study is the same on larger images and networks. */
function protocolOf(scale: SweepScale): Protocol {
  if (scale === 'smoke') return smoke;
  if (scale === 'laptop') return study;
  const datasets = study.datasets.map(({ dataset, ...rest }) => {
    return { ...rest, dataset: { ...dataset, size: [240, 320] as [number, number] } };
  });
  return { ...study, base: { ...study.base, batchSize: 8, model: { width: 32 } }, datasets };
}

/**
 * What each loss is searched over. The weights of class-balanced training reach from none (1 − β = 10⁻³, with the pixels that
 * small images have of a class) to those of inverse frequency (10⁻⁷), so that its range cannot be widened.
 */
function candidates(epochs: number): Labelled<LossConfig>[] {
  return [
    ...[3, 4, 5, 6, 7].map((digits) => ({
      label: `classBalanced-beta=1-1e-${digits}`,
      name: 'classBalanced' as const,
      beta: 1 - 10 ** -digits,
    })),
    ...[0.25, 0.5, 1, 2, 4].map((strength) => ({
      label: `balancedSoftmax-strength=${strength}`,
      name: 'balancedSoftmax' as const,
      strength,
    })),
    ...[0.25, 0.5, 1, 2, 4].map((gamma) => ({
      label: `focal-gamma=${gamma}`,
      name: 'focal' as const,
      gamma,
    })),
    ...[1, 3, 10, 30, 100].map((scale) => deferred(scale, epochs)),
    ...[0.25, 0.5, 1, 2, 4].map((sigma) => ({
      label: `blv-sigma=${sigma}`,
      name: 'blv' as const,
      sigma,
    })),
    ...[1, 2, 4, 8, 16].flatMap((temperature) => parts(temperature)),
  ];
}

/** LDAM with deferred re-weighting: the last fifth of the epochs with class-balanced weights. */
function deferred(scale: number, epochs: number): Labelled<LossConfig> {
  const ldam = { name: 'ldam' as const, scale };
  return {
    label: `ldam-deferred-scale=${scale}`,
    name: 'stages',
    stages: [
      { loss: ldam, epochs: maximumOf([1, Math.floor(0.8 * epochs)]) },
      { loss: { ...ldam, beta: 1 - 1e-6 } },
    ],
  };
}

/** PAT, and its two parts alone: 1/|M| without β (whose sharpness k goes to 0), and β without 1/|M|, as v4 and the code. */
function parts(temperature: number): Labelled<LossConfig>[] {
  const pat = { name: 'pat' as const, temperature };
  return [
    { label: `pat-temperature=${temperature}`, ...pat },
    { label: `mask-temperature=${temperature}`, ...pat, sharpness: 1e-6 },
    { label: `beta-temperature=${temperature}`, ...pat, normalizer: 'pixels' },
  ];
}

const crossEntropy = { label: 'crossEntropy', name: 'crossEntropy' as const };

/**
 * What the searches chose: the learning rate, and the labels of each loss's candidates: first the one by mean IoU and tail
 * together, then, where it is another, the one by mean IoU alone.
 */
export const chosen = {
  learningRate: 2e-3,
  losses: [
    'classBalanced-beta=1-1e-5',
    'classBalanced-beta=1-1e-3',
    'balancedSoftmax-strength=1',
    'balancedSoftmax-strength=0.25',
    'focal-gamma=0.25',
    'ldam-deferred-scale=1',
    'blv-sigma=0.25',
    'mask-temperature=4',
    'beta-temperature=2',
    'pat-temperature=8',
  ],
};

/** The losses of the study with the options chosen, in the order of the runs. */
export function studyLosses(epochs: number): Labelled<LossConfig>[] {
  const all = candidates(epochs);
  const losses = chosen.losses.map(
    (label) => all.find((one) => one.label === label) as Labelled<LossConfig>,
  );
  return [crossEntropy, ...losses];
}

/** Of a list of losses those of the primary contrasts: of each name the first. */
const primaryOf = (losses: readonly Labelled<LossConfig>[]) =>
  ['crossEntropy', 'classBalanced', 'pat'].flatMap((prefix) => named(losses, prefix).slice(0, 1));

const named = (losses: readonly Labelled<LossConfig>[], ...prefixes: string[]) =>
  losses.filter(({ label }) => prefixes.some((prefix) => label.startsWith(prefix)));

interface Block extends Pick<Scenes, 'dataset' | 'networks'> {
  seed: number;
  losses: readonly Labelled<LossConfig>[];
  epochs: number;
  learningRates?: readonly number[];
}

const grid = ({ learningRates = [chosen.learningRate], ...block }: Block): SweepGrid => ({
  dataset: [block.dataset],
  'model.name': block.networks,
  loss: block.losses,
  'optimizer.learningRate': learningRates,
  epochs: [block.epochs],
  seed: [block.seed],
});

/** What the searches and the lengths are run on. */
function searchBlock({ datasets: [{ dataset, networks }], seeds: [seed], searchEpochs }: Protocol) {
  return { dataset, networks: networks.slice(0, 1), seed, epochs: searchEpochs };
}

/** The presets of the study. */
export const referencePresets: Record<string, (scale: SweepScale) => SweepGrid[]> = {
  'reference-rate': (scale) => {
    const protocol = protocolOf(scale);
    const losses = [crossEntropy, ...named(parts(1), 'pat')];
    const { learningRates } = protocol;
    return [grid({ ...searchBlock(protocol), losses, learningRates })];
  },
  'reference-search': (scale) => {
    const protocol = protocolOf(scale);
    const all = candidates(protocol.searchEpochs);
    const losses = scale === 'smoke' ? named(all, 'pat', 'focal') : all;
    return [grid({ ...searchBlock(protocol), losses })];
  },
  reference: (scale) => {
    const { datasets, seeds, epochs } = protocolOf(scale);
    const all = studyLosses(epochs);
    return seeds.flatMap((seed, i) =>
      datasets
        .filter(({ seeds: count = Infinity }) => i < count)
        .map(({ dataset, networks, primary }) =>
          grid({ dataset, networks, seed, epochs, losses: primary ? primaryOf(all) : all }),
        ),
    );
  },
  'reference-length': (scale) => {
    const protocol = protocolOf(scale);
    return protocol.seeds
      .slice(0, 2)
      .flatMap((seed) =>
        protocol.otherEpochs.map((epochs) =>
          grid({ ...searchBlock(protocol), seed, epochs, losses: primaryOf(studyLosses(epochs)) }),
        ),
      );
  },
};

/** What all runs of the study share. */
export const referenceBase = (scale: SweepScale): ExperimentInput => protocolOf(scale).base;
