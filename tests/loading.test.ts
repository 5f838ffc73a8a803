/** What an import loads: packages that are only needed for some of a module's work wait for it. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(__dirname, '..');

/** The npm packages that a fresh process has loaded after `import './lib/NAME'`, but for tsx's own. */
function packagesOf(name: string): string[] {
  const code = `require('./lib/${name}');
    const names = Object.keys(require.cache).map((file) => /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1]);
    console.log(JSON.stringify([...new Set(names)]));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '-e', code], {
    cwd: root,
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as (string | null)[]).filter((each) => each !== null);
}

/** Heavy packages of the kit, besides TensorFlow. */
const late = ['zod', 'danfojs-node', 'plotly.js-dist', 'playwright-core', 'sharp', 'yauzl', 'tar'];

describe('an import loads what it needs', () => {
  it.each([
    ['losses', true],
    ['models', true],
    ['metrics', true],
    ['notebook', false],
    ['figures/lossCurvesFigure', false],
  ])('%s (TensorFlow: %s)', (name, needsTensorFlow) => {
    const packages = packagesOf(name);
    expect(packages.filter((each) => late.includes(each))).toEqual([]);
    expect(packages.includes('@tensorflow/tfjs-node-gpu')).toBe(needsTensorFlow);
  });
});
