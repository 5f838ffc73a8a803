/** The cells of a table by what they were trained alike in: each group has its own printed table, panel and family of tests. */
import { freeStem } from '../results/names';
import type { PlannedCell } from '../results/plannedCells';
import { differingSettings, settingsText } from '../results/settings';
import type { DifferingSetting } from '../results/settings';

export interface SettingGroup<Own extends PlannedCell> {
  /** At least one; they differ in network, loss and seed alone. */
  cells: Own[];
  /** Begins names of files and labels; no other group of the table has it: `camvid`, `camvid-size_64_96`. */
  stem: string;
  /** Of the data, with the settings that tell groups of one title apart: `CamVid, size 64×96`. */
  title: string;
  /** All that differs among the groups of the table but size, width and epochs, which captions say anyway: `batch size 4`. */
  besides: string;
}

const inCaptions = ['dataset.size', 'model.width', 'epochs'];

/** In the order of the table: for each data set, and for each of what else cells differ in but network and loss. */
export function settingGroups<Own extends PlannedCell>(cells: readonly Own[]): SettingGroup<Own>[] {
  const groups = [...groupedBy(cells, ({ scheme }) => scheme).values()];
  const besides = settingsOf(groups.flat()).filter(({ path }) => !inCaptions.includes(path));
  const titlesOf = (name: string) =>
    new Set(cells.filter(({ dataset }) => dataset === name).map(({ title }) => title));
  const stems = new Set<string>();
  return groups.map((own) => {
    const [{ title, dataset, config }] = own;
    const more = settingsText(settingsWithin(cells, title), config);
    const name = titlesOf(dataset).size > 1 ? title : dataset;
    return {
      cells: own,
      stem: freeStem(more === '' ? name : `${name}-${more}`, stems),
      title: more === '' ? title : `${title}, ${more}`,
      besides: settingsText(besides, config),
    };
  });
}

/** The settings in which cells of one data set differ. */
export function settingsWithin(cells: readonly PlannedCell[], title: string): DifferingSetting[] {
  return settingsOf(cells.filter((cell) => cell.title === title));
}

function settingsOf(cells: readonly PlannedCell[]): DifferingSetting[] {
  const schemes = groupedBy(cells, ({ scheme }) => scheme);
  return differingSettings([...schemes.values()].map(([{ config }]) => config));
}

/** In the order in which the first of each comes. */
export function groupedBy<Own>(
  cells: readonly Own[],
  keyOf: (cell: Own) => string,
): Map<string, Own[]> {
  const groups = new Map<string, Own[]>();
  for (const cell of cells) {
    const key = keyOf(cell);
    const group = groups.get(key);
    if (group) group.push(cell);
    else groups.set(key, [cell]);
  }
  return groups;
}
