/** `npm run doctor`: what works here and what does not, with the remedy for each. Changes nothing. */
import os from 'os';
import util from 'util';
import './environment.mjs';
import { runCommand } from './command.mjs';

const HELP = `Usage: npm run doctor -- [--json]

Prints a table of what the kit needs: Node, npm packages, Python, JupyterLab, TensorFlow, device, threads, kernel,
browser, native ops, data sets. The exit status is 1 when a row is an error.

  --json  print the rows as JSON
  --help  show this`;

/** @typedef {import('./setup/checks.mjs').Outcome} Outcome */
/** @typedef {Outcome & { name: string }} Row */

const MARKS = { ok: '✓', warning: '!', error: '✗' };

async function main() {
  const { values } = util.parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const checks = await import('./setup/checks.mjs');
  /** @type {Row[]} */
  const rows = [];
  for (const [name, check] of Object.entries(checks.CHECKS))
    rows.push({ name, ...(await guarded(check)) });
  if (values.json) console.log(JSON.stringify({ host: os.hostname(), rows }, null, 2));
  else print(rows);
  if (rows.some(({ status }) => status === 'error')) process.exitCode = 1;
}

/**
 * @param {import('./setup/checks.mjs').Check} check
 * @returns {Promise<Outcome>}
 */
async function guarded(check) {
  try {
    return await check();
  } catch (error) {
    return {
      status: 'error',
      value: error instanceof Error ? error.message : String(error),
      remedy: 'npm run setup',
    };
  }
}

/** @param {Row[]} rows */
function print(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, status, value, remedy } of rows) {
    const indent = ' '.repeat(width + 4);
    console.log(`${MARKS[status]} ${name.padEnd(width)}  ${value.split('\n').join(`\n${indent}`)}`);
    if (remedy) console.log(`${indent}→ ${remedy}`);
  }
  /** @param {Outcome['status']} wanted */
  const count = (wanted) => rows.filter(({ status }) => status === wanted).length;
  /** @param {'warning' | 'error'} status */
  const counted = (status) => `${count(status)} ${status}${count(status) === 1 ? '' : 's'}`;
  console.log(`\n${count('ok')} ok, ${counted('warning')}, ${counted('error')}`);
}

await runCommand(main);
