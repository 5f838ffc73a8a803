/** What `npm run site` does once its arguments are understood. */
import { copyFile, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomically } from '../../atomicFile';
import { described, invalid } from '../../check';
import { ledgerHtml } from '../../figures/ledgerTable';
import { entriesIfThere, isThere, makeFolder } from '../../files';
import { recordedLedger } from '../../livePage/ledger';
import { tableHtml } from '../../print/table';
import { writeLivePage } from '../../livePage';
import { findRuns } from '../../runs/trainingRuns';
import { Results } from '../../results';
import { readBothSplits } from '../../results/records';
import { resultTable, tableSpecifications } from '../../tables';
import { writeTable } from '../../tables/tableFiles';
import { copyFigurePages, notebookPages } from './figurePages';
import { links, scrolled, sitePage } from './pages';
import type { SitePage } from './pages';

const where = 'npm run site';
/** Marks a folder as a site of the kit, and tells GitHub Pages to leave the files as they are. */
const MARK = '.nojekyll';

export interface SiteRequest {
  out: string;
  figures: string;
  results: string;
  runs: readonly string[];
  title: string;
}

/** Writes the site, and says how large it is. */
export async function writeSite(request: SiteRequest): Promise<number> {
  const out = path.resolve(request.out);
  const there = await entriesIfThere(where, out);
  if (there.length > 0 && !there.some(({ name }) => name === MARK)) {
    const remedy = 'Choose another folder: what is in it would be lost.';
    throw invalid(where, '--out', 'empty, absent, or a site', described(out), remedy);
  }
  await makeFolder(where, path.dirname(out));
  const folder = await mkdtemp(`${out}-`); // beside it: whole, or not at all
  try {
    await fill(folder, request);
    await rm(out, { recursive: true, force: true });
    await rename(folder, out);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const megabytes = ((await bytesIn(out)) / 1e6).toFixed(1);
  process.stdout.write(`${path.relative('', out)}: ${megabytes} MB, starts at index.html\n`);
  return 0;
}

async function fill(folder: string, request: SiteRequest): Promise<void> {
  const { figures, results, title } = request;
  const write = async (file: string, page: SitePage) =>
    writeAtomically(path.join(folder, file), Buffer.from(sitePage(page)));
  await writeAtomically(path.join(folder, MARK), Buffer.from(''));
  await copyFigurePages(figures, path.join(folder, 'figures'));
  const ledger = await recordedLedger(results);
  const table = ledgerHtml(ledger, (notebook) => `figures/notebooks/${notebook}.html`);
  const claims = 'The paper’s claims';
  await write('ledger.html', {
    ...{ title: claims, up: 'index.html', body: scrolled(table, claims, 'ledger') },
  });
  await write('tables.html', await tablesPage(results, path.join(folder, 'tables')));
  const live = await livePage(folder, request, ledger);
  const notebooks = await notebookPages(path.join(folder, 'figures'));
  const parts = [
    ...(live === undefined
      ? []
      : [{ href: live, text: 'Live page: trained networks in your browser' }]),
    { href: 'figures/index.html', text: 'Gallery: all figures' },
    { href: 'tables.html', text: 'Tables' },
    { href: 'ledger.html', text: 'Ledger: the paper’s claims, one by one' },
  ];
  const pages = notebooks.map((name) => {
    return { href: `figures/notebooks/${name}`, text: name.replace(/\.html$/, '') };
  });
  const body = `${links(parts)}\n<h2>Notebooks</h2>\n${links(pages)}`;
  await write('index.html', { title, body });
}

/** A page of the tables that have runs; their files go to `folder`. */
async function tablesPage(records: string, folder: string): Promise<SitePage> {
  const read = await readBothSplits(records);
  const results = { valid: new Results(read.valid.records), test: new Results(read.test.records) };
  const sections: string[] = [];
  for (const specification of tableSpecifications) {
    const { presets, split = 'test' } = specification;
    if (presets.length === 0) continue;
    const found = resultTable(specification, results[split], { scale: 'laptop', split });
    const { cells, tables } = found;
    if (tables.length === 0 || cells.every(({ cell }) => cell === undefined)) continue;
    for (const table of tables) sections.push(scrolled(tableHtml(table), table.caption));
    const names = (await writeTable(found, folder)).map((file) => path.basename(file));
    sections.push(links(names.map((name) => ({ href: `tables/${name}`, text: name }))));
  }
  return { title: 'Tables', up: 'index.html', body: sections.join('\n') };
}

/** The file of the live page; undefined where there are neither runs nor that of notebook 15. */
async function livePage(
  folder: string,
  { runs: folders, figures }: SiteRequest,
  ledger: Awaited<ReturnType<typeof recordedLedger>>,
): Promise<string | undefined> {
  const file = path.join(folder, 'live.html');
  await rm(path.join(folder, 'figures', 'live-page.html'), { force: true }); // one live page is enough
  if (folders.length > 0) {
    const runs = await findRuns(folders);
    if (runs.length === 0) throw invalid(where, '--runs', 'finished runs', folders.join(','));
    await writeLivePage({ runs, ledger, notebooks: 'figures/notebooks', file });
    return 'live.html';
  }
  const made = path.join(figures, 'live-page.html');
  if (!(await isThere(where, made))) return undefined;
  await copyFile(made, file);
  return 'live.html';
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    const found = await stat(path.join(folder, name));
    if (found.isFile()) bytes += found.size;
  }
  return bytes;
}
