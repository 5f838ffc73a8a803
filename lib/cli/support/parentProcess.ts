/** What a command tells the process that started it, where there is a channel to one (the sweep's supervisor). */
import type { RunMessage } from '../../sweeps/worker';

const STEP_MILLISECONDS = 200;
let lastStep = -Infinity;

/** Sends `message`; steps at most every 200 ms. */
export function tellParent(message: RunMessage): void {
  if (process.send === undefined || !process.connected) return;
  if (message.kind === 'step') {
    const now = performance.now();
    if (now - lastStep < STEP_MILLISECONDS) return;
    lastStep = now;
  }
  process.send(message, undefined, undefined, () => undefined); // a parent that is gone is no failure
}
