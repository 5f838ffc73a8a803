import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { paperTable } from '../../lib/paperTables';
import { closingText } from '../../lib/paperTables/closing';
import { paperOrderings } from '../../lib/paperTables/orderings';
import { sweepSentence } from '../../lib/paperTables/read';
import { temperatureRanges } from '../../lib/paperTables/temperatures';
import { withFolder } from '../datasets/files';
import { plan, recordsOf } from '../results/plannedRecords';

const settings = { scale: 'laptop', split: 'test', resamples: 50 } as const;
const skills = { crossEntropy: 0.5, focal: 0.5, classBalanced: 0.9, pat: 0.7 } as Record<
  string,
  number
>;
const runs = plan({
  dataset: [{ name: 'camvid' }, { name: 'nyuv2' }],
  'model.name': ['segnet'],
  loss: ['crossEntropy', 'focal', 'classBalanced', 'ldam', 'pat'].map((name) => ({ name })),
  seed: [0],
});
const table = paperTable(
  'table1',
  recordsOf(runs, ({ config: { loss } }) => skills[loss.name] ?? null),
  { ...settings, runs },
);

describe('paperOrderings', () => {
  const orderings = paperOrderings(table);
  const verdict = (better: string, worse: string) =>
    orderings.find((one) => one.better === better && one.worse === worse)?.verdict;

  it('takes each pair of the paper once, the better of the print first', () => {
    expect(orderings.every(({ dataset }) => dataset === 'NYUv2')).toBe(true);
    expect(orderings.map(({ better, worse }) => `${better} > ${worse}`)).toEqual([
      'PAT > CE',
      'CE > Focal',
      'PAT > Focal',
      'CB > CE',
      'PAT > CB',
      'LDAM > CE',
      'PAT > LDAM',
    ]);
    expect(orderings[0].paper).toBeCloseTo(21.41 - 18.05, 10);
    expect(orderings.every(({ paper }) => paper > 0)).toBe(true);
  });

  it('judges by sign and corrected p', () => {
    expect(verdict('PAT', 'CE')).toBe('reproduced');
    expect(verdict('PAT', 'CB')).toBe('reversed');
    expect(verdict('CE', 'Focal')).toBe('not decided'); // the same predictions
    expect(verdict('PAT', 'LDAM')).toBe('not run');
    expect(orderings.find(({ worse }) => worse === 'CB')?.ours).toBeLessThan(0);
  });

  it('become sentences that count and name them', () => {
    const text = closingText(table);
    expect(text).toContain('Of 7 orders of two losses');
    expect(text).toContain('5 could be compared: 3 reproduced, 1 reversed, 1 not decided');
    expect(text).toMatch(/Reversed: PAT over CB \(NYUv2, SegNet: \+2.[89] in print, −\d/);
    expect(text).toContain(
      'Not decided: CE over Focal (NYUv2, SegNet: +2.9 in print, 0.0 here, p = 1.000)',
    );
    expect(text).toContain('Oxford-IIIT Pet is not among the data sets at hand; Cityscapes is not');
    expect(text).toMatch(
      /rare classes.\*\* CamVid, SegNet: \+\d+.\d points of mean IoU \(p [=<] 0.0/,
    );
    expect(text).toMatch(/NYUv2, SegNet: .*the tail \d+.\d % against \d+.\d %\./);
    expect(text).toContain('2 of 10 runs are still to be done');
  });
});

describe('temperatureRanges', () => {
  const grid = plan({
    dataset: [{ name: 'oxfordPet' }, { name: 'nyuv2' }],
    'model.name': ['segnet'],
    loss: [0.5, 1].map((temperature) => ({ name: 'pat', temperature })),
    seed: [0],
  });
  const of = (pet: number, more: number | null) =>
    paperTable(
      'table3',
      recordsOf(grid, ({ config: { dataset, loss } }) =>
        loss.name === 'pat' && loss.temperature === 1 ? 0.5 : dataset.name === 'nyuv2' ? more : pet,
      ),
      { ...settings, runs: grid },
    );

  it('span what the temperatures give, beside the paper’s', () => {
    const [pet, nyu] = temperatureRanges(of(0.5, 0.8));
    expect(pet).toMatchObject({
      ours: 0,
      different: 0,
      compared: 1,
      run: 2,
      planned: 2,
      classes: 3,
    });
    expect(pet.paper).toBeCloseTo(76.83 - 76.69, 10);
    expect(nyu.ours).toBeGreaterThan(10);
    expect(nyu).toMatchObject({ best: 'PAT, τ = 0.5', worst: 'PAT, τ = 1', different: 1 });
    expect(temperatureRanges(of(0.5, null))[1]).toMatchObject({ ours: null, run: 1 });
  });

  it('say whether more classes make the temperature matter more', () => {
    expect(closingText(of(0.5, 0.8))).toContain(
      'wider than Pet’s in 1 of 1 cases (NYUv2 with SegNet)',
    );
    expect(closingText(of(0.9, 0.52))).toContain(
      'in 0 of 1 cases (none) and narrower in the others (NYUv2',
    );
    expect(closingText(of(0.9, null))).toContain('is not tested yet');
  });
});

it('sweepSentence tells what the runs took', () =>
  withFolder(async (folder) => {
    expect(await sweepSentence(folder)).toBeUndefined();
    const summary = {
      runs: { finished: 3, planned: 9 },
      hours: 1.25,
      datasets: [{ name: 'camvid', size: [64, 96], samples: { train: 374, valid: 47 } }],
      epochs: [10],
      widths: [8],
      machine: { processor: 'CPU', cores: 2 },
      threads: 1,
      versions: [{ tensorflow: '2.21.0' }],
      commit: '0123456789',
    };
    await writeFile(path.join(folder, 'sweep.json'), JSON.stringify(summary));
    expect(await sweepSentence(folder)).toBe(
      '3 of 9 planned runs, 1.25 hours of training and validation one after the other on CPU (2 cores, 1 for each run): ' +
        'camvid at 64×96 (374 images to train on, 47 to validate with); 10 epochs, width 8; TensorFlow 2.21.0, commit 01234567.',
    );
  }));
