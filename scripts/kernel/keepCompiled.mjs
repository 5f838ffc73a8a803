/** Puts the converter with a memory (converter.mjs) in the place of tslab's own, before tslab is loaded. */
import { createRequire, Module } from 'module';
import { CachedConverter } from './converter.mjs';

/** @typedef {typeof import('tslab/dist/converter')} TslabConverter */
/** @typedef {import('tslab/dist/converter').Converter} Converter */
/** @typedef {typeof import('tslab/dist/metadata')} TslabMetadata */
/** @typedef {{ JupyterHandlerImpl: { prototype: { handleExecuteImpl: (...args: unknown[]) => Promise<unknown> } } }} TslabJupyter */

/** Nothing to do for so long: time for what the next cell may need. */
const IDLE_MILLISECONDS = 1000;

const COMPILER = '@tslab/typescript-for-tslab';
const CONVERTER = 'tslab/dist/converter.js';
const require = createRequire(import.meta.url);

export function keepCompiled() {
  process.setSourceMapsEnabled(true); // errors in lib/ name the line of the source
  const converter = new CachedConverter();
  replaceModule(COMPILER, onDemand(COMPILER));
  replaceModule(CONVERTER, {
    /** @type {TslabConverter['createConverter']} */
    createConverter: (options = {}) => {
      if (options.isBrowser || options.isJS) return original(CONVERTER).createConverter(options);
      return /** @type {Converter} */ (/** @type {unknown} */ (converter));
    },
    /** @param {string} content */
    isCompleteCode: (content) => converter.isCompleteCode(content),
  });
  const metadata = /** @type {TslabMetadata} */ (require('tslab/dist/metadata.js'));
  const { getCodeMetadata } = metadata;
  // It asks TypeScript about the comments that a cell begins with.
  metadata.getCodeMetadata = (source) => (source.includes('/**') ? getCodeMetadata(source) : {});
  whenIdle(() => converter.warmUp());
}

/**
 * Calls `action` each time the kernel has run no cell for a while.
 * @param {() => void} action
 */
function whenIdle(action) {
  const { JupyterHandlerImpl } = /** @type {TslabJupyter} */ (require('tslab/dist/jupyter.js'));
  const { prototype } = JupyterHandlerImpl;
  const { handleExecuteImpl } = prototype;
  const wait = () => setTimeout(action, IDLE_MILLISECONDS).unref();
  let timer = wait();
  prototype.handleExecuteImpl = async function (...args) {
    clearTimeout(timer);
    try {
      return await handleExecuteImpl.apply(this, args);
    } finally {
      clearTimeout(timer);
      timer = wait();
    }
  };
}

/**
 * @param {string} name
 * @param {object} exports
 */
function replaceModule(name, exports) {
  const file = require.resolve(name);
  require.cache[file] = Object.assign(new Module(file), { exports, filename: file, loaded: true });
}

/**
 * The module itself where it was replaced.
 * @param {string} name
 */
function original(name) {
  delete require.cache[require.resolve(name)];
  return require(name);
}

/**
 * A module that is loaded when something of it is used.
 * @param {string} name
 */
function onDemand(name) {
  /** @type {Record<string, unknown> | undefined} */
  let loaded;
  return new Proxy(
    {},
    {
      get: (_target, key) => {
        if (key === '__esModule') return true; // its importers take it as it is, and copy nothing
        loaded ??= original(name);
        return Reflect.get(loaded ?? {}, key);
      },
    },
  );
}
