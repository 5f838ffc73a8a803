/** The labels to judge by: their classes, what their numbers mean, and the labels of each image. */
import path from 'node:path';
import { described, InputError, invalid } from '../check';
import { openDataset } from '../datasets';
import type { SegmentationDataset } from '../datasets/datasetTypes';
import { readClasses } from '../datasets/folderClasses';
import { colourKey } from '../datasets/decode/storedLabels';
import type { LabelFacts } from '../datasets/fileDatasetTypes';
import { sum } from '../statistics';
import { countPixels } from '../training/trainingPixels';
import { classesRule, numberRule } from './idRule';
import type { IdRule } from './idRule';
import type { JudgeOptions } from './options';
import { listFiles } from './pairing';
import type { ImageJob } from './scoreImage';
import { scoreImages } from './scoreImages';
import type { ScoringOptions } from './scoreImages';

export interface LabelSource {
  /** Of the data, for captions. */
  title: string;
  /** Name of the data set, by which images belong together; `''` where it is not known. */
  dataset: string;
  classNames: string[];
  /** What stored numbers mean, in labels and in predictions. */
  rules: { labels: IdRule; predictions: IdRule };
  /** In the order of the images. */
  names: string[];
  labelsOf: (name: string) => Promise<ImageJob['labels']>;
  /** Files beside the labels that are none. */
  unread: string[];
}

type SourceOptions = Pick<JudgeOptions, 'labels' | 'numClasses' | 'classes' | 'ignore'>;

/** @throws InputError for options that do not go together, and what reading throws */
export async function openLabels(options: SourceOptions): Promise<LabelSource> {
  const { labels } = options;
  if ('dataset' in labels) return openSplit(labels, options);
  const facts = options.classes === undefined ? undefined : await readClasses(options.classes);
  const rule = facts ? classesRule(facts as LabelFacts) : ruleOfNumbers(options);
  const classNames =
    facts?.classNames ?? Array.from({ length: rule.numClasses }, (_, id) => `class ${id}`);
  const { files, unread } = await listFiles('labels', labels.folder, labels.suffix);
  const names = [...files.keys()];
  if (names.length === 0) {
    const ending = labels.suffix ? `named …${labels.suffix}.png` : 'of label PNGs';
    throw invalid('judge', 'labels', `a folder of files ${ending}`, labels.folder);
  }
  return {
    title: path.basename(path.resolve(labels.folder)),
    dataset: '',
    classNames: [...classNames],
    rules: { labels: rule, predictions: rule },
    names,
    labelsOf: (name) => Promise.resolve({ file: files.get(name)?.file ?? name }),
    unread: labels.suffix ? [] : unread,
  };
}

function ruleOfNumbers({ numClasses, ignore = 255 }: SourceOptions): IdRule {
  if (numClasses === undefined) {
    throw new InputError(
      'judge: numClasses or classes is missing: what the numbers in label files mean is not guessed. ' +
        'Give --num-classes N, or --classes classes.json.',
    );
  }
  return numberRule(numClasses, ignore);
}

async function openSplit(
  {
    dataset: name,
    split,
    root,
  }: { dataset: string; split: SegmentationDataset['split']; root?: string },
  options: SourceOptions,
): Promise<LabelSource> {
  for (const key of ['numClasses', 'ignore'] as const) {
    if (options[key] === undefined) continue;
    throw invalid(
      'judge',
      key,
      'absent with a data set, whose loader knows its labels',
      options[key],
    );
  }
  const dataset = await openDataset({ name, split, root });
  const { title, numClasses, ignoreIndex, palette } = dataset;
  const labels = numberRule(numClasses, ignoreIndex);
  const colours = new Map(palette.map(([r, g, b], id) => [colourKey(r, g, b), id]));
  const predictions =
    options.classes === undefined
      ? { ...labels, colours }
      : classesRule((await readClasses(options.classes)) as LabelFacts);
  if (predictions.numClasses !== numClasses) {
    const expected = `of ${numClasses} classes, as ${title} has`;
    throw invalid('judge', 'classes', expected, described(`${predictions.numClasses}`));
  }
  const listed = dataset.parts?.files.map((file) => file.name) ?? [];
  const names = listed.length > 0 ? listed : await namesOf(dataset);
  const places = new Map(names.map((one, index) => [one, index]));
  return {
    title: `${title}, ${split}`,
    dataset: dataset.name,
    classNames: [...dataset.classNames],
    rules: { labels, predictions },
    names,
    labelsOf: async (one) => {
      const { labels: map, height, width } = await dataset.labelMap(places.get(one) ?? 0);
      return { map, height, width };
    },
    unread: [],
  };
}

async function namesOf(dataset: SegmentationDataset): Promise<string[]> {
  const names: string[] = [];
  for (let i = 0; i < dataset.length; i++) names.push((await dataset.labelMap(i)).name);
  return names;
}

/** Pixels of each class in the training split: those given, those of a folder, or of the data set's own split. */
export async function trainingPixelsOf(
  source: LabelSource,
  { labels, trainingPixels }: Pick<JudgeOptions, 'labels' | 'trainingPixels'>,
  scoring: ScoringOptions,
): Promise<readonly number[] | undefined> {
  const { classNames, rules } = source;
  if (trainingPixels && 'folder' in trainingPixels) {
    const { files } = await listFiles('training labels', trainingPixels.folder);
    const jobs = [...files].map(([name, { file }]) => {
      return (): Promise<ImageJob> => Promise.resolve({ name, labels: { file }, predictions: [] });
    });
    const read = { layout: 'hwc', values: 'probabilities', boundary: false } as const;
    const scores = await scoreImages(jobs, { ...rules, ...read }, scoring);
    const bad = scores.find(({ refused }) => refused)?.refused;
    if (bad) throw new InputError(bad.text);
    return classNames.map((_, c) => sum(scores.map(({ labelled }) => labelled[c])));
  }
  if (trainingPixels && 'length' in trainingPixels) {
    if (trainingPixels.length === classNames.length) return trainingPixels;
    const expected = `one number for each of ${classNames.length} classes`;
    throw invalid('judge', 'trainingPixels', expected, trainingPixels);
  }
  if (!('dataset' in labels)) return undefined;
  const { dataset: name, root } = labels;
  return countPixels(await openDataset({ name, root, split: 'train' }), scoring.signal);
}
