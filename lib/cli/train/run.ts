/** What `npm run train` does once its arguments are understood. */
import { describeDataset } from '../../datasets';
import { parameterCount } from '../../models';
import { progress } from '../../notebook/progress';
import type { Progress } from '../../notebook/progress';
import type { ExperimentConfig } from '../../training/types';
import { openExperiment, runExperiment } from '../../training/experiment';
import type { ProgressEvent, RunOptions } from '../../training/experiment';
import type { EpochMetrics } from '../../training/train';
import { tellParent } from '../support/parentProcess';

/** Prints what a run would be. */
export async function dryRun(input: ExperimentConfig): Promise<number> {
  const { config, train, valid, model, totalSteps } = await openExperiment(input);
  const { epochs } = config;
  const lines = [
    JSON.stringify(config, null, 2),
    describeDataset(train),
    describeDataset(valid),
    `${model.name}: ${parameterCount(model)} parameters`,
    `${totalSteps} steps: ${epochs} epochs of ${totalSteps / epochs}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  model.dispose();
  return 0;
}

/** Trains with a progress line on the standard error; one line for each epoch and the result on the standard output. */
export async function train(
  config: ExperimentConfig,
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
        if (event.step > 0) process.stderr.write(`going on behind step ${event.step}\n`);
        bar = progress('steps', event.totalSteps - event.step);
        start = event.step;
        break;
      case 'step':
        bar?.update(event.step - start);
        break;
      case 'epoch':
        process.stdout.write(`${epochLine(event.metrics, event.epochs, event.isBest)}\n`);
    }
  };
  let start = 0;
  try {
    const record = await runExperiment(config, { ...options, onProgress });
    finishBar();
    const { best, scores, weightsSha256 } = record;
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
