import { describe, expect, it } from 'vitest';
import { transferLine, transferText } from '../../../lib/cli/data/transfer';

describe('progress', () => {
  it('shows amounts, rate and time left', () => {
    expect(transferText('a.zip', 250e6, { total: 1000e6, rate: 10e6, unit: 'bytes' })).toBe(
      'a.zip ▕████            ▏ 250.0 of 1000.0 MB, 25 %, 10.0 MB/s, 1:15 left',
    );
    expect(transferText('a.zip', 5e6, { unit: 'bytes' })).toBe('a.zip 5.0 MB');
    expect(transferText('a.zip', 4, { total: 4, rate: 2, unit: 'members' })).toBe(
      `a.zip ▕${'█'.repeat(16)}▏ 4 of 4, 100 %, 2/s`,
    );
    expect(transferText('a', 0, { total: 36e9, rate: 1e6, unit: 'bytes' })).toContain(
      '10:00:00 left',
    );
  });

  it('rewrites a terminal line, and writes seldom to a file', () => {
    const written: string[] = [];
    const stream = (isTTY: boolean) =>
      ({ isTTY, columns: 40, write: (text: string) => written.push(text) }) as never;
    const line = transferLine(stream(true));
    line.progress('a.zip', 1, 10, 'members');
    line.progress('a.zip', 2, 10, 'members');
    line.say('done');
    expect(written).toHaveLength(2);
    expect(written[0]).toBe(`\ra.zip ▕${'█'.repeat(2).padEnd(16)}▏ 1 of 10, 10 %\u001b[K`);
    expect(written[1]).toBe('\r\u001b[Kdone\n');
    written.length = 0;
    const log = transferLine(stream(false));
    for (const done of [1, 2, 3, 4]) log.progress('a.zip', done, 4, 'members');
    expect(written).toEqual([`a.zip ▕${'█'.repeat(16)}▏ 4 of 4, 100 %\n`]);
  });
});
