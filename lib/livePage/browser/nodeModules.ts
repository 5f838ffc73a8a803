/** In a page: what files of the kit that a page needs import from Node. */

/** For error messages (`lib/check`). */
export const inspect = (value: unknown): string => String(value);

/** For seeds (`lib/random`): no page draws random numbers. */
export function createHash(): never {
  throw new Error('A page draws no random numbers.');
}
