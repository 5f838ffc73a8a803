/**
 * Training or inference steps of the kit in a process of their own: the counterpart of bench/torchStep.py. Answers each
 * line of JSON with one: the first is a `StepJob`, answered by `StepFacts`; every other `{"steps": N}` by
 * `{"milliseconds": [N times]}`; one more step before them is not counted.
 */
import readline from 'node:readline';
import { tf } from '../../backend';
import { createModel, loadWeights, parameterCount } from '../../models';
import { readSafetensors } from '../../models/safetensors';
import type { TrainingBatch } from '../../engine/trainingStep';
import { createStep } from './createStep';
import type { Step } from './createStep';
import type { StepFacts, StepJob } from './stepJob';

async function prepare(job: StepJob): Promise<{ step: Step; facts: StepFacts }> {
  const { network: name, variant, width, classes: numClasses, ignoreIndex, loss, execution } = job;
  const model = createModel({ name, variant, width, numClasses });
  await loadWeights(model, job.weightsFile);
  const batch = await readBatch(job.batchFile);
  const start = performance.now();
  const step = createStep({ model, batch, ignoreIndex, loss, execution });
  const check = { ...(await step()) };
  const first = performance.now() - start;
  const [second] = await burst(step, 1);
  const tracingSeconds = execution === 'graph' ? Math.max(first - second, 0) / 1000 : null;
  return { step, facts: { parameters: parameterCount(model), check, tracingSeconds } };
}

async function readBatch(file: string): Promise<TrainingBatch> {
  const { tensors } = await readSafetensors(file);
  const tensor = (name: string, dtype: 'float32' | 'int32') => {
    const stored = tensors.get(name)!;
    return tf.tensor(stored.values as Float32Array | Int32Array, stored.shape, dtype);
  };
  return {
    images: tensor('images', 'float32') as tf.Tensor4D,
    labels: tensor('labels', 'int32') as tf.Tensor3D,
  };
}

async function burst(step: Step, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i <= count; i++) {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  }
  return times.slice(1);
}

async function main(): Promise<void> {
  let step: Step | undefined;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let answer: object;
    if (step === undefined) {
      const prepared = await prepare(JSON.parse(line) as StepJob);
      step = prepared.step;
      answer = prepared.facts;
    } else {
      const { steps } = JSON.parse(line) as { steps: number };
      answer = { milliseconds: await burst(step, steps) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

void main();
