import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readBench } from '../../../lib/measurement/benchResults';
import { networkTitle } from '../../../lib/results/names';
import { fastestTorch } from '../../../lib/measurement/reports';
import type { StepMeasurement, StepReport } from '../../../lib/measurement/reports';

const ms = (value: number) => value.toFixed(0);

/** Ours, PyTorch's fastest and the ratio, as the table has them. */
function cells({ results }: StepReport, { network, width, size, batch }: StepMeasurement) {
  const same = results.find(
    (other) =>
      other.network === network &&
      other.width === width &&
      other.size === size &&
      other.batch === batch &&
      other.loss !== 'crossEntropy',
  ) as StepMeasurement;
  const torch = same.spreads[fastestTorch(same)]?.median as number;
  return [ms(same.oursMs), ms(torch), same.ratio.toFixed(2)];
}

describe('README, Speed', () => {
  it('has the stored measurements in its table', async () => {
    const [step, infer] = await Promise.all([readBench('step'), readBench('infer')]);
    if (!step || !infer) throw new Error('data/results/bench must hold step.json and infer.json');
    const expected = infer.results.map((result) => {
      const { width, size, batch, network } = result;
      const title = `${networkTitle(network)} ${width}/${size}/${batch}`;
      return [title, ...cells(step, result), ...cells(infer, result)];
    });
    const section = readFileSync('README.md', 'utf8').split('### Speed')[1].split('\n## ')[0];
    const rows = section.split('\n').filter((line) => /^\| \w/.test(line));
    const [, ...table] = rows.map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(table).toEqual(expected);
  });
});
