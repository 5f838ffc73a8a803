/**
 * `run.json`: what a run is besides its configuration. It marks the folder as one of the kit's, and keeps what a resumed run
 * must have again: the same data, and as many threads.
 */
import { z } from 'zod';
import { readCheckedIfThere } from '../schema';
import type { Inferred } from '../schema';
import { dataIdentity } from './dataIdentity';
import { runPaths, writeJson } from './runFolder';

const lines = z.array(z.string()).optional();

const runFacts = z.object({
  kit: z.literal('pat-notebooks'),
  /** Of TensorFlow: the order of its sums, and so the weights' last digits, depend on them. */
  threads: z.number().int().min(1),
  data: dataIdentity.optional(),
  /** For each split a line for each sample: its name and the sizes of its files. */
  listing: z.object({ train: lines, valid: lines, test: lines }).default({}),
  /** Pixels of each class in the training split, once they are counted. */
  trainingPixels: z.array(z.number()).optional(),
});

export type RunFacts = Inferred<typeof runFacts>;

/** Those of the run in `folder`; undefined without any (version 1.0 wrote none). @throws InputError that names the file. */
export function readFacts(where: string, folder: string): Promise<RunFacts | undefined> {
  const remedy = 'Delete it, and the run goes on without the comparison.';
  const { facts } = runPaths(folder);
  return readCheckedIfThere(where, facts, runFacts, 'say what data a run has', remedy);
}

export function writeFacts(folder: string, facts: RunFacts): Promise<void> {
  return writeJson(runPaths(folder).facts, facts);
}
