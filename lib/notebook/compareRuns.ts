/** Two finished runs side by side in a cell. */
import { InputError } from '../check';
import { classDifferencesFigure } from '../figures/classDifferences';
import { imageComparisonFigure } from '../figures/imageComparisonFigure';
import { trainingCurvesFigure } from '../figures/trainingCurves';
import { described, invalid } from '../check';
import { markdownText } from '../print/escape';
import type { Figure } from '../print/figure';
import type { ExperimentConfig } from '../runs/config';
import { markdown, show, showTable } from '../notebook';
import { compareImages } from '../results/imageComparison';
import { lossLabel, networkTitle } from '../results/names';
import { distinctLabels } from '../results/runSelection';
import { areOnSameImages, scoredData } from '../results/scoredData';
import { differingSettings } from '../results/settings';
import {
  compareClasses,
  compareGroups,
  constantBaseline,
  scoredAlike,
} from '../results/runComparison';
import type { ClassComparison, GroupComparison } from '../results/runComparison';
import { dataDifference } from '../runs/dataIdentity';
import { readRun } from '../runs/trainingRuns';
import type { TrainingRun } from '../runs/trainingRuns';

export interface CompareRunsOptions {
  /** Predict and show images (default true); without them no data set is needed, and nothing under its licence shown. */
  pictures?: boolean;
  /** Begin of the figures' file stems (default `'compare'`). */
  name?: string;
  signal?: AbortSignal;
}

/** What was shown. */
export interface RunsCompared {
  curves: Figure;
  classDifferences: Figure;
  /** Missing where `pictures` is false. */
  predictions?: Figure;
  /** Most pixels first. */
  classes: ClassComparison[];
  groups: GroupComparison[];
}

/**
 * Shows a table of both runs, what they differ in where that is not the loss alone, their training curves, the IoU of each class with the difference, and their predictions on
 * images picked by how much the mean IoU changes from the first to the second:
 *
 *     const compared = await compareRuns('data/runs/camvid-crossEntropy', 'data/runs/camvid-pat');
 *     await saveFigure(compared.classDifferences);
 *
 * Classes and images are those of the test split where both runs have it, else of the validation split; curves are always
 * of the validation split.
 *
 * @param first a finished run, or its folder
 * @throws InputError for a folder without one, and runs that were not made from the same data at the same size.
 */
export async function compareRuns(
  first: TrainingRun | string,
  second: TrainingRun | string,
  { pictures = true, name = 'compare', signal }: CompareRunsOptions = {},
): Promise<RunsCompared> {
  const runs = await Promise.all([asRun(first), asRun(second)]);
  checkSameData(runs);
  const {
    split,
    scored: [a, b],
  } = scoredAlike(runs);
  checkSameImages(runs);
  const labels = distinctLabels(runs);
  const data = dataText(runs);
  const classes = compareClasses(a, b);
  const groups = compareGroups(a, b);
  const baseline = constantBaseline(runs[0].record);
  const curves = trainingCurvesFigure(
    runs.map(({ epochs }, i) => ({ label: labels[i], epochs })),
    {
      dataset: data,
      baseline: { label: `all ${baseline.className}`, meanIoU: baseline.meanIoU },
      name: `${name}-curves`,
    },
  );
  const classDifferences = classDifferencesFigure(classes, {
    runs: [labels[0], labels[1]],
    dataset: `${data} (${split})`,
    name: `${name}-classes`,
  });
  showTable(
    runs.map(({ record }, i) => ({
      run: labels[i],
      'best epoch': `${record.best.epoch} of ${record.epochs}`,
      'mean IoU, %': percent([a, b][i].scores.meanIoU),
      'pixel accuracy, %': percent([a, b][i].scores.pixelAccuracy),
      ...Object.fromEntries(groups.map((group) => [`${group.name}, %`, percent(group.meanIoU[i])])),
      seconds: Math.round(record.times.seconds),
    })),
    { title: `${data} (${split})` },
  );
  const things = differences(runs);
  if (things.length > 1) markdown(`**Not the loss alone.** ${thingsText(things)}`);
  show(curves);
  show(classDifferences);
  if (!pictures) return { curves, classDifferences, classes, groups };
  const comparison = await compareImages(runs, { by: 'change', signal });
  const predictions = await imageComparisonFigure(comparison, { name: `${name}-predictions` });
  show(predictions);
  return { curves, classDifferences, predictions, classes, groups };
}

/** Runs of version 1.0 do not say which data they were made from. */
function checkSameData([{ record: first }, { record: second }]: readonly TrainingRun[]): void {
  if (first.data === undefined || second.data === undefined) return;
  const difference = dataDifference(first.data, second.data);
  if (difference === undefined) return;
  throw new InputError(
    `compareRuns: second must be a run of the first one's data, got other data: ${difference}. ` +
      'Train one of them again on the data of the other.',
  );
}

const asRun = (run: TrainingRun | string): Promise<TrainingRun> =>
  typeof run === 'string' ? readRun(run) : Promise.resolve(run);

/** `CamVid 96×128, SegNet of width 16`; the network only where both have the same. */
function dataText(runs: readonly TrainingRun[]): string {
  const [{ dataset }] = runs.map(({ record }) => record.config);
  const networks = runs.map(({ record: { config } }) => {
    return `${networkTitle(config.model.name)} of width ${config.model.width}`;
  });
  const shared = networks.every((network) => network === networks[0]) ? [networks[0]] : [];
  return [`${scoredData(runs[0].record).title} ${dataset.size.join('×')}`, ...shared].join(', ');
}

function checkSameImages([first, second]: readonly TrainingRun[]): void {
  if (areOnSameImages([first.record, second.record])) return;
  const [a, b] = [first, second].map(({ record }) => {
    return `${scoredData(record).title} at ${record.config.dataset.size.join('×')}`;
  });
  const expected = `a run on the same data, at the same size, as ${first.folder} (${a})`;
  throw invalid('compareRuns', 'second', expected, described(`${second.folder} (${b})`));
}

/** What is not the same in two runs besides their seed, with both values. */
function differences(runs: readonly TrainingRun[]): string[] {
  const configs = runs.map(({ record }) => record.config);
  const named = [
    { title: 'loss', valueIn: ({ loss }: ExperimentConfig) => lossLabel(loss) },
    { title: 'network', valueIn: ({ model }: ExperimentConfig) => networkTitle(model.name) },
    ...differingSettings(configs),
  ];
  return named.flatMap(({ title, valueIn }) => {
    const [a, b] = configs.map(valueIn);
    return a === b ? [] : [`${title} (${a} and ${b})`];
  });
}

function thingsText(things: readonly string[]): string {
  return `The runs differ in ${things.map(markdownText).join(', ')}: what follows cannot be put down to one of them.`;
}

/** With one digit behind the point; null stays. */
function percent(share: number | null): number | null {
  return share === null ? null : Math.round(1000 * share) / 10;
}
