/**
 * Lets the event loop turn after each test: vitest's worker reports over messages, and gives up with an error of the
 * whole run when a file's synchronous tests keep it from reading an answer for a minute.
 */
import { setImmediate } from 'node:timers/promises';
import { afterEach } from 'vitest';

afterEach(() => setImmediate());
