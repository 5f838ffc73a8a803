/** Which of the runs at hand are shown side by side: picked by rule, as the images are. */
import { checkNumber } from '../check';
import { knownLosses } from '../losses';
import { knownNetworks } from '../models';
import type { TrainingRun } from '../runs/trainingRuns';
import { lossFamily, runKeys, stableJson } from './keys';
import type { RunKeys } from './keys';
import { freeStem, networkTitle } from './names';
import { dataOfRecords, distinctTitles } from './scoredData';
import { differingSettings, settingsText } from './settings';

/** Runs that were trained alike but for network, loss and seed, on the same images: their predictions belong side by side. */
export interface RunGroup {
  /** Name of the data set, and where several groups have it, what tells them apart. */
  dataset: string;
  /** The same for names of files. */
  stem: string;
  runs: TrainingRun[];
}

/**
 * One run for each data set, setting, network and loss: of several seeds the first, of several options of the loss those with
 * the best mean IoU on the validation images (the test images take no part). The authors' variant of a loss, and PAT without
 * 1/|M|, are losses of their own.
 */
export function bestOfEachLoss(runs: readonly TrainingRun[]): TrainingRun[] {
  const score = ({ record }: TrainingRun) => record.scores.meanIoU ?? -1;
  const keys = keysOf(runs);
  const choices = grouped(runs, (run, i) => keys[i].setting + lossFamily(run.record.config.loss));
  return choices.map((candidates) => {
    const first = Math.min(...candidates.map(({ record }) => record.config.seed));
    const ofSeed = candidates.filter(({ record }) => record.config.seed === first);
    return ofSeed.reduce((best, run) => (score(run) > score(best) ? run : best));
  });
}

/**
 * The runs by data, and by all settings but network, loss and seed; within a group by network, then by loss, in the order of
 * their tables.
 */
export function groupByImages(runs: readonly TrainingRun[]): RunGroup[] {
  const [losses, networks] = [knownLosses(), knownNetworks()];
  const place = ({ record: { config } }: TrainingRun) =>
    placeIn(networks, config.model.name) * (losses.length + 1) + placeIn(losses, config.loss.name);
  const keys = keysOf(runs);
  const groups = grouped(runs, (_, i) => keys[i].scheme);
  const named = tellApart(groups.map(([{ record }]) => record));
  return groups.map((members, i) => {
    return { ...named[i], runs: [...members].sort((a, b) => place(a) - place(b)) };
  });
}

/** The one way in which runs are told to be alike, as in tables. */
function keysOf(runs: readonly TrainingRun[]): RunKeys[] {
  const data = dataOfRecords(runs.map(({ record }) => record));
  return runs.map(({ record: { config } }, i) => runKeys({ config, split: 'valid' }, data[i].id));
}

function grouped(
  runs: readonly TrainingRun[],
  keyOf: (run: TrainingRun, index: number) => string,
): TrainingRun[][] {
  const groups = new Map<string, TrainingRun[]>();
  runs.forEach((run, i) => {
    const key = keyOf(run, i);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  });
  return [...groups.values()];
}

/** Names of groups: the data set's, its data's where there are several, and the settings in which those of it differ. */
function tellApart(records: readonly TrainingRun['record'][]): Omit<RunGroup, 'runs'>[] {
  const data = dataOfRecords(records);
  const titles = distinctTitles(data);
  const names = records.map(({ config: { dataset } }, i) => {
    const several = data.some(
      ({ id }, k) => records[k].config.dataset.name === dataset.name && id !== data[i].id,
    );
    return (several ? titles.get(data[i].id) : undefined) ?? dataset.name;
  });
  const stems = new Set<string>();
  return records.map(({ config }, i) => {
    const alike = records.filter((_, k) => names[k] === names[i]);
    const more = settingsText(differingSettings(alike.map((one) => one.config)), config);
    const dataset = more === '' ? names[i] : `${names[i]}, ${more}`;
    return { dataset, stem: freeStem(dataset, stems) };
  });
}

/** A name that is not known here, such as of a plugin, comes last. */
function placeIn(names: readonly string[], name: string): number {
  const place = names.indexOf(name);
  return place < 0 ? names.length : place;
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
 * A name for each run: its label (its loss), and where runs share one, what else tells them apart: network,
 * the settings in which they differ, seed, or folder.
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
  const settings = differingSettings(configs).map(({ title, valueIn }) =>
    configs.map((config) => `${title} ${valueIn(config)}`),
  );
  const seeds = configs.map(({ seed }) => `seed ${seed}`);
  const own = runs.map(({ label }) => label);
  const parts = [own, withNetwork ? networks : [], ...settings, seeds].filter(differ);
  const labels = runs.map(({ label }, i) => parts.map((part) => part[i]).join(', ') || label);
  const isShared = (label: string, i: number) =>
    labels.some((other, j) => j !== i && other === label && networks[i] === networks[j]);
  return labels.map((label, i) => (isShared(label, i) ? `${label}, ${runs[i].folder}` : label));
}
