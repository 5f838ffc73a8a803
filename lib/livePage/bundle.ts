/** The script of the page: `browser/` with what it imports of the kit and of TensorFlow.js, as one text. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { writeAtomically } from '../atomicFile';
import { makeFolder, readIfThere } from '../files';

const root = path.resolve(__dirname, '../..');
const folder = path.join(__dirname, 'browser');
const native = path.resolve(__dirname, '../backend');
const cache = path.join(root, '.cache', 'page', 'script.json');

/** In a page `lib/backend` is TensorFlow.js for browsers; of Node there is only what the kit's checks call. */
const forBrowsers: Plugin = {
  name: 'pat-for-browsers',
  setup(builder) {
    builder.onResolve({ filter: /\/backend$/ }, ({ path: file, resolveDir }) =>
      path.resolve(resolveDir, file) === native ? { path: path.join(folder, 'backend.ts') } : null,
    );
    builder.onResolve({ filter: /^node:/ }, () => ({ path: path.join(folder, 'nodeModules.ts') }));
  },
};

/** A script, with the files that it was made of. */
interface Bundle {
  /** Size and time of change by path. */
  inputs: Record<string, string>;
  script: string;
}

let script: Promise<string> | undefined;

/** The script, minified. Made once in a process, and kept in `.cache/` as long as none of its files changes. */
export function pageScript(): Promise<string> {
  script ??= keptOrMade();
  return script;
}

async function keptOrMade(): Promise<string> {
  const text = await readIfThere('pageScript', cache);
  const kept = text === undefined ? undefined : (JSON.parse(text) as Bundle);
  if (kept !== undefined) {
    const now = await statesOf(Object.keys(kept.inputs));
    if (Object.entries(now).every(([file, state]) => kept.inputs[file] === state)) {
      return kept.script;
    }
  }
  const { outputFiles, metafile } = await build({
    entryPoints: [path.join(folder, 'main.ts')],
    absWorkingDir: root,
    ...{ bundle: true, write: false, minify: true, metafile: true, legalComments: 'none' },
    ...{ platform: 'browser', format: 'iife', target: 'es2020' },
    plugins: [forBrowsers],
  });
  const made: Bundle = {
    inputs: await statesOf(Object.keys(metafile.inputs)),
    script: outputFiles[0].text,
  };
  await makeFolder('pageScript', path.dirname(cache));
  await writeAtomically(cache, Buffer.from(JSON.stringify(made)));
  return made.script;
}

/** A file that is gone has the state `''`. */
async function statesOf(files: readonly string[]): Promise<Record<string, string>> {
  const states = files.map(async (file) => {
    const found = await stat(path.resolve(root, file)).catch(() => undefined);
    return [file, found === undefined ? '' : `${found.size} ${found.mtimeMs}`] as const;
  });
  return Object.fromEntries(await Promise.all(states));
}
