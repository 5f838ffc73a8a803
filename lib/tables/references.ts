/** What the cells of a table are compared with. */
import type { LossConfig } from '../losses';
import { isFlat } from '../losses/pat';
import type { Cell } from '../results/cells';
import type { Reference, TableCellResult } from './specification';

/** Cross-entropy as it is, which every other loss is measured by. */
export const crossEntropyReference: Reference = {
  title: 'CE',
  is: ({ loss: { name, ...options } }) =>
    name === 'crossEntropy' && Object.values(options).every((value) => !value),
};

/** Which of PAT's two parts a loss has; k → 0 makes β 1/2 everywhere. */
export function partsOfPat(loss: LossConfig): { beta: boolean; mask: boolean } {
  if (loss.name !== 'pat') return { beta: false, mask: false };
  return {
    beta: !isFlat(loss.sharpness),
    mask: loss.normalizer !== 'pixels',
  };
}

/** Is it the loss of that name, `'pat'` as published? */
export function isLossOf(loss: LossConfig, name: string): boolean {
  return name === 'pat' ? isPat(loss) : loss.name === name;
}

/** PAT as published, with both parts. */
export function isPat(loss: LossConfig): boolean {
  const { beta, mask } = partsOfPat(loss);
  return beta && mask;
}

/** The table's own PAT: the first in its order. */
export const patReference: Reference = { title: 'PAT', is: ({ loss }) => isPat(loss) };

/** PAT at one temperature, other options at their defaults. */
export function temperatureReference(temperature: number): Reference {
  return {
    title: `τ = ${temperature}`,
    is: ({ loss }) =>
      loss.name === 'pat' &&
      loss.temperature === temperature &&
      loss.normalizer === undefined &&
      loss.sharpness === undefined,
  };
}

/** The cells of two losses, `'pat'` as published, in each setting that has runs of both. */
export function pairsOf(
  cells: readonly TableCellResult[],
  left: string,
  right: string,
): [Cell, Cell][] {
  return cells.flatMap(({ loss, setting, cell }): [Cell, Cell][] => {
    const other = cells.find((one) => one.setting === setting && isLossOf(one.loss, right))?.cell;
    return isLossOf(loss, left) && cell && other ? [[cell, other]] : [];
  });
}
