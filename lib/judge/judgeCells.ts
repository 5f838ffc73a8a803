/** The judge on the kit's own records, which hold the counts of each image. */
import { invalid } from '../check';
import { sharedImages } from '../results/cells';
import type { Cell } from '../results/cells';
import { lossLabel } from '../results/names';
import { classThirds, thirdsOf } from '../results/scorer';
import { sum } from '../statistics';
import { concluded } from './judgement';
import type { Judgement } from './judgement';
import { spreadOf } from './methods';
import type { JudgedMethod } from './methods';
import type { JudgedRun } from './scores';

/**
 * Cells of `Results` as methods, by their losses, with their seeds. Records hold no probabilities and no maps: there are no
 * outlines and no calibration.
 *
 * @throws InputError without a cell, and for cells without counts of the same images
 */
export function judgeCells(
  cells: readonly Cell[],
  { title, resamples }: { title: string; resamples?: number },
): Judgement {
  const all = cells.flatMap(({ runs }) => runs);
  if (all.length === 0 || sharedImages(all) === null) {
    const expected = 'one or more, with counts of the same images';
    throw invalid('judgeCells', 'cells', expected, cells.map(({ key }) => key).join('; '));
  }
  const methods = cells.map(({ loss, runs }): JudgedMethod => {
    const name = lossLabel(loss);
    const judged = runs.flatMap((record): JudgedRun[] => {
      const { perImage, config } = record;
      if (perImage === undefined) return [];
      const groups = thirdsOf(record);
      const thirds = classThirds.map((third) => groups[third]);
      const { seed, dataset } = config;
      return [{ method: name, seed, perImage, overlaps: false, dataset: dataset.name, thirds }];
    });
    return { name, decision: { rule: 'argmax' }, runs: judged, scores: spreadOf(judged) };
  });
  const [{ classNames, counts, trainingPixels }] = all;
  return concluded(methods, {
    title,
    classNames,
    pixels: counts.map(sum),
    thirdsBy: trainingPixels ? 'training split' : 'labels',
    problems: [],
    leftOut: [],
    resamples,
  });
}
