/** The size in a JPEG's header, read without a decoder. */

/** Markers that stand alone, without a length behind them: TEM, RST0–RST7, SOI. */
const alone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** Start of frame: SOF0–SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
const startsFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** What the first frame header says. */
export interface JpegFrame {
  height: number;
  width: number;
  /** Bits per sample: 8, in all but medical images. */
  bitDepth: number;
  /** 1 grey, 3 colour, 4 print (CMYK). */
  components: number;
}

/**
 * Height and width from the first frame header; undefined for bytes that are no JPEG, that end before
 * it, or that leave the height to a later marker.
 */
export function readJpegSize(bytes: Buffer): { height: number; width: number } | undefined {
  const frame = readJpegFrame(bytes);
  return frame && { height: frame.height, width: frame.width };
}

/** The first frame header (ITU-T T.81, B.2.2); undefined where `readJpegSize` is. */
export function readJpegFrame(bytes: Buffer): JpegFrame | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let offset = 2; offset + 10 <= bytes.length;) {
    if (bytes[offset] !== 0xff) return undefined;
    const marker = bytes[offset + 1];
    if (marker === 0xff) {
      offset += 1; // fill byte
    } else if (startsFrame(marker)) {
      const height = bytes.readUInt16BE(offset + 5);
      const width = bytes.readUInt16BE(offset + 7);
      const frame = { height, width, bitDepth: bytes[offset + 4], components: bytes[offset + 9] };
      return height > 0 ? frame : undefined;
    } else {
      offset += alone(marker) ? 2 : 2 + bytes.readUInt16BE(offset + 2);
    }
  }
  return undefined;
}
