/** Running processes (Linux). */
import { readFileSync, readdirSync } from 'node:fs';

/** Command lines of the running processes whose environment holds `mark`. */
export function processesWith(mark: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const holds = readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
        return holds ? [readFileSync(`/proc/${pid}/cmdline`, 'latin1')] : [];
      } catch {
        return []; // it ended in between
      }
    });
}
