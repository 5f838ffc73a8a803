/** Cross-entropy with adjusted decoding, beside PAT. */
import { describe, expect, it } from 'vitest';
import { isDefined, Results } from '../../lib/results';
import { adjustedRecord } from '../../lib/results/records';
import { mean } from '../../lib/statistics';
import { resultTable, tableNamed } from '../../lib/tables';
import { decodingSentences } from '../../lib/tables/decoding';
import { plan, recordsOf } from '../results/plannedRecords';
import { scoredSplit } from '../results/recordFiles';

const settings = { scale: 'laptop', split: 'test' } as const;
const runs = plan({
  dataset: [{ name: 'camvid' }],
  'model.name': ['segnet', 'unet'],
  loss: [
    { name: 'crossEntropy' },
    { name: 'pat', temperature: 1, sharpness: 1e-6 },
    { name: 'pat', temperature: 1, normalizer: 'pixels' },
    { name: 'pat', temperature: 2 },
  ],
  seed: [0, 1, 2],
});
const skills: Record<string, number> = { crossEntropy: 0.5, pat: 0.7 };
const plain = recordsOf(runs, ({ config: { loss } }) => {
  if (loss.name === 'pat' && loss.temperature !== 2) return 0.2; // a part of PAT is not PAT
  return skills[loss.name];
});
/** The UNet's runs have a second decision, better by far than PAT. */
const records = plain.map((record) => {
  const { loss, model, seed } = record.config;
  if (loss.name !== 'crossEntropy' || model.name !== 'unet') return record;
  return { ...record, adjusted: { strength: seed / 2, ...scoredSplit(50 + seed, 0.95) } };
});
const results = new Results(records, { resamples: 399 });
const tableOf = (own: Results) =>
  resultTable(tableNamed('decoding'), own, { ...settings, runs }).tables;

describe('the table of adjusted decoding', () => {
  const [table] = tableOf(results);
  const columns = table.columns.map(({ group = '', header }) => `${group} ${header}`.trim());
  const shown = (row: number, column: string) => table.rows[row].cells[columns.indexOf(column)];

  it('has a row for each network whose runs were decided so, against PAT with both parts', () => {
    expect(table.rows.map(({ labels }) => labels)).toEqual([['CamVid', 'UNet']]);
    const of = (name: string) =>
      records.filter(({ config: { loss, model } }) => {
        const isWhole = loss.name !== 'pat' || loss.temperature === 2;
        return model.name === 'unet' && loss.name === name && isWhole;
      });
    const percent = (list: typeof records) =>
      100 * mean(list.map(({ scores }) => scores.meanIoU ?? NaN));
    const adjusted = of('crossEntropy').map((record) => adjustedRecord(record) ?? record);
    expect(shown(0, 't, median')?.value).toBe(0.5);
    expect(shown(0, 'mIoU, % CE')?.value).toBeCloseTo(percent(of('crossEntropy')), 10);
    expect(shown(0, 'mIoU, % CE adjusted')?.value).toBeCloseTo(percent(adjusted), 10);
    expect(shown(0, 'mIoU, % PAT')?.value).toBeCloseTo(percent(of('pat')), 10);
    const difference = percent(adjusted) - percent(of('pat'));
    expect(shown(0, 'mIoU, points Δ')?.value).toBeCloseTo(difference, 10);
    expect(shown(0, 'mIoU, points Low')?.value).toBeGreaterThan(0);
  });

  it('is told in sentences', () => {
    const whole = resultTable(tableNamed('decoding'), results, { ...settings, runs });
    const [sentence, ...others] = decodingSentences(whole);
    expect(others).toEqual([]);
    const [ce, adjusted, pat] = ['CE', 'CE adjusted', 'PAT'].map((one) =>
      shown(0, `tail mIoU, % ${one}`)?.value.toFixed(1),
    );
    expect(sentence).toMatch(/^CamVid, UNet: mIoU \d+\.\d % as it is/);
    expect(sentence).toContain(`tail mIoU ${ce} % as it is, ${adjusted} % adjusted, PAT ${pat} %.`);
  });

  it('is none without such runs', () => {
    expect(tableOf(new Results(plain, { resamples: 9 }))).toEqual([]);
  });
});

it('a second decision changes nothing of the cells that are there', () => {
  const extended = results.with(records.flatMap((record) => adjustedRecord(record) ?? []));
  expect(extended.cells).toHaveLength(results.cells.length + 1);
  const [own, more] = [results, extended].map((all) => {
    const [ce, , , pat] = all.cells.filter(
      ({ network, decision }) => network === 'unet' && decision === undefined,
    );
    const compared = all.contrast(pat, ce, { score: 'meanIoU' });
    return isDefined(compared) ? compared : null;
  });
  expect(own).not.toBeNull();
  expect(more).toEqual(own);
});
