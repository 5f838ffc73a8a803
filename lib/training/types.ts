/** The configuration of one training run, as `config.json` holds it. */
import type { AugmentationOptions } from '../datasets/augment';
import type { DatasetOptions } from '../datasets/types';
import type { Execution, Precision } from '../graphStep';
import type { LossConfig } from '../losses';
import type { NetworkName } from '../models';
import type { ModelVariant } from '../models/types';
import type { AdamOptions } from './adam';

/** Options of `openDataset`, with one length for each split. */
export interface DatasetConfig extends Omit<DatasetOptions, 'split' | 'length'> {
  /** Default `'synthetic'`. */
  name: string;
  /** `[height, width]` (default [256, 256]; the paper's sizes are lost). */
  size: [number, number];
  /** Of drawn scenes and random splits; not that of the training (default 0). */
  seed: number;
  /** Synthetic only, like the other lengths. */
  trainLength?: number;
  validLength?: number;
  testLength?: number;
}

/** `'cosine'` goes from the optimizer's learning rate to `minimum` over all steps of the run. */
export interface Schedule {
  /** Default `'cosine'`. */
  name: 'cosine' | 'constant';
  /** Default 0. */
  minimum: number;
}

export interface OptimizerConfig extends Required<AdamOptions> {
  name: 'adam';
  /** Default 1e-3. */
  learningRate: number;
}

/** When checkpoints are written besides those at the end of each epoch; no result depends on it. */
export interface CheckpointConfig {
  /** Default null: not by steps. */
  everySteps: number | null;
  /** Default 60; null: not by time. */
  everySeconds: number | null;
}

/** What a run tells beside its record; no result depends on it. */
export interface LoggingConfig {
  /** Write TensorBoard event files into `tensorboard/` of the run folder (default true). */
  tensorboard: boolean;
  /** Validation samples whose predictions TensorBoard shows, the first of the split (default 4; 0: none). */
  images: number;
  /** Measure `ClassStatistics` at the end of each epoch (default false). */
  classStatistics: boolean;
}

/** Every default filled in, but for those of the loss: they are the loss's own. */
export interface ExperimentConfig {
  dataset: DatasetConfig;
  model: {
    /** Default `'segnet'`. */
    name: NetworkName;
    /** Default 32. */
    width: number;
    /** Default `'paper'`. */
    variant: ModelVariant;
  };
  /**
   * Default cross-entropy. `classCounts`, where the loss takes them and is not the `'authors'` variant, is `'dataset'` by
   * default: the run counts its training split, as the losses are published.
   */
  loss: LossConfig;
  /** Default 100. */
  epochs: number;
  /** Default 8. */
  batchSize: number;
  /** Of the initial weights, the order of the samples, the augmentation and a loss's noise (default 0). */
  seed: number;
  optimizer: OptimizerConfig;
  schedule: Schedule;
  /** True (default): the paper's; false: none; else limits. */
  augmentation: boolean | AugmentationOptions;
  /** Stop after so many epochs without a better validation loss (default null: never). */
  patience: number | null;
  checkpoints: CheckpointConfig;
  /** Each step as one TensorFlow graph (default), or op by op; the results differ by rounding. */
  execution: Execution;
  /** Of a step's convolutions (default `'float32'`); `'bfloat16'` is for execution `'graph'`, faster, and gives other numbers. */
  precision: Precision;
  logging: LoggingConfig;
}

/** An `ExperimentConfig` with any setting left out. */
export type ExperimentInput = {
  [Key in keyof ExperimentConfig]?: Key extends 'loss' | 'augmentation'
    ? ExperimentConfig[Key]
    : ExperimentConfig[Key] extends object
      ? Partial<ExperimentConfig[Key]>
      : ExperimentConfig[Key];
};
