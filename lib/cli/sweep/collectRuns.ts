/** What `npm run sweep -- --collect DIR --to RESULTS` does. */
import { counted } from '../../check';
import { collectSweep } from '../../sweeps/collect';

export async function collect(
  sweepFolder: string,
  resultsFolder: string,
  commit?: string,
): Promise<number> {
  const collected = await collectSweep(sweepFolder, resultsFolder, { commit });
  const { written, unchanged, unfinished, unreadable } = collected;
  const lines = [
    ...written.map((id) => `+ ${id}`),
    `${resultsFolder}: ${counted(written.length, 'run')} written, ${unchanged} unchanged, ${unfinished.length} not finished`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  for (const problem of unreadable) process.stderr.write(`left out: ${problem}\n`);
  return unreadable.length > 0 ? 1 : 0;
}
