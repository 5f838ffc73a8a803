/** Puts the converter with a memory (converter.mjs) in the place of tslab's own and watches cells (cellRuns.mjs), before tslab is loaded. */
import { watchCells } from './cellRuns.mjs';
import { forget, load, moduleEntry } from './compilation.mjs';
import { CachedConverter } from './converter.mjs';

/** @typedef {import('./compilation.mjs').TslabConverter} TslabConverter */
/** @typedef {import('tslab/dist/converter.js').Converter} Converter */
/** @typedef {{ getCodeMetadata(source: string): object }} TslabMetadata */

/** Nothing to do for so long: time for what the next cell may need. */
const IDLE_MILLISECONDS = 1000;

const COMPILER = '@tslab/typescript-for-tslab';
const CONVERTER = 'tslab/dist/converter.js';

export function keepCompiled() {
  process.setSourceMapsEnabled(true); // errors in lib/ name the line of the source
  const converter = new CachedConverter();
  moduleEntry(COMPILER).exports = onDemand(COMPILER);
  moduleEntry(CONVERTER).exports = {
    /** @param {import('tslab/dist/converter.js').ConverterOptions} options */
    createConverter: (options) => {
      if (!options.isBrowser && !options.isJS) return converter;
      forget(CONVERTER);
      return /** @type {TslabConverter} */ (load(CONVERTER)).createConverter(options);
    },
    /** @param {string} content */
    isCompleteCode: (content) => converter.isCompleteCode(content),
  };
  const metadata = /** @type {TslabMetadata} */ (load('tslab/dist/metadata.js'));
  const getCodeMetadata = metadata.getCodeMetadata.bind(metadata);
  // It asks TypeScript about the comments that a cell begins with.
  metadata.getCodeMetadata = (source) => (source.includes('/**') ? getCodeMetadata(source) : {});
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const wait = () => {
    timer = setTimeout(() => converter.warmUp(), IDLE_MILLISECONDS);
    timer.unref();
  };
  wait();
  watchCells(converter, { onStart: () => clearTimeout(timer), onEnd: wait });
}

/**
 * A module that is loaded when something of it is used.
 * @param {string} name
 * @returns {object}
 */
function onDemand(name) {
  /** @type {object | undefined} */
  let loaded;
  return new Proxy(
    {},
    {
      /** @returns {unknown} */
      get: (_target, key) => {
        if (key === '__esModule') return true; // its importers take it as it is, and copy nothing
        if (loaded === undefined) {
          forget(name);
          loaded = /** @type {object} */ (load(name));
        }
        return Reflect.get(loaded, key);
      },
    },
  );
}
