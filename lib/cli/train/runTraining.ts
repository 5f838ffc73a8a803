/** What `npm run train` does once its arguments are understood. */
import { describeDataset } from '../../datasets';
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
import { tellParent } from '../support/parentProcess';

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
      `${totalSteps} steps: ${epochs} epochs of ${totalSteps / epochs}`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    process.stdout.write(`${estimateLine(await estimateRun(experiment, signal))}\n`);
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
    `estimate on this machine, from ${timedSteps} steps: ${clock(seconds)} in all, ` +
    `${durationText(secondsPerStep)} a step, ${durationText(secondsPerValidationBatch)} a validation batch, ` +
    `${(estimate.peakMemoryBytes / 2 ** 30).toFixed(2)} GiB memory of the process at most so far`
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
        if (event.step > 0) process.stderr.write(`going on behind step ${event.step}\n`);
        bar = progress('steps', event.totalSteps - event.step);
        start = event.step;
        break;
      case 'step':
        bar?.update(event.step - (start ?? 0));
        break;
      case 'epoch':
        process.stdout.write(`${epochLine(event.metrics, event.epochs, event.isBest)}\n`);
    }
  };
  let start: number | undefined;
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
    return 0;
  } catch (error) {
    finishBar();
    if (options.signal?.aborted) process.stderr.write('stopped; the same command goes on\n');
    throw error;
  }
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
