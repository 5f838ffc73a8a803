/**
 * The process in which `npm run gpu-check` computes: each line of JSON, a question by its task, is answered by one. What
 * the environment decides (precision of convolutions, determinism) can differ from process to process only.
 */
import readline from 'node:readline';
import { compareNativeForms } from '../../ops';
import { deviceFacts } from './deviceFacts';
import { timePooling } from './pooling';
import { repeatComputations } from './repeats';
import { takeSteps } from './steps';
import { trainedWeights } from './weights';

/** A question comes as JSON that this project wrote itself. */
const TASKS = {
  device: deviceFacts,
  ops: () => Promise.resolve(compareNativeForms()),
  steps: takeSteps,
  pooling: timePooling,
  repeats: repeatComputations,
  weights: trainedWeights,
};

export type Tasks = typeof TASKS;

async function main(): Promise<void> {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { task, question } = JSON.parse(line) as { task: keyof Tasks; question: never };
    process.stdout.write(`${JSON.stringify({ answer: await TASKS[task](question) })}\n`);
  }
}

void main();
