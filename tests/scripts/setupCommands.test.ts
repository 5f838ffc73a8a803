import { spawn, spawnSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  evaluate,
  freshCopy,
  node,
  program,
  PROGRAMS,
  removeCopy,
  REPOSITORY,
  ROOT,
} from './setupCopy';
import type { Variables } from './setupCopy';

beforeEach(freshCopy);
afterAll(removeCopy);

describe('the lock', () => {
  const file = '.cache/setup.lock';

  it('makes a second setup wait until the first is done', async () => {
    const code = `const { lock } = await import('./scripts/setup/lock.mjs');
      const release = await lock(); console.log('held'); process.stdin.once('data', () => { release(); process.exit(); });`;
    const first = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd: ROOT });
    await new Promise((done) => first.stdout.once('data', done));
    const second = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd: ROOT });
    let printed = '';
    second.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    await expect
      .poll(() => printed, { timeout: 30_000 })
      .toContain(`another setup works in this repository (process ${first.pid}`);
    expect(printed).not.toContain('held');
    first.stdin.write('go\n');
    await expect.poll(() => printed, { timeout: 30_000 }).toContain('held');
    second.stdin.write('go\n');
    await new Promise((done) => second.once('exit', done));
    expect(existsSync(join(ROOT, file))).toBe(false);
  });

  it('is taken over when neither its holder nor the holder’s programs live', () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const code = `const host = (await import('os')).hostname(); const fs = await import('fs');
      fs.mkdirSync('.cache'); fs.writeFileSync('${file}', JSON.stringify({ token: 't', host, pids: [${gone}] }));
      const release = await m.lock(); const held = JSON.parse(fs.readFileSync('${file}')).pids;
      release(); answer([held[0] === process.pid, fs.readdirSync('.cache')]);`;
    expect(evaluate('setup/lock.mjs', code)).toEqual([true, []]);
  });
});

describe('npm run doctor', () => {
  interface Row {
    name: string;
    status: string;
    value: string;
    remedy?: string;
  }

  it('where nothing is set up: every such row is an error with its remedy, exit status 1', () => {
    const { status, stdout } = node(['scripts/doctor.mjs', '--json']);
    const { rows } = JSON.parse(stdout) as { rows: Row[] };
    const errors = rows.filter((row) => row.status === 'error');
    const expected = [
      'npm packages',
      'Python',
      'JupyterLab',
      'TensorFlow',
      'Device',
      'Native ops',
      'Kernel',
    ];
    expect(errors.map((row) => row.name)).toEqual(expect.arrayContaining(expected));
    expect(rows.filter((row) => row.status !== 'ok' && !row.remedy)).toEqual([]);
    expect(status).toBe(1);
  });

  it('calls TensorFlow on the CPU beside an NVIDIA GPU an error, unless PAT_DEVICE=cpu asks for it', () => {
    for (const name of ['node_modules', '.venv'])
      symlinkSync(join(REPOSITORY, name), join(ROOT, name));
    program('nvidia-smi', 'echo "GPU 0: NVIDIA Test (UUID: GPU-0)"');
    const PATH = `${PROGRAMS}:${process.env.PATH}`;
    const device = (variables: Variables) =>
      evaluate('setup/checks.mjs', 'answer(await m.CHECKS.Device())', {
        PATH,
        ...variables,
      }) as Row;
    const row = device({});
    if (row.status === 'ok') return expect(row.value).toMatch(/^GPU/); // a machine with a real GPU
    expect(row.value).toContain('CPU, although an NVIDIA GPU answers');
    expect(row.remedy).toContain('npm run setup');
    expect(device({ PAT_DEVICE: 'cpu' }).status).toBe('ok');
  });
});

describe('the doctor’s row of native ops', () => {
  const relu = { name: 'ReLU', ops: ['Relu', 'ReluGrad'], rejected: [] };
  const pool = { name: 'pool', ops: [], rejected: [{ ops: ['_MklPool'], reason: 'no kernel' }] };
  const rowOf = (device: string, ops: object[]) => {
    const code = `answer(m.nativeOpsRow(${JSON.stringify({ device, ops })}))`;
    return evaluate('setup/nativeOps.mjs', code) as { status: string; value: string };
  };

  it('warns of an op that has to do without, with the reason; not on a GPU', () => {
    expect(rowOf('CPU', [relu])).toEqual({ status: 'ok', value: '1 of 1: ReLU' });
    const value = '1 of 2: ReLU\nportable: pool (_MklPool: no kernel)';
    expect(rowOf('CPU', [relu, pool])).toMatchObject({ status: 'warning', value });
    expect(rowOf('GPU', [relu, pool])).toEqual({ status: 'ok', value });
  });
});

describe('npm run lab', () => {
  it.each(['--ip=0.0.0.0', '--ServerApp.ip=', '--IdentityProvider.token=', '--config=x.py'])(
    'refuses %s, which could open the server to others',
    (option) => {
      const { status, stderr } = node(['scripts/lab.mjs', '--skip-setup', '--', option]);
      expect(stderr).toContain(`${option} is refused`);
      expect(status).toBe(1);
    },
  );
});
