/** Progress of downloads on the standard error: share, rate and time left. */
import { bar, clock } from '../../notebook/progress';

export interface TransferLine {
  /** `done` of `total` (undefined: unknown) bytes or members of `step`. */
  progress(step: string, done: number, total: number | undefined, unit: 'bytes' | 'members'): void;
  /** Writes a line of its own, the progress line out of the way. */
  say(line: string): void;
}

const rewriteMilliseconds = 100;
/** Where a line cannot be rewritten (a log file), a new one is written this seldom. */
const logMilliseconds = 10_000;
/** The rate is that of about the last ten seconds. */
const rateSeconds = 10;
const barWidth = 16;

/** Starts a progress line; on a terminal it is rewritten in place. */
export function transferLine(stream: NodeJS.WriteStream = process.stderr): TransferLine {
  const interval = stream.isTTY ? rewriteMilliseconds : logMilliseconds;
  let step = '';
  let written = 0;
  let samples: { time: number; done: number }[] = [];
  let open = false;

  const write = (text: string) => {
    open = stream.isTTY;
    stream.write(open ? `\r${text.slice(0, (stream.columns || 80) - 1)}\u001b[K` : `${text}\n`);
  };
  return {
    progress(name, done, total, unit) {
      const now = performance.now();
      if (name !== step) {
        step = name;
        samples = [];
        written = stream.isTTY ? -Infinity : now;
      }
      if (now - written < interval && done !== total) return;
      if (done === total && samples.at(-1)?.done === done) return;
      written = now;
      samples = samples.filter(({ time }) => now - time < 1000 * rateSeconds);
      samples.push({ time: now, done });
      const [first] = samples;
      const seconds = (now - first.time) / 1000;
      const rate = seconds > 0.5 ? (done - first.done) / seconds : undefined;
      write(transferText(name, done, { total, rate, unit }));
    },
    say(line) {
      stream.write(open ? `\r\u001b[K${line}\n` : `${line}\n`);
      open = false;
    },
  };
}

/** `images.tar.gz ▕████            ▏ 198.0 of 791.9 MB, 25 %, 11.2 MB/s, 0:53 left` */
export function transferText(
  step: string,
  done: number,
  { total, rate, unit }: { total?: number; rate?: number; unit: 'bytes' | 'members' },
): string {
  const amount = (value: number) => (unit === 'bytes' ? (value / 1e6).toFixed(1) : String(value));
  const name = unit === 'bytes' ? ' MB' : '';
  const speed = rate === undefined ? '' : `, ${amount(Math.round(rate))}${name}/s`;
  if (total === undefined) return `${step} ${amount(done)}${name}${speed}`;
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const left = rate && done < total ? `, ${clock(Math.ceil((total - done) / rate))} left` : '';
  const counts = `${amount(done)} of ${amount(total)}${name}, ${Math.floor(share * 100)} %`;
  return `${step} ${bar(share, barWidth)} ${counts}${speed}${left}`;
}
