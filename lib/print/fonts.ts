/**
 * The fonts of exported figures. They travel inside the SVG and the PDF, so a figure looks the same everywhere.
 *
 * Text is Arimo (npm `@fontsource/arimo`), which has the metrics of Arial. It has Greek, Cyrillic, minus and ×, but few
 * other symbols; ‖ ∇ ≤ → ∈ and their like come from a subset of Noto Sans Math (`fonts/README.md`). What neither has, such
 * as Chinese class names, is set in a font of the machine, which the PDF holds and the SVG only refers to.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InputError } from '../check';

/** The font list of every figure; on screen Arial and Helvetica stand in for Arimo. */
export const FONT_STACK = "Arimo, 'Noto Sans Math', Arial, Helvetica, sans-serif";

/** A piece of a figure's text with the style it is set in. */
export interface StyledText {
  text: string;
  bold: boolean;
  italic: boolean;
}

interface FontFace {
  family: string;
  /** Absolute path of the WOFF2 file. */
  path: string;
  bold: boolean;
  italic: boolean;
  /** Every character the file has a glyph for, as a CSS `unicode-range`. */
  unicodeRange: string;
}

/** What the files of Arimo cover (the ranges in its own style sheets promise more than the files have). */
const ARIMO_COVERAGE = {
  latin:
    'U+20-7E,U+A0-FF,U+131,U+152-153,U+2BB-2BC,U+2C6,U+2DA,U+2DC,U+300-301,U+303-304,U+308-309,U+323,' +
    'U+329,U+2002,U+2009,U+200B,U+2013-2014,U+2018-201A,U+201C-201E,U+2022,U+2026,U+2032-2033,' +
    'U+2039-203A,U+2044,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD',
  greek: 'U+370-377,U+37A-37F,U+384-38A,U+38C,U+38E-3A1,U+3A3-3FF',
  'latin-ext':
    'U+100-130,U+132-151,U+154-2BA,U+2BD-2C5,U+2C7-2CC,U+2CE-2D7,U+2DD-2FF,U+1D00-1DBF,U+1E00-1E9F,' +
    'U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20BE,U+2113,U+2C60-2C7F,U+A720-A7AE,U+A7B0-A7B7,U+A7F7-A7FF',
  cyrillic: 'U+400-45F,U+490-491,U+4B0-4B1,U+2116',
  'cyrillic-ext':
    'U+460-48F,U+492-4AF,U+4B2-52F,U+1C80-1C88,U+20B4,U+2DE0-2DFF,U+A640-A69F,U+FE2E-FE2F',
  vietnamese: 'U+1A0-1A1,U+1AF-1B0,U+1EA0-1EF9,U+20AB',
};

const SYMBOLS_COVERAGE =
  'U+2016,U+2034,U+2102,U+2107,U+210B,U+2112,U+2115,U+211D,U+2124,U+2190,U+2192,U+2194,U+21A6,U+21D0-21D4,' +
  'U+2200-2211,U+2213-2214,U+2216-22EF,U+2308-230B,U+25A0-25A1,U+25B2-25B3,U+25BC-25BD,U+25C6-25C7,' +
  'U+25CB,U+25CF,U+2605,U+2713,U+27E8-27E9';

const STYLES = [
  { file: '400-normal', bold: false, italic: false },
  { file: '400-italic', bold: false, italic: true },
  { file: '700-normal', bold: true, italic: false },
  { file: '700-italic', bold: true, italic: true },
];

const ARIMO_FILES = join(
  dirname(createRequire(__filename).resolve('@fontsource/arimo/package.json')),
  'files',
);

const FACES: readonly FontFace[] = [
  ...Object.entries(ARIMO_COVERAGE).flatMap(([subset, unicodeRange]) =>
    STYLES.map(({ file, bold, italic }) => {
      const path = join(ARIMO_FILES, `arimo-${subset}-${file}.woff2`);
      return { family: 'Arimo', path, bold, italic, unicodeRange };
    }),
  ),
  {
    family: 'Noto Sans Math',
    path: join(__dirname, 'fonts', 'noto-sans-math-symbols.woff2'),
    bold: false,
    italic: false,
    unicodeRange: SYMBOLS_COVERAGE,
  },
];

/** The `@font-face` rules, font files included, that `texts` need (all rules where `texts` is not given). */
export function fontFaceRules(texts?: readonly StyledText[]): string {
  if (!texts) return FACES.map(rule).join('\n');
  const used = new Set<FontFace>();
  for (const { text, bold, italic } of texts) {
    for (const character of text) {
      const face = /\s/.test(character) ? undefined : faceFor(character, bold, italic);
      if (face) used.add(face);
    }
  }
  return FACES.filter((face) => used.has(face))
    .map(rule)
    .join('\n');
}

/** The characters of `texts` that no font of the kit has, each once. */
export function foreignCharacters(texts: readonly StyledText[]): string[] {
  const all = new Set(texts.flatMap(({ text }) => [...text]));
  return [...all].filter((one) => !/\s|\p{Cc}|\p{Cf}/u.test(one) && !faceFor(one, false, false));
}

function faceFor(character: string, bold: boolean, italic: boolean): FontFace | undefined {
  const code = character.codePointAt(0) ?? 0;
  const covering = FACES.filter((face) => covers(face.unicodeRange, code));
  const styled = covering.find((face) => face.bold === bold && face.italic === italic);
  return styled ?? covering[0];
}

function covers(unicodeRange: string, code: number): boolean {
  return unicodeRange.split(',').some((range) => {
    const [first, last] = range.slice(2).split('-');
    return code >= parseInt(first, 16) && code <= parseInt(last ?? first, 16);
  });
}

/** The error for a character that neither the kit's fonts nor the machine's have. */
export function missingGlyph(character: string, texts: readonly StyledText[]): InputError {
  const text = texts.find((styled) => styled.text.includes(character))?.text ?? character;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return new InputError(
    `exportFigure: no font of the kit or of this machine has a glyph for '${character}' (U+${code}) in '${text}'. ` +
      'Install a font that has it (for Chinese, Japanese and Korean e.g. Noto Sans CJK), or write it otherwise; ' +
      'superscripts and subscripts are <sup>…</sup> and <sub>…</sub>.',
  );
}

function rule(face: FontFace): string {
  const data = readFileSync(face.path).toString('base64');
  const weight = face.bold ? 'bold' : 'normal';
  const style = face.italic ? 'italic' : 'normal';
  return (
    `@font-face{font-family:'${face.family}';font-weight:${weight};font-style:${style};` +
    `src:url(data:font/woff2;base64,${data}) format('woff2');unicode-range:${face.unicodeRange}}`
  );
}
