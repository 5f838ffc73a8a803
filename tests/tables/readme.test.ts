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

const readmeText = async () =>
  (await readFile(path.join(root, 'README.md'), 'utf8')).replace(/\s+/g, ' ');
/** Means alone: without intervals. */
const lengthsTable = () => readTable('lengths', study, { resamples: 1 });

it('the README has the sentences of the study’s tables', async () => {
  const readme = await readmeText();
  const sentences = [
    ...primarySentences(await readTable('primary', study)),
    ...decodingSentences(await readTable('decoding', study)),
    ...lengthSentences(await lengthsTable()).filter((one) => one.includes(', CE, ')),
  ];
  expect(sentences.length).toBeGreaterThan(6);
  expect(sentences.filter((one) => !readme.includes(one))).toEqual([]);
});

it('the README has the mean IoU of cross-entropy on validation and test images, with twins and without', async () => {
  const readme = await readmeText();
  const percent = async (name: string, folder: string, split: 'valid' | 'test') => {
    const { cells } = await readTable(name, folder, { split, resamples: 1 });
    const plain = cells.find(
      ({ network, loss }) => network === 'unet' && loss.name === 'crossEntropy',
    );
    return `${(100 * Number(plain?.summary?.scores.meanIoU?.mean)).toFixed(1)} %`;
  };
  for (const [name, folder] of [
    ['runs', path.join(root, 'data/results/leak')],
    ['reference', study],
  ]) {
    const [valid, test] = [
      await percent(name, folder, 'valid'),
      await percent(name, folder, 'test'),
    ];
    expect(readme).toContain(`${valid} against ${test}`);
  }
});

it('the README has by how much PAT leads in the tail with 60 and with 240 epochs', async () => {
  const readme = await readmeText();
  const { tables } = await lengthsTable();
  const [plain, pat] = ['CE', 'PAT, τ = 8'].map((loss) =>
    tables[0].rows.find(({ labels }) => labels[2] === loss),
  );
  const lead = (epochs: string) => {
    const i = tables[0].columns.map(({ header }) => header).lastIndexOf(epochs); // of the tail
    return (Number(pat?.cells[i]?.value) - Number(plain?.cells[i]?.value)).toFixed(1);
  };
  expect(readme).toContain(`from ${lead('60')} points at 60 epochs to ${lead('240')} at 240`);
});
