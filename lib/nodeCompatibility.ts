/**
 * tfjs-node 4.22 calls `util.isNullOrUndefined` and `util.isArray`, which Node 23 removed.
 * Imported for its effect, before TensorFlow; does nothing where Node still has them.
 */
import util from 'node:util';

const legacy = util as unknown as Record<string, unknown>;
legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
legacy.isArray ??= Array.isArray;
