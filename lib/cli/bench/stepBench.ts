/**
 * `npm run bench -- step` and `-- infer`: milliseconds of a training step, or of an inference, ours and PyTorch's: op by op
 * in both memory layouts, and compiled. For each case fresh processes get the same weights and the same batch; they must
 * agree on the first loss (the mean |logit|), then compute in bursts, one at a time, round after round.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkOneOf } from '../../check';
import { ownMiB, peakMiB } from '../../measurement/foreignCpu';
import { interleave } from '../../measurement/interleave';
import type { RoundOptions } from '../../measurement/interleave';
import { fastestTorch, leastOfTorch } from '../../measurement/reports';
import type { BenchCase, EachSide, Mode, StepMeasurement } from '../../measurement/reports';
import { machine, spreadOf } from '../../measurement/spread';
import { barOf, benchCases, caseName, memoryBar } from './cases';
import { executions } from './createStep';
import type { Execution } from './createStep';
import { writeJob } from './stepJob';
import { checkAgreement, startSides } from './stepSide';
import type { StepSide } from './stepSide';
import { stepTable } from './stepTable';
import type { BenchOptions, BenchReport } from './benchTypes';

export const benchStep = (options: BenchOptions) => bench('step', options);
export const benchInfer = (options: BenchOptions) => bench('infer', options);

async function bench(mode: Mode, options: BenchOptions): Promise<BenchReport> {
  const { execution = executions[0], rounds, maxForeign, signal } = options;
  checkOneOf(`npm run bench -- ${mode}`, '--execution', execution, executions);
  const cases = benchCases(mode, options);
  const where = machine();
  const results: StepMeasurement[] = [];
  let torch = '';
  for (const benchCase of cases) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'pat-bench-step-'));
    const sides: StepSide[] = [];
    try {
      const job = await writeJob(benchCase, { execution: execution as Execution, folder });
      await startSides(sides, job, signal);
      torch = sides[1].facts.torch ?? '';
      results.push(await measure(benchCase, job.execution, sides, { rounds, maxForeign, signal }));
    } catch (error) {
      if (!signal.aborted || results.length === 0) throw error;
      break; // what is measured is reported
    } finally {
      for (const side of sides) side.stop();
      await rm(folder, { recursive: true, force: true });
    }
    process.stderr.write(`${results.length} of ${cases.length}: ${caseName(benchCase)}\n`);
  }
  const json = { bench: mode, machine: where, torch, rounds, maxForeign, results };
  return { lines: stepTable(json), json };
}

async function measure(
  benchCase: BenchCase,
  execution: Execution,
  sides: readonly StepSide[],
  options: RoundOptions,
): Promise<StepMeasurement> {
  checkAgreement(sides);
  const { used, measured, disturbed } = await interleave(sides, options);
  const each = <T>(value: (side: StepSide) => T) =>
    Object.fromEntries(sides.map((side) => [side.name, value(side)])) as unknown as EachSide<T>;
  const spreads = each(({ name }) => spreadOf(used.map((round) => round.milliseconds[name])));
  const fastest = fastestTorch({ spreads });
  const ratios = used.map(({ milliseconds }) => milliseconds.ours / milliseconds[fastest]);
  const peaks = each(({ pid }) => peakMiB(pid) ?? NaN);
  const own = each(({ pid }) => ownMiB(pid) ?? NaN);
  const hasMemory = [peaks, own].flatMap(Object.values).every(Number.isFinite);
  const foreign = used.map(({ foreignShare }) => foreignShare ?? NaN);
  const facts = each((side) => side.facts);
  return {
    ...benchCase,
    oursMs: spreads.ours.median,
    torchNchwMs: spreads.torchNchw.median,
    torchChannelsLastMs: spreads.torchChannelsLast.median,
    torchCompiledMs: spreads.torchCompiled?.median,
    ratio: spreadOf(ratios).median,
    bar: barOf(benchCase),
    spreads,
    peakMiB: hasMemory ? peaks : null,
    memoryRatio: hasMemory ? peaks.ours / leastOfTorch(peaks) : null,
    memoryBar,
    ownMiB: hasMemory ? own : null,
    execution,
    tracingSeconds: facts.ours.tracingSeconds ?? null,
    parameters: facts.ours.parameters,
    check: each((side) => side.facts.check),
    formulations: Object.fromEntries(
      sides.slice(1).map((side) => [side.name, side.facts.formulation ?? null]),
    ),
    rounds: {
      measured,
      disturbed,
      foreignShare: foreign.every(Number.isFinite) ? spreadOf(foreign) : null,
    },
  };
}
