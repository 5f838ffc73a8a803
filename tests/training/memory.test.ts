/** `PAT_MEMORY=1000 npx vitest run tests/training/memory.test.ts`: resident memory of so many steps of a run. */
import { describe, expect, it } from 'vitest';
import { runExperiment } from '../../lib/training/experiment';
import type { ProgressEvent } from '../../lib/training/experiment';
import { withFolder } from '../datasets/files';

const steps = Number(process.env.PAT_MEMORY ?? 0);
const mebibyte = 2 ** 20;

/** Growth that is not noise: garbage not yet collected, pages that the allocator keeps. */
const allowed = 24; // MiB

const median = (values: readonly number[]) =>
  values.slice().sort((a, b) => a - b)[Math.floor(values.length / 2)];

describe('resident memory', () => {
  const reason = steps > 0 ? '' : ' (skipped: PAT_MEMORY=1000 asks for it)';
  it.skipIf(steps === 0)(
    `stays flat over the steps, validations and checkpoints of a run${reason}`,
    { timeout: 3_600_000 },
    () =>
      withFolder(async (folder) => {
        expect(steps).toBeGreaterThanOrEqual(200);
        const resident: number[] = [];
        const onProgress = (event: ProgressEvent) => {
          if (event.kind === 'step') resident.push(process.memoryUsage.rss() / mebibyte);
        };
        const data = { name: 'synthetic', size: [32, 48] as [number, number], numClasses: 6 };
        await runExperiment(
          {
            dataset: { ...data, trainLength: 80, validLength: 8 },
            model: { name: 'segnet', width: 8 },
            loss: { name: 'pat' },
            batchSize: 4,
            epochs: Math.ceil(steps / 20),
          },
          { outDir: folder, onProgress },
        );
        expect(resident.length).toBeGreaterThanOrEqual(steps);
        const near = (step: number) => median(resident.slice(step - 20, step));
        const places = [0.1, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * steps));
        const report = places.map((step) => `step ${step}: ${near(step).toFixed(1)} MiB`);
        console.log(report.join(', '));
        expect(near(steps) - near(places[0])).toBeLessThan(allowed);
      }),
  );
});
