/** Which data sets have a test split, and what a run says where they have none. */
import { existsSync } from 'node:fs';
import { cp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasLabelledPixel } from '../../lib/datasets/labelled';
import { readRecords } from '../../lib/results';
import type { ExperimentInput } from '../../lib/runs/config';
import { runExperiment } from '../../lib/training/experiment';
import { run as command } from '../cli/run';
import { withFolder, writeCamvid, writePair } from '../datasets/files';
import { memoryDataset } from '../support/memoryDataset';
import { smallNetwork } from '../support/smallNetwork';

const VOID = 1;

/** A frame of each part of Cityscapes, official layout; label id 7 is road, 1 is void. */
async function writeCityscapes(root: string, labels: Record<'train' | 'val' | 'test', number>) {
  for (const [part, id] of Object.entries(labels)) {
    const at = (folder: string, suffix: string) =>
      path.join(root, 'cityscapes', folder, part, 'bonn', `bonn_000000_000019_${suffix}.png`);
    const size = { height: 32, width: 32, label: (i: number) => (i % 2 === 0 ? id : VOID) };
    await writePair(at('leftImg8bit', 'leftImg8bit'), at('gtFine', 'gtFine_labelIds'), size);
  }
}

const input = (name: string, root: string, more: object = {}): ExperimentInput => ({
  dataset: { name, root, size: [32, 32], ...more },
  model: smallNetwork,
  epochs: 1,
  batchSize: 2,
  augmentation: false,
  logging: { tensorboard: false },
});

async function trained(config: ExperimentInput, outDir: string) {
  const notes: string[] = [];
  const record = await runExperiment(config, {
    outDir,
    onProgress: (event) => event.kind === 'note' && notes.push(event.text),
  });
  return { record, notes };
}

describe('a test split without a labelled pixel', () => {
  it.each(['ignore', 'class'] as const)(
    'is none: the record of Cityscapes has its validation images, and a note says why (void: %s)',
    (voidAs) =>
      withFolder(async (root) => {
        await writeCityscapes(root, { train: 7, val: 7, test: VOID });
        const outDir = path.join(root, 'run');
        const { record, notes } = await trained(input('cityscapes', root, { voidAs }), outDir);
        expect(record.test).toBeUndefined();
        expect(record.perImage?.names).toEqual(['bonn_000000_000019']);
        expect(notes).toContainEqual(
          expect.stringContaining('test split of Cityscapes has no labelled'),
        );
        const { skipped } = await readRecords(root, { split: 'test' });
        expect(skipped.map(({ reason }) => reason)).toEqual(['holds no scores of the test split']);
      }),
  );

  it('is told by npm run evaluate, and by the reader of an older record that has its scores', () =>
    withFolder(async (root) => {
      await writeCityscapes(root, { train: 7, val: 7, test: VOID });
      const outDir = path.join(root, 'run');
      // A command knows the kit's networks alone.
      const config = { ...input('cityscapes', root), model: { width: 2 } };
      const { record } = await trained(config, outDir);
      const { status, output } = await command(['evaluate', outDir, '--split', 'test']);
      expect(status).toBe(0);
      expect(output).toContain('The test split has no labelled pixel: there is nothing to score.');
      const none = record.counts.map((row) => row.map(() => 0));
      const zeros = [record.classNames.map(() => 0)];
      const perImage = { names: ['a'], hits: zeros, labelled: zeros, predicted: zeros };
      const old = { ...record, test: { scores: record.scores, counts: none, perImage } };
      await writeFile(path.join(outDir, 'record.json'), JSON.stringify(old));
      const { records, skipped } = await readRecords(root, { split: 'test' });
      expect(records).toEqual([]);
      expect(skipped[0].reason).toBe('its test split has no labelled pixel');
      const again = await trained(config, outDir);
      expect(again.record.test).toBeUndefined();
    }));

  it.each(['train', 'val'] as const)('a %s split without one is refused', (part) =>
    withFolder(async (root) => {
      await writeCityscapes(root, { train: 7, val: 7, test: 7, [part]: VOID });
      const split = part === 'val' ? 'valid' : part;
      await expect(trained(input('cityscapes', root), path.join(root, 'run'))).rejects.toThrow(
        `one with labelled pixels, got 'cityscapes'. All labels of the ${split} split of Cityscapes`,
      );
    }),
  );

  it('is found label map by label map, whatever void is', async () => {
    const sample = (labels: number[]) => {
      const [height, width, image] = [1, labels.length, new Uint8Array(3 * labels.length)];
      return { name: 'a', height, width, image, labels: Uint8Array.from(labels) };
    };
    const of = (...maps: number[][]) => memoryDataset(maps.map(sample), ['road', 'Void']);
    expect(await hasLabelledPixel(of([255, 255], [255, 0]))).toBe(true);
    expect(await hasLabelledPixel(of([255, 255], [255, 255]))).toBe(false);
    expect(await hasLabelledPixel(of([1, 255]))).toBe(true);
    expect(await hasLabelledPixel(of([1, 255]), 'class')).toBe(false);
    expect(await hasLabelledPixel(of([1, 0]), 'class')).toBe(true);
  });
});

describe('the test split', () => {
  it('that a data set does not have is left out; one with a missing image is an error before the training', () =>
    withFolder(async (root) => {
      const part = { count: 2, height: 32, width: 32 };
      for (const name of ['train', 'val'] as const)
        await writeCamvid(root, { ...part, part: name });
      const config = input('camvid', root);
      const without = await trained(config, path.join(root, 'without'));
      expect(without.record.test).toBeUndefined();
      expect(without.record.perImage?.names).toHaveLength(2);

      const list = (stems: readonly string[]) => {
        return stems.map((stem) => `test/${stem}.png testannot/${stem}.png`);
      };
      const folder = await writeCamvid(root, { ...part, part: 'test', list });
      const image = path.join(folder, 'test', 'frame_1.png');
      await cp(image, path.join(root, 'kept.png'));
      await rm(image);
      const outDir = path.join(root, 'run');
      await expect(trained(config, outDir)).rejects.toThrow(`${image} does not exist`);
      expect(existsSync(path.join(outDir, 'checkpoints'))).toBe(false);

      await cp(path.join(root, 'kept.png'), image);
      const { record } = await trained(config, outDir);
      expect(record.test?.perImage.names).toEqual(['frame_0', 'frame_1']);
      expect(record.weightsSha256).toBe(without.record.weightsSha256);
    }));
});
