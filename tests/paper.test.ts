import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lossNames } from '../lib/losses';
import { paperCell, paperCells, paperDatasets } from '../lib/paper';
import type { PaperCell } from '../lib/paper';

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
    expect(rows.map(({ loss }) => loss)).toEqual(lossNames);
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
