import { describe, expect, it } from 'vitest';
import { crc32c, maskedCrc32c, tfRecord } from '../../../lib/training/tensorboard/tfRecord';
import { recordsOf } from './events';

describe('crc32c', () => {
  // RFC 3720, appendix B.4, and the check value of the CRC catalogue.
  it.each([
    ['the digits 1 … 9', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['0 … 31', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
    ['nothing', Buffer.alloc(0), 0],
  ])('of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});

describe('maskedCrc32c', () => {
  it('rotates by 15 bits and adds the constant, modulo 2³²', () => {
    const bytes = Buffer.from('123456789');
    const rotated = (0xe3069283n >> 15n) | ((0xe3069283n << 17n) & 0xffffffffn);
    expect(BigInt(maskedCrc32c(bytes))).toBe((rotated + 0xa282ead8n) % 2n ** 32n);
  });
});

describe('tfRecord', () => {
  it('is read back; a changed byte and a torn end are noticed', () => {
    const bytes = Buffer.concat([tfRecord(Buffer.from('first')), tfRecord(Buffer.from('second'))]);
    expect(recordsOf(bytes).map(String)).toEqual(['first', 'second']);
    expect(bytes.length).toBe(2 * 16 + 11);
    expect(recordsOf(bytes.subarray(0, -1)).map(String)).toEqual(['first']);
    bytes[13] ^= 1;
    expect(recordsOf(bytes)).toEqual([]);
  });
});
