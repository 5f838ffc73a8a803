/** Which numbers of a column are the best and the second. */
import type { Mark, TableColumn } from './printTypes';

/** By the numbers as printed: equal ones share a mark, and the second is the next that differs. */
export function marksOf(
  values: readonly (number | null)[],
  { digits, better }: Pick<TableColumn, 'digits' | 'better'>,
): Mark[] {
  const sign = better === 'lower' ? -1 : 1;
  const printed = values.map((value) =>
    value === null ? null : sign * Number(value.toFixed(digits)),
  );
  const distinct = [...new Set(printed.filter((value): value is number => value !== null))];
  const [best, second] = distinct.sort((a, b) => b - a);
  return printed.map((value): Mark => {
    if (better === undefined || value === null) return 'none';
    return value === best ? 'best' : value === second ? 'second' : 'none';
  });
}
