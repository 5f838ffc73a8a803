/** What twins of scored images in training are worth. */
import { expect, it } from 'vitest';
import { Results } from '../../lib/results';
import { resultTable, tableNamed } from '../../lib/tables';
import { leakTable } from '../../lib/tables/leak';
import { plan, recordsOf } from '../results/plannedRecords';

const grid = { dataset: [{ name: 'camvid' }], 'model.name': ['unet'], seed: [0, 1] };
const twins = plan({ ...grid, loss: [{ name: 'crossEntropy' }, { name: 'pat' }] });
const apart = plan({
  ...grid,
  loss: [{ name: 'crossEntropy' }, { name: 'focal' }, { name: 'pat' }],
});

const tableOf = (runs: typeof twins, split: 'valid' | 'test', skill: number) => {
  const records = recordsOf(runs, () => skill).map((record) => ({ ...record, split }));
  const settings = { scale: 'laptop', split, runs } as const;
  return resultTable(tableNamed('runs'), new Results(records, { resamples: 1 }), settings);
};

it('are in a table of validation beside test, for the losses of all ways to split', () => {
  const ways = [
    { title: 'twins', valid: tableOf(twins, 'valid', 0.9), test: tableOf(twins, 'test', 0.5) },
    { title: 'apart', valid: tableOf(apart, 'valid', 0.5), test: tableOf(apart, 'test', 0.5) },
  ];
  const { rows, columns } = leakTable(ways);
  expect(columns.slice(0, 2).map(({ group, header }) => [group, header])).toEqual([
    ['mIoU, %', 'Validation'],
    ['mIoU, %', 'Test'],
  ]);
  expect(rows.map(({ labels }) => labels)).toEqual([
    ['twins', 'UNet', 'CE'],
    ['twins', 'UNet', 'PAT'],
    ['apart', 'UNet', 'CE'],
    ['apart', 'UNet', 'PAT'],
  ]);
  const [valid, test] = ways[0].valid.cells.map(({ summary }, i) => [
    summary?.scores.meanIoU?.mean,
    ways[0].test.cells[i].summary?.scores.meanIoU?.mean,
  ])[0];
  expect(rows[0].cells.slice(0, 2).map((cell) => cell?.value)).toEqual([
    100 * Number(valid),
    100 * Number(test),
  ]);
  expect(Number(valid)).toBeGreaterThan(Number(test) + 0.2);
  expect(rows[0].cells[0]?.deviation).not.toBeNull();
});
