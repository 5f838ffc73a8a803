/** The size and the orientation in a JPEG's header, read without a decoder. */
import { exifOrientation } from './exif';

/** Markers that stand alone, without a length behind them: TEM, RST0–RST7, SOI. */
const alone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** Start of frame: SOF0–SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
const startsFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

const application1 = 0xe1;
const exifMark = 'Exif\0\0';

/** What the first frame header says, and the orientation. */
export interface JpegFrame {
  height: number;
  width: number;
  /** Bits per sample: 8, in all but medical images. */
  bitDepth: number;
  /** 1 grey, 3 colour, 4 print (CMYK). */
  components: number;
  /** EXIF orientation, 1 (upright) when there is none. */
  orientation: number;
}

/**
 * The first frame header (ITU-T T.81, B.2.2) and what stands before it; undefined for bytes that are no JPEG, that end
 * before it, or that leave the height to a later marker.
 */
export function readJpegFrame(bytes: Buffer): JpegFrame | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  let orientation = 1;
  for (let offset = 2; offset + 10 <= bytes.length;) {
    if (bytes[offset] !== 0xff) return undefined;
    const marker = bytes[offset + 1];
    if (marker === 0xff) {
      offset += 1; // fill byte
    } else if (startsFrame(marker)) {
      const height = bytes.readUInt16BE(offset + 5);
      const width = bytes.readUInt16BE(offset + 7);
      const [bitDepth, components] = [bytes[offset + 4], bytes[offset + 9]];
      return height > 0 ? { height, width, bitDepth, components, orientation } : undefined;
    } else {
      const end = offset + (alone(marker) ? 2 : 2 + bytes.readUInt16BE(offset + 2));
      if (
        marker === application1 &&
        bytes.toString('latin1', offset + 4, offset + 10) === exifMark
      ) {
        orientation = exifOrientation(bytes.subarray(offset + 10, end));
      }
      offset = end;
    }
  }
  return undefined;
}
