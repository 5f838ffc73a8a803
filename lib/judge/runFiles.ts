/** A run's predictions as files, as other software would write them. */
import path from 'node:path';
import type { Colour, Split } from '../datasets/datasetTypes';
import { makeFolder, pathBelow } from '../files';
import { writeSafetensors } from '../models/safetensors';
import { visitProbabilities } from '../results/runPredictions';
import type { TrainingRun } from '../runs/trainingRuns';
import { openSplit } from '../training/openSplit';
import { writePalettePng } from '../training/palettePng';

export interface RunFilesOptions {
  /** Default `'valid'`. */
  split?: Split;
  /** Label maps of the highest probability (default), or the probabilities, float32 `[H,W,C]`. */
  as?: 'png' | 'safetensors';
  signal?: AbortSignal;
}

/** Writes one file for each image of the split, at the run's size: `NAME.png`, or `NAME.safetensors`. */
export async function writeRunFiles(
  run: TrainingRun,
  folder: string,
  { split = 'valid', as = 'png', signal }: RunFilesOptions = {},
): Promise<void> {
  const where = 'writeRunFiles';
  const { palette } = await openSplit(run.record.config, split);
  await visitProbabilities(run, { split, signal }, async ({ name, height, width }, values) => {
    const classes = palette.length;
    if (as === 'safetensors') {
      const file = await pathBelow(where, folder, `${name}.safetensors`);
      await makeFolder(where, path.dirname(file));
      const tensor = { shape: [height, width, classes], values };
      return writeSafetensors(file, new Map([['probabilities', tensor]]));
    }
    const ids = Uint8Array.from({ length: height * width }, (_, i) => {
      const pixel = values.subarray(i * classes, (i + 1) * classes);
      return pixel.reduce((best, value, c) => (value > pixel[best] ? c : best), 0);
    });
    await writePalettePng(where, folder, name, ids, { height, width, palette });
  });
}

/** Writes the label maps of a split at the run's size; void is 255. */
export async function writeRunLabels(
  run: TrainingRun,
  folder: string,
  split: Split = 'valid',
): Promise<void> {
  const dataset = await openSplit(run.record.config, split);
  const grey = Array.from({ length: 256 }, (_, id): Colour => [id, id, id]);
  const palette = grey.map((own, id) => dataset.palette[id] ?? own);
  for (let i = 0; i < dataset.length; i++) {
    const { name, labels, height, width } = await dataset.labelMap(i);
    await writePalettePng('writeRunLabels', folder, name, labels, { height, width, palette });
  }
}
