/** Runs that tables do not show, each with the reason. */
import { firstDifference } from '../runs/configDifference';
import type { ExperimentConfig } from '../runs/config';
import type { Cell, LeftOut } from '../results/cells';
import { runKeys, sharedSettings, stableJson } from '../results/keys';
import { lossLabel, networkTitle } from '../results/names';
import type { ScoredSplitName } from '../results/records';

/**
 * The runs of `cells` that are none of the planned ones, by whichever criterion they kept weights: of another setting, or of
 * a seed that is not planned.
 */
export function unplannedRuns(
  cells: readonly Cell[],
  planned: readonly ExperimentConfig[],
  split: ScoredSplitName,
): LeftOut[] {
  const seeds = new Map<string, number[]>();
  for (const config of planned) {
    const { key } = runKeys({ config, split });
    seeds.set(key, [...(seeds.get(key) ?? []), config.seed]);
  }
  return cells.flatMap((cell) => {
    const [{ config, decision }] = cell.runs;
    const own = [config.selection].flat().flatMap((selection) => {
      const { key } = runKeys({ config: { ...config, selection }, split, decision });
      return seeds.get(key) ?? [];
    });
    const left = cell.runs.filter(({ config }) => !own.includes(config.seed));
    if (left.length === 0) return [];
    const reason = own.length === 0 ? otherSetting(cell, planned) : undefined;
    return left.map(({ file, config }) => {
      const seed = `seed ${config.seed} is not planned, only ${[...new Set(own)].join(', ')}`;
      return { file, reason: `in no table’s plan: ${reason ?? seed}` };
    });
  });
}

/** What sets a cell apart from the planned run that is most like it. */
function otherSetting(cell: Cell, planned: readonly ExperimentConfig[]): string {
  const { dataset, network, loss } = cell;
  const isAlike = [
    (config: ExperimentConfig) => config.dataset.name === dataset,
    (config: ExperimentConfig) => config.model.name === network,
    (config: ExperimentConfig) => config.loss.name === loss.name,
    (config: ExperimentConfig) => stableJson(config.loss) === stableJson(loss),
  ];
  let alike = planned;
  for (const test of isAlike) {
    const found = alike.filter(test);
    if (found.length === 0) break;
    alike = found;
  }
  const what = `${lossLabel(loss)} with ${networkTitle(network)} on ${dataset}`;
  if (alike.length === 0 || !isAlike.slice(0, 3).every((test) => test(alike[0]))) return what;
  // As JSON holds them: a setting that is undefined is none.
  const [was, is] = [alike[0], cell.runs[0].config].map(
    (config) => JSON.parse(stableJson(sharedSettings(config, 'valid'))) as unknown,
  );
  return firstDifference(was, is) ?? what;
}

/** Each once, in their order. */
export function uniqueLeftOut(all: readonly LeftOut[]): LeftOut[] {
  return [...new Map(all.map((one) => [`${one.file}\n${one.reason}`, one])).values()];
}
