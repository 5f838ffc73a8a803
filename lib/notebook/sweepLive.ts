/** A small sweep in a cell: every run in this process, one after the other, with a progress bar. */
import path from 'node:path';
import { cellInterrupt } from '../interrupt';
import { readRecords } from '../results/records';
import type { ResultRecord, ScoredSplitName } from '../results/records';
import { runExperiment } from '../training/experiment';
import { parseSweep } from '../sweeps/plan';
import type { PlannedRun } from '../sweeps/plan';
import { sweepPreset } from '../sweeps/presets';
import { progress } from './progress';

export interface LivePlanOptions {
  /** Default: all of the preset's. */
  losses?: readonly string[];
  /** Of each cell, at most (default: all of the preset's). */
  seeds?: number;
}

/** Runs of a preset at scale `'smoke'`: drawn scenes, some seconds a run. */
export function livePlan(
  preset: string,
  { losses, seeds = Infinity }: LivePlanOptions = {},
): PlannedRun[] {
  const { runs } = parseSweep(sweepPreset(preset, 'smoke'));
  const logging = { tensorboard: false, images: 0, classStatistics: false };
  return runs
    .filter(
      ({ config: { loss, seed } }) =>
        (losses === undefined || losses.includes(loss.name)) && seed < seeds,
    )
    .map(({ id, config }) => ({ id, config: { ...config, logging } })); // a cell shows no TensorBoard
}

export interface SweepLiveOptions {
  /** Folder of the runs; what is finished there is not trained again. */
  outDir: string;
  /** Train all of them again (default false). */
  fresh?: boolean;
  /** Whose scores (default `'test'`). */
  split?: ScoredSplitName;
  /** An abort stops at a checkpoint (default: at an interrupt of the cell); running the cell again goes on there. */
  signal?: AbortSignal;
}

/**
 * Trains the runs and resolves to their records.
 *
 * @throws what `runExperiment` throws; the signal's reason after an interrupt.
 */
export async function sweepLive(
  runs: readonly PlannedRun[],
  { outDir, fresh = false, split = 'test', signal = cellInterrupt() }: SweepLiveOptions,
): Promise<ResultRecord[]> {
  const bar = progress('runs', runs.length);
  const folders = runs.map(({ id }) => path.join(outDir, ...id.split('/')));
  try {
    for (const [done, { config }] of runs.entries()) {
      await runExperiment(config, { outDir: folders[done], fresh, signal });
      bar.update(done + 1);
    }
  } catch (error) {
    if (signal?.aborted && error === signal.reason) {
      console.log('Stopped at a checkpoint. Run the cell again to go on.');
    }
    throw error;
  } finally {
    bar.done();
  }
  const { records } = await readRecords(folders, { split });
  return records;
}
