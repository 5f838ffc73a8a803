/** An op with a fast native form and a portable twin: which of them runs is found out once per backend. */
import { tf } from '../backend';
import { nativeBackend } from './raw';

/** One way to compute an op through the native binding. */
export interface NativeForm<F> {
  /** Names of the TensorFlow ops that it calls. */
  ops: string[];
  /** Not to be tried where TensorFlow computes on a GPU (default false): kernels of oneDNN. */
  cpuOnly?: boolean;
  run: F;
}

export interface FusedOpDefinition<F> {
  name: string;
  /** Fastest first. */
  native: NativeForm<F>[];
  /** The same from tfjs's own operations, right on every backend. */
  portable: F;
  /** Values, gradients and side results of `run` on a small fixed example. */
  example: (run: F) => tf.Tensor[];
}

/** What runs on the backend in use. */
export interface Choice<F> {
  run: F;
  /** TensorFlow ops of the chosen form; empty for the portable twin. */
  ops: string[];
  /** Faster forms that are not used, with the reason. */
  rejected: { ops: string[]; reason: string }[];
}

/** How one native form stands beside the portable twin on the backend in use. */
export interface FormReport {
  op: string;
  /** TensorFlow ops that it calls. */
  ops: string[];
  /** Whether it is what runs. */
  used: boolean;
  /** False: it throws, or is not to be tried on this device. */
  runs: boolean;
  /** Largest difference from the twin, as a share of the twin's largest value; NaN where a value is none. */
  difference: number;
  /** Why it is not used; '' where nothing speaks against it. */
  reason: string;
}

/** Allowed difference between a native form and the twin, as a share of the largest value of the twin. */
const TOLERANCE = 1e-4;

export class FusedOp<F> {
  private readonly choices = new WeakMap<object, Choice<F>>();

  constructor(readonly definition: FusedOpDefinition<F>) {}

  get name(): string {
    return this.definition.name;
  }

  /** The function to call. The first use on a backend compares the forms with the twin, which reads values. */
  get run(): F {
    return this.choice.run;
  }

  get choice(): Choice<F> {
    const backend = tf.backend();
    let choice = this.choices.get(backend);
    if (!choice) {
      choice = this.select();
      this.choices.set(backend, choice);
    }
    return choice;
  }

  /** The first native form that gives the twin's results on the example, else the twin. Remembers nothing. */
  select(): Choice<F> {
    const { native, portable, example } = this.definition;
    const rejected: Choice<F>['rejected'] = [];
    if (!nativeBackend()) return { run: portable, ops: [], rejected };
    const expected = results(example, portable);
    for (const form of native) {
      const { reason } = tryForm(form, example, expected);
      if (!reason) return { run: form.run, ops: form.ops, rejected };
      rejected.push({ ops: form.ops, reason });
    }
    return { run: portable, ops: [], rejected };
  }

  /** Every native form beside the twin on the example; nothing where no native backend is in use. */
  compare(): FormReport[] {
    if (!nativeBackend()) return [];
    const { native, portable, example } = this.definition;
    const expected = results(example, portable);
    return native.map((form) => ({
      op: this.name,
      ops: form.ops,
      used: this.choice.ops === form.ops,
      ...tryForm(form, example, expected),
    }));
  }
}

/** A form's largest difference from the twin's results, and what speaks against its use. */
function tryForm<F>(
  { cpuOnly = false, run }: NativeForm<F>,
  example: (run: F) => tf.Tensor[],
  expected: readonly Float32Array[],
): Pick<FormReport, 'runs' | 'difference' | 'reason'> {
  if (cpuOnly && nativeBackend()?.isUsingGpuDevice)
    return { runs: false, difference: NaN, reason: 'only on CPU' };
  try {
    const got = results(example, run);
    const difference = Math.max(...expected.map((values, i) => differenceOf(got[i], values)));
    const isClose = difference <= TOLERANCE; // false for NaN
    return {
      runs: true,
      difference,
      reason: isClose ? '' : 'other results than the portable form',
    };
  } catch (error) {
    return { runs: false, difference: NaN, reason: (error as Error).message };
  }
}

function results<F>(example: (run: F) => tf.Tensor[], run: F): Float32Array[] {
  const tensors = tf.tidy(() => example(run));
  const values = tensors.map((tensor) => Float32Array.from(tensor.dataSync()));
  tf.dispose(tensors);
  return values;
}

/** Largest |got − expected| over the largest |expected|; NaN where a value is none. */
function differenceOf(got: Float32Array | undefined, expected: Float32Array): number {
  if (got?.length !== expected.length) return Infinity;
  const largest = (value: (i: number) => number) =>
    expected.reduce((max, _, i) => Math.max(max, value(i)), 0);
  const difference = largest((i) => Math.abs(got[i] - expected[i]));
  return difference === 0 ? 0 : difference / largest((i) => Math.abs(expected[i]));
}
