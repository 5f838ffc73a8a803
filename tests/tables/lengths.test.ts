/** The same losses trained for several lengths. */
import { expect, it } from 'vitest';
import { Results } from '../../lib/results';
import { mean } from '../../lib/statistics';
import { signed } from '../../lib/results/names';
import { resultTable, tableNamed } from '../../lib/tables';
import { lengthSentences } from '../../lib/tables/lengths';
import { lengthGrid, lengthRuns, plan, recordsOf } from '../results/plannedRecords';

const settings = { scale: 'laptop', split: 'test', runs: lengthRuns } as const;

it('stand side by side, with the seeds that all lengths have', () => {
  const records = recordsOf(lengthRuns, ({ config: { epochs, loss, seed } }) => {
    if (loss.name === 'pat' && epochs === 120 && seed === 1) return null; // not run yet
    return seed === 2 ? 0 : epochs / 200 + 0.1;
  });
  const whole = resultTable(tableNamed('lengths'), new Results(records), settings);
  const [table] = whole.tables;
  expect(table.rows.map(({ labels }) => labels)).toEqual([
    ['CamVid', 'UNet', 'CE', '0, 1'],
    ['CamVid', 'UNet', 'PAT, τ = 1', '0'],
  ]);
  expect(table.columns.slice(0, 3).map(({ header }) => header)).toEqual(['10', '60', '120']);
  const of = (epochs: number) =>
    records.filter(
      ({ config }) =>
        config.loss.name === 'crossEntropy' && config.epochs === epochs && config.seed < 2,
    );
  [10, 60, 120].forEach((epochs, i) => {
    const expected = 100 * mean(of(epochs).map(({ scores }) => scores.meanIoU ?? NaN));
    expect(table.rows[0].cells[i]?.value).toBeCloseTo(expected, 10);
    expect(table.rows[0].cells[i]?.deviation).toBeGreaterThan(0);
    expect(table.rows[1].cells[i]?.deviation).toBeNull();
  });

  const [change, ...others] = lengthSentences(whole);
  const [before, after] = [1, 2].map((i) => table.rows[0].cells[i]?.value ?? NaN);
  expect(change).toContain(`CE, 60 → 120 epochs: mIoU ${signed(after - before)} points, tail mIoU`);
  expect(others.map((text) => text.slice(0, 34))).toEqual(['CamVid, UNet, PAT, τ = 1, 60 → 120']);
});

it('are no table where there is one length', () => {
  const alone = plan({ ...lengthGrid, seed: [0] });
  const results = new Results(recordsOf(alone, () => 0.5));
  expect(resultTable(tableNamed('lengths'), results, { ...settings, runs: alone }).tables).toEqual(
    [],
  );
});
