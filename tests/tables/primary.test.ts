/** The comparisons named in advance. */
import { describe, expect, it } from 'vitest';
import type { LossName } from '../../lib/losses';
import type { NetworkName } from '../../lib/models';
import { holm, isDefined, Results } from '../../lib/results';
import type { Cell, RunScore } from '../../lib/results';
import { resultTable, tableNamed } from '../../lib/tables';
import { answersTable, changedAnswers, primarySentences } from '../../lib/tables/primary';
import { tableFiles } from '../../lib/tables/tableFiles';
import { plan, recordsOf } from '../results/plannedRecords';

const settings = { scale: 'laptop', split: 'test' } as const;
const runs = plan({
  dataset: [{ name: 'camvid' }, { name: 'oxfordPet' }],
  'model.name': ['segnet', 'unet'],
  loss: ['crossEntropy', 'classBalanced', 'pat'].map((name) => ({ name })),
  seed: [0, 1],
});
/** PAT is better than CE by far, the same as CB; CB has no run on the UNet. */
const records = recordsOf(runs, ({ config: { loss, model, dataset } }) => {
  if (loss.name === 'classBalanced' && model.name === 'unet') return null;
  if (dataset.name === 'oxfordPet') return 0.6;
  return loss.name === 'crossEntropy' ? 0.5 : 0.8;
});
const results = new Results(records, { resamples: 399 });
const table = resultTable(tableNamed('primary'), results, { ...settings, runs });
const [primary] = table.tables;
const cellOf = (dataset: string, network: NetworkName, loss: LossName) =>
  results.cells.find(
    (cell) => cell.dataset === dataset && cell.network === network && cell.loss.name === loss,
  ) as Cell;

describe('the primary contrasts', () => {
  it('are PAT − CE and PAT − CB, in two scores, on each data set', () => {
    expect(primary.rows.map(({ labels }) => labels.slice(0, 4))).toEqual(
      ['CamVid', 'Oxford-IIIT Pet'].flatMap((dataset) => [
        [dataset, 'PAT − CE', 'mIoU', 'SegNet, UNet'],
        [dataset, 'PAT − CE', 'tail mIoU', 'SegNet, UNet'],
        [dataset, 'PAT − CB', 'mIoU', 'SegNet'],
        [dataset, 'PAT − CB', 'tail mIoU', 'SegNet'],
      ]),
    );
  });

  it('are averages over the networks that have both, each with its own interval and p', () => {
    const pairs = (['segnet', 'unet'] as const).map((network): [Cell, Cell] => {
      return [cellOf('camvid', network, 'pat'), cellOf('camvid', network, 'crossEntropy')];
    });
    (['meanIoU', 'tailIoU'] satisfies RunScore[]).forEach((score, i) => {
      const compared = results.average(pairs, { score });
      if (!isDefined(compared)) throw new Error(compared.reason);
      const { value, low, high, p } = compared;
      const shown = primary.rows[i].cells.map((cell) => cell?.value);
      const points = [value, low, high].map((one) => 100 * Number(one));
      expect(shown.slice(0, 4)).toEqual([...points, p]);
    });
  });

  it('have p with Holm’s correction over the rows of the table (wrong today 8: two p of one pair)', () => {
    const columns = primary.columns.map(({ header }) => header);
    const [raw, corrected] = ['p', 'p, Holm'].map((header) =>
      primary.rows.map(({ cells }) => cells[columns.indexOf(header)]?.value ?? NaN),
    );
    expect(raw.every((p) => p > 0 && p <= 1)).toBe(true);
    expect(corrected).toEqual(holm(raw));
    expect(primary.caption).toContain('over these 8 comparisons');
    primary.rows.forEach(({ labels }, i) => {
      const isDecided = labels[4] === 'above' || labels[4] === 'below';
      if (isDecided) expect(corrected[i]).toBeLessThan(0.05);
    });
    expect(primary.rows[0].labels[4]).toBe('above');
    const survivors = primary.rows.filter(({ labels }) => labels[4] === 'above');
    expect(survivors.every(({ labels }) => labels[0] === 'CamVid')).toBe(true);
  });

  it('are named whether run or not', () => {
    const ofCamvid = records.filter(({ config }) => config.dataset.name === 'camvid');
    const own = new Results(ofCamvid, { resamples: 399 });
    const { rows } = resultTable(tableNamed('primary'), own, { ...settings, runs }).tables[0];
    expect(rows).toHaveLength(8);
    expect(rows[7].labels.slice(3)).toEqual(['–', 'not run']);
    expect(rows[7].cells).toEqual([null, null, null, null, null]);
  });

  it('leave out data of which one seed was planned', () => {
    const single = plan({
      dataset: [{ name: 'oxfordPet' }],
      loss: ['crossEntropy', 'pat'].map((name) => ({ name })),
      seed: [0],
    });
    const own = [...runs.filter(({ config }) => config.dataset.name === 'camvid'), ...single];
    const { tables } = resultTable(tableNamed('primary'), results, { ...settings, runs: own });
    expect(new Set(tables[0].rows.map(({ labels }) => labels[0]))).toEqual(new Set(['CamVid']));
    const alone = resultTable(tableNamed('primary'), results, { ...settings, runs: single });
    expect(alone.tables).toEqual([]);
  });

  it('stand beside what other runs had said, and as sentences', () => {
    const skills = { crossEntropy: 0.8, classBalanced: 0.8, pat: 0.5 };
    const before = recordsOf(
      runs.filter(({ config }) => config.dataset.name === 'camvid'),
      ({ config: { loss } }) => skills[loss.name as keyof typeof skills],
    );
    const then = resultTable(tableNamed('primary'), new Results(before, { resamples: 399 }), {
      ...settings,
      runs,
    });
    const both = answersTable(then, table);
    expect(both.rows).toHaveLength(8);
    expect(both.rows[0].labels).toEqual(['CamVid', 'PAT − CE', 'mIoU', 'below', 'above']);
    expect(both.rows[0].cells.map((cell) => cell?.value)).toEqual(
      [then.tables[0], primary].flatMap(({ rows }) =>
        rows[0].cells.slice(0, 3).map((cell) => cell?.value),
      ),
    );
    expect(both.rows[4].labels.slice(3)).toEqual(['not run', primary.rows[4].labels[4]]);
    const text = changedAnswers(then, table);
    expect(text).toMatch(/^\d of 4 outcomes changed: CamVid, PAT − CE, mIoU: above, was below/);
    expect(changedAnswers(table, table)).toBe('0 of 8 outcomes changed.');

    const [first, , third] = primarySentences(then);
    expect(first).toMatch(
      /^PAT − CE, mIoU, points: CamVid −\d+\.\d \[−\d+\.\d, −\d+\.\d\], below; Oxford-IIIT Pet not run\.$/,
    );
    expect(third).toContain('PAT − CB, mIoU');
  });

  it('are the same from records in any order', () => {
    const again = new Results([...records].reverse(), { resamples: 399 });
    expect([
      ...tableFiles(resultTable(tableNamed('primary'), again, { ...settings, runs })),
    ]).toEqual([...tableFiles(table)]);
  });
});
