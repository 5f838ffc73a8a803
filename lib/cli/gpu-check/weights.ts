/** A short training whose weights are told by their hash: two processes agree only where every bit does. */
import { createHash } from 'node:crypto';
import { deviceReport } from '../../backend';
import { Training } from './steps';
import type { StepCase } from './steps';

export interface WeightsQuestion extends StepCase {
  steps: number;
}

export interface WeightsAnswer {
  device: 'CPU' | 'GPU';
  /** SHA-256 of all weights after the last step, hexadecimal. */
  sha256: string;
  /** Loss of the last step. */
  loss: number;
}

/** Trains and tells the hash. */
export async function trainedWeights({
  steps,
  ...training
}: WeightsQuestion): Promise<WeightsAnswer> {
  const run = new Training(training, { execution: 'graph', precision: 'float32', notes: [] });
  let loss = NaN;
  for (let i = 0; i < steps; i++) ({ loss } = await run.step());
  run.sync();
  const hash = createHash('sha256');
  for (const weight of run.model.weights)
    hash.update(new Uint8Array((await weight.read().data()).buffer));
  run.dispose();
  return { device: deviceReport().device, sha256: hash.digest('hex'), loss };
}
