/** Prints the progress of a notebook: a line per cell, and the failing cell with its error. */

/** @typedef {import('./runNotebook.mjs').NotebookEvent} NotebookEvent */
/** @typedef {import('./runNotebook.mjs').FailedEvent} FailedEvent */

/** Characters of a cell's line that are shown. */
const WIDTH = 64;

/**
 * `4.2 s`, `3 min 05 s`.
 * @param {number} seconds
 */
export function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/**
 * `about 40 s left`, from a number of seconds.
 * @param {number} seconds
 */
export function remaining(seconds) {
  if (seconds < 60) return `about ${Math.max(5, Math.ceil(seconds / 5) * 5)} s left`;
  return `about ${Math.ceil(seconds / 60)} min left`;
}

/**
 * A handler for the events of a notebook.
 * @param {object} [options]
 * @param {(share: number) => number} [options.secondsLeft] estimates the time left over all, given the share of this
 *   notebook's cells that is done
 * @param {boolean} [options.failuresOnly] leaves the progress out
 * @param {boolean} [options.live] whether a terminal has a line about the running cell (default true)
 * @param {(text: string) => void} [options.write] takes the text
 * @returns {(event: NotebookEvent) => void}
 */
export function cellReporter(options = {}) {
  const { secondsLeft, failuresOnly = false, write = toTerminal } = options;
  const live = process.stdout.isTTY && !failuresOnly && options.live !== false;
  const clear = live ? '\r\x1b[K' : '';
  return (event) => {
    if (event.event === 'failed') write(`${clear}${failureText(event)}\n`);
    if (failuresOnly) return;
    if (event.event === 'kernel') write(`  kernel started in ${duration(event.seconds)}\n`);
    if (event.event === 'done') {
      write(`${clear}${cellLine(event)} ${duration(event.seconds).padStart(8)}\n`);
    }
    if (event.event === 'cell' && live) {
      const share = (event.position - 1) / event.total;
      const left = secondsLeft ? `, ${remaining(secondsLeft(share))}` : '';
      write(`${clear}${cellLine(event)}  running${left}`);
    }
  };
}

/** @param {string} text */
function toTerminal(text) {
  process.stdout.write(text);
}

/** @param {{ position: number, total: number, line: string }} event */
function cellLine({ position, total, line }) {
  const count = `[${String(position).padStart(String(total).length)}/${total}]`;
  const characters = [...line];
  const text = characters.length > WIDTH ? `${characters.slice(0, WIDTH - 1).join('')}…` : line;
  return `  ${count} ${text}${' '.repeat(WIDTH - [...text].length)}`;
}

/**
 * The failing cell's source and what it said, without the kernel's own stack frames.
 * @param {FailedEvent} event
 */
function failureText({ reason, position, total, source = '' }) {
  const ours = reason
    .split('\n')
    .filter((line) => !/^\s+at .*(node:|node_modules\/tslab\/|sigintHandlersWrap)/.test(line));
  const where = source === '' ? '  ✗ failed:' : `  ✗ cell ${position} of ${total} failed:`;
  const quoted = source === '' ? [] : source.split('\n').map((line) => `    | ${line}`);
  return [where, ...quoted, ...ours.map((line) => `    ${line}`)].join('\n');
}
