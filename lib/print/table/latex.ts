/** Words and numbers of a LaTeX table. */
import { numberText } from './numberText';
import type { Mark, TableCell, TableColumn } from './printTypes';

const symbols: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  α: '$\\alpha$',
  β: '$\\beta$',
  γ: '$\\gamma$',
  σ: '$\\sigma$',
  τ: '$\\tau$',
  Δ: '$\\Delta$',
  '±': '$\\pm$',
  '×': '$\\times$',
  '−': '$-$',
  '²': '$^2$',
  '’': "'",
  ε: '$\\varepsilon$',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '≤': '$\\leq$',
  '≥': '$\\geq$',
};

/** Text on one line, with LaTeX's special characters, and the symbols that its plain fonts lack, spelled out. */
export function latexText(text: string): string {
  const line = text.replace(/[\s\u0000-\u001f\u007f]+/g, ' ');
  return line.replace(/[\\~^αβγεστΔ±×−²’<>|≤≥]|[&%$#_{}]/gu, (one) => symbols[one] ?? `\\${one}`);
}

/** One cell of an S column; a second-best number is centred in it, since siunitx cannot underline what it aligns. */
export function latexValue(
  cell: TableCell | null,
  column: TableColumn,
  mark: Mark,
  letter: string,
): string {
  if (cell === null) return '{--}';
  const number = numberText(cell, column, ' +- ');
  if (number.startsWith('<')) return `{$<$\\,${number.slice(1)}}`;
  const note = letter === '' ? '' : `\\textsuperscript{${letter}}`;
  if (mark === 'second') return `{\\underline{\\num{${number}}}${note}}`;
  const aligned = note === '' ? number : `${number} {${note}}`;
  return mark === 'best' ? `\\bfseries ${aligned}` : aligned;
}
