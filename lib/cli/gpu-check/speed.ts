/** Training steps timed on the device, beside PyTorch on the same one where it is installed, and the memory they take. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { peakMiB } from '../../measurement/foreignCpu';
import { GpuUsage } from '../../measurement/gpuUsage';
import { nodeArguments, Peer } from '../../measurement/peer';
import type { BenchCase } from '../../measurement/reports';
import { spreadOf, spreadText } from '../../measurement/spread';
import type { Spread } from '../../measurement/spread';
import { benchCases, caseName } from '../bench/cases';
import { writeJob } from '../bench/stepJob';
import type { StepFacts } from '../bench/stepJob';
import { stepWorkerFile } from '../bench/stepSide';
import type { CheckOptions, CheckPart, CheckRow } from './checkTypes';
import { findTorch, torchVariables } from './torchHere';
import type { TorchHere } from './torchHere';

/** Width/side/batch: of a step that fills a card, and of one that ends soon on a CPU. */
const SIZES = { gpu: '32/256/8,32/512/4', cpu: '4/64/2' };
/** Relative, of PyTorch's loss from ours: the factors of convolutions may be rounded to TF32 on either side. */
const TOLERANCE = 0.01;

const SIDES = ['ours', 'torch channels_last', 'torch compiled'] as const;

interface SideTime {
  side: (typeof SIDES)[number];
  milliseconds: Spread;
  /** Loss of the first step. */
  loss: number;
  /** Held on the GPU after the steps, the caches of the allocators included; null without a GPU or where it is not told. */
  gpuMiB: number | null;
  /** The most that the process had in RAM; null where there is no /proc. */
  peakMiB: number | null;
}

/** Every size and network; on a CPU a tiny size, which says nothing but that the measurement works. */
export async function checkSpeed(options: CheckOptions): Promise<CheckPart> {
  const { onGpu, networks } = options;
  const sizes = onGpu ? SIZES.gpu : SIZES.cpu;
  const cases = benchCases('step', { networks: networks.join(','), losses: 'pat', sizes });
  const found = await findTorch();
  // PyTorch on another device would tell nothing.
  const torch = found && (found.device === 'cuda') === onGpu ? found : undefined;
  const gpu = onGpu ? await GpuUsage.start() : undefined;
  const rows: CheckRow[] = [];
  const results: { case: BenchCase; steps: number; sides: SideTime[] }[] = [];
  try {
    for (const benchCase of cases) {
      const sides = await measure(benchCase, { ...options, torch, gpu });
      results.push({ case: benchCase, steps: options.steps, sides });
      rows.push(...sides.map((side) => sideRow(benchCase, side, sides[0], onGpu)));
    }
  } finally {
    gpu?.stop();
  }
  if (torch === undefined) {
    const value = found
      ? `PyTorch of ${found.python} computes on ${found.device}: not compared`
      : 'PyTorch with safetensors is not installed here: not compared';
    const remedy = 'PAT_TORCH_PYTHON names the Python that has it';
    rows.push({ part: 'speed', name: 'PyTorch', status: 'note', value, remedy });
  }
  return { rows, json: { torch: torch ?? null, results } };
}

interface MeasureOptions extends CheckOptions {
  torch: TorchHere | undefined;
  gpu: GpuUsage | undefined;
}

async function measure(benchCase: BenchCase, options: MeasureOptions): Promise<SideTime[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pat-gpu-check-'));
  try {
    const job = await writeJob(benchCase, { execution: 'graph', folder });
    const sides: SideTime[] = [];
    for (const side of SIDES.slice(0, options.torch ? undefined : 1)) {
      // On a CPU the compiled side would compile for minutes.
      if (side === 'torch compiled' && !options.onGpu) continue;
      sides.push(await measureSide(side, job, options));
    }
    return sides;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureSide(
  side: SideTime['side'],
  job: object,
  { torch, gpu, steps, signal }: MeasureOptions,
): Promise<SideTime> {
  const before = (await gpu?.usedMiB()) ?? null;
  const peer =
    side === 'ours' || torch === undefined
      ? new Peer('our side', process.execPath, nodeArguments(stepWorkerFile), signal)
      : new Peer("PyTorch's side", torch.python, ['bench/torchStep.py'], signal, torchVariables);
  try {
    const request = {
      ...job,
      channelsLast: true,
      device: torch?.device,
      compile: side === 'torch compiled',
    };
    const facts = (await peer.ask(JSON.stringify(request))) as unknown as StepFacts;
    const burst = async (count: number) => {
      const { milliseconds } = await peer.ask(JSON.stringify({ steps: count }));
      return milliseconds as number[];
    };
    await burst(3);
    const milliseconds = spreadOf(await burst(steps));
    const now = (await gpu?.usedMiB()) ?? null;
    const own = (await gpu?.memoryMiB(peer.pid)) ?? null;
    const gpuMiB = own ?? (before === null || now === null ? null : now - before);
    return {
      side,
      milliseconds,
      loss: facts.check.loss,
      gpuMiB,
      peakMiB: peakMiB(peer.pid) ?? null,
    };
  } finally {
    peer.stop();
  }
}

function sideRow(
  benchCase: BenchCase,
  { side, milliseconds, loss, gpuMiB, peakMiB }: SideTime,
  ours: SideTime,
  onGpu: boolean,
): CheckRow {
  const agrees = Math.abs(loss / ours.loss - 1) <= TOLERANCE;
  const held = onGpu
    ? `${gpuMiB?.toFixed(0) ?? '?'} MiB of the card`
    : `${peakMiB?.toFixed(0) ?? '?'} MiB`;
  const label = onGpu ? '' : '; on a CPU, a size that is no measurement';
  const value = `${spreadText(milliseconds, 1)} ms a step, ${held}${label}`;
  const name = `${caseName(benchCase)} ${side}`;
  if (agrees) return { part: 'speed', name, status: 'note', value };
  return {
    part: 'speed',
    name,
    status: 'failed',
    value: `loss ${loss}, ours ${ours.loss}; ${value}`,
  };
}
