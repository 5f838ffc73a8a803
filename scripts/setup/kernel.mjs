/**
 * The project's `tslab` kernelspec: it starts in the repository root, with the Node that ran setup. And JupyterLab's
 * defaults: it does not ask about Jupyter news over the notebook.
 */
import fs from 'fs';
import path from 'path';
import { GPU_VARIABLES, gpuLibraryFolders, ROOT, VENV } from '../environment.mjs';
import { writeWhole } from './files.mjs';

export const name = 'Notebook kernel';
/** Free disk it takes, in MB. */
export const megabytes = () => 1;

const SHARE = path.join(VENV, 'share', 'jupyter');
const FILE = path.join(SHARE, 'kernels', 'tslab', 'kernel.json');
const DEFAULTS_FILE = path.join(SHARE, 'lab', 'settings', 'overrides.json');
const DEFAULTS = {
  '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
};

/**
 * The content of kernel.json. The root and the connection file reach the shell as arguments, so that no character in
 * them needs quoting. `${PATH}` is filled in by Jupyter when it starts the kernel.
 * @param {string} root
 * @param {string} nodeFolder
 * @param {string[]} libraryFolders
 */
function kernelSpec(root, nodeFolder, libraryFolders = []) {
  /** @param {string} text */
  const literal = (text) => text.replaceAll('$', '$$$$');
  return {
    argv: [
      '/bin/sh',
      '-c',
      'cd "$1" && exec node scripts/kernel.mjs --config-path "$2"',
      'tslab',
      root,
      '{connection_file}',
    ],
    display_name: 'TypeScript (PAT)',
    language: 'typescript',
    env: {
      PATH: `${literal(nodeFolder)}:\${PATH}`,
      TF_CPP_MIN_LOG_LEVEL: '2',
      ...(libraryFolders.length > 0
        ? { LD_LIBRARY_PATH: literal(libraryFolders.join(':')), ...GPU_VARIABLES }
        : {}),
    },
  };
}

/** True when the kernelspec is the one for this root, this Node and these libraries, and the defaults are there. */
export function isCurrent() {
  return wanted().every(
    ([file, text]) => fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text,
  );
}

/** Writes the kernelspec and the defaults. */
export function make() {
  for (const [file, text] of wanted()) writeWhole(file, text);
  return Promise.resolve(path.relative(ROOT, FILE));
}

function wanted() {
  const spec = kernelSpec(ROOT, path.dirname(process.execPath), gpuLibraryFolders());
  /** @param {object} value */
  const text = (value) => `${JSON.stringify(value, null, 1)}\n`;
  return [
    [FILE, text(spec)],
    [DEFAULTS_FILE, text(DEFAULTS)],
  ];
}
