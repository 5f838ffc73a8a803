/** Says what a file is that is no image, or none of the formats that are read. */
import { described } from '../../check';

type Test = (text: string) => boolean;

/** In words, and how to recognize it: by its first 512 bytes as text (Latin-1). */
const formats: readonly (readonly [what: string, test: Test, remedy?: string])[] = [
  ['an empty file', (text) => text === '', 'Fetch or copy it again.'],
  ['a BMP', (text) => text.startsWith('BM')],
  ['an AVIF', (text) => /^.{4}ftyp(avif|avis)/s.test(text)],
  ['a HEIC', (text) => /^.{4}ftyp(hei|hev|mif1|msf1)/s.test(text)],
  ['a JPEG 2000', (text) => /^.{4}jP {2}/s.test(text) || text.startsWith('\xff\x4f\xff\x51')],
  ['a JPEG XL', (text) => /^\xff\x0a|^.{4}JXL /s.test(text)],
  ['a PDF', (text) => text.startsWith('%PDF')],
  ['a NumPy array', (text) => text.startsWith('\x93NUMPY')],
  ['a zip archive (or .npz)', (text) => text.startsWith('PK\x03\x04')],
  ['a MATLAB file', (text) => text.startsWith('MATLAB')],
  [
    'a Git LFS pointer',
    (text) => text.startsWith('version https://git-lfs'),
    "Run 'git lfs pull' there.",
  ],
  ['a web page', (text) => /^\s*<(!doctype html|html)/i.test(text), 'Fetch the file again.'],
  ['an SVG', (text) => /<svg[\s>]/i.test(text)],
];

/** A file as an error shows it, with what it is where that can be told; then there is a remedy, too. */
export function foreignFormat(file: string, bytes: Buffer): { got: unknown; remedy?: string } {
  const text = bytes.toString('latin1', 0, 512);
  const found = formats.find(([, test]) => test(text));
  if (found === undefined) return { got: file };
  const [what, , remedy = 'Convert it to PNG.'] = found;
  return { got: described(`'${file}', which is ${what}`), remedy };
}
