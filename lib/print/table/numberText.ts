/** A number of a table as text. */
import type { TableCell, TableColumn } from './printTypes';

/** `76.22`, with a deviation `76.22 ± 0.31`, with `signed` `+0.08`, below `least` `<0.001`; never −0. */
export function numberText(
  { value, deviation }: TableCell,
  { digits, signed = false, least }: Pick<TableColumn, 'digits' | 'signed' | 'least'>,
  plusMinus = ' ± ',
): string {
  if (least !== undefined && value < least) return `<${least.toFixed(digits)}`;
  const rounded = Number(value.toFixed(digits)) || 0;
  const sign = signed && rounded > 0 ? '+' : '';
  const spread = typeof deviation === 'number' ? plusMinus + deviation.toFixed(digits) : '';
  return `${sign}${rounded.toFixed(digits)}${spread}`;
}

/** With a real minus for the first hyphen; LaTeX makes its own. */
export function realMinus(text: string): string {
  return text.replace('-', '−');
}
