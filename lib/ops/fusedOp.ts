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
    const backend = nativeBackend();
    if (!backend) return { run: portable, ops: [], rejected };
    const expected = results(example, portable);
    for (const { ops, cpuOnly = false, run } of native) {
      const reason =
        cpuOnly && backend.isUsingGpuDevice
          ? 'only on CPU'
          : differenceOf(() => results(example, run), expected);
      if (!reason) return { run, ops, rejected };
      rejected.push({ ops, reason });
    }
    return { run: portable, ops: [], rejected };
  }
}

function results<F>(example: (run: F) => tf.Tensor[], run: F): Float32Array[] {
  const tensors = tf.tidy(() => example(run));
  const values = tensors.map((tensor) => Float32Array.from(tensor.dataSync()));
  tf.dispose(tensors);
  return values;
}

/** What is wrong with the results of `compute`, or '' where they are the expected ones. */
function differenceOf(compute: () => Float32Array[], expected: Float32Array[]): string {
  try {
    const got = compute();
    const same = (values: Float32Array, i: number) =>
      values.length === got[i]?.length && isClose(got[i], values);
    return expected.every(same) ? '' : 'other results than the portable form';
  } catch (error) {
    return (error as Error).message;
  }
}

function isClose(got: Float32Array, expected: Float32Array): boolean {
  const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return expected.every((value, i) => Math.abs(got[i] - value) <= TOLERANCE * scale);
}
