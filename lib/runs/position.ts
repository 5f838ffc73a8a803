/** Where a run is: what a checkpoint says beside its tensors. */
import { z } from 'zod';
import type { Inferred } from '../schema';
import { epochMetrics } from './epochs';

export const runPosition = z.object({
  /** Epochs done. */
  epoch: z.number().int(),
  /** Steps done in all epochs. */
  step: z.number().int(),
  /** Samples of the current epoch done; `BatchOptions.position`. */
  position: z.number().int(),
  /** Over those samples: Σ batch loss · batch length. */
  lossSum: z.number(),
  /** Over the steps of the current epoch done. */
  gradientNorm: z.object({ sum: z.number(), max: z.number() }),
  /** The epoch (from 1) that is the best so far by the first criterion of `selection`. */
  best: z.object({ epoch: z.number().int(), validLoss: z.number() }).nullable(),
  /** The same by every criterion; absent in checkpoints of version 1.0. */
  kept: z.record(z.object({ epoch: z.number().int(), value: z.number() })).optional(),
  /** Seconds of training and validation so far, in all processes. */
  seconds: z.number(),
  /** `DataIdentity.id` of the data that the run learns from; absent in checkpoints of version 1.0. */
  data: z.string().optional(),
  /** The lines of `metrics.jsonl` up to here, so that it can be written anew; absent in checkpoints of version 1.0. */
  history: z.array(epochMetrics).optional(),
});

export type RunPosition = Inferred<typeof runPosition>;
