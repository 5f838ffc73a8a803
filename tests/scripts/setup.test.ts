import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  evaluate,
  failure,
  FOLDER,
  freshCopy,
  program,
  PROGRAMS,
  removeCopy,
  REPOSITORY,
  ROOT,
  write,
} from './setupCopy';
import type { Variables } from './setupCopy';

beforeEach(freshCopy);
afterAll(removeCopy);

describe('Python environment', () => {
  it('without any Python: names the step, the cause and the remedy', () => {
    const message = failure('setup/python.mjs', { PATH: PROGRAMS });
    expect(message).toMatch(
      /^Failure: Python environment failed\.\nCause: +no usable Python ≥ 3\.10/,
    );
    expect(message).toMatch(/Remedy: .*python3-venv|Remedy: .*brew install python/);
  });

  it('with a Python that is too old or lacks ensurepip: says which', () => {
    program('python3', `echo '{"version": [3, 8, 18], "venv": true}'`);
    program('python3.11', `echo '{"version": [3, 11, 2], "venv": false}'`);
    const message = failure('setup/python.mjs', { PATH: PROGRAMS });
    expect(message).toContain('python3 (3.8.18) is too old');
    expect(message).toContain('python3.11 (3.11.2) lacks the module venv or ensurepip');
  });

  it('with PAT_PYTHON naming what does not run: says so', () => {
    const message = failure('setup/python.mjs', { PATH: PROGRAMS, PAT_PYTHON: '/nowhere/python' });
    expect(message).toContain('PAT_PYTHON=/nowhere/python is not usable: it does not run');
  });

  it('leaves nothing behind when ensurepip fails in the end', () => {
    const probe = `echo '{"version": [3, 12, 0], "venv": true}'`;
    const make = 'mkdir -p "$3/bin"; echo "ensurepip is not available" >&2; exit 1';
    program('python3', `if [ "$1" = -c ]; then ${probe}; else ${make}; fi`);
    const PATH = `${PROGRAMS}:/usr/bin:/bin`;
    expect(failure('setup/python.mjs', { PATH })).toContain('cannot create environments');
    expect(existsSync(join(ROOT, '.venv'))).toBe(false);
  });

  it('is current only with the stamp of these pins and this folder', () => {
    write('.venv/bin/python', '');
    const isCurrent = () => evaluate('setup/python.mjs', 'answer(m.isCurrent())');
    expect(isCurrent()).toBe(false);
    const code = `const { hashFiles } = m; answer(hashFiles(['scripts/requirements.txt']));`;
    const requirements = evaluate('setup/files.mjs', code);
    write('.venv/setup.json', { root: ROOT, requirements });
    expect(isCurrent()).toBe(true);
    write('.venv/setup.json', { root: '/elsewhere', requirements });
    expect(isCurrent()).toBe(false);
    write('.venv/setup.json', { root: ROOT, requirements });
    write('scripts/requirements.txt', 'jupyterlab==1');
    expect(isCurrent()).toBe(false);
  });
});

describe('npm packages', () => {
  const lock = (version: string, optional = '1.0.0') => ({
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { pad: version } },
      'node_modules/pad': { version },
      'node_modules/pad-darwin': { version: optional, optional: true },
    },
  });
  const isCurrent = () => evaluate('setup/npm.mjs', 'answer(m.isCurrent())');

  it('are current when npm finished and every version is the lockfile’s', () => {
    write('package-lock.json', lock('1.2.3'));
    write('node_modules/pad/package.json', {});
    expect(isCurrent()).toBe(false); // interrupted: npm's own record is missing
    const { 'node_modules/pad': pad } = lock('1.2.3').packages;
    write('node_modules/.package-lock.json', { packages: { 'node_modules/pad': pad } });
    expect(isCurrent()).toBe(true); // the optional package of another platform may be absent
    write('package-lock.json', lock('1.2.4'));
    expect(isCurrent()).toBe(false);
    write('package-lock.json', lock('1.2.3'));
    rmSync(join(ROOT, 'node_modules/pad'), { recursive: true });
    expect(isCurrent()).toBe(false);
  });

  it('without a registry: names the cause and the remedy', () => {
    const dependencies = { 'left-pad': '1.3.0' };
    const integrity = `sha512-${'A'.repeat(86)}==`;
    const packages = {
      '': { dependencies },
      'node_modules/left-pad': { version: '1.3.0', integrity },
    };
    write('package.json', { name: 'test', version: '1.0.0', dependencies });
    write('package-lock.json', { name: 'test', version: '1.0.0', lockfileVersion: 3, packages });
    const message = failure('setup/npm.mjs', {
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_fetch_retries: '0',
      npm_config_cache: join(FOLDER, 'npm-cache'),
    });
    expect(message).toContain('npm packages failed.');
    expect(message).toContain('the package registry cannot be reached');
    expect(message).toContain('Remedy: Check the network.');
    expect(isCurrent()).toBe(false);
  });
});

describe('failures of programs', () => {
  const explain = (output: string) => {
    const result = JSON.stringify({ code: 1, output, log: 'x.log' });
    return String(evaluate('setup/run.mjs', `answer(m.failureFor('Step', ${result}).message)`));
  };

  it.each([
    ['OSError: [Errno 28] No space left on device', 'the disk is full'],
    ['npm error EACCES: permission denied, mkdir', 'cannot be written'],
    ['NewConnectionError: Failed to establish a new connection', 'registry cannot be reached'],
    [
      'SSLError(SSLCertVerificationError(1, CERTIFICATE_VERIFY_FAILED',
      'certificate is not trusted',
    ],
    ['npm error Missing: a@1 from lock file', 'package.json and package-lock.json disagree'],
  ])('%s', (output, cause) => {
    const message = explain(`first\n${output}\nlast`);
    expect(message).toContain(cause);
    expect(message).toContain(output);
    expect(message).toMatch(/Remedy: \S/);
  });

  it('shows the last lines of what it does not know', () => {
    expect(explain('one\ntwo: error 7')).toMatch(/exit status 1[^]*two: error 7[^]*Log: x\.log/);
  });
});

describe('the kernelspec', () => {
  it('starts tslab in the root with the connection file, whatever characters they hold', () => {
    write('node_modules/zeromq/index.js', 'exports.Publisher = class {};');
    write('scripts/kernel/keepCompiled.mjs', 'export function keepCompiled() {}'); // it changes tslab's own modules
    write(
      'node_modules/tslab/dist/main.js',
      'exports.main = () => console.log([process.cwd(), ...process.argv.slice(2)].join("\\n"));',
    );
    evaluate('setup/kernel.mjs', 'answer(await m.make())');
    expect(evaluate('setup/kernel.mjs', 'answer(m.isCurrent())')).toBe(true);
    const file = join(ROOT, '.venv/share/jupyter/kernels/tslab/kernel.json');
    const spec = JSON.parse(readFileSync(file, 'utf8')) as { argv: string[]; env: Variables };
    const connection = join(ROOT, 'kernel $1 "a b".json');
    const [shell, ...args] = spec.argv.map((text) =>
      text === '{connection_file}' ? connection : text,
    );
    const PATH = `${PROGRAMS}:/usr/bin:/bin`;
    const { stdout } = spawnSync(shell, args, { cwd: '/', encoding: 'utf8', env: { PATH } });
    expect(stdout.trim().split('\n')).toEqual([ROOT, 'kernel', '--config-path', connection]);
    expect(spec.env.PATH).toBe(`${dirname(process.execPath)}:\${PATH}`);
  });

  it('is not current for another Node', () => {
    evaluate('setup/kernel.mjs', 'answer(await m.make())');
    const file = join(ROOT, '.venv/share/jupyter/kernels/tslab/kernel.json');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(dirname(process.execPath), '/other/node'),
    );
    expect(evaluate('setup/kernel.mjs', 'answer(m.isCurrent())')).toBe(false);
  });
});

describe('PAT_DEVICE', () => {
  const wanted = (variables: Variables) =>
    evaluate('setup/tensorflow.mjs', 'answer(m.deviceWanted())', {
      PATH: `${PROGRAMS}:/usr/bin:/bin`,
      ...variables,
    });
  const isWheelThere = process.platform === 'linux';

  it.runIf(isWheelThere)('decides for a GPU that answers, and for none', () => {
    program('nvidia-smi', 'echo "No devices were found"; exit 6');
    expect(wanted({})).toBe('cpu');
    expect(wanted({ PAT_DEVICE: 'gpu' })).toBe('gpu'); // an image, a login node
    program('nvidia-smi', 'echo "GPU 0: NVIDIA Test (UUID: GPU-0)"');
    expect(wanted({})).toBe('gpu');
    expect(wanted({ PAT_DEVICE: 'cpu' })).toBe('cpu');
  });

  it('that is neither cpu nor gpu is told, with the remedy', () => {
    const message = failure('setup/tensorflow.mjs', { PAT_DEVICE: 'cuda' });
    expect(message).toMatch(/PAT_DEVICE is 'cuda'\.\nRemedy: Set it to cpu or gpu/);
  });

  it('gpu without a GPU is a warning of the doctor with what to do', () => {
    program('nvidia-smi', 'exit 9');
    for (const name of ['node_modules', '.venv'])
      symlinkSync(join(REPOSITORY, name), join(ROOT, name));
    const row = evaluate('setup/checks.mjs', 'answer(await m.CHECKS.Device())', {
      PATH: `${PROGRAMS}:${process.env.PATH}`,
      PAT_DEVICE: 'gpu',
    }) as { status: string; value: string; remedy: string };
    expect(row).toMatchObject({ status: 'warning' });
    expect(row.value).toContain('no NVIDIA GPU answers');
    expect(row.remedy).toContain('docker run --gpus all');
  });
});

describe('where TensorFlow’s GPU build is bound', () => {
  const folder = 'node_modules/@tensorflow/tfjs-node-gpu/deps/nvidia/cudnn/lib';
  const libraries = join(ROOT, folder);
  const environment = (variables: Variables = {}) =>
    evaluate('environment.mjs', 'answer(m.kernelEnvironment())', variables) as Variables;

  it('commands find NVIDIA’s libraries and take the card’s memory as they need it', () => {
    expect(environment()).not.toHaveProperty('TF_FORCE_GPU_ALLOW_GROWTH');
    write(`${folder}/libcudnn.so.9`, '');
    const given = environment({ LD_LIBRARY_PATH: '/mine' });
    expect(given).toMatchObject({
      LD_LIBRARY_PATH: `${libraries}:/mine`,
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    });
    const asked = environment({ TF_FORCE_GPU_ALLOW_GROWTH: 'false' });
    expect(asked.TF_FORCE_GPU_ALLOW_GROWTH).toBe('false');
  });

  it('so does a kernel that another program starts by the kernelspec', () => {
    write(`${folder}/libcudnn.so.9`, '');
    evaluate('setup/kernel.mjs', 'answer(await m.make())');
    const file = join(ROOT, '.venv/share/jupyter/kernels/tslab/kernel.json');
    const { env } = JSON.parse(readFileSync(file, 'utf8')) as { env: Variables };
    expect(env).toMatchObject({
      LD_LIBRARY_PATH: libraries.replaceAll('$', '$$$$'),
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    });
  });
});

describe('stamps', () => {
  it('hold only when written whole and equal', () => {
    const code = `answer([m.hasStamp('s/x.json', undefined), m.hasStamp('s/x.json', { a: 1 }),
      (m.writeStamp('s/x.json', { a: 1 }), m.hasStamp('s/x.json', { a: 1 })), m.hasStamp('s/x.json', { a: 2 })])`;
    expect(evaluate('setup/files.mjs', code)).toEqual([false, false, true, false]);
    expect(readdirSync(join(ROOT, 's'))).toEqual(['x.json']);
    write('s/x.json', '{"a":');
    expect(evaluate('setup/files.mjs', `answer(m.hasStamp('s/x.json', { a: 1 }))`)).toBe(false);
  });
});
