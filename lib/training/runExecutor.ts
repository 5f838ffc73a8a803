/** What trains and validates a run, by its configuration. */
import type { tf } from '../backend';
import { createExecutor } from '../engine';
import type { BatchShape } from '../engine/trainingGraph';
import type { StepExecutor } from '../engine';
import type { BatchEvaluation } from '../engine/batchEvaluation';
import type { TrainingState } from './checkpoint';
import { crossEntropyBeside, lossAt, noiseSeedsAt } from './runLoss';
import type { ExperimentConfig } from '../runs/config';

/** The executor of a run's state and loss; `onNote` is told where it cannot be a graph, or bfloat16. */
export function runExecutor(
  config: ExperimentConfig,
  ignoreIndex: number,
  state: TrainingState,
  onNote?: (text: string) => void,
): StepExecutor {
  const loss = lossAt(config, ignoreIndex, 'step'); // its noise comes from the seeds that it is given
  const crossEntropy = crossEntropyBeside(loss, config, ignoreIndex);
  const { execution, precision } = config;
  return createExecutor({
    ...state,
    loss,
    crossEntropy,
    ignoreIndex,
    execution,
    precision,
    onNote,
  });
}

/** Records the graphs of all batches of a run: full ones and the smaller last one, of training and validation. */
export function prepareExecutor(
  executor: StepExecutor,
  { dataset, batchSize }: ExperimentConfig,
  lengths: { train: number; valid: number },
): void {
  const shapes = (length: number): BatchShape[] => {
    const sizes = [Math.min(batchSize, length), length % batchSize].filter((size) => size > 0);
    return [...new Set(sizes)].map((size) => [size, ...dataset.size, 3]);
  };
  executor.prepare({ steps: shapes(lengths.train), evaluations: shapes(lengths.valid) });
}

/** The forward pass of one validation, to be called batch after batch: its noise is that of `lossAt` at 'validation'. */
export function validationForward(
  config: ExperimentConfig,
  executor: StepExecutor,
): (images: tf.Tensor4D, labels: tf.Tensor3D) => BatchEvaluation {
  const nextSeed = noiseSeedsAt(config, 'validation');
  return (images, labels) => {
    const noiseSeed = nextSeed();
    try {
      return executor.evaluate({ images, labels }, noiseSeed);
    } finally {
      noiseSeed.dispose();
    }
  };
}
