/** The doctor's row about lib/ops.ts: which fused ops run natively here. */
import { kernelEnvironment, ROOT } from '../environment.mjs';
import { parseJson } from './files.mjs';
import { lastLine, run } from './run.mjs';

/**
 * @typedef {object} NativeOps
 * @property {'CPU' | 'GPU'} device
 * @property {{ name: string, ops: string[], rejected: { ops: string[], reason: string }[] }[]} ops
 */

const PROBE = `
const { probeNativeOps } = require('./lib/ops');
const { deviceReport } = require('./lib/backend');
console.log(JSON.stringify({ device: deviceReport().device, ops: probeNativeOps() }))`;

/**
 * The ops as a fresh process finds them.
 * @returns {Promise<NativeOps | undefined>}
 */
export async function listNativeOps() {
  const { code, stdout } = await run(process.execPath, ['--import', 'tsx', '-e', PROBE], {
    log: 'native-ops',
    cwd: ROOT,
    env: kernelEnvironment(),
  });
  return code === 0 ? /** @type {NativeOps} */ (parseJson(lastLine(stdout))) : undefined;
}

/**
 * The row: a warning where an op on the CPU has to do without its native form.
 * @param {NativeOps} found
 * @returns {import('./checks.mjs').Outcome}
 */
export function nativeOpsRow({ device, ops }) {
  const portable = ops.filter((op) => op.ops.length === 0);
  const native = ops.filter((op) => op.ops.length > 0).map(({ name }) => name);
  const lines = [`${native.length} of ${ops.length}: ${native.join(', ')}`];
  for (const { name, rejected } of portable) {
    const reasons = rejected.map((form) => `${form.ops[0]}: ${form.reason}`);
    lines.push(`portable: ${name} (${reasons.join('; ')})`);
  }
  const value = lines.join('\n');
  if (portable.length === 0 || device === 'GPU') return { status: 'ok', value };
  const remedy =
    'npm run setup binds a TensorFlow that has them; without, steps are slower, not wrong';
  return { status: 'warning', value, remedy };
}
