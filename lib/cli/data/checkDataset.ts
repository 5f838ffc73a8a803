/** `npm run data -- check NAME`. */
import path from 'node:path';
import { checkOneOf, counted, InputError } from '../../check';
import { availableDatasets, datasetNames, defaultRoot, openDataset } from '../../datasets';
import type { DatasetOptions } from '../../datasets';
import { datasetSources } from '../../datasets/download/sources';
import { nearDuplicates, nearDuplicateText } from '../../datasets/nearDuplicates';
import type { HashedImage, NearDuplicates } from '../../datasets/nearDuplicates';
import { fileOptions } from '../../datasets/fileDatasetTypes';
import { labelDoubts } from '../../datasets/survey';
import type { SegmentationDataset, Split } from '../../datasets/datasetTypes';
import { isThere } from '../../files';
import { sum } from '../../statistics';
import { progress } from '../../notebook/progress';
import { emptyReport, inspectSplit } from './inspect';
import type { SplitReport } from './inspect';

export interface CheckOptions {
  root?: string;
  /** Of the splits to check (default: the official ones). */
  splitRule?: string;
  json?: boolean;
  signal?: AbortSignal;
  /** A split with other than the official number of pairs is an error too (default: a note). */
  complete?: boolean;
}

/** What `--json` prints. */
export interface CheckReport {
  name: string;
  title: string;
  root: string;
  classNames: readonly string[];
  splits: Partial<Record<Split, SplitReport>>;
  /** Where a split differs from the official one. */
  notes: string[];
  /** What training would refuse besides bad files. */
  problems: string[];
  /** What can be read and is doubtful all the same. */
  warnings: string[];
  /** Images of one split that are nearly one of another. */
  nearDuplicates: NearDuplicates[];
  /** Bad files and problems. */
  bad: number;
}

type SplitRule = DatasetOptions['splitRule'];

const splits: readonly Split[] = ['train', 'valid', 'test'];

/** Reads every file of every split found; the exit status is 1 if one is bad. */
export async function check(name: string, options: CheckOptions): Promise<number> {
  const { root = defaultRoot(), json = false, complete = false, signal } = options;
  checkOneOf('npm run data', 'NAME', name, datasetNames);
  const splitRule =
    options.splitRule === undefined
      ? undefined
      : checkOneOf(
          'npm run data',
          '--split-rule',
          options.splitRule,
          fileOptions.splitRule.options,
        );
  const report = await checkDataset(name, { root, splitRule }, signal);
  process.stdout.write(`${json ? JSON.stringify(report, null, 2) : describe(report, complete)}\n`);
  return report.bad > 0 || (complete && report.notes.length > 0) ? 1 : 0;
}

async function checkDataset(
  name: string,
  { root, splitRule }: { root: string; splitRule: SplitRule },
  signal: AbortSignal | undefined,
): Promise<CheckReport> {
  const images: Partial<Record<Split, HashedImage[]>> = {};
  const report: CheckReport = {
    ...{ name, title: name, root, classNames: [], splits: {} },
    ...{ notes: [], problems: [], warnings: [], nearDuplicates: [], bad: 0 },
  };
  const official =
    splitRule === undefined
      ? (datasetSources.find((source) => source.name === name)?.pairs ?? {})
      : {};
  for (const split of splits) {
    const hashes: HashedImage[] = [];
    images[split] = hashes;
    const onHash = (image: HashedImage) => hashes.push(image);
    const result = await checkSplit(report, { split, splitRule }, { signal, onHash });
    const pairs = result?.pairs ?? 0;
    const expected = official[split];
    if (expected !== undefined && pairs !== expected) {
      report.notes.push(`${split}: ${pairs} pairs, the official split has ${expected}`);
    }
    if (result === undefined) continue;
    report.splits[split] = result;
    report.bad += result.bad.length;
  }
  report.bad += report.problems.length;
  report.nearDuplicates = nearDuplicates(images);
  const told = report.nearDuplicates.map((found) => nearDuplicateText(report.title, found));
  report.warnings.push(...told);
  if (Object.keys(report.splits).length > 0) return report;
  // Its error says where it looked and what to do.
  await openDataset({ name, root });
  throw new InputError(`npm run data: no split of '${name}' is found in ${path.resolve(root)}.`);
}

/** The report of a split; undefined when it is not there, or cannot be opened for a reason that another split told. */
async function checkSplit(
  report: CheckReport,
  { split, splitRule }: { split: Split; splitRule: SplitRule },
  rest: { signal: AbortSignal | undefined; onHash: (image: HashedImage) => void },
): Promise<SplitReport | undefined> {
  const { name, root } = report;
  const found = (await availableDatasets(root, split)).find((each) => each.name === name)?.found;
  // In a folder of one's own, a missing list is one's own to write.
  const isOwn = name === 'folder' && split !== 'test' && (await isThere('check', ownClasses(root)));
  if (!found && !isOwn) return undefined;
  try {
    const dataset = await openSplit({ name, root, split, ...(splitRule && { splitRule }) });
    report.classNames = dataset.classNames;
    report.title = dataset.title;
    const bar = progress(`${name} ${split}`, dataset.length);
    const result = await inspectSplit(dataset, {
      ...rest,
      onProgress: (done) => bar.update(done),
    });
    bar.done();
    judgeLabels(report, dataset, result);
    return result;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { message } = error;
    const told = Object.values(report.splits).flatMap(({ bad }) => bad);
    if (told.some(({ reason }) => reason === message)) return undefined;
    return emptyReport(report.classNames.length, message);
  }
}

const ownClasses = (root: string) => path.join(root, 'classes.json');

/** Adds what training would refuse in the labels of a split, and what is doubtful. */
function judgeLabels(report: CheckReport, dataset: SegmentationDataset, result: SplitReport): void {
  const { split, title, numClasses } = dataset;
  const { remarks = [] } = dataset;
  report.warnings.push(...remarks.filter((remark) => !report.warnings.includes(remark)));
  if (numClasses < 2 && split === 'train') {
    report.problems.push(
      `${title} has ${numClasses} class, training needs at least 2: add one to classes.json, such as the background, ` +
        "or train with dataset.voidAs 'class'.",
    );
  }
  const labelled = sum(result.classPixels);
  if (split === 'train' && labelled > 0) report.warnings.push(...labelDoubts(dataset, result));
  if (labelled > 0 || result.voidPixels === 0) return;
  const isNeeded = split !== 'test';
  (isNeeded ? report.problems : report.warnings).push(
    `the ${split} split of ${title} has no labelled pixel: all are ignored. ` +
      (isNeeded ? 'Training needs some there.' : 'A run is not tested on it.'),
  );
}

/** Opens a split even if files are missing: those that can be used then, the others in `skipped`. */
async function openSplit(options: DatasetOptions): Promise<SegmentationDataset> {
  return openDataset(options).catch((error: Error) => {
    if (!(error instanceof InputError)) throw error;
    return openDataset({ ...options, onBadSample: 'skip' });
  });
}

function describe(report: CheckReport, complete: boolean): string {
  const { name, classNames, splits: found, notes, problems, warnings, bad } = report;
  const lines = Object.entries(found).flatMap(([split, result]) => {
    const total = result.voidPixels + sum(result.classPixels);
    const share = (pixels: number) => `${((100 * pixels) / Math.max(1, total)).toFixed(3)} %`;
    const row = (label: string, pixels: number) =>
      `  ${label.padEnd(24)}${String(pixels).padStart(14)}${share(pixels).padStart(11)}`;
    return [
      `${name} ${split}: ${counted(result.pairs, 'pair')}, ${result.bad.length} bad`,
      ...(total > 0 ? classNames.map((label, id) => row(label, result.classPixels[id])) : []),
      ...(total > 0
        ? [row('(void)', result.voidPixels), `  sizes: ${sizeText(result.sizes)}`]
        : []),
      ...result.bad.map(({ reason }) => `  ✗ ${reason}`),
    ];
  });
  const partial = complete && notes.length > 0 ? '✗ it is not the whole set' : undefined;
  const good =
    warnings.length > 0 ? '! every file can be read; see the lines with !' : '✓ every file is good';
  const verdict = bad > 0 ? `✗ ${bad} bad` : (partial ?? good);
  return [
    ...lines,
    ...[...notes, ...warnings].map((note) => `! ${note}`),
    ...problems.map((problem) => `✗ ${problem}`),
    verdict,
  ].join('\n');
}

/** The most frequent sizes, height x width, and how many more there are. */
function sizeText(sizes: Record<string, number>): string {
  const all = Object.entries(sizes);
  const shown = all.slice(0, 4).map(([size, count]) => `${size} (${count})`);
  return [...shown, ...(all.length > 4 ? [`${all.length - 4} more`] : [])].join(', ');
}
