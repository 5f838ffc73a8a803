/**
 * Each file of tests has modules of the kit of its own: what an earlier file in the same process defined or set is unknown
 * to it. Only packages stay, TensorFlow above all, whose start takes longer than most files.
 */
import { afterAll, vi } from 'vitest';

vi.resetModules();
process.setMaxListeners(0); // a module that waits for the end of the process does so once for each file

const environment = { ...process.env };

afterAll(async () => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  const { closeBrowser } = await import('../../lib/print/browser');
  await closeBrowser();
});
