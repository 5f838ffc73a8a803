/** A training run in a cell: a progress bar, and curves that grow while it trains. */
import { lossLabel } from '../results/names';
import { readEpochs } from '../runs/epochs';
import type { EpochMetrics } from '../runs/epochs';
import { readRun, runFolder } from '../runs/trainingRuns';
import type { TrainingRun } from '../runs/trainingRuns';
import { cellInterrupt } from '../interrupt';
import { trainingCurvesFigure } from '../figures/trainingCurves';
import { parseConfig } from '../runs/config';
import { runParsed } from '../training/experiment';
import type { ProgressEvent } from '../training/experiment';
import type { ExperimentInput } from '../runs/config';
import { liveFigure } from './liveFigure';
import { progress } from './progress';
import type { Progress } from './progress';

export interface TrainLiveOptions {
  /** Title of the data and the network, for the curves' caption. */
  dataset: string;
  /** How figures and tables name the run (default: by its loss). */
  label?: string;
  /** Draw the curves (default true); else there is the bar alone. */
  curves?: boolean;
  /** Run folder (default: one of the configuration's own, see `runFolder`). */
  outDir?: string;
  /** Delete what an earlier run left there (default false: go on with it). */
  fresh?: boolean;
  /** An abort saves a checkpoint (default: at an interrupt of the cell); running the cell again goes on there. */
  signal?: AbortSignal;
}

/**
 * Trains as `runExperiment` does, and shows how it goes. A run that was interrupted goes on at its last step, with the
 * curves of the epochs before; a finished one is shown and not trained again.
 *
 * @throws what `runExperiment` throws; the signal's reason after an interrupt.
 */
export async function trainLive(
  input: ExperimentInput,
  { dataset, label, curves = true, ...options }: TrainLiveOptions,
): Promise<TrainingRun> {
  const config = parseConfig(input);
  const { outDir = runFolder(config), signal = cellInterrupt() } = options;
  const { epochs: totalEpochs, loss } = config;
  const name = label ?? lossLabel(loss);
  const epochs: EpochMetrics[] = options.fresh ? [] : await readEpochs(outDir);
  const steps: { epoch: number; loss: number }[] = [];
  const figure = curves
    ? liveFigure(() =>
        trainingCurvesFigure([{ label: name, epochs, steps }], { dataset, totalEpochs }),
      )
    : undefined;
  let bar: Progress | undefined;
  let first = 0;
  let last = 0;
  const onProgress = (event: ProgressEvent) => {
    if (event.kind === 'note') console.log(event.text);
    if (event.kind === 'start') {
      first = last = event.step;
      epochs.splice(event.epoch); // later ones are done again
      const from = first > 0 ? `, from step ${first} on` : '';
      bar = progress(`${name}${from}`, event.totalSteps - first);
    }
    if (event.kind === 'step') {
      const { step, totalSteps, loss } = event;
      last = step;
      bar?.update(step - first);
      steps.push({ epoch: (step / totalSteps) * totalEpochs, loss });
      figure?.update();
    }
    if (event.kind === 'epoch') {
      epochs.push(event.metrics);
      figure?.redraw();
    }
  };
  try {
    await runParsed(config, { ...options, outDir, signal, onProgress });
  } catch (error) {
    if (signal?.aborted && error === signal.reason) console.log(stoppedText(name, last));
    throw error;
  } finally {
    bar?.done();
    figure?.redraw();
  }
  if (bar === undefined) console.log(`${name}: finished before, in ${outDir}`);
  return readRun(outDir, name);
}

function stoppedText(name: string, step: number): string {
  const where = step > 0 ? `checkpoint saved at step ${step}` : 'before its first step';
  return `${name} stopped: ${where}. Run the cell again to go on.`;
}
