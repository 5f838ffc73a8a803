/** What the fuzz tests share: odd values, changed copies of a document, and what every outcome must be. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { InputError } from '../../lib/check';

/** Cases of each kind; thousands in a run of their own: PAT_FUZZ=10000. */
export const numRuns = Number(process.env.PAT_FUZZ ?? 150);
/** The same cases each time, or others in a long run, which says so: PAT_FUZZ_SEED=7 gives them again. */
export const seed = Number(
  process.env.PAT_FUZZ_SEED ?? (process.env.PAT_FUZZ ? Date.now() % 1e9 : 1),
);
/** Time of one case: a machine with other load is slow, but nothing here waits. */
const MOST_MILLISECONDS = 20_000;
export const options = { timeout: 60_000 + 200 * numRuns };
if (process.env.PAT_FUZZ) console.log(`PAT_FUZZ=${numRuns} PAT_FUZZ_SEED=${seed}`);

/** What a hand or a program puts where something else should be. */
export const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    ...[null, '', ' ', '..', '../x', '/', 'a/b', '\0', '<i>', '=1', '__proto__', 'constructor'],
    ...[-1, 0, 0.5, 1e9, 1e308, 2 ** 31, 2 ** 53, -0, true, false, [], {}, [[]], { name: null }],
  ),
);

/** Where a change is made: the how-manieth step down, by keys. */
const change = fc.record({
  path: fc.array(fc.nat(30), { maxLength: 5 }),
  kind: fc.constantFrom('replace', 'delete', 'add', 'rename'),
  key: fc.constantFrom('name', 'seed', 'size', 'loss', 'extra', '__proto__', 'toString', ''),
  value: oddValue,
});
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;
export const changes = fc.array(change, { minLength: 1, maxLength: 3 });

/** A copy of a document with the changes made. */
export function changed(document: unknown, list: readonly Change[]): unknown {
  const root = { document: structuredClone(document) };
  for (const { path: steps, kind, key, ...put } of list) {
    const value = structuredClone(put.value);
    let parent = root as Record<string, unknown>;
    let at = 'document';
    for (const step of steps) {
      const child = parent[at];
      if (typeof child !== 'object' || child === null || Object.keys(child).length === 0) break;
      parent = child as Record<string, unknown>;
      at = Object.keys(child)[step % Object.keys(child).length];
    }
    if (kind === 'delete') delete parent[at];
    else if (kind === 'replace') parent[at] = value;
    else {
      const name = kind === 'rename' ? `${at}x` : key;
      Object.defineProperty(parent, name, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }
  return root.document;
}

/** Runs `use` and lets an InputError pass that names what it must; every other error is the test's. */
export async function accepts(use: () => unknown, names: RegExp = /.{20}/s): Promise<boolean> {
  const start = performance.now();
  try {
    await use();
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.message).toMatch(names);
    return false;
  } finally {
    expect(performance.now() - start, 'milliseconds of a case').toBeLessThan(MOST_MILLISECONDS);
  }
}

/** Tries `numRuns` cases; some must be refused and some accepted, or there is nothing to tell apart. */
export async function fuzz<Case>(
  cases: fc.Arbitrary<Case>,
  isAccepted: (one: Case) => Promise<boolean>,
): Promise<void> {
  let [accepted, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      if (await isAccepted(one)) accepted += 1;
      else refused += 1;
    }),
    { numRuns, seed },
  );
  if (process.env.PAT_FUZZ) {
    console.log(`${expect.getState().currentTestName}: ${accepted} accepted, ${refused} refused`);
  }
  expect(Math.min(accepted, refused)).toBeGreaterThan(0);
}

/** Tries changed copies of a document. */
export const fuzzDocument = (
  document: unknown,
  use: (copy: unknown) => unknown,
  names?: RegExp,
): Promise<void> => fuzz(changes, (list) => accepts(() => use(changed(document, list)), names));

/** All files and folders below `folder`. */
export const listing = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
