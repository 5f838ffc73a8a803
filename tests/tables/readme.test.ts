/** What the README says of the study is what its records give. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { decodingSentences } from '../../lib/tables/decoding';
import { lengthSentences } from '../../lib/tables/lengths';
import { primarySentences } from '../../lib/tables/primary';
import { readTable } from '../../lib/tables/read';

const root = path.resolve(__dirname, '../..');
const study = path.join(root, 'data/results/reference');

it('the README has the sentences of the study’s tables', async () => {
  const readme = (await readFile(path.join(root, 'README.md'), 'utf8')).replace(/\s+/g, ' ');
  const sentences = [
    ...primarySentences(await readTable('primary', study)),
    ...decodingSentences(await readTable('decoding', study)),
    ...lengthSentences(await readTable('lengths', study)).filter((one) => one.includes(', CE, ')),
  ];
  expect(sentences.length).toBeGreaterThan(6);
  expect(sentences.filter((one) => !readme.includes(one))).toEqual([]);
});
