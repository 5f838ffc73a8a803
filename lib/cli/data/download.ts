/** `npm run data -- download NAME`. */
import path from 'node:path';
import { checkOneOf, InputError, invalid } from '../../check';
import { availableDatasets, defaultRoot } from '../../datasets';
import { installDataset } from '../../datasets/download/install';
import { datasetSources } from '../../datasets/download/sources';
import type { DatasetSource } from '../../datasets/download/sources';
import { heartbeat, lockRun } from '../../runs/lock';
import { check } from './checkDataset';
import { transferLine } from './transfer';

export interface DownloadCommandOptions {
  root?: string;
  from?: string;
  mirror?: string;
  keep?: boolean;
  signal: AbortSignal;
}

/** Gets a data set; the exit status is 0 when all of it is there, 1 otherwise. */
export async function download(
  name: string,
  { root = defaultRoot(), from, mirror, keep, signal }: DownloadCommandOptions,
): Promise<number> {
  const names = datasetSources.map((each) => each.name);
  const source = datasetSources[names.indexOf(checkOneOf('npm run data', 'NAME', name, names))];
  if (from !== undefined && mirror !== undefined) {
    throw new InputError('npm run data: give --from or --mirror, not both.');
  }
  if (mirror !== undefined) checkAddress(mirror);
  await announce(source, root);
  if (source.login !== undefined && from === undefined && mirror === undefined) {
    process.stderr.write(`${loginText(source, root)}\n`);
    return 1;
  }
  const report = transferLine();
  const lock = (folder: string) => lockRun(folder, 'npm run data', heartbeat, 'the downloads');
  const options = { root, from, mirror, keep, signal, report, lock };
  const missing = await installDataset(source, options).catch((error: Error) => {
    if (signal.aborted) report.say(interruptedText(source, root));
    throw error;
  });
  if (missing.length > 0) {
    const files = missing.map(({ archive }) => archive.file).join(', ');
    report.say(`${source.name} is not complete: ${files}. The reasons are above.`);
    return 1;
  }
  if (source.archives.every(({ checksum }) => checksum)) {
    report.say(`Complete. To read every file: npm run data -- check ${name}`);
    return 0;
  }
  report.say('Not every archive has a published checksum, so every file is read:');
  return check(name, { root, signal, complete: true });
}

/** @throws InputError for a mirror that is no http or https address. */
function checkAddress(mirror: string): void {
  const isAddress = URL.canParse(mirror) && /^https?:$/.test(new URL(mirror).protocol);
  if (isAddress) return;
  const remedy = 'The archives are taken from ADDRESS/FILE.';
  throw invalid('npm run data', '--mirror', 'an http or https address', mirror, remedy);
}

/** Title, licence and citation, before anything is fetched. */
async function announce(source: DatasetSource, root: string): Promise<void> {
  const datasets = await availableDatasets(root);
  const dataset = datasets.find(({ name }) => name === source.name);
  const lines = [
    dataset?.title ?? source.name,
    `  licence  ${dataset?.licence ?? 'see the source'}`,
    `  into     ${path.join(root, source.folder)}`,
    ...source.notes.map((note) => `  note     ${note}`),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}

function loginText({ name, login, archives }: DatasetSource, root: string): string {
  const lines = archives.map(({ file, aboutBytes = 0, checksum }) => {
    const size = `about ${(aboutBytes / 1e6).toFixed(0)} MB`;
    return `  ${file}  (${size}; ${checksum?.algorithm} ${checksum?.digest})`;
  });
  const rootOption = root === defaultRoot() ? '' : ` --root ${root}`;
  return `The kit cannot log in for you. At ${login} fetch

${lines.join('\n')}

into one folder, then run

  npm run data -- download ${name} --from FOLDER${rootOption}

which verifies the checksums and unpacks them.`;
}

function interruptedText({ name }: DatasetSource, root: string): string {
  const kept = path.join(root, '.downloads', name);
  return `Interrupted. What came is kept in ${kept}; run the same command to go on.`;
}
