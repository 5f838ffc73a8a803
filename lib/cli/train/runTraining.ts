/** What `npm run train` does once its arguments are understood. */
import { counted } from '../../check';
import { describeDataset } from '../../datasets';
import { maximumOf } from '../../extremes';
import { parameterCount } from '../../models';
import { clock, progress } from '../../notebook/progress';
import type { Progress } from '../../notebook/progress';
import { estimateRun } from '../../training/estimateRun';
import type { RunEstimate } from '../../training/estimateRun';
import { parseConfig } from '../../runs/config';
import type { ExperimentInput } from '../../runs/config';
import { surveyData } from '../../training/surveyData';
import { openExperiment, runExperiment } from '../../training/experiment';
import type { ProgressEvent, RunOptions } from '../../training/experiment';
import type { EpochMetrics } from '../../runs/epochs';
import type { RunRecord } from '../../runs/record';
import { sum } from '../../statistics';
import { tellParent } from '../support/parentProcess';

/** A run that takes longer says so, and what would shorten it. */
const LONG_SECONDS = 600;
/** Steps after which a run's own pace is known; the first ones take longer. */
const PACE_STEPS = [3, 8] as const;

/** Prints what a run would be, and an estimate of its time and memory from a few steps; leaves no file. */
export async function dryRun(input: ExperimentInput, signal: AbortSignal): Promise<number> {
  const experiment = await openExperiment(parseConfig(withoutDiskCache(input)));
  const { config, train, valid, model, totalSteps } = experiment;
  const { epochs, dataset } = config;
  try {
    if (train.real) {
      const { notes } = await surveyData(experiment, signal);
      for (const text of notes) process.stderr.write(`${text}\n`);
    }
    const { cache } = input.dataset ?? {};
    const resolved = { ...config, dataset: { ...dataset, ...(cache && { cache }) } };
    const lines = [
      JSON.stringify(resolved, null, 2),
      describeDataset(train),
      describeDataset(valid),
      `${model.name}: ${parameterCount(model)} parameters`,
      `${counted(totalSteps, 'step')}: ${counted(epochs, 'epoch')} of ${totalSteps / epochs}`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    const estimate = await estimateRun(experiment, signal);
    process.stdout.write(`${estimateLine(estimate)}\n`);
    if (estimate.seconds > LONG_SECONDS) process.stderr.write(`${longRun(estimate.seconds)}\n`);
    return 0;
  } finally {
    model.dispose();
  }
}

/** A cache in a file would stay behind. */
function withoutDiskCache(input: ExperimentInput): ExperimentInput {
  if (input.dataset?.cache !== 'disk') return input;
  return { ...input, dataset: { ...input.dataset, cache: 'none' } };
}

function estimateLine(estimate: RunEstimate): string {
  const { timedSteps, secondsPerStep, secondsPerValidationBatch, seconds } = estimate;
  return (
    `estimate on this machine, from ${counted(timedSteps, 'step')}: ${clock(seconds)} in all, ` +
    `${durationText(secondsPerStep)} a step, ${durationText(secondsPerValidationBatch)} a validation batch, ` +
    `${(estimate.peakMemoryBytes / 2 ** 30).toFixed(2)} GiB of memory so far`
  );
}

function longRun(seconds: number): string {
  const minutes = seconds / 60;
  const time =
    minutes < 120 ? `${minutes.toFixed(0)} minutes` : `${(minutes / 60).toFixed(0)} hours`;
  return (
    `This run takes about ${time} on this machine. --scale small, or --set dataset.size=[96,128], model.width=8 ` +
    'and epochs=10, shortens it.'
  );
}

/** Three significant digits: `'0.512 ms'`, `'51.2 ms'`, `'1.23 s'`, `'1234 s'`. */
export function durationText(seconds: number): string {
  const [value, unit] = seconds < 0.9995 ? [1000 * seconds, 'ms'] : [seconds, 's'];
  return `${Number(value.toPrecision(3)) >= 1000 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}

/** Trains with a progress line on the standard error; one line for each epoch and the result on the standard output. */
export async function train(
  input: ExperimentInput,
  options: Pick<RunOptions, 'outDir' | 'fresh' | 'signal'>,
): Promise<number> {
  let bar: Progress | undefined;
  const finishBar = () => {
    bar?.done();
    bar = undefined;
  };
  const onProgress = (event: ProgressEvent) => {
    tellParent(event);
    switch (event.kind) {
      case 'note':
        process.stderr.write(`${event.text}\n`);
        break;
      case 'start':
        process.stderr.write(`execution: ${event.execution}\n`);
        if (event.step > 0) process.stderr.write(`continuing after step ${event.step}\n`);
        bar = progress('steps', event.totalSteps - event.step);
        start = event.step;
        break;
      case 'step':
        bar?.update(event.step - (start ?? 0));
        told(event.step - (start ?? 0), event.totalSteps - event.step);
        break;
      case 'epoch':
        process.stdout.write(`${epochLine(event.metrics, event.epochs, event.isBest)}\n`);
    }
  };
  let start: number | undefined;
  let paceFrom = 0;
  const told = (step: number, stepsLeft: number) => {
    const [from, to] = PACE_STEPS;
    if (step === from) paceFrom = performance.now();
    if (step !== to) return;
    const seconds = ((performance.now() - paceFrom) / 1000 / (to - from)) * stepsLeft;
    if (seconds > LONG_SECONDS) process.stderr.write(`\n${longRun(seconds)}\n`);
  };
  try {
    const record = await runExperiment(input, { ...options, onProgress });
    finishBar();
    if (start === undefined) process.stdout.write('trained before; --fresh trains again\n');
    const { best, scores, weightsSha256, stoppedBy, epochs } = record;
    const why = `stopped after epoch ${epochs}: ${record.config.patience} without a better validation loss`;
    if (stoppedBy === 'patience') process.stdout.write(`${why}\n`);
    process.stdout.write(
      `best: epoch ${best.epoch}, validation loss ${best.validLoss.toFixed(4)}, ` +
        `mean IoU ${percent(scores.meanIoU)}\nweights ${weightsSha256}\n`,
    );
    const note = belowConstant(record);
    if (note !== undefined) process.stderr.write(`${note}\n`);
    return 0;
  } catch (error) {
    finishBar();
    if (options.signal?.aborted) process.stderr.write('stopped; the same command continues\n');
    throw error;
  }
}

/** What to say of a network whose pixel accuracy is below that of the commonest class everywhere; undefined where it is not. */
export function belowConstant({
  counts,
  classNames,
  scores: { pixelAccuracy },
}: Pick<RunRecord, 'counts' | 'classNames' | 'scores'>): string | undefined {
  const labelled = counts.map(sum);
  const most = maximumOf(labelled);
  const share = most / sum(labelled);
  if (pixelAccuracy === null || pixelAccuracy >= share) return undefined;
  return (
    `note: ${classNames[labelled.indexOf(most)]} everywhere would have a pixel accuracy of ${percent(share)}, this network has ` +
    `${percent(pixelAccuracy)}: it has learnt too little. More epochs or images, or another learning rate, may help.`
  );
}

function epochLine(metrics: EpochMetrics, epochs: number, isBest: boolean): string {
  const { epoch, trainLoss, validLoss, meanIoU, pixelAccuracy } = metrics;
  return (
    `epoch ${epoch}/${epochs}: loss ${trainLoss.toFixed(4)}, validation ${validLoss.toFixed(4)}, ` +
    `mean IoU ${percent(meanIoU)}, pixel accuracy ${percent(pixelAccuracy)}${isBest ? ', best' : ''}`
  );
}

function percent(value: number | null): string {
  return value === null ? '–' : `${(100 * value).toFixed(2)} %`;
}
