import { expect, it } from 'vitest';
import { whatChangesFigure } from '../../lib/figures/whatChanges';
import { Results } from '../../lib/results';
import { mean } from '../../lib/statistics';
import { resultTable, tableNamed, tableOfRecords } from '../../lib/tables';
import { lengthRuns, recordsOf } from '../results/plannedRecords';

const settings = { scale: 'laptop', split: 'test', runs: lengthRuns } as const;
const tableOf = (records: ReturnType<typeof recordsOf>) =>
  resultTable(tableNamed('lengths'), new Results(records, { resamples: 200 }), settings);

it('has a row for each score, each length and each seed, with the differences of the runs', () => {
  const records = recordsOf(lengthRuns, ({ config: { epochs, loss, seed } }) => {
    return (loss.name === 'pat' ? 0.2 + epochs / 1000 : 0.1) + seed / 100;
  });
  const table = tableOf(records);
  const figure = whatChangesFigure(table);
  const labels = [
    ...['mIoU over images', 'mIoU over classes and images', 'mIoU', 'tail mIoU'],
    ...['10 epochs', '60 epochs', '120 epochs', 'seed 0', 'seed 1', 'seed 2'],
  ];
  expect(figure?.layout.yaxis?.ticktext).toEqual(labels);
  const differenceOf = (epochs: number, seed: number) => {
    const [ce, pat] = ['crossEntropy', 'pat'].map((loss) =>
      records.find(({ config }) => {
        return config.loss.name === loss && config.epochs === epochs && config.seed === seed;
      }),
    );
    return (pat?.scores.meanIoU as number) - (ce?.scores.meanIoU as number);
  };
  const valueOf = (label: string) =>
    figure?.rows.find((row) => row.label === label && row.series === 'PAT − CE')?.difference;
  const mean = (differenceOf(10, 0) + differenceOf(10, 1)) / 2;
  expect(valueOf('10 epochs')).toBeCloseTo(mean, 10);
  expect(valueOf('60 epochs')).toBe(valueOf('mIoU'));
  expect(valueOf('seed 2')).toBeCloseTo(differenceOf(60, 2), 10);
  expect(figure?.caption).toContain('the runs of 60 epochs by each score');
});

it('has the runs with twins by both of their splits', () => {
  const runs = lengthRuns.filter(({ config }) => config.epochs === 60);
  const test = recordsOf(runs, ({ config: { loss } }) => (loss.name === 'pat' ? 0.6 : 0.3));
  const valid = recordsOf(runs, ({ config: { loss } }) => (loss.name === 'pat' ? 0.7 : 0.6)).map(
    (record) => ({ ...record, split: 'valid' as const, perImage: undefined }),
  );
  const tableFor = (records: ReturnType<typeof recordsOf>, split: 'valid' | 'test') =>
    tableOfRecords(tableNamed('runs'), records, { scale: 'laptop', split, resamples: 200 });
  const twins = { valid: tableFor(valid, 'valid'), test: tableFor(test, 'test') };
  const figure = whatChangesFigure(tableOf(test), { twins });
  const rowOf = (label: string) => figure?.rows.find((row) => row.label === label);
  const meanOf = (records: typeof test, loss: string) => {
    const own = records.filter(({ config }) => config.loss.name === loss);
    return mean(own.map(({ scores }) => scores.meanIoU as number));
  };
  const difference = (records: typeof test) =>
    meanOf(records, 'pat') - meanOf(records, 'crossEntropy');
  expect(rowOf('twins, validation')?.difference).toBeCloseTo(difference(valid), 10);
  expect(rowOf('twins, validation')?.low).toBeLessThan(difference(valid));
  expect(rowOf('twins, test')?.difference).toBeCloseTo(difference(test), 10);
  expect(rowOf('twins, test')?.low).toBeLessThan(difference(test));
  expect(figure?.caption).toContain('have neighbours among those trained on');
});

it('is none without runs of both losses', () => {
  const alone = recordsOf(lengthRuns, ({ config: { loss } }) => (loss.name === 'pat' ? null : 0.5));
  expect(whatChangesFigure(tableOf(alone))).toBeUndefined();
});
