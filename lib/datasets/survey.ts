/** What the labels of a split hold: whether there is something to learn, and what was lost on the way. */
import { tf } from '../backend';
import { InputError } from '../check';
import { sum } from '../statistics';
import { prefetch } from './prefetch';
import type { LabelMap, SegmentationDataset, SkippedSample } from './datasetTypes';

/** Label maps counted at a time. */
const atATime = 16;
/** Bad samples that an error lists; `npm run data -- check` lists all. */
const listed = 50;

export interface LabelSurvey {
  /** Pixels of each class, in the order of `classNames`. */
  classPixels: number[];
  voidPixels: number;
  /** Samples whose label file, or whose image's header, cannot be read. */
  bad: SkippedSample[];
}

/**
 * Reads every label map and every image's header, but no image's pixels; at the size that the data set was opened with.
 *
 * @throws the signal's reason after an abort.
 */
export async function surveyLabels(
  dataset: SegmentationDataset,
  signal?: AbortSignal,
): Promise<LabelSurvey> {
  const survey: LabelSurvey = {
    classPixels: dataset.classNames.map(() => 0),
    voidPixels: 0,
    bad: [],
  };
  const indices = Array.from({ length: dataset.length }, (_, index) => index);
  const read = (index: number) =>
    dataset.labelMap(index).catch((error: unknown) => {
      if (error instanceof InputError) return { name: String(index), reason: error.message };
      throw error;
    });
  let maps: LabelMap[] = [];
  signal?.throwIfAborted();
  for await (const map of prefetch(indices, read, { ahead: atATime })) {
    signal?.throwIfAborted();
    if ('reason' in map) survey.bad.push(map);
    else if (maps.push(map) === atATime) await count();
  }
  if (maps.length > 0) await count();
  return survey;

  async function count(): Promise<void> {
    const counts = tf.tidy(() => {
      const labels = tf.concat(maps.map((map) => tf.tensor1d(map.labels, 'int32')));
      // Ignored pixels hold 255, beyond the last bin.
      return tf.bincount(labels, tf.tensor1d([], 'int32'), dataset.numClasses);
    });
    survey.voidPixels += maps.reduce((sum, { labels }) => sum + labels.length, 0);
    maps = [];
    (await counts.data()).forEach((pixels, classId) => {
      survey.classPixels[classId] += pixels;
      survey.voidPixels -= pixels;
    });
    counts.dispose();
  }
}

/** As `surveyLabels`. @throws InputError that lists what cannot be read, too. */
export async function surveyReadable(
  dataset: SegmentationDataset,
  signal?: AbortSignal,
): Promise<LabelSurvey> {
  const survey = await surveyLabels(dataset, signal);
  const problem = unreadableSamples(dataset, survey.bad);
  if (problem !== undefined) throw problem;
  return survey;
}

/** The error that lists what cannot be read in a split; undefined where all can. */
export function unreadableSamples(
  { name, title, split }: SegmentationDataset,
  bad: readonly SkippedSample[],
): InputError | undefined {
  if (bad.length === 0) return undefined;
  if (bad.length === 1) return new InputError(bad[0].reason);
  const lines = bad.slice(0, listed).map(({ reason }) => `  ${reason}`);
  if (bad.length > listed) {
    lines.push(`  and ${bad.length - listed} more: 'npm run data -- check ${name}' lists all`);
  }
  return new InputError(
    `${bad.length} samples of the ${split} split of ${title} cannot be used:\n${lines.join('\n')}`,
  );
}

/**
 * What is doubtful in the labels to learn from, in sentences: classes without a pixel, above all where the ignored value
 * took theirs, and labels of one class only.
 */
export function labelDoubts(
  { classNames, split, title, voidMark }: SegmentationDataset,
  { classPixels, voidPixels }: Pick<LabelSurvey, 'classPixels' | 'voidPixels'>,
): string[] {
  const where = `in the ${split} split of ${title}`;
  const absent = classNames.filter((_, id) => classPixels[id] === 0).map((name) => `'${name}'`);
  const present = classNames.filter((_, id) => classPixels[id] > 0);
  if (present.length === 0) return [];
  const doubts: string[] = [];
  if (absent.length > 0) {
    const classes =
      absent.length === 1 ? `class ${absent[0]} has` : `classes ${absent.join(', ')} have`;
    const share = (100 * voidPixels) / (voidPixels + sum(classPixels));
    const remedy = lostClassRemedy(absent[0], voidMark);
    const ignored =
      voidPixels > 0 && remedy !== undefined
        ? `, while ${share.toFixed(2)} % of the pixels are ignored. If these are its pixels, ${remedy}`
        : '';
    doubts.push(`${classes} no pixel ${where}${ignored}.`);
  }
  if (present.length === 1) {
    doubts.push(
      `all labelled pixels ${where} are of class '${present[0]}': a network learns to say so everywhere, with high scores.`,
    );
  }
  return doubts;
}

function lostClassRemedy(
  name: string,
  voidMark: SegmentationDataset['voidMark'],
): string | undefined {
  if (voidMark === undefined) return undefined;
  const { value, colour } = voidMark;
  const ways = [
    ...(value === null ? [] : [`give ${name} the value ${value} and ignoreIndex null`]),
    ...(colour === undefined
      ? []
      : [`in colour masks give it the colour [${colour.join(', ')}] and leave ignoreColour out`]),
  ];
  return ways.length === 0 ? undefined : `${ways.join('; ')} (classes.json)`;
}
