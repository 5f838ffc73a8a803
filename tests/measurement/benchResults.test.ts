import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainingCost } from '../../lib/measurement/trainingCost';
import { readBench, writeTrainingCost } from '../../lib/measurement/benchResults';

describe('writeTrainingCost', () => {
  it('writes what readBench reads', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'training-cost-test-'));
    try {
      expect(await readBench('training', folder)).toBeUndefined();
      const written = { steps: 3, losses: [] } as unknown as TrainingCost;
      await writeTrainingCost(written, folder);
      expect(await readBench('training', folder)).toEqual({ bench: 'training', ...written });
      await writeFile(path.join(folder, 'training.json'), '{"bench":"loss"}');
      await expect(readBench('training', folder)).rejects.toThrow(/must hold bench 'training'/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
