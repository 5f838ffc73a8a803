/** Label files of every colour type and depth against Pillow, through the native decoder and through sharp. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type * as Mask from '../../../lib/datasets/decode/mask';
import type * as Native from '../../../lib/datasets/decode/nativeDecoder';
import { withFolder } from '../files';

interface Case {
  name: string;
  /** Base64. */
  png: string;
  values?: number[];
  colours?: number[][];
}

const fixture = path.resolve(__dirname, '../../fixtures/label-pngs.json');
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as Case[];
const decoderFile = '../../../lib/datasets/decode/nativeDecoder';

describe.each(['the native decoder, where it is built', 'sharp'])('label files by %s', (route) => {
  let decodeMask: typeof Mask.decodeMask;
  beforeAll(async () => {
    vi.resetModules();
    if (route === 'sharp') {
      vi.doMock(decoderFile, async (original) => ({
        ...(await original<typeof Native>()),
        nativeDecode: () => Promise.resolve(undefined),
      }));
    }
    ({ decodeMask } = await import('../../../lib/datasets/decode/mask'));
  });
  afterAll(() => void vi.doUnmock(decoderFile));

  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, { png, values, colours = [] }) =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'mask.png');
      await writeFile(file, Buffer.from(png, 'base64'));
      const keys = colours.map(([red, green, blue]) => (red << 16) | (green << 8) | blue);
      const ids = new Map([...new Set(keys)].map((key, id) => [key, id]));
      const labelTable = Int16Array.from({ length: 256 }, (__, value) => value);
      const { labels } = await decodeMask(file, { labelTable, colours: ids });
      expect([...labels]).toEqual(values ?? keys.map((key) => ids.get(key)));
      if (values === undefined) return;
      // Each value in the file is an error once it is no class.
      const wrong = values[values.length >> 1];
      labelTable[wrong] = -1;
      const at = values.indexOf(wrong);
      const place = `row ${Math.floor(at / 11)}, column ${at % 11}`;
      await expect(decodeMask(file, { labelTable })).rejects.toThrow(
        new RegExp(`label value in .*mask\\.png must be one of .*, got ${wrong}\\. .*${place}`),
      );
    }),
  );
});
