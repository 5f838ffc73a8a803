import { describe, expect, it } from 'vitest';
import { tableNamed, tableOfRecords } from '../../lib/tables';
import { plan, recordsOf } from '../results/plannedRecords';

const settings = { scale: 'laptop', split: 'test', resamples: 199 } as const;
const grid = plan({
  dataset: [{ name: 'oxfordPet' }, { name: 'nyuv2' }],
  'model.name': ['segnet'],
  loss: [0.5, 1].map((temperature) => ({ name: 'pat', temperature })),
  seed: [0, 1],
});
/** Rows of Pet and of NYUv2: τ = 1 has 0.5 on both. */
const rowsOf = (pet: number, more: number | null) => {
  const records = recordsOf(grid, ({ config: { dataset, loss } }) =>
    loss.name === 'pat' && loss.temperature === 1 ? 0.5 : dataset.name === 'nyuv2' ? more : pet,
  );
  const table = tableOfRecords(tableNamed('table3'), records, { ...settings, runs: grid });
  const [ranges] = table.specification.closing?.(table) ?? [];
  const column = (header: string) => ranges.columns.findIndex((one) => one.header === header);
  return ranges.rows.map(({ labels, cells }) => {
    const of = (header: string) => cells[column(header)]?.value ?? null;
    const here = { value: of('Here'), low: of('Low'), high: of('High') };
    return { labels, printed: of('In print'), here, relative: of('Relative, %'), table };
  });
};

describe('the ranges of Table 3', () => {
  it('span what the temperatures give, beside the paper’s', () => {
    const [pet, nyu] = rowsOf(0.5, 0.8);
    expect(pet.labels).toEqual(['Oxford-IIIT Pet', 'SegNet', 'PAT, τ = 0.5']);
    expect(pet.printed).toBeCloseTo(76.83 - 76.69, 10);
    expect(pet.here.value).toBeCloseTo(0, 10);
    expect(nyu.here.value).toBeGreaterThan(10);
    expect(nyu.here.low).toBeLessThan(nyu.here.value ?? NaN);
    expect(nyu.labels[2]).toBe('PAT, τ = 0.5');
    const { cells } = nyu.table;
    const means = cells.slice(2).map(({ summary }) => summary?.scores.meanIoU?.mean ?? NaN);
    expect(nyu.here.value).toBeCloseTo(100 * (means[0] - means[1]), 10);
    const level = (means[0] + means[1]) / 2;
    expect(nyu.relative).toBeCloseTo((100 * (means[0] - means[1])) / level, 10);
  });

  it('have nothing here with one temperature', () => {
    const [, nyu] = rowsOf(0.5, null);
    expect(nyu.here).toEqual({ value: null, low: null, high: null });
    expect(nyu.printed).not.toBeNull();
  });
});
