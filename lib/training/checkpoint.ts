/**
 * Everything a run needs to go on bit for bit: weights with running statistics, Adam's moments and step count, and
 * where the run is. Random numbers need no more than that: each epoch's order, each sample's augmentation and each
 * step's noise come from a stream named by (seed, epoch, position, step).
 */
import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { tf } from '../backend';
import { InputError, shapeText } from '../check';
import { isAbsence, parseJson } from '../files';
import { readSafetensors, writeSafetensors } from '../models/safetensors';
import type { StoredTensor } from '../models/safetensors';
import { runPosition } from '../runs/position';
import type { RunPosition } from '../runs/position';
import { checked } from '../schema';
import type { Adam } from '../engine/adam';

/** What is saved and restored. */
export interface TrainingState {
  model: tf.LayersModel;
  adam: Adam;
}

const LAST = 'last.safetensors';
const PREVIOUS = 'previous.safetensors';

/** Writes `folder/last.safetensors`, all or nothing; the one before becomes `previous.safetensors`. */
export async function saveCheckpoint(
  folder: string,
  state: TrainingState,
  position: RunPosition,
): Promise<void> {
  const next = path.join(folder, 'next.safetensors');
  await writeCheckpoint(next, state, position);
  await rename(path.join(folder, LAST), path.join(folder, PREVIOUS)).catch(ignoreMissing);
  await rename(next, path.join(folder, LAST));
}

/** Writes one checkpoint file, flushed to the disk, all or nothing. */
export async function writeCheckpoint(
  file: string,
  state: TrainingState,
  position: RunPosition,
): Promise<void> {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, variable] of variablesOf(state)) {
    tensors.set(name, { shape: variable.shape, values: await variable.data() });
  }
  const text = JSON.stringify(position);
  await writeSafetensors(file, tensors, {
    position: text,
    adamStep: String(state.adam.step),
    sha256: checksum(tensors, text),
  });
}

/**
 * Restores the newest checkpoint of `folder` that is whole; undefined where there is none at all. `notes` says what was
 * wrong with a newer one.
 *
 * @throws InputError when there are checkpoints, but none is whole.
 */
export async function loadCheckpoint(
  folder: string,
  state: TrainingState,
): Promise<{ position: RunPosition; notes: string[] } | undefined> {
  const notes: string[] = [];
  for (const name of [LAST, PREVIOUS]) {
    try {
      const position = await readCheckpoint(path.join(folder, name), state);
      if (notes.length > 0) notes.push(`going on from ${name}, step ${position.step}`);
      return { position, notes };
    } catch (error) {
      if (isAbsence(error)) continue;
      if (!(error instanceof InputError)) throw error;
      notes.push(`checkpoint ${name} cannot be used: ${error.message}`);
    }
  }
  if (notes.length === 0) return undefined;
  throw new InputError(`${notes.join('\n')}\nStart over with --fresh.`);
}

/** What is wrong with a checkpoint file that is there; undefined where it is whole. */
export async function checkCheckpoint(file: string): Promise<string | undefined> {
  try {
    await readWhole(file);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/** Restores one checkpoint file. Throws InputError, the state untouched, where it is not whole or does not fit. */
export async function readCheckpoint(file: string, state: TrainingState): Promise<RunPosition> {
  const { tensors, position } = await readWhole(file);
  const variables = variablesOf(state);
  for (const [name, { shape }] of variables) {
    const stored = tensors.get(name);
    if (stored && shapeText(stored.shape) === shapeText(shape)) continue;
    const got = stored ? shapeText(stored.shape) : 'nothing';
    const expected = `${name} of shape ${shapeText(shape)}`;
    throw new InputError(`readCheckpoint: ${file} must hold ${expected}, got ${got}.`);
  }
  for (const [name, variable] of variables) {
    const { values, shape } = tensors.get(name) as StoredTensor;
    tf.tidy(() => variable.assign(tf.tensor(values as Float32Array, shape)));
  }
  state.adam.step = position.step;
  return position;
}

/** A checkpoint whose bytes are those of its checksum; of Adam's step, the position's is. */
async function readWhole(file: string) {
  const { tensors, metadata } = await readSafetensors(file);
  const { position = '', adamStep = '', sha256 = '' } = metadata;
  if (checksum(tensors, position) !== sha256) {
    throw new InputError(
      `readCheckpoint: ${file} must hold what its checksum says, got other bytes.`,
    );
  }
  const where = positionOf(file, position);
  if (Number(adamStep) === where.step) return { tensors, position: where };
  const expected = `Adam's step ${where.step}, as its position says`;
  throw new InputError(`readCheckpoint: ${file} must hold ${expected}, got '${adamStep}'.`);
}

function positionOf(file: string, text: string): RunPosition {
  const found = checked(runPosition, parseJson('readCheckpoint', file, text));
  if (found.data) return found.data;
  throw new InputError(
    `readCheckpoint: ${file} must hold the position of a run, got ${found.problem}.`,
  );
}

/** All variables of a run by the names they have in the file. */
function variablesOf({ model, adam }: TrainingState): Map<string, tf.Variable> {
  const variables = new Map<string, tf.Variable>();
  for (const weight of model.weights) {
    variables.set(`weights/${weight.originalName}`, weight.read() as tf.Variable);
  }
  model.trainableWeights.forEach(({ originalName }, i) => {
    variables.set(`adam.m/${originalName}`, adam.moments[i].first);
    variables.set(`adam.v/${originalName}`, adam.moments[i].second);
  });
  return variables;
}

function checksum(tensors: ReadonlyMap<string, StoredTensor>, position: string): string {
  const hash = createHash('sha256').update(position);
  for (const name of [...tensors.keys()].sort()) {
    const { values } = tensors.get(name) as StoredTensor;
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (!isAbsence(error)) throw error;
}
