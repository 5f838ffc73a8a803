/** The check of a GPU, on the CPU of this machine; and that what is wrong is told. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { deviceReport } from '../../lib/backend';
import type { CheckProcess } from '../../lib/cli/gpu-check/ask';
import type { CheckRow } from '../../lib/cli/gpu-check/checkTypes';
import { checkOps, checkSteps } from '../../lib/cli/gpu-check/numbers';
import { stepCases } from '../../lib/cli/gpu-check/steps';
import { run } from './run';

const folder = mkdtempSync(path.join(os.tmpdir(), 'gpu-check-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const onCpu = deviceReport().device === 'CPU';

/** A process that answers every question with `answer`. */
const answering = (answer: unknown) =>
  ({ ask: () => Promise.resolve(answer) }) as unknown as CheckProcess;

describe('npm run gpu-check', () => {
  it.runIf(onCpu)(
    'does everything on the CPU with --allow-cpu, and says that it proves nothing of a GPU',
    async () => {
      const file = path.join(folder, 'check.json');
      const timed = ['--networks', 'segnet', '--steps', '2'];
      const { status, output, errors } = await run([
        'gpu-check',
        '--allow-cpu',
        ...timed,
        '--json',
        file,
      ]);
      expect(errors).toBe('');
      expect(output).toContain('on the CPU (--allow-cpu); this proves nothing of a GPU');
      const { rows, onGpu } = JSON.parse(readFileSync(file, 'utf8')) as {
        rows: CheckRow[];
        onGpu: boolean;
      };
      expect(onGpu).toBe(false);
      expect(rows.filter((row) => row.status === 'failed')).toEqual([]);
      expect(status).toBe(0);
      const ofPart = (part: string) => rows.filter((row) => row.part === part);
      expect(ofPart('ops').length).toBeGreaterThanOrEqual(10);
      expect(ofPart('steps').map(({ status }) => status)).toEqual(stepCases.map(() => 'ok'));
      expect(ofPart('repetition').map(({ status }) => status)).toEqual(['ok', 'ok']);
      expect(ofPart('speed')[0].value).toContain('no measurement');
      for (const part of ['device', 'bfloat16', 'pooling']) expect(ofPart(part)).not.toEqual([]);
    },
    900_000,
  );

  it.runIf(onCpu)('fails without a GPU and names what is missing and the remedy', async () => {
    const { status, output } = await run(['gpu-check']);
    expect(status).toBe(1);
    expect(output).toMatch(/✗ device +TensorFlow +.*computes on the CPU\n +→ .*npm run/);
    expect(output).toMatch(/✗ device +libcudnn\.so\.9 .*\n +→ npm run setup/);
    expect(output).not.toMatch(/^[✓·✗] ops/m);
  });

  it('names a network that is none', async () => {
    const { status, errors } = await run(['gpu-check', '--networks', 'unett']);
    expect(status).toBe(1);
    expect(errors).toMatch(/--networks must be one of .*Did you mean 'unet'/);
  });
});

describe('the steps of gpu-check', () => {
  const stored = JSON.parse(readFileSync('lib/cli/gpu-check/cpuLosses.json', 'utf8')) as {
    losses: { network: string; loss: string; value: number; gradientNorm: number }[];
  };
  const outcomes = (scale: number, norm = 1) =>
    stored.losses.map((one) => ({
      ...one,
      execution: 'graph',
      precision: 'float32',
      notes: [] as string[],
      value: one.value * scale,
      gradientNorm: one.gradientNorm * norm,
    }));
  const statuses = async (answer: unknown) => {
    const { rows } = await checkSteps(answering(answer));
    return new Set(rows.map((row) => row.status));
  };

  it('have a stored loss for every network and loss', () => {
    expect(stored.losses.map(({ network, loss }) => ({ network, loss }))).toEqual(stepCases);
  });

  it('fail beyond 1e-4 of the loss, beyond 3 % of the gradient, and where they ran otherwise than asked', async () => {
    expect(await statuses(outcomes(1 + 5e-5))).toEqual(new Set(['ok']));
    expect(await statuses(outcomes(1 + 2e-4))).toEqual(new Set(['failed']));
    expect(await statuses(outcomes(NaN))).toEqual(new Set(['failed']));
    expect(await statuses(outcomes(1, 1.05))).toEqual(new Set(['failed']));
    const noted = outcomes(1).map((one) => ({ ...one, notes: ['execution is eager'] }));
    expect(await statuses(noted)).toEqual(new Set(['failed']));
  });
});

describe('the ops of gpu-check', () => {
  it('fail where a form gives other results, and are noted where it does not run', async () => {
    const form = { op: 'bias', ops: ['BiasAdd'], used: true, reason: '' };
    const status = async (runs: boolean, difference: number | null) =>
      (await checkOps(answering([{ ...form, runs, difference }]))).rows[0].status;
    expect(await status(true, 1e-6)).toBe('ok');
    expect(await status(true, 1e-3)).toBe('failed');
    expect(await status(true, null)).toBe('failed'); // NaN, as JSON has it
    expect(await status(false, null)).toBe('note');
  });
});
