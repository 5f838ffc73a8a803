/** Progress of long work: one line that is rewritten in place, in a cell's output or on a terminal. */
import { checkNumber } from '../check';
import { outputWriter, replaceableOutput } from './output';

export interface Progress {
  /** Says that `count` of the total are done; the line is rewritten at most every 100 ms. */
  update(count: number): void;
  /** Writes the last state and ends the line. */
  done(): void;
}

const REWRITE_MILLISECONDS = 100;
/** Where a line cannot be rewritten (a log file), a new one is written this seldom. */
const LOG_MILLISECONDS = 10_000;
const BAR_WIDTH = 24;

/**
 * Starts a progress line: label, bar, count, percentage, time gone and time left.
 *
 *     const bar = progress('epoch 1', batches);
 *     for (let i = 0; i < batches; i++) { await step(i); bar.update(i + 1); }
 *     bar.done();
 *
 * Outside a kernel it goes to the standard error: in place on a terminal, else a line every 10 s. A total of 0 shows
 * nothing.
 */
export function progress(label: string, total: number): Progress {
  checkNumber('progress', 'total', total, { min: 0 });
  const started = performance.now();
  const { write, interval } = lineWriter();
  let count = 0;
  let written = -Infinity;
  const rewrite = (last: boolean) => {
    if (total === 0) return;
    const now = performance.now();
    if (!last && now - written < interval) return;
    written = now;
    write(progressLine(label, count, total, (now - started) / 1000), last);
  };
  rewrite(false);
  return {
    update(value) {
      count = checkNumber('progress.update', 'count', value, { min: 0 });
      rewrite(false);
    },
    done: () => rewrite(true),
  };
}

/** `epoch 1 ▕████████                ▏ 8/24 33 %, 0:12, 0:24 left` */
function progressLine(label: string, count: number, total: number, seconds: number): string {
  const share = total === 0 ? 1 : Math.min(1, count / total);
  const left = share > 0 && share < 1 ? `, ${clock((seconds / share) * (1 - share))} left` : '';
  return `${label} ${bar(share, BAR_WIDTH)} ${count}/${total} ${Math.floor(share * 100)} %, ${clock(seconds)}${left}`;
}

/** `▕████    ▏`, filled to `share` (0 … 1) of `width` characters. */
export function bar(share: number, width: number): string {
  return `▕${'█'.repeat(Math.round(share * width)).padEnd(width)}▏`;
}

/** `0:07`, `12:34` or `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${pad(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`;
}

interface LineWriter {
  write: (line: string, last: boolean) => void;
  interval: number;
}

function lineWriter(): LineWriter {
  if (outputWriter()) {
    const replace = replaceableOutput();
    return { write: (line) => replace({ 'text/plain': line }), interval: REWRITE_MILLISECONDS };
  }
  const { stderr } = process;
  if (!stderr.isTTY) {
    return { write: (line) => void stderr.write(`${line}\n`), interval: LOG_MILLISECONDS };
  }
  const write = (line: string, last: boolean) =>
    void stderr.write(`\r${line.slice(0, stderr.columns - 1)}\u001b[K${last ? '\n' : ''}`);
  return { write, interval: REWRITE_MILLISECONDS };
}
