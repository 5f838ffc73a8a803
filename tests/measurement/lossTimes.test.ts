import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { paperLosses } from '../../lib/paper';
import { executions, measureLossTimes } from '../../lib/measurement/lossTimes';
import { spreadOf } from '../../lib/measurement/spread';

const batch = { images: 1, height: 8, width: 8, classes: 3 };

describe('measureLossTimes', () => {
  it('times every loss of the paper op by op and as a graph, and keeps no tensor', async () => {
    const before = tf.memory().numTensors;
    const { results, ...facts } = await measureLossTimes({ ...batch, rounds: 2 });
    expect(tf.memory().numTensors).toBe(before);
    expect(facts).toMatchObject({ rounds: 2, batch: { images: 1, height: 8, width: 8 } });
    const expected = paperLosses.flatMap((loss) => executions.map((name) => `${loss} ${name}`));
    expect(results.map(({ loss, execution }) => `${loss} ${execution}`)).toEqual(expected);
    for (const { classes, loss, milliseconds, rounds, timesCrossEntropy } of results) {
      expect(classes).toBe(3);
      expect(milliseconds.min).toBeGreaterThan(0);
      expect(rounds).toHaveLength(2);
      expect(spreadOf(rounds!)).toEqual(milliseconds);
      if (loss === 'crossEntropy') expect(timesCrossEntropy).toBe(1);
    }
  });

  it('stops at an abort and keeps no tensor', async () => {
    const before = tf.memory().numTensors;
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(measureLossTimes({ ...batch, signal })).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
  });
});
