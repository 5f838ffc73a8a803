/** Which of the runs at hand are shown side by side: picked by rule, as the images are. */
import { checkNumber } from '../check';
import { knownLosses } from '../losses';
import { networkNames } from '../models';
import type { TrainingRun } from '../runs/trainingRuns';
import { imagesKey, lossFamily, stableJson } from './cells';
import { networkTitle } from './names';

/** Runs on the same images, whose predictions belong side by side. */
export interface RunGroup {
  /** Name of the data set. */
  dataset: string;
  runs: TrainingRun[];
}

/**
 * One run for each data set, network and loss: of several seeds the first, of several options of the loss those with the
 * best mean IoU on the validation images (the test images take no part). The authors' variant of a loss, and PAT without
 * 1/|M|, are losses of their own.
 */
export function bestOfEachLoss(runs: readonly TrainingRun[]): TrainingRun[] {
  const choices = new Map<string, TrainingRun[]>();
  for (const run of runs) {
    const { dataset, model, loss } = run.record.config;
    const key = stableJson([imagesKey(dataset), model, lossFamily(loss)]);
    choices.set(key, [...(choices.get(key) ?? []), run]);
  }
  const score = ({ record }: TrainingRun) => record.scores.meanIoU ?? -1;
  return [...choices.values()].map((candidates) => {
    const first = Math.min(...candidates.map(({ record }) => record.config.seed));
    const ofSeed = candidates.filter(({ record }) => record.config.seed === first);
    return ofSeed.reduce((best, run) => (score(run) > score(best) ? run : best));
  });
}

/** The runs by data set, split and image size; within a group by network, then by loss, in the order of their tables. */
export function groupByImages(runs: readonly TrainingRun[]): RunGroup[] {
  const groups = new Map<string, RunGroup>();
  for (const run of runs) {
    const { dataset } = run.record.config;
    const key = imagesKey(dataset);
    const group = groups.get(key) ?? { dataset: dataset.name, runs: [] };
    groups.set(key, { ...group, runs: [...group.runs, run] });
  }
  const losses = knownLosses();
  const place = ({ record: { config } }: TrainingRun) =>
    networkNames.indexOf(config.model.name) * losses.length + losses.indexOf(config.loss.name);
  return [...groups.values()].map(({ dataset, runs: members }) => {
    return { dataset, runs: [...members].sort((a, b) => place(a) - place(b)) };
  });
}

/**
 * Cuts the indices of `runs` into the columns of one figure or several: all in one where they fit, else a figure for each
 * network, and where those do not fit either, the runs of a network evenly over several.
 *
 * @param maxColumns at least 1
 */
export function figureColumns(runs: readonly TrainingRun[], maxColumns: number): number[][] {
  checkNumber('figureColumns', 'maxColumns', maxColumns, { min: 1, integer: true });
  const all = runs.map((_, index) => index);
  if (all.length <= maxColumns) return [all];
  const network = (index: number) => stableJson(runs[index].record.config.model);
  const networks = [...new Set(all.map(network))];
  return networks.flatMap((name) => {
    const own = all.filter((index) => network(index) === name);
    const figures = Math.ceil(own.length / maxColumns);
    return Array.from({ length: figures }, (_, i) =>
      own.slice(Math.ceil((i * own.length) / figures), Math.ceil(((i + 1) * own.length) / figures)),
    );
  });
}

/**
 * A name for each run: its label (its loss), and where runs share one, what else tells them apart: network, seed, or folder.
 *
 * Option `network`: false where the network is written elsewhere (default true)
 */
export function distinctLabels(
  runs: readonly TrainingRun[],
  { network: withNetwork = true }: { network?: boolean } = {},
): string[] {
  const differ = (values: readonly unknown[]) => new Set(values).size > 1;
  const configs = runs.map(({ record }) => record.config);
  const networks = configs.map(({ model }) => networkTitle(model.name));
  const seeds = configs.map(({ seed }) => `seed ${seed}`);
  const parts = [runs.map(({ label }) => label), withNetwork ? networks : [], seeds].filter(differ);
  const labels = runs.map(({ label }, i) => parts.map((part) => part[i]).join(', ') || label);
  const isShared = (label: string, i: number) =>
    labels.some((other, j) => j !== i && other === label && networks[i] === networks[j]);
  return labels.map((label, i) => (isShared(label, i) ? `${label}, ${runs[i].folder}` : label));
}
