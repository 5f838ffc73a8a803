/** The runs of the study as claims ask for them. */
import { expect, it } from 'vitest';
import { judgeClaims, studyRuns } from '../../lib/claims';
import { parseSweep } from '../../lib/sweeps/plan';
import { sweepPreset } from '../../lib/sweeps/presets';
import { recordsOf } from '../results/plannedRecords';

const runsOf = (name: string) =>
  parseSweep(sweepPreset(name, 'laptop')).runs.filter(
    ({ config }) => config.dataset.name === 'camvid',
  );

it('are those of its preset, each loss with the option of its first row', () => {
  const records = recordsOf(
    [...runsOf('reference-search'), ...runsOf('reference')],
    ({ config }) => (config.loss.name === 'pat' ? 0.8 : 0.5),
  );
  const runs = studyRuns(records, { resamples: 199 });
  expect(runs.cells.flatMap((cell) => cell.runs)).toHaveLength(runsOf('reference').length);
  const place = { dataset: 'camvid', network: 'unet' } as const;
  expect(runs.tuned('camvid', 'classBalanced')).toMatchObject({ beta: 1 - 1e-5 });
  expect(runs.tuned('camvid', 'ldam')).toMatchObject({ name: 'stages' });
  expect(runs.tuned('camvid', 'classBalancedFocal')).toEqual({ name: 'classBalancedFocal' });
  for (const name of ['crossEntropy', 'classBalanced', 'ldam', 'blv', 'pat'] as const) {
    expect(runs.enough({ ...place, loss: runs.tuned('camvid', name) })).toMatchObject(place);
  }
  expect(runs.pat('code', 'camvid', 'unet')).toMatchObject({ normalizer: 'pixels' });

  const ledger = judgeClaims({ runs });
  const row = ledger.find(({ id }) => id === 'rare-classes');
  expect(row?.comparisons.map(({ label }) => label)).toEqual([
    'CamVid, SegNet: PAT − BLV',
    'CamVid, UNet: PAT − BLV',
  ]);
  expect(row?.missing.length).toBeGreaterThan(0);
  expect(row?.verdict).not.toBe('holds');
});
