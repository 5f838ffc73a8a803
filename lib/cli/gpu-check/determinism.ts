/** Whether two runs end with the same weights, bit for bit, and which computations do not repeat. */
import type { CheckPart, CheckRow } from './checkTypes';
import { askOnce, deterministic } from './ask';
import type { CheckProcess } from './ask';
import type { WeightsAnswer } from './weights';

const TRAINING = { network: 'unet', loss: 'pat', steps: 10 } as const;

/** Two processes at once: on a GPU they must share the card. */
export async function checkDeterminism(
  process: CheckProcess,
  signal: AbortSignal,
  onGpu: boolean,
): Promise<CheckPart> {
  const repeated = await process.ask('repeats');
  const unsteady = repeated.filter(({ different }) => different > 0).map(({ name }) => name);
  const plain = await twoRuns(signal, {});
  const fixed = sameWeights(plain) ? undefined : await twoRuns(signal, deterministic);
  const rows: CheckRow[] = [
    {
      part: 'repetition',
      name: 'computations',
      status: unsteady.length === 0 ? 'ok' : 'note',
      value:
        unsteady.length === 0
          ? `${repeated.length} give the same bits each time`
          : `other bits from time to time: ${unsteady.join(', ')}`,
    },
    { part: 'repetition', name: 'two runs at once', ...weightsRow(fixed) },
  ];
  if (onGpu) {
    const both = plain.every(({ device }) => device === 'GPU');
    rows.push({
      part: 'repetition',
      name: 'one card for two',
      status: both ? 'ok' : 'failed',
      value: both ? 'both computed on the GPU' : 'one found no GPU',
      remedy: both ? undefined : 'Leave TF_FORCE_GPU_ALLOW_GROWTH as the kit sets it (true)',
    });
  }
  return { rows, json: { training: TRAINING, repeated, plain, deterministic: fixed ?? null } };
}

/** `fixed`: the runs with TF_DETERMINISTIC_OPS=1, where the plain ones differed. */
function weightsRow(
  fixed: readonly WeightsAnswer[] | undefined,
): Pick<CheckRow, 'status' | 'value' | 'remedy'> {
  const what = `weights after ${TRAINING.steps} steps`;
  if (fixed === undefined) return { status: 'ok', value: `${what}: the same, bit for bit` };
  if (!sameWeights(fixed)) {
    const remedy = 'A resumed run is close to, not the same as, one that was never stopped';
    return { status: 'failed', value: `${what} differ, with TF_DETERMINISTIC_OPS=1 too`, remedy };
  }
  const remedy = 'Set TF_DETERMINISTIC_OPS=1 where resumed runs must end with the same bits';
  return { status: 'note', value: `${what} differ; not with TF_DETERMINISTIC_OPS=1`, remedy };
}

function twoRuns(
  signal: AbortSignal,
  variables: Readonly<Record<string, string>>,
): Promise<WeightsAnswer[]> {
  const run = () => askOnce(signal, variables, 'weights', TRAINING);
  return Promise.all([run(), run()]);
}

const sameWeights = ([a, b]: readonly WeightsAnswer[]) => a.sha256 === b.sha256;
