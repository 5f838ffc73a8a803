/** `npm run data -- list`. */
import path from 'node:path';
import { availableDatasets, defaultRoot, openDataset } from '../../datasets';
import { ownFolders } from '../../datasets/folderDataset';
import { datasetSources } from '../../datasets/download/sources';
import type { DatasetSource } from '../../datasets/download/sources';
import type { Split } from '../../datasets/datasetTypes';

/** What `--json` prints of each data set. */
export interface ListedDataset {
  name: string;
  title: string;
  licence: string;
  /** Where it is looked for; null for what needs no files. */
  folder: string | null;
  /** Samples in each split that is there, a message where it cannot be opened, null where absent. */
  splits: Record<Split, number | string | null>;
  /** Bytes to download, estimated where no exact size is published; null when nothing is. */
  downloadBytes: number | null;
  /** How to get it. */
  how: string;
  notes: readonly string[];
}

const splits: readonly Split[] = ['train', 'valid', 'test'];

/** Prints every data set; the exit status is 0. */
export async function list({
  root = defaultRoot(),
  json = false,
}: {
  root?: string;
  json?: boolean;
}): Promise<number> {
  const listed = await listDatasets(root);
  const text = json ? JSON.stringify(listed, null, 2) : listed.map(describe).join('\n\n');
  process.stdout.write(`${text}\n`);
  return 0;
}

/** Every data set of the table with what is found of it under `root`. */
export async function listDatasets(root: string): Promise<ListedDataset[]> {
  const places = [root, ...(await ownFolders(root)).filter((place) => place !== root)];
  const listed = await Promise.all(places.map(listUnder));
  return listed.flatMap((all, i) => all.filter(({ name }) => isShown(name, i, places.length)));
}

/** Data of one's own stand under their own folders, everything else under the root. */
function isShown(name: string, place: number, places: number): boolean {
  return name === 'folder' ? place > 0 || places === 1 : place === 0;
}

async function listUnder(root: string): Promise<ListedDataset[]> {
  const available = await Promise.all(splits.map((split) => availableDatasets(root, split)));
  return Promise.all(
    available[0].map(async ({ name, title, licence }, i) => {
      const source = datasetSources.find((each) => each.name === name);
      const counts = splits.map(async (split, s) =>
        available[s][i].found ? lengthOf(name, root, split) : null,
      );
      const [train, valid, test] = await Promise.all(counts);
      return {
        name,
        title,
        licence,
        folder: source ? path.join(root, source.folder) : name === 'folder' ? root : null,
        splits: { train, valid, test },
        downloadBytes: source ? downloadBytes(source) : null,
        how: howToGet(name, source),
        notes: source?.notes ?? [],
      };
    }),
  );
}

async function lengthOf(name: string, root: string, split: Split): Promise<number | string> {
  return openDataset({ name, root, split }).then(
    ({ length }) => length,
    (error: Error) => error.message,
  );
}

function downloadBytes({ archives }: DatasetSource): number {
  return archives.reduce((sum, { bytes, aboutBytes = 0 }) => sum + (bytes ?? aboutBytes), 0);
}

function howToGet(name: string, source: DatasetSource | undefined): string {
  if (name === 'folder') return 'npm run data -- new-folder DIR';
  if (source === undefined) return 'nothing to get: the kit draws it';
  if (source.login === undefined) return `npm run data -- download ${name}`;
  const files = source.archives.map(({ file }) => file).join(' and ');
  return `log in at ${source.login}, fetch ${files}, then npm run data -- download ${name} --from DIR`;
}

function describe(dataset: ListedDataset): string {
  const { name, title, folder, licence, how, notes, downloadBytes: bytes } = dataset;
  const found = splits.filter((split) => dataset.splits[split] !== null);
  const parts = found.map((split) => `${split} ${String(dataset.splits[split])}`);
  const state = found.length > 0 ? `✓ ${parts.join(', ')}` : '✗ not found';
  const size =
    bytes === null
      ? ''
      : ` (about ${bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`})`;
  return [
    `${name}: ${title}`,
    `  ${state}${folder === null ? '' : `, in ${folder}`}`,
    `  licence  ${licence}`,
    `  get it   ${how}${size}`,
    ...notes.map((note) => `  note     ${note}`),
  ].join('\n');
}
