import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tf } from '../lib/backend';
import { createLoss } from '../lib/losses';
import {
  abstractDeclination,
  abstractGains,
  inferredReadings,
  paperCell,
  paperCells,
  paperLosses,
  paperDatasets,
  paperVersions,
  patReadings,
} from '../lib/paper';
import type { InferredReading, PaperCell, PaperDataset } from '../lib/paper';

const folder = path.join(__dirname, '..', '..', 'shared', 'paper');
const texts = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.txt')) : [];

/** The scores of some cells of one row, as the paper prints them. */
function printedRow(cells: readonly PaperCell[]): string {
  return cells
    .flatMap(({ meanIoU, pixelAccuracy, diceError }) => [meanIoU, pixelAccuracy, diceError])
    .flatMap((score) => (score ? [score.value.toFixed(2)] : []))
    .join(' | ');
}

describe('the paper’s tables', () => {
  it('hold every cell once', () => {
    const count = (table: number) => paperCells.filter((cell) => cell.table === table).length;
    expect([count(1), count(2), count(3)]).toEqual([8 * 3, 7 * 3 * 3, 4 * 2 * 3]);
    const keys = paperCells.map((cell) => {
      const { table, dataset, network, loss, temperature } = cell;
      return [table, dataset, network, loss, temperature].join();
    });
    expect(new Set(keys).size).toBe(paperCells.length);
    const rows = paperCells.filter((cell) => cell.table === 1 && cell.dataset === 'nyuv2');
    expect(rows.map(({ loss }) => loss)).toEqual(paperLosses);
  });

  it('find a cell, or none', () => {
    const where = { table: 3, dataset: 'cityscapes', network: 'segnet', loss: 'pat' } as const;
    expect(paperCell({ ...where, temperature: 3 })?.meanIoU.value).toBe(76.22);
    expect(paperCell({ ...where, network: 'nestedUnet', temperature: 3 })).toBeUndefined();
    expect(paperCell({ ...where, table: 2, network: 'segnet' })).toBeUndefined();
  });

  it('say what is derived, from where, and what looks wrong', () => {
    const derived = paperCells.filter((cell) => cell.meanIoU.status === 'derived');
    expect(derived.map(({ table, loss, dataset }) => [table, loss, dataset])).toEqual(
      paperDatasets.map((dataset) => [1, 'pat', dataset]),
    );
    for (const cell of derived) {
      const { dataset, meanIoU, pixelAccuracy } = cell;
      const source = paperCell({ ...cell, table: 3, dataset, temperature: 3 });
      expect([meanIoU.value, pixelAccuracy.value]).toEqual([
        source?.meanIoU.value,
        source?.pixelAccuracy.value,
      ]);
      expect(meanIoU).toHaveProperty('from', expect.stringContaining('third temperature'));
    }
    const noted = paperCells.flatMap((cell) => [cell.meanIoU, cell.pixelAccuracy]);
    expect(noted.filter((score) => 'note' in score)).toHaveLength(5);
  });

  it('agree where the paper prints a cell twice', () => {
    for (const dataset of paperDatasets) {
      const where = { dataset, network: 'unet', loss: 'pat' } as const;
      const [second, third] = [
        paperCell({ ...where, table: 2 }),
        paperCell({ ...where, table: 3, temperature: 3 }),
      ];
      expect(third?.meanIoU).toEqual(second?.meanIoU);
      expect(third?.pixelAccuracy).toEqual(second?.pixelAccuracy);
    }
  });

  const reason = texts.length > 0 ? '' : ' (skipped: no ../shared/paper)';
  it.skipIf(texts.length === 0)(`are in the paper’s text, row by row${reason}`, () => {
    const text = texts.map((name) => readFileSync(path.join(folder, name), 'utf8')).join('\n');
    const rows = new Map<string, PaperCell[]>();
    for (const cell of paperCells) {
      const { table, network, loss, temperature } = cell;
      const key = [table, network, loss, temperature].join();
      rows.set(key, [...(rows.get(key) ?? []), cell]);
    }
    expect(rows.size).toBe(8 + 21 + 8);
    for (const cells of rows.values()) {
      const lost = cells.some((cell) => cell.meanIoU.status === 'derived');
      if (!lost) expect(text).toContain(`| ${printedRow(cells)} |`);
    }
  });
});

describe('what the printed numbers probably are', () => {
  const row = (loss: PaperCell['loss'], dataset: PaperDataset) => {
    const cell = paperCell({ table: 1, dataset, network: 'segnet', loss });
    const { meanIoU, pixelAccuracy, diceError } = cell as PaperCell;
    return { iou: meanIoU.value, accuracy: pixelAccuracy.value, dice: diceError?.value ?? NaN };
  };
  const textOf = (id: InferredReading['id']) => {
    const { printedAs, inferredAs, what, evidence } = inferredReadings.find(
      (reading) => reading.id === id,
    ) as InferredReading;
    return [what, printedAs, inferredAs, ...evidence].join(' ');
  };

  it('stands once for each point, with evidence', () => {
    expect(new Set(inferredReadings.map(({ id }) => id)).size).toBe(inferredReadings.length);
    for (const { evidence } of inferredReadings) expect(evidence.length).toBeGreaterThan(0);
  });

  it('has “Dice Err” above all that 1 − Dice could be, and BMS’s just above the cross-entropy of a guess', () => {
    for (const loss of ['focal', 'ldam'] as const) {
      const { iou, dice } = row(loss, 'oxfordPet');
      expect(dice).toBeGreaterThan(1 - iou / 100);
      expect(textOf('dice-error')).toContain((1 - iou / 100).toFixed(2));
      expect(textOf('dice-error')).toContain(dice.toFixed(2));
    }
    const excess = (dataset: PaperDataset, classes: number) =>
      row('balancedSoftmax', dataset).dice - Math.log(classes);
    expect(excess('oxfordPet', 3)).toBeGreaterThan(0);
    expect(excess('oxfordPet', 3)).toBeLessThan(0.2);
    expect(excess('cityscapes', 20)).toBeGreaterThan(0);
    expect(excess('cityscapes', 20)).toBeLessThan(0.1);
    expect(excess('nyuv2', 14)).toBeLessThan(0);
    const [ldam, plain] = [row('ldam', 'oxfordPet'), row('crossEntropy', 'oxfordPet')];
    expect([ldam.dice, plain.dice]).toEqual([0.78, 0.23]);
    expect(Math.abs(ldam.iou - plain.iou)).toBeLessThan(1);
    expect(Math.abs(ldam.accuracy - plain.accuracy)).toBeLessThan(1);
  });

  it('has PAT’s rows as their evidence says', () => {
    const others = paperLosses.filter((loss) => loss !== 'pat');
    for (const dataset of paperDatasets) {
      const best = Math.max(...others.map((loss) => row(loss, dataset).accuracy));
      expect(row('pat', dataset).accuracy).toBeGreaterThan(best);
      const lowest = Math.min(...others.map((loss) => row(loss, dataset).dice));
      expect(row('pat', dataset).dice < lowest).toBe(dataset !== 'oxfordPet');
    }
  });

  it('has the abstract’s numbers as differences of printed cells', () => {
    const [blv, pat] = [row('blv', 'nyuv2').dice, row('pat', 'nyuv2').dice];
    expect(blv - pat).toBeCloseTo(abstractDeclination, 10);
    expect(textOf('rare-classes')).toContain(`${blv.toFixed(2)} − ${pat.toFixed(2)}`);
    const gains = [
      [abstractGains.nyuv2, row('pat', 'cityscapes').iou, row('focal', 'cityscapes').iou],
      [abstractGains.pixelAccuracy, row('pat', 'nyuv2').iou, row('classBalanced', 'nyuv2').iou],
      [abstractGains.meanIoU, row('pat', 'nyuv2').accuracy, row('crossEntropy', 'nyuv2').accuracy],
    ];
    for (const [gain, ours, other] of gains) {
      expect(ours - other).toBeCloseTo(gain, 10);
      expect(textOf('abstract-gains')).toContain(`${ours.toFixed(2)} − ${other.toFixed(2)}`);
    }
  });

  it('quotes the cross-entropy U-Nets of Table 2 on Cityscapes', () => {
    const printedIoU = (['unet', 'attentionUnet', 'nestedUnet'] as const).map(
      (network) =>
        paperCell({ table: 2, dataset: 'cityscapes', network, loss: 'crossEntropy' })?.meanIoU
          .value ?? NaN,
    );
    const range = [Math.min(...printedIoU), Math.max(...printedIoU)].map((n) => n.toFixed(2));
    expect(textOf('mean-iou')).toContain(`${range.join('–')} %`);
  });

  it('stands in the README as it stands here', () => {
    const readme = readFileSync(path.join(__dirname, '..', 'README.md'), 'utf8');
    const rows = readme.split('\n').map((line) => line.replaceAll(/ *(?<!\\)\| */g, '|'));
    const cell = (text: string) => text.replaceAll('|', '\\|');
    for (const { what, inferredAs, confidence } of inferredReadings) {
      expect(rows).toContain(`|${cell(what)}|${cell(inferredAs)}|${confidence}|`);
    }
    for (const { label } of Object.values(patReadings)) expect(readme).toContain(cell(label));
  });
});

describe('the two readings of PAT', () => {
  it('are two losses: the second is the authors’ code up to 1/C', () => {
    const value = (options: object) =>
      tf.tidy(() => {
        const logits = tf.tensor4d([2, 0, 1, 0, 3, 0, 1, 1, 0, 0, 0, 5], [1, 2, 2, 3]);
        const labels = tf.tensor3d([0, 1, 1, 1], [1, 2, 2], 'int32');
        return createLoss({ name: 'pat', ...options })(logits, labels).arraySync();
      });
    const [v1, code] = [patReadings.v1, patReadings.code].map(({ options }) => value(options));
    expect(v1).toBe(value({}));
    expect(Math.abs(code / v1 - 1)).toBeGreaterThan(0.1);
    expect(code / 3).toBeCloseTo(value({ variant: 'authors' }), 6);
  });

  it('belong to a version each, of which v1 is at hand as a text', () => {
    expect(paperVersions.map(({ version, atHand }) => [version, atHand])).toEqual([
      ['v1', 'text'],
      ['v4', 'abstract'],
    ]);
  });
});
