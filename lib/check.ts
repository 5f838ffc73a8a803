/**
 * Argument checks with one error grammar for the whole kit:
 *
 *     function: argument must be EXPECTED, got VALUE. REMEDY
 *
 * Every public function validates through these, so that a wrong call names itself,
 * the argument, the value it got and what to do instead.
 */

import { inspect } from 'node:util';

/** An error caused by what the caller passed in (as opposed to a bug in the kit). */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Builds (does not throw) the error `where: argument must be expected, got value. remedy`. */
export function invalid(
  where: string,
  argument: string,
  expected: string,
  got: unknown,
  remedy = '',
): InputError {
  const message = `${where}: ${argument} must be ${expected}, got ${describe(got)}.`;
  return new InputError(remedy ? `${message} ${remedy}` : message);
}

/** `1 image`, `2 images`: a number of things in words. */
export function counted(count: number, noun: string, several = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : several}`;
}

/** Words about a value that `invalid` shows as they are, where the value itself would say less. */
class Description {
  constructor(readonly text: string) {}
}

/** Makes `invalid` show `text` without quotes: `invalid('f', 'x', 'a scalar', described('int32 of shape [2]'))`. */
export function described(text: string): unknown {
  return new Description(text);
}

/** Bounds of `checkNumber`; all optional. */
export interface NumberBounds {
  min?: number;
  max?: number;
  /** Exclude `min` itself (default false). */
  aboveMin?: boolean;
  integer?: boolean;
}

/** Returns `value` when it is a finite number within the bounds, throws InputError otherwise. */
export function checkNumber(
  where: string,
  argument: string,
  value: unknown,
  bounds: NumberBounds = {},
): number {
  const { min = -Infinity, max = Infinity, aboveMin = false, integer = false } = bounds;
  const ok =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (aboveMin ? value > min : value >= min) &&
    value <= max &&
    (!integer || Number.isInteger(value));
  if (ok) return value;
  const kind = integer ? 'an integer' : 'a number';
  const low = min === -Infinity ? '' : ` ${aboveMin ? '>' : '>='} ${min}`;
  const high = max === Infinity ? '' : `${low ? ' and' : ''} <= ${max}`;
  throw invalid(where, argument, `${kind}${low}${high}`, value);
}

/** Returns `value` when it is one of `allowed`, throws InputError (with the nearest name, else `remedy`) otherwise. */
export function checkOneOf<T extends string>(
  where: string,
  argument: string,
  value: unknown,
  allowed: readonly T[],
  remedy = '',
): T {
  const match = allowed.find((name) => name === value);
  if (match !== undefined) return match;
  const words = didYouMean(value, allowed) || remedy;
  throw invalid(where, argument, `one of ${allowed.join(', ')}`, value, words);
}

/** Throws InputError when `options` has a key that is not in `known`. */
export function checkKnownOptions(where: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const list = known.length > 0 ? `one of ${known.join(', ')}` : 'absent (it takes no options)';
  throw invalid(where, 'option', list, unknown, didYouMean(unknown, known));
}

/** Throws InputError when two shapes differ. */
export function checkSameShape(
  where: string,
  argument: string,
  got: readonly number[],
  expected: readonly number[],
  remedy = '',
): void {
  if (got.length === expected.length && got.every((size, axis) => size === expected[axis])) return;
  throw invalid(where, `${argument} shape`, shapeText(expected), shapeText(got), remedy);
}

/** `[2,3,4]`, as TensorFlow prints a shape. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(',')}]`;
}

function describe(value: unknown): string {
  if (value instanceof Description) return value.text;
  if (typeof value === 'string') return value.startsWith('[') ? value : `'${value}'`;
  return inspect(value, { depth: 1, maxArrayLength: 8, breakLength: Infinity, compact: true });
}

function didYouMean(value: unknown, names: readonly string[]): string {
  if (typeof value !== 'string') return '';
  const scored = names
    .map((name) => ({ name, distance: editDistance(value.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  return best && best.distance <= Math.max(2, best.name.length / 3)
    ? `Did you mean '${best.name}'?`
    : '';
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
