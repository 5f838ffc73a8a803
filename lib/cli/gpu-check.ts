/** `npm run gpu-check`: whether the kit computes on this machine's GPU, computes the same, and how fast. */
import { checkNumber, checkOneOf } from '../check';
import { machine, machineText } from '../measurement/spread';
import { networkNames } from '../models';
import { withoutTf32, withProcess } from './gpu-check/ask';
import type { CheckProcess } from './gpu-check/ask';
import type { CheckPart, CheckRow } from './gpu-check/checkTypes';
import { checkDeterminism } from './gpu-check/determinism';
import { checkDevice } from './gpu-check/device';
import {
  checkBfloat16,
  checkOps,
  checkPooling,
  checkSteps,
  checkTf32,
  storeLosses,
} from './gpu-check/numbers';
import { checkSpeed } from './gpu-check/speed';
import { rowLines, summaryLine } from './gpu-check/checkTable';
import { writeJson } from '../runs/runFolder';
import { parseArguments, runCommand } from './support/command';

const help = `Usage: npm run gpu-check -- [options]

Checks the GPU that TensorFlow takes (CUDA_VISIBLE_DEVICES chooses), in some five minutes:
  device      the card, its driver, each CUDA library that TensorFlow needs
  ops         every native op beside its portable twin
  steps       one step of each network with crossEntropy, pat, blv, as a graph and op by op, beside the CPU's losses
  bfloat16    one step of each network
  pooling     which form runs, and its time beside a ReLU's
  repetition  whether two runs end with the same weights, bit for bit, and what does not repeat
  speed       training steps, memory of the card; PyTorch on the same card where it is installed (PAT_TORCH_PYTHON)
The exit status is 1 when a row has failed.

  --allow-cpu      without a GPU, check the same on the CPU; times are then of a tiny size
  --networks A,B   whose steps are timed (default: segnet,unet)
  --steps N        timed steps (default 50)
  --json FILE      write rows and numbers there, too
  --store-losses   on a CPU: renew the stored losses, and do nothing else
  --help           show this`;

const flag = { type: 'boolean', default: false } as const;
const text = { type: 'string' } as const;
const specs = {
  'allow-cpu': flag,
  networks: { type: 'string', default: 'segnet,unet' },
  steps: { type: 'string', default: '50' },
  json: text,
  'store-losses': flag,
  help: flag,
} as const;

async function main(args: string[], signal: AbortSignal): Promise<number> {
  const where = 'npm run gpu-check';
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const { values } = parseArguments(where, args, specs);
  const names = values.networks.split(',');
  const networks = names.map((name) => checkOneOf(where, '--networks', name, networkNames));
  const steps = checkNumber(where, '--steps', Number(values.steps), { integer: true, min: 1 });
  const allowCpu = values['allow-cpu'];
  if (values['store-losses']) {
    const file = await withProcess(signal, {}, storeLosses);
    process.stdout.write(`Wrote ${file}\n`);
    return 0;
  }
  const rows: CheckRow[] = [];
  const json: Record<string, unknown> = { machine: machine() };
  process.stdout.write(`${machineText(machine())}\n`);
  const add = async (name: string, check: () => Promise<CheckPart>) => {
    const part = await guarded(name, signal, check);
    rows.push(...part.rows);
    json[name] = part.json;
    process.stdout.write(`${rowLines(part.rows).join('\n')}\n`);
  };
  const found = await checkDevice(signal, allowCpu);
  await add('device', () => Promise.resolve(found));
  const onGpu = found.device === 'GPU';
  if (onGpu || allowCpu) {
    await withProcess(signal, withoutTf32, async (exact) => {
      await add('ops', () => checkOps(exact));
      await add('steps', () => checkSteps(exact));
      const others = async (plain: CheckProcess) => {
        await add('bfloat16', () => checkBfloat16(plain));
        await add('pooling', () => checkPooling(plain, onGpu));
        await add('repetition', () => checkDeterminism(plain, signal, onGpu));
      };
      if (!onGpu) return others(exact); // a CPU has no TF32
      await withProcess(signal, {}, async (plain) => {
        await add('tf32', () => checkTf32(plain));
        await others(plain);
      });
    });
    await add('speed', () => checkSpeed({ onGpu, signal, networks, steps }));
  }
  process.stdout.write(`${summaryLine(rows, onGpu, allowCpu)}\n`);
  if (values.json !== undefined) {
    const content = { bench: 'gpu', onGpu, rows, ...json };
    await writeJson(values.json, content);
  }
  return rows.some(({ status }) => status === 'failed') ? 1 : 0;
}

/** A part that ends with an error is a failed row: the others are worth their time. */
async function guarded(
  part: string,
  signal: AbortSignal,
  check: () => Promise<CheckPart>,
): Promise<CheckPart> {
  try {
    return await check();
  } catch (error) {
    signal.throwIfAborted();
    const { message } = error as Error;
    const lines = message.split('\n').filter((line) => line.trim() !== '');
    const row: CheckRow = { part, name: part, status: 'failed', value: lines.slice(-5).join('\n') };
    return { rows: [row], json: { error: message } };
  }
}

void runCommand(main);
