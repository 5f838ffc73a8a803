/**
 * What Node must be before and after TensorFlow.js is loaded; imported before it.
 *
 * - tfjs-node 4.22 calls `util.isNullOrUndefined` and `util.isArray`, which Node 23 removed; they are put back.
 * - Where stack traces are mapped (tsx turns that on), Node would read the source maps of TensorFlow.js's bundles and keep
 *   them: 20 MiB and a sixth of a second for lines that nobody looks at.
 */
import util from 'node:util';

const legacy = util as unknown as Record<string, unknown>;
legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
legacy.isArray ??= Array.isArray;

const mapped = process.sourceMapsEnabled === true; // absent before Node 20.7
process.setSourceMapsEnabled(false);

/** Stack traces of modules that are loaded from now on are mapped again, if they were before. */
export function mapStackTracesAgain(): void {
  process.setSourceMapsEnabled(mapped);
}
