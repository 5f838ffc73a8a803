import { expect, it } from 'vitest';
import { livePlan, sweepLive } from '../../lib/notebook/sweepLive';
import { tableNamed, tableOfRecords } from '../../lib/tables';
import { withFolder } from '../datasets/files';

it('livePlan takes some losses and seeds of a preset', () => {
  const losses = ['crossEntropy', 'pat'] as const;
  const runs = livePlan('table1', { losses, seeds: 1 });
  expect(runs.map(({ config }) => [config.dataset.name, config.loss.name, config.seed])).toEqual([
    ['synthetic', 'crossEntropy', 0],
    ['synthetic', 'pat', 0],
  ]);
  expect(livePlan('table1').length).toBeGreaterThan(16);
});

it('sweepLive trains them, once, and the table follows', { timeout: 120_000 }, () =>
  withFolder(async (folder) => {
    const runs = livePlan('table1', { losses: ['crossEntropy', 'pat'], seeds: 1 });
    const records = await sweepLive(runs, { outDir: folder });
    const settings = { scale: 'smoke', split: 'test', runs, resamples: 20 } as const;
    const { cells } = tableOfRecords(tableNamed('table1'), records, settings);
    expect(cells.map(({ summary }) => summary?.seeds)).toEqual([[0], [0]]);
    const { reference, compared } = cells[1].against[0];
    expect([reference, compared]).toMatchObject(['CE', { seeds: 1, low: null }]);
    const start = performance.now();
    const again = await sweepLive(runs, { outDir: folder });
    expect(performance.now() - start).toBeLessThan(1000);
    expect(again.map(({ weightsSha256 }) => weightsSha256)).toEqual(
      records.map(({ weightsSha256 }) => weightsSha256),
    );
  }),
);
