/** One training step of a small network on fixed numbers: the same on every device, but for rounding. */
import { tf } from '../../backend';
import { createExecutor } from '../../engine';
import type { Execution, Precision, StepExecutor } from '../../engine';
import { Adam } from '../../engine/adam';
import type { StepResult } from '../../engine/trainingStep';
import { createLoss } from '../../losses';
import type { LossName } from '../../losses';
import { createModel, networkNames } from '../../models';
import { trainableVariables } from '../../models/layers';
import { Random } from '../../random';

const CLASSES = 5;
const IGNORE_INDEX = 255;
/** At the deepest layer of each network 16 values are left to normalize by. */
const BATCH = { images: 4, side: 64 };
const WIDTH = 4;

export const checkedLosses: readonly LossName[] = ['crossEntropy', 'pat', 'blv'];

export interface StepCase {
  network: string;
  loss: LossName;
}

/** What a case gave. */
export interface StepOutcome extends StepCase {
  /** The loss's value. */
  value: number;
  gradientNorm: number;
  execution: Execution;
  precision: Precision;
  /** Why it did not run as asked. */
  notes: string[];
}

/** Every network with every loss that is checked. */
export const stepCases: readonly StepCase[] = networkNames.flatMap((network) =>
  checkedLosses.map((loss) => ({ network, loss })),
);

export interface StepQuestion {
  executions: readonly Execution[];
  precision: Precision;
  /** Default: all. */
  cases?: readonly StepCase[];
}

/** Takes one step of each case from the same weights. */
export async function takeSteps({
  executions,
  precision,
  cases = stepCases,
}: StepQuestion): Promise<StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  for (const { network, loss } of cases) {
    for (const execution of executions) {
      const notes: string[] = [];
      const training = new Training({ network, loss }, { execution, precision, notes });
      const { loss: value, gradientNorm } = await training.step();
      training.dispose();
      outcomes.push({ network, loss, execution, precision, notes, value, gradientNorm });
    }
  }
  return outcomes;
}

interface TrainingOptions {
  execution: Execution;
  precision: Precision;
  /** Takes what the executor notes. */
  notes: string[];
}

/** A network, its optimizer and a batch. */
export class Training {
  readonly model: tf.LayersModel;
  private readonly adam: Adam;
  private readonly batch = createBatch();
  private readonly noiseSeed = tf.tensor1d([1, 7], 'int32');
  private readonly executor: StepExecutor;

  constructor({ network, loss }: StepCase, { execution, precision, notes }: TrainingOptions) {
    this.model = createModel({ name: network, numClasses: CLASSES, width: WIDTH });
    this.adam = new Adam(trainableVariables(this.model));
    this.executor = createExecutor({
      model: this.model,
      adam: this.adam,
      loss: createLoss({ name: loss, ignoreIndex: IGNORE_INDEX, validate: false }),
      ignoreIndex: IGNORE_INDEX,
      execution,
      precision,
      onNote: (text) => void notes.push(text),
    });
  }

  step(): Promise<StepResult> {
    return this.executor.step(this.batch, { learningRate: 1e-3, noiseSeed: this.noiseSeed });
  }

  /** Brings the model's weights up to date. */
  sync(): void {
    this.executor.sync();
  }

  dispose(): void {
    this.executor.dispose();
    this.adam.dispose();
    this.model.dispose();
    tf.dispose([this.batch.images, this.batch.labels, this.noiseSeed]);
  }
}

/** Noise, and labels of square patches, every 16th pixel ignored. */
function createBatch() {
  const random = new Random(3);
  const { images, side } = BATCH;
  const pixels = images * side * side;
  const values = Float32Array.from({ length: 3 * pixels }, () => random.uniform());
  const classes = Int32Array.from({ length: pixels }, (_, i) => {
    const [row, column] = [Math.floor(i / side), i % side];
    return i % 16 === 0 ? IGNORE_INDEX : ((row >> 3) + (column >> 4)) % CLASSES;
  });
  return {
    images: tf.tensor4d(values, [images, side, side, 3]),
    labels: tf.tensor3d(classes, [images, side, side], 'int32'),
  };
}
