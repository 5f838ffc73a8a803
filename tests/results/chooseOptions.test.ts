import { describe, expect, it } from 'vitest';
import type { LossConfig } from '../../lib/losses';
import { chooseOptions } from '../../lib/results/chooseOptions';
import { resultRecord } from '../../lib/results/records';
import { parseRecord } from '../../lib/runs/record';
import { record } from './recordFiles';

const gammas = [0.5, 1, 2].map((gamma): LossConfig => ({ name: 'focal', gamma }));
const temperatures = [1, 2].map((temperature): LossConfig => ({ name: 'pat', temperature }));

/** A run of made-up predictions; the more skill, the higher the mean IoU. */
function run(loss: LossConfig, skill: number, seed = 0, dataset = 'camvid') {
  const content = record({ loss: { ...loss }, skill, seed, dataset: { name: dataset } });
  const file = `${skill}.json`;
  return resultRecord(file, parseRecord(file, JSON.stringify(content)), 'valid');
}

const chosen = (options: ReturnType<typeof chooseOptions>) =>
  options.filter((option) => option.chosen).map(({ dataset, loss }) => ({ dataset, loss }));

describe('chooseOptions', () => {
  it('chooses for each data set and loss what is best on average over the seeds', () => {
    const records = [
      run(gammas[0], 0.2),
      run(gammas[1], 0.9),
      run(gammas[1], 0.3, 1),
      run(gammas[2], 0.7),
      run(gammas[2], 0.7, 1),
      run(temperatures[0], 0.8),
      run(temperatures[1], 0.3),
      ...gammas.map((loss, i) => run(loss, [0.9, 0.5, 0.2][i], 0, 'nyuv2')),
      run({ name: 'crossEntropy' }, 0.99),
    ];
    const options = chooseOptions(records, [...gammas, ...temperatures]);
    expect(options).toHaveLength(10);
    expect(chosen(options)).toEqual([
      { dataset: 'camvid', loss: gammas[2] },
      { dataset: 'camvid', loss: temperatures[0] },
      { dataset: 'nyuv2', loss: gammas[0] },
    ]);
  });

  it('takes the first of equals', () => {
    const options = chooseOptions([run(gammas[1], 0.5), run(gammas[0], 0.5)], gammas.slice(0, 2));
    expect(chosen(options)).toEqual([{ dataset: 'camvid', loss: gammas[0] }]);
  });

  it('chooses nothing while a candidate has no run', () => {
    const options = chooseOptions([run(gammas[0], 0.5), run(gammas[1], 0.6)], gammas);
    expect(options.map(({ meanIoU }) => meanIoU === null)).toEqual([false, false, true]);
    expect(chosen(options)).toEqual([]);
  });
});
