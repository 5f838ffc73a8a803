/** What `npm run sweep -- --collect DIR --to RESULTS` does. */
import { collectSweep } from '../../sweeps/collect';

export async function collect(
  sweepFolder: string,
  resultsFolder: string,
  commit?: string,
): Promise<number> {
  const collected = await collectSweep(sweepFolder, resultsFolder, { commit });
  const { written, unchanged, unfinished } = collected;
  const lines = [
    ...written.map((id) => `+ ${id}`),
    `${resultsFolder}: ${written.length} runs written, ${unchanged} unchanged, ${unfinished.length} not finished`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}
