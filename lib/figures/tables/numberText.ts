/** A number of a table as text. */
import type { TableCell, TableColumn } from './types';

/** `76.22`, with a deviation `76.22 ± 0.31`, with `signed` `+0.08`; never −0. */
export function numberText(
  { value, deviation }: TableCell,
  { digits, signed = false }: Pick<TableColumn, 'digits' | 'signed'>,
  plusMinus = ' ± ',
): string {
  const rounded = Number(value.toFixed(digits)) || 0;
  const sign = signed && rounded > 0 ? '+' : '';
  const spread = typeof deviation === 'number' ? plusMinus + deviation.toFixed(digits) : '';
  return `${sign}${rounded.toFixed(digits)}${spread}`;
}
