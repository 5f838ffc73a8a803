/** Prints the progress of a notebook: a line per cell, and the failing cell with its error. */

const WIDTH = 64;

/** `4.2 s`, `3 min 05 s`. */
export function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** `about 40 s left`, from a number of seconds. */
export function remaining(seconds) {
  if (seconds < 60) return `about ${Math.max(5, Math.ceil(seconds / 5) * 5)} s left`;
  return `about ${Math.ceil(seconds / 60)} min left`;
}

/**
 * A handler for the events of a notebook. `secondsLeft(share)` estimates the time left over all, given the share of
 * this notebook's cells that is done; `failuresOnly` leaves the progress out; `write` takes the text.
 */
export function cellReporter({ secondsLeft, failuresOnly, write = toTerminal } = {}) {
  const live = process.stdout.isTTY && !failuresOnly;
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

function toTerminal(text) {
  process.stdout.write(text);
}

function cellLine({ position, total, line }) {
  const count = `[${String(position).padStart(String(total).length)}/${total}]`;
  const characters = [...line];
  const text = characters.length > WIDTH ? `${characters.slice(0, WIDTH - 1).join('')}…` : line;
  return `  ${count} ${text}${' '.repeat(WIDTH - [...text].length)}`;
}

/** The failing cell's source and what it said, without the kernel's own stack frames. */
export function failureText({ reason, position, total, source = '' }) {
  const ours = reason
    .split('\n')
    .filter((line) => !/^\s+at .*(node:|node_modules\/tslab\/|sigintHandlersWrap)/.test(line));
  const where = source === '' ? '  ✗ failed:' : `  ✗ cell ${position} of ${total} failed:`;
  const quoted = source === '' ? [] : source.split('\n').map((line) => `    | ${line}`);
  return [where, ...quoted, ...ours.concat(hint(reason, source)).map((line) => `    ${line}`)].join(
    '\n',
  );
}

/** The one thing tslab does not do that looks like a mistake of one's own. */
function hint(reason, source) {
  const [, name] = /ReferenceError: ([\p{L}\p{N}_$]+) is not defined/u.exec(reason) || [];
  if (!name || !new RegExp(`[{,]\\s*${name.replaceAll('$', '\\$')}\\s*[,}]`, 'u').test(source))
    return [];
  return [
    `In a shorthand property tslab does not see variables of earlier cells: write { ${name}: ${name} }.`,
  ];
}
