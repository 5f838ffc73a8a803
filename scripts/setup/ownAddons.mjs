/**
 * The kit's own addons, compiled against the TensorFlow that is bound, beside its addon in node_modules. Where there are
 * no headers (the platforms that take the package's own download) there are none: data sets are decoded by sharp, at about
 * half the speed, and a training step runs once op by op to be recorded, which takes its time and memory.
 */
import fs from 'fs';
import path from 'path';
import { BINDING, ROOT } from '../environment.mjs';
import { compile } from './addon.mjs';
import { hashFiles, hasStamp, writeStamp } from './files.mjs';
import { boundFolder, LIBRARIES } from './tensorflow.mjs';

export const name = 'Own addons';
/** Free disk they take, in MB. */
export const megabytes = () => 1;

const FOLDER = path.join(BINDING, 'lib', 'napi-v8');
const STAMP = path.join(FOLDER, 'own_addons.json');
/** What is built, and its source. */
const ADDONS = [
  ['image_decoder.node', path.join(ROOT, 'lib', 'datasets', 'decode', 'native', 'decoder.cc')],
  ['graph_shapes.node', path.join(ROOT, 'lib', 'engine', 'native', 'shapes.cc')],
].map(([file, source]) => ({ place: path.join(FOLDER, file), source }));

/** True when all were built from these sources against the libraries that are bound. */
export function isCurrent() {
  const folder = boundFolder();
  if (!folder) return fs.existsSync(path.join(BINDING, 'deps', 'setup.json'));
  return ADDONS.every(({ place }) => fs.existsSync(place)) && hasStamp(STAMP, content(folder));
}

/** Builds them where the headers are. */
export async function make() {
  const folder = boundFolder();
  if (!folder) return 'none for this platform: sharp decodes, steps run once to be recorded';
  let compiler = '';
  for (const { place, source } of ADDONS) {
    compiler = await compile(name, folder, [source], `${place}.partial`, LIBRARIES); // zig's folder serves one at a time
    fs.renameSync(`${place}.partial`, place);
  }
  writeStamp(STAMP, content(folder));
  return `built with ${compiler}`;
}

/** @param {string} folder */
function content(folder) {
  return {
    sources: hashFiles(ADDONS.map(({ source }) => source)),
    folder: path.basename(folder),
  };
}
