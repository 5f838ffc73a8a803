/**
 * Runs tfjs-core's own test suite (every spec of its npm package, none left out) on the native binding, as tfjs-node's
 * src/run_tests.ts does but without that file's list of ignored specs. Not part of `npm test`: the binding is
 * tried in full when TensorFlow's version changes.
 *
 *     node scripts/tfjs-core-suite.mjs [--verbose]
 *
 * Fails when fewer specs pass than did with the TensorFlow pinned now. Those that fail are paddings and kernels that
 * tfjs-node never had. jasmine is installed on demand in .cache.
 */
import { spawnSync } from 'child_process';
import fs from 'fs';
import { createRequire } from 'module';
import path from 'path';
import { CACHE, kernelEnvironment, ROOT } from './environment.mjs';

const MUST_PASS = 3970;
const JASMINE = 'jasmine@4.2.1';
const FOLDER = path.join(CACHE, 'tfjs-core-suite');
/**
 * The part of jasmine that is used.
 * @typedef {object} Runner
 * @property {(config: { random: boolean }) => void} loadConfig
 * @property {() => void} clearReporters
 * @property {boolean} exitOnCompletion
 * @property {(reporter: object) => void} addReporter
 * @property {() => Promise<unknown>} execute
 */

/**
 * @typedef {object} SpecResult what jasmine says of a spec
 * @property {'passed' | 'failed' | 'pending' | 'excluded'} status
 * @property {string} fullName
 * @property {{ message: string }[]} failedExpectations
 */

const CHILD = 'PAT_SUITE_CHILD';

function parent() {
  if (!fs.existsSync(path.join(FOLDER, 'node_modules', 'jasmine', 'package.json'))) {
    const install = [
      'install',
      '--prefix',
      FOLDER,
      '--no-save',
      '--no-audit',
      '--no-fund',
      JASMINE,
    ];
    const { status } = spawnSync('npm', install, { stdio: 'inherit' });
    if (status !== 0) throw new Error(`npm could not install ${JASMINE}`);
  }
  const env = {
    ...kernelEnvironment(),
    [CHILD]: '1',
    NODE_PATH: path.join(FOLDER, 'node_modules'),
  };
  const args = ['--expose-gc', '--import', 'tsx', import.meta.filename, ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' });
  process.exitCode = status === 0 ? 0 : 1;
}

function child() {
  /** @type {(file: string) => unknown} */
  const load = createRequire(path.join(ROOT, 'package.json'));
  /** @param {string} file */
  const core = (file) => load(`./node_modules/@tensorflow/tfjs-core/dist/${file}`);
  /** @type {(name: string) => unknown} */
  const loadInstalled = createRequire(path.join(FOLDER, 'package.json'));
  const Jasmine = /** @type {new () => Runner} */ (loadInstalled('jasmine'));
  const runner = new Jasmine();
  runner.loadConfig({ random: false });
  runner.clearReporters();
  runner.exitOnCompletion = false;

  load('./lib/nodeCompatibility.ts');
  const tf = /** @type {typeof import('@tensorflow/tfjs-node-gpu')} */ (
    load('@tensorflow/tfjs-node-gpu')
  );
  core('public/chained_ops/register_all_chained_ops.js');
  core('register_all_gradients.js');
  const environments = [
    { name: 'test-tensorflow', backendName: 'tensorflow', flags: {}, isDataSync: true },
  ];
  const util = /** @type {{ setTestEnvs(environments: object[]): void }} */ (
    core('jasmine_util.js')
  );
  util.setTestEnvs(environments);
  core('tests.js');

  const counts = { passed: 0, failed: 0, pending: 0, excluded: 0 };
  /** @type {Map<string, number>} */
  const failing = new Map();
  const reporter = {
    /** @param {SpecResult} result */
    specDone({ status, fullName, failedExpectations }) {
      counts[status] += 1;
      if (status !== 'failed') return;
      const suite = fullName.split(' test-tensorflow')[0];
      failing.set(suite, (failing.get(suite) || 0) + 1);
      if (process.argv.includes('--verbose'))
        console.log(`✗ ${fullName}: ${failedExpectations[0].message}`);
    },
    jasmineDone() {
      for (const [suite, count] of failing)
        console.log(`${String(count).padStart(4)} failed: ${suite}`);
      const { binding } = /** @type {{ binding: { TF_Version: string } }} */ (
        /** @type {unknown} */ (tf.backend())
      );
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
      console.log(`TensorFlow ${binding.TF_Version}: ${counts.passed} of ${total} specs passed`);
      process.exit(counts.passed >= MUST_PASS ? 0 : 1);
    },
  };
  runner.addReporter(reporter);
  void runner.execute();
}

if (process.env[CHILD]) child();
else parent();
