/** What `npm run sweep -- --dry-run` prints: the runs, and the hours that they would take. */
import { counted } from '../../check';
import { clock, progress } from '../../notebook/progress';
import { estimateRun } from '../../training/estimateRun';
import { openExperiment } from '../../training/experiment';
import type { PlannedRun, SweepPlan } from '../../sweeps/plan';
import { maximumOf } from '../../extremes';
import { sum } from '../../statistics';

/** Trains a few steps of one run of each kind; the losses of one network on one data set count as one kind. */
export async function dryRun(
  { name, runs }: SweepPlan,
  { jobs, signal }: { jobs: number; signal: AbortSignal },
): Promise<number> {
  const kinds = new Map<string, PlannedRun[]>();
  for (const run of runs) {
    const kind = JSON.stringify({ ...run.config, loss: undefined, seed: undefined });
    kinds.set(kind, [...(kinds.get(kind) ?? []), run]);
  }
  const seconds = new Map<string, number>();
  const bar = progress('timing kinds of runs', kinds.size);
  for (const [count, members] of [...kinds.values()].entries()) {
    const experiment = await openExperiment(members[0].config);
    try {
      const estimate = await estimateRun(experiment, signal);
      for (const { id } of members) seconds.set(id, estimate.seconds);
    } finally {
      experiment.model.dispose();
    }
    bar.update(count + 1);
  }
  bar.done();
  const width = maximumOf(runs.map(({ id }) => id.length));
  const lines = runs.map(({ id }) => `${id.padEnd(width)}  ${clock(seconds.get(id) as number)}`);
  const total = sum([...seconds.values()]);
  const together = `${name}: ${counted(runs.length, 'run')}, about ${clock(total)} one after the other`;
  const note = jobs > 1 ? `; ${jobs} at a time share the cores, which this does not foresee` : '';
  process.stdout.write(`${lines.join('\n')}\n${together}${note}\n`);
  return 0;
}
