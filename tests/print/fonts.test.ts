import { describe, expect, it } from 'vitest';
import { fontFaceRules, foreignCharacters, missingGlyph } from '../../lib/print/fonts';

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
    expect(all).toHaveLength(25);
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

  it('has Cyrillic, and leaves what it has not to the fonts of the machine', () => {
    const texts = [plainText('Дорога 10⁻² 道路'), plainText('道')];
    expect(fontFaceRules([plainText('Дорога')])).toContain('U+400-45F');
    expect(foreignCharacters(texts)).toEqual(['⁻', '道', '路']);
    expect(missingGlyph('道', texts).message).toBe(
      "exportFigure: no font of the kit or of this machine has a glyph for '道' (U+9053) in 'Дорога 10⁻² 道路'. " +
        'Install a font that has it (for Chinese, Japanese and Korean e.g. Noto Sans CJK), or write it otherwise; ' +
        'superscripts and subscripts are <sup>…</sup> and <sub>…</sub>.',
    );
  });
});
