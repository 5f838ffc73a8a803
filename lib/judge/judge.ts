/** The judge itself: from labels and predictions to scores and comparisons. */
import { counted, InputError } from '../check';
import { classThirdsBy } from '../metrics';
import { sum } from '../statistics';
import { logitAdjustment, strengthGrid } from '../decisions';
import type { Decision } from '../decisions';
import { concluded } from './judgement';
import type { Judgement } from './judgement';
import type { DecisionStep } from './decide';
import { openLabels, trainingPixelsOf } from './labelSource';
import type { LabelSource } from './labelSource';
import type { JudgeOptions } from './options';
import { findPredictions, problemLines } from './predictionFiles';
import type { JudgeProblem, PredictionSet } from './predictionFiles';
import { methodsOf } from './methods';
import type { ImageJob, ImageScores } from './scoreImage';
import { scoreImages } from './scoreImages';

/**
 * Scores every method on the same images and compares every pair in every score. A file that is missing, cannot be read or
 * holds what is no class takes its image out for all methods, and is named in `problems`.
 *
 * @throws InputError for options that do not go together, places that are not there, no image left, with `strict` any
 *   problem; the signal's reason after an abort
 */
export async function judge(options: JudgeOptions): Promise<Judgement> {
  const { strict = false, onNote, resamples, threads, signal } = options;
  const source = await openLabels(options);
  const problems: JudgeProblem[] = source.unread.map((file) => {
    return { kind: 'extra', name: file, text: 'is no PNG, or has the name of another one' };
  });
  const { names } = source;
  const sets = await findPredictions(
    options.predictions,
    { names, suffix: options.predictionSuffix },
    problems,
  );
  refuse(strict, problems, 'missing', 'extra');
  const isAsked = options.decisions?.includes('adjusted') || options.trainingPixels !== undefined;
  const training = isAsked
    ? await trainingPixelsOf(source, options, { threads, signal })
    : undefined;
  const decisions = await decisionsOf(sets, training, options);
  const shared = names.filter((name) => sets.every(({ files }) => files.has(name)));
  const scored = await scoreSets(source, { sets, names: shared, decisions }, training, options);
  const { good, leftOut } = wholeImages(scored, sets, problems);
  leftOut.unshift(...names.filter((name) => !shared.includes(name)));
  refuse(strict, problems, 'unreadable', 'outside', 'resized');
  problemLines(problems).forEach((line) => onNote?.(line));
  if (good.length === 0) {
    throw new InputError(
      `judge: no image has a label and a prediction by every method that can be scored. ${problemLines(problems).join('. ')}`,
    );
  }
  if (leftOut.length > 0) onNote?.(leftOutText(leftOut, good.length));
  const pixels = source.classNames.map((_, c) => sum(good.map(({ labelled }) => labelled[c])));
  const thirds = classThirdsBy(training ?? pixels);
  const { title, classNames, dataset } = source;
  return concluded(methodsOf(good, { sets, decisions, thirds, dataset }), {
    title,
    classNames,
    pixels,
    thirdsBy: training ? 'training split' : 'labels',
    problems,
    leftOut,
    resamples,
  });
}

function refuse(
  strict: boolean,
  problems: readonly JudgeProblem[],
  ...kinds: JudgeProblem['kind'][]
): void {
  const found = problems.filter(({ kind }) => kinds.includes(kind));
  if (!strict || found.length === 0) return;
  throw new InputError(`judge: refused, as asked (strict). ${problemLines(found).join('. ')}`);
}

function leftOutText(leftOut: readonly string[], left: number): string {
  const shown = leftOut.slice(0, 5).join(', ') + (leftOut.length > 5 ? ', …' : '');
  return `${counted(leftOut.length, 'image')} left out for all methods (${shown}); ${left} scored`;
}

/** What is made of each set: of probabilities what is asked for, of PNGs what they show. */
async function decisionsOf(
  sets: readonly PredictionSet[],
  training: readonly number[] | undefined,
  options: JudgeOptions,
): Promise<Map<string, Decision[]>> {
  const { decisions = ['argmax'], strengths, validation, onNote } = options;
  const asked = new Map<string, Decision[]>();
  const others = decisions.filter((rule) => rule !== 'argmax');
  if (others.length > 0 && sets.every(({ kind }) => kind === 'map')) {
    throw new InputError(
      `judge: decisions ${others.join(', ')} need probabilities, got PNG files alone. Give .npy or .safetensors files.`,
    );
  }
  if (decisions.includes('adjusted') && training === undefined) {
    throw new InputError(
      'judge: logit adjustment needs the pixels of each class in the training split. Give --train-labels DIR or --prior FILE.',
    );
  }
  const chosen =
    strengths === undefined && validation && decisions.includes('adjusted')
      ? await bestStrengths(options, validation, training as readonly number[])
      : undefined;
  for (const { name, kind } of sets) {
    const own = kind === 'map' ? (['argmax'] as const) : decisions;
    if (kind === 'map' && others.length > 0) onNote?.(`${name}: PNG files, taken as they are`);
    const best = chosen?.get(name);
    const found = own.flatMap((rule): Decision[] => {
      if (rule !== 'adjusted') return [{ rule }];
      return (strengths ?? [best ?? 1]).map((strength) => ({ rule, strength }));
    });
    asked.set(name, found);
    if (best !== undefined)
      onNote?.(`${name}: t = ${best}, by mean IoU of the validation predictions`);
  }
  return asked;
}

/** Of each method the strength with the highest mean IoU (D) on the validation predictions, over its seeds. */
async function bestStrengths(
  options: JudgeOptions,
  { labels: folder, predictions }: NonNullable<JudgeOptions['validation']>,
  trainingPixels: readonly number[],
): Promise<Map<string, number>> {
  const { onProgress } = options;
  const { methods } = await judge({
    ...options,
    validation: undefined,
    labels: { folder },
    predictions,
    trainingPixels,
    decisions: ['adjusted'],
    strengths: strengthGrid,
    boundary: false,
    resamples: 1,
    onProgress: (_what, done, total) => onProgress?.('validation', done, total),
  });
  const best = new Map<string, { strength: number; score: number }>();
  for (const { runs, decision, scores } of methods) {
    const score = scores.meanIoUD?.mean ?? -1;
    const [{ method }] = runs;
    if (decision.rule !== 'adjusted' || score <= (best.get(method)?.score ?? -1)) continue;
    best.set(method, { strength: decision.strength, score });
  }
  return new Map([...best].map(([method, { strength }]) => [method, strength]));
}

async function scoreSets(
  source: LabelSource,
  {
    sets,
    names,
    decisions,
  }: {
    sets: readonly PredictionSet[];
    names: readonly string[];
    decisions: Map<string, Decision[]>;
  },
  training: readonly number[] | undefined,
  options: JudgeOptions,
): Promise<ImageScores[]> {
  const {
    layout = 'hwc',
    values = 'probabilities',
    boundary = true,
    threads,
    signal,
    onProgress,
  } = options;
  const steps = new Map(
    [...decisions].map(([name, all]) => [name, all.map((one) => stepOf(one, training))]),
  );
  const jobs = names.map((name) => async (): Promise<ImageJob> => ({
    name,
    labels: await source.labelsOf(name),
    predictions: sets.flatMap((set) => {
      const found = set.files.get(name);
      return found ? [{ ...found, steps: steps.get(set.name) ?? [] }] : [];
    }),
  }));
  const onDone = (done: number, total: number) => onProgress?.('images', done, total);
  return scoreImages(
    jobs,
    { ...source.rules, layout, values, boundary },
    { threads, signal, onProgress: onDone },
  );
}

function stepOf(decision: Decision, training: readonly number[] | undefined): DecisionStep {
  if (decision.rule === 'argmax') return { kind: 'argmax' };
  if (decision.rule !== 'adjusted') return { kind: 'ranked', score: decision.rule };
  return { kind: 'argmax', bias: logitAdjustment(training ?? [], decision.strength) };
}

/** The images that every method has a scored prediction of; what is wrong with the others goes to `problems`. */
function wholeImages(
  scored: readonly ImageScores[],
  sets: readonly PredictionSet[],
  problems: JudgeProblem[],
) {
  const leftOut: string[] = [];
  const good = scored.filter(({ name, refused, predictions }) => {
    if (refused) problems.push({ ...refused, name });
    predictions.forEach((one, i) => {
      const { label: method } = sets[i];
      if ('refused' in one) problems.push({ ...one.refused, method, name });
      else if (one.resized) problems.push({ kind: 'resized', method, name, text: one.resized });
    });
    const isWhole = !refused && predictions.every((one) => 'steps' in one);
    if (!isWhole) leftOut.push(name);
    return isWhole;
  });
  return { good, leftOut };
}
