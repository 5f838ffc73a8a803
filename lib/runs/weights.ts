/** The weights that a finished run kept are those that its record names. */
import { InputError } from '../check';
import { hashFile } from '../datasets/download/partFile';
import { isThere } from '../files';
import { runPaths } from './runFolder';
import type { RunRecord } from './record';

/**
 * The file of the weights of the finished run in `folder`, its bytes compared with the record's `weightsSha256`.
 *
 * @throws InputError that begins with `where` for a file that is gone or has other bytes.
 */
export async function verifiedWeights(
  where: string,
  folder: string,
  { weightsSha256 }: Pick<RunRecord, 'weightsSha256'>,
): Promise<string> {
  const { weights } = runPaths(folder);
  const found = (await isThere(where, weights)) ? await hashFile(weights, 'sha256') : undefined;
  if (found === weightsSha256) return weights;
  const got = found === undefined ? 'no file' : `a file of SHA-256 ${found}`;
  const first = found === undefined ? '' : 'delete the file, then ';
  throw new InputError(
    `${where}: ${weights} must hold the weights that the record was made of (SHA-256 ${weightsSha256}), got ${got}. ` +
      `Put them back, or ${first}run npm run train with --out ${folder} again: it writes them anew from ` +
      'checkpoints/best.safetensors. Or train again with --fresh.',
  );
}
