/**
 * The decoder of JPEG and PNG (lib/datasets/decode/native/decoder.cc), compiled against the TensorFlow that is bound, beside
 * its addon in node_modules. Where there are no headers (the platforms that take the package's own download) there is
 * none, and data sets are decoded by sharp, at about half the speed.
 */
import fs from 'fs';
import path from 'path';
import { BINDING, ROOT } from '../environment.mjs';
import { compile } from './addon.mjs';
import { hashFiles, hasStamp, writeStamp } from './files.mjs';
import { boundFolder, LIBRARIES } from './tensorflow.mjs';

export const name = 'Decoder';
/** Free disk it takes, in MB. */
export const megabytes = () => 1;

const SOURCE = path.join(ROOT, 'lib', 'datasets', 'decode', 'native', 'decoder.cc');
const PLACE = path.join(BINDING, 'lib', 'napi-v8', 'image_decoder.node');
const STAMP = path.join(BINDING, 'lib', 'napi-v8', 'image_decoder.json');

/** True when the decoder was built from this source against the libraries that are bound. */
export function isCurrent() {
  const folder = boundFolder();
  if (!folder) return fs.existsSync(path.join(BINDING, 'deps', 'setup.json'));
  return fs.existsSync(PLACE) && hasStamp(STAMP, content(folder));
}

/** Builds it where the headers are. */
export async function make() {
  const folder = boundFolder();
  if (!folder) return 'none for this platform: sharp decodes';
  const compiler = await compile(name, folder, [SOURCE], `${PLACE}.partial`, LIBRARIES);
  fs.renameSync(`${PLACE}.partial`, PLACE);
  writeStamp(STAMP, content(folder));
  return `built with ${compiler}`;
}

function content(folder) {
  return { source: hashFiles([SOURCE]), folder: path.basename(folder) };
}
