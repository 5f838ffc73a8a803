import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readJpegFrame } from '../../../lib/datasets/decode/jpeg';

const create = { width: 37, height: 21, channels: 3, background: '#123456' } as const;

describe('readJpegFrame', () => {
  it('agrees with the decoder: baseline, progressive, with metadata, fill bytes, restarts', async () => {
    const image = sharp({ create });
    const plain = await image.jpeg().toBuffer();
    const files = [
      plain,
      await image.jpeg({ progressive: true }).toBuffer(),
      await image.jpeg().withMetadata({ orientation: 6 }).withIccProfile('p3').toBuffer(),
      Buffer.concat([plain.subarray(0, 2), Buffer.of(0xff, 0xff), plain.subarray(2)]),
      Buffer.concat([plain.subarray(0, 2), Buffer.of(0xff, 0x01), plain.subarray(2)]),
    ];
    for (const bytes of files)
      expect(readJpegFrame(bytes)).toMatchObject({ height: 21, width: 37 });
  });

  it('knows nothing of other formats, and of what ends before its header', async () => {
    expect(readJpegFrame(await sharp({ create }).png().toBuffer())).toBeUndefined();
    expect(readJpegFrame(Buffer.alloc(0))).toBeUndefined();
    const jpeg = await sharp({ create }).jpeg().toBuffer();
    const frame = jpeg.indexOf(Buffer.of(0xff, 0xc0));
    for (const end of [2, 4, 20, frame, frame + 8]) {
      expect(readJpegFrame(jpeg.subarray(0, end)), `${end} bytes`).toBeUndefined();
    }
    const unknownHeight = Buffer.from(jpeg);
    unknownHeight.writeUInt16BE(0, frame + 5);
    expect(readJpegFrame(unknownHeight)).toBeUndefined();
  });

  const pets = path.join(process.env.PAT_DATA_DIR ?? '', 'oxford-iiit-pet', 'images');
  const found = Boolean(process.env.PAT_DATA_DIR) && existsSync(pets);
  it.skipIf(!found)('agrees with sharp on Oxford-IIIT Pet (needs PAT_DATA_DIR)', async () => {
    let jpegs = 0;
    for (const name of readdirSync(pets).filter((each) => each.endsWith('.jpg'))) {
      const bytes = readFileSync(path.join(pets, name));
      const { format, height, width, orientation = 1 } = await sharp(bytes).metadata();
      const frame = readJpegFrame(bytes);
      expect(frame && [frame.height, frame.width, frame.orientation], name).toEqual(
        format === 'jpeg' ? [height, width, orientation] : undefined,
      );
      jpegs += format === 'jpeg' ? 1 : 0;
    }
    expect(jpegs).toBeGreaterThan(0);
  });
});
