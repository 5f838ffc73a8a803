/** What the cells of a table are compared with. */
import type { Reference } from './specification';

/** Cross-entropy as it is, which every other loss is measured by. */
export const crossEntropyReference: Reference = {
  title: 'CE',
  is: ({ loss: { name, ...options } }) =>
    name === 'crossEntropy' && Object.values(options).every((value) => !value),
};

/** The table's own PAT: the first in its order. */
export const patReference: Reference = { title: 'PAT', is: ({ loss }) => loss.name === 'pat' };

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
