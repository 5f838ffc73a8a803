import { describe, expect, it } from 'vitest';
import { fontFaceRules } from '../../lib/print/fonts';

const plainText = (text: string) => ({ text, bold: false, italic: false });

/** Family, weight and style of each rule. */
function faces(rules: string): string[] {
  const pattern = /font-family:'([^']+)';font-weight:(\w+);font-style:(\w+);/g;
  return [...rules.matchAll(pattern)].map((match) => match.slice(1).join(' '));
}

describe('fontFaceRules', () => {
  it('embeds only the files the text needs', () => {
    expect(faces(fontFaceRules([plainText('loss −1.5 × 10³')]))).toEqual(['Arimo normal normal']);
    expect(fontFaceRules([])).toBe('');
    const all = faces(fontFaceRules());
    expect(all).toHaveLength(13);
    expect(new Set(all)).toContain('Arimo bold italic');
  });

  it('follows bold and italic, and takes symbols, which have one style, in any', () => {
    const text = [
      { text: 'p', bold: false, italic: true },
      { text: '‖', bold: true, italic: false },
    ];
    expect(faces(fontFaceRules(text))).toEqual([
      'Arimo normal italic',
      'Noto Sans Math normal normal',
    ]);
  });

  it('names a character that no font has, and what to write instead', () => {
    expect(() => fontFaceRules([plainText('10⁻²')])).toThrow(
      "exportFigure: the fonts of the kit have no glyph for '⁻' (U+207B) in '10⁻²'. " +
        'Write superscripts and subscripts as <sup>…</sup> and <sub>…</sub>, or use another symbol.',
    );
  });
});
