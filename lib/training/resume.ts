/** Where a run goes on, and what its checkpoints still hold. */
import { InputError } from '../check';
import { isThere } from '../files';
import { saveWeights } from '../models';
import type { ExperimentConfig } from '../runs/config';
import type { RunPaths } from '../runs/runFolder';
import { criteriaOf } from '../runs/selection';
import type { RunPosition } from '../runs/position';
import { checkCheckpoint, loadCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoint';
import type { TrainingState } from './checkpoint';
import { startPosition } from './trainLoop';

const where = 'runExperiment';

/**
 * Restores the newest whole checkpoint; resolves to its position, or that before the first step. The weights of the best
 * epoch so far are verified now, not after the last epoch.
 *
 * @param data `DataIdentity.id` of the run's data
 * @throws InputError for a checkpoint of other data, and for lost weights of the best epoch, with what is lost.
 */
export async function resumePosition(
  config: ExperimentConfig,
  state: TrainingState,
  paths: RunPaths,
  data: string | undefined,
  onNote: (text: string) => void,
): Promise<RunPosition> {
  const loaded = await loadCheckpoint(paths.checkpoints, state);
  if (loaded === undefined) return { ...startPosition(), data };
  loaded.notes.forEach(onNote);
  const { position } = loaded;
  if (position.data !== undefined && data !== undefined && position.data !== data) {
    throw new InputError(
      `${where}: the checkpoint in ${paths.checkpoints} must be of this run's data, got one of other data ` +
        `(${position.data}, not ${data}). Put the run's own back, or start over with --fresh.`,
    );
  }
  const { best, kept = {} } = position;
  if (best !== null) {
    const what = `epoch ${best.epoch}, validation loss ${best.validLoss}`;
    await checkBest({ file: paths.best, epoch: best.epoch, what }, state, position, onNote);
  }
  for (const criterion of criteriaOf(config).slice(1)) {
    const { epoch, value } = kept[criterion] ?? {};
    if (epoch === undefined) continue;
    const best = {
      file: paths.bestBy(criterion),
      epoch,
      what: `epoch ${epoch}, ${criterion} ${value}`,
    };
    await checkBest(best, state, position, onNote);
  }
  return { ...position, data: position.data ?? data };
}

/** Writes `weights.safetensors` from the checkpoint of the best epoch. @throws InputError where that is lost, too. */
export async function restoreWeights(state: TrainingState, paths: RunPaths): Promise<void> {
  if (!(await isThere(where, paths.best))) {
    throw new InputError(
      `${where}: ${paths.weights} must hold the weights of the finished run, got no file, and ${paths.best} is gone, ` +
        'too. Put one of them back, or train again with --fresh.',
    );
  }
  await readCheckpoint(paths.best, state);
  await saveWeights(state.model, paths.weights);
}

async function checkBest(
  { file, epoch, what }: { file: string; epoch: number; what: string },
  state: TrainingState,
  position: RunPosition,
  onNote: (text: string) => void,
): Promise<void> {
  const problem = (await isThere(where, file))
    ? await checkCheckpoint(file)
    : 'there is no such file';
  if (problem === undefined) return;
  if (epoch === position.epoch && position.position === 0) {
    await writeCheckpoint(file, state, position);
    onNote(
      `${file} was lost (${problem}): written anew from the last checkpoint, which has the same weights`,
    );
    return;
  }
  throw new InputError(
    `${where}: ${file} must hold the weights of the best epoch so far, got a checkpoint that cannot be used ` +
      `(${problem}). Lost are the weights of ${what}. ` +
      'Put the file back, or start over with --fresh.',
  );
}
