/** The comparisons named in advance. */
import { describe, expect, it } from 'vitest';
import type { LossName } from '../../lib/losses';
import type { NetworkName } from '../../lib/models';
import { holm, isDefined, Results } from '../../lib/results';
import type { Cell, RunScore } from '../../lib/results';
import { resultTable, tableNamed } from '../../lib/tables';
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

  it('are the same from records in any order', () => {
    const again = new Results([...records].reverse(), { resamples: 399 });
    expect([
      ...tableFiles(resultTable(tableNamed('primary'), again, { ...settings, runs })),
    ]).toEqual([...tableFiles(table)]);
  });
});
