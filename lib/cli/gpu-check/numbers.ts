/** What is computed: native ops beside their twins, steps beside the CPU's, pooling, bfloat16. */
import path from 'node:path';
import { z } from 'zod';
import { InputError } from '../../check';
import { maximumOf } from '../../extremes';
import { readCheckedIfThere } from '../../schema';
import { writeJson } from '../../runs/runFolder';
import type { FormReport } from '../../ops';
import type { CheckProcess } from './ask';
import type { CheckPart, CheckRow } from './checkTypes';
import { stepCases } from './steps';
import type { StepOutcome } from './steps';

/** Relative: of a native op from its twin, of a loss from the CPU's. */
const TOLERANCE = 1e-4;
/** Relative; which side of 0 a ReLU's input falls on, rounding decides. */
const NORM_TOLERANCE = 0.03;
/** Relative, of a loss in bfloat16 from that in float32. */
const BFLOAT16_TOLERANCE = 0.01;

const LOSSES_FILE = path.join('lib', 'cli', 'gpu-check', 'cpuLosses.json');
const storedSchema = z.object({
  madeBy: z.string(),
  losses: z.array(
    z.object({
      network: z.string(),
      loss: z.string(),
      value: z.number(),
      gradientNorm: z.number(),
    }),
  ),
});

/** Every native form beside its portable twin. */
export async function checkOps(process: CheckProcess): Promise<CheckPart> {
  const forms = await process.ask('ops');
  return { rows: forms.map(formRow), json: forms };
}

function formRow({ op, ops, used, runs, difference, reason }: FormReport): CheckRow {
  const row = { part: 'ops', name: op };
  const what = ops.join(', ');
  if (!runs) return { ...row, status: 'note', value: `${what}: ${firstLine(reason)}` };
  // JSON has no NaN: it comes as null.
  const distance = Number.isFinite(difference) ? difference.toExponential(1) : 'infinitely far';
  const value = `${what}: ${distance} from its twin${used ? '' : ' (not used)'}`;
  const isClose = Number.isFinite(difference) && difference <= TOLERANCE;
  return { ...row, status: isClose ? 'ok' : 'failed', value };
}

/** One step of each network with each loss, as a graph and op by op, beside what the CPU gave when it was stored. */
export async function checkSteps(process: CheckProcess): Promise<CheckPart> {
  const outcomes = await process.ask('steps', {
    executions: ['graph', 'eager'],
    precision: 'float32',
  });
  const stored = await storedLosses();
  const rows = stepCases.map(({ network, loss }): CheckRow => {
    const isOfCase = (one: { network: string; loss: string }) =>
      one.network === network && one.loss === loss;
    const expected = stored.find(isOfCase);
    const row = { part: 'steps', name: `${network} ${loss}` };
    if (expected === undefined) {
      const remedy = 'npm run gpu-check -- --store-losses, on a CPU';
      return { ...row, status: 'failed', value: `not in ${LOSSES_FILE}`, remedy };
    }
    const got = outcomes.filter(isOfCase);
    const notes = got.flatMap((outcome) => outcome.notes);
    const sound = got.every(
      ({ value, gradientNorm }) =>
        relative(value, expected.value) <= TOLERANCE &&
        relative(gradientNorm, expected.gradientNorm) <= NORM_TOLERANCE,
    );
    const each = got.map(
      ({ execution, value, gradientNorm }) =>
        `${execution} ${relative(value, expected.value).toExponential(1)} (gradient ${relative(gradientNorm, expected.gradientNorm).toExponential(1)})`,
    );
    const value = [`${each.join(', ')} from the CPU's ${expected.value.toFixed(4)}`, ...notes];
    const status = sound && notes.length === 0 ? 'ok' : 'failed';
    return { ...row, status, value: value.join('; ') };
  });
  return { rows, json: outcomes };
}

/** Stores the losses of this machine, which must compute on its CPU. */
export async function storeLosses(process: CheckProcess): Promise<string> {
  const { report } = await process.ask('device');
  if (report.device !== 'CPU') {
    throw new InputError(
      'npm run gpu-check: --store-losses needs a CPU: set PAT_DEVICE=cpu and run npm run setup.',
    );
  }
  const outcomes = await process.ask('steps', { executions: ['graph'], precision: 'float32' });
  const losses = outcomes.map(({ network, loss, value, gradientNorm }) => ({
    network,
    loss,
    value,
    gradientNorm,
  }));
  const madeBy = `npm run gpu-check -- --store-losses (TensorFlow ${report.tensorflow}, CPU)`;
  await writeJson(LOSSES_FILE, { madeBy, losses });
  return LOSSES_FILE;
}

async function storedLosses() {
  const remedy = 'npm run gpu-check -- --store-losses, on a CPU, writes it anew.';
  const expected = 'hold the losses of a CPU';
  const stored = await readCheckedIfThere(
    'npm run gpu-check',
    LOSSES_FILE,
    storedSchema,
    expected,
    remedy,
  );
  return stored?.losses ?? [];
}

/** The same steps as runs take them, for which a GPU may round the factors of convolutions to TF32. */
export async function checkTf32(process: CheckProcess): Promise<CheckPart> {
  const outcomes = await process.ask('steps', { executions: ['graph'], precision: 'float32' });
  const largest = largestDifference(outcomes, await storedLosses());
  const value = `losses at most ${largest.toExponential(1)} from the CPU's; NVIDIA_TF32_OVERRIDE=0 turns TF32 off`;
  const rows: CheckRow[] = [{ part: 'steps', name: 'as runs compute', status: 'note', value }];
  return { rows, json: outcomes };
}

/** One step of each network in bfloat16. */
export async function checkBfloat16(process: CheckProcess): Promise<CheckPart> {
  const cases = stepCases.filter(({ loss }) => loss === 'pat');
  const outcomes = await process.ask('steps', {
    executions: ['graph'],
    precision: 'bfloat16',
    cases,
  });
  const notes = [...new Set(outcomes.flatMap((outcome) => outcome.notes))];
  const largest = largestDifference(outcomes, await storedLosses());
  const row = { part: 'bfloat16', name: `${outcomes.length} networks, pat` };
  const rows: CheckRow[] =
    notes.length > 0
      ? [{ ...row, status: 'note', value: `not available: ${firstLine(notes[0])}` }]
      : [
          {
            ...row,
            status: largest <= BFLOAT16_TOLERANCE ? 'ok' : 'failed',
            value: `losses at most ${largest.toExponential(1)} from those in float32`,
          },
        ];
  return { rows, json: outcomes };
}

/** Pooling at the size of a real step. */
export async function checkPooling(process: CheckProcess, onGpu: boolean): Promise<CheckPart> {
  const shape: [number, number, number, number] = onGpu ? [8, 256, 256, 32] : [2, 64, 64, 8];
  const times = await process.ask('pooling', { shape, rounds: 9 });
  const rows = times.map(({ name, ops, milliseconds, timesRelu }): CheckRow => {
    const form = ops.length > 0 ? ops.join(', ') : 'the portable twin';
    const value = `${milliseconds.median.toFixed(2)} ms, ${timesRelu.toFixed(1)} × a ReLU of [${shape.join(',')}] (${form})`;
    return { part: 'pooling', name, status: 'note', value };
  });
  return { rows, json: { shape, times } };
}

function largestDifference(
  outcomes: readonly StepOutcome[],
  stored: readonly { network: string; loss: string; value: number }[],
): number {
  return maximumOf(
    outcomes.map(({ network, loss, value }) => {
      const expected = stored.find((one) => one.network === network && one.loss === loss);
      return relative(value, expected?.value ?? NaN);
    }),
  );
}

/** NaN where one is none, which is above every tolerance. */
const relative = (got: number, expected: number) => Math.abs(got / expected - 1);

const firstLine = (text: string) => text.split('\n')[0];
