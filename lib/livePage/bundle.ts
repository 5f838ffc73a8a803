/** The script of the page: `browser/` with what it imports of the kit and TensorFlow.js, as one text. */
import path from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';

const folder = path.join(__dirname, 'browser');
const native = path.resolve(__dirname, '../backend');

/** In a page `lib/backend` is TensorFlow.js for browsers, and what Node brings is what little the kit's checks take of it. */
const forBrowsers: Plugin = {
  name: 'pat-for-browsers',
  setup(builder) {
    builder.onResolve({ filter: /\/backend$/ }, ({ path: file, resolveDir }) =>
      path.resolve(resolveDir, file) === native ? { path: path.join(folder, 'backend.ts') } : null,
    );
    builder.onResolve({ filter: /^node:/ }, () => ({ path: path.join(folder, 'nodeModules.ts') }));
  },
};

let script: Promise<string> | undefined;

/** The script, minified; built once in a process. */
export function pageScript(): Promise<string> {
  script ??= bundled();
  return script;
}

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, 'main.ts')],
    bundle: true,
    write: false,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2020',
    legalComments: 'none',
    plugins: [forBrowsers],
  });
  return outputFiles[0].text;
}
