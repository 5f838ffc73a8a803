/** The orientation in a block of EXIF (Exif 2.32, 4.6.4 and 4.6.8). */

const orientationTag = 0x0112;

/** 1 (upright) to 8; 1 where the block has none, or is damaged. `exif` begins with its byte order. */
export function exifOrientation(exif: Buffer): number {
  if (exif.length < 8) return 1;
  const order = exif.toString('latin1', 0, 2);
  if (order !== 'II' && order !== 'MM') return 1;
  const short = (at: number) => (order === 'II' ? exif.readUInt16LE(at) : exif.readUInt16BE(at));
  const start = order === 'II' ? exif.readUInt32LE(4) : exif.readUInt32BE(4);
  if (start + 2 > exif.length) return 1;
  const entries = short(start);
  for (let i = 0, at = start + 2; i < entries && at + 12 <= exif.length; i++, at += 12) {
    if (short(at) !== orientationTag) continue;
    const value = short(at + 8);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
