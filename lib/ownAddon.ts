import './oneDnn';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The exports of an addon that setup builds (scripts/setup/ownAddons.mjs), or undefined where it did not. */
export function ownAddon<Exports>(file: string): Exports | undefined {
  const require = createRequire(__filename);
  const manifest = require.resolve('@tensorflow/tfjs-node-gpu/package.json');
  try {
    return require(path.join(path.dirname(manifest), 'lib', 'napi-v8', file)) as Exports;
  } catch {
    return undefined;
  }
}
