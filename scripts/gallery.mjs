/**
 * The gallery `index.html`: one page, no network, a card for each exported figure, grouped by notebook. A figure NAME
 * with a page NAME.html beside it (explore-pat) gets a link to that too.
 * By hand: `node scripts/gallery.mjs [DIR]`.
 */
import fs from 'fs';
import path from 'path';
import { pathToFileURL } from 'url';
import { runCommand } from './command.mjs';
import { ROOT } from './environment.mjs';
import { readResults } from './notebookRecord.mjs';
import { byReadingOrder } from './notebookFiles.mjs';
import { writeWhole } from './setup/files.mjs';

/** @typedef {import('./notebookRecord.mjs').FigureFile} FigureFile */
/** @typedef {import('./notebookRecord.mjs').NotebookRecord} NotebookRecord */

/**
 * What cards depend on: the names of the files in the figures' folder, and the titles that several figures have.
 * @typedef {{ files: Set<string>, twice: Set<string> }} Shown
 */

const FORMATS = ['pdf', 'svg', 'png', 'csv', 'json'];

const STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --quiet: #57606a; --card: #f6f8fa; --edge: #d0d7de;
  --link: #0550ae; }
@media (prefers-color-scheme: dark) {
  :root { --back: #0d1117; --text: #e6edf3; --quiet: #9ea7b3; --card: #161b22; --edge: #30363d; --link: #79b8ff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 1.5rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; } h2 { margin: 2.5rem 0 0; font-size: 1.3rem; } h3 { margin: 0; font-size: 1rem; }
p { margin: 0.25rem 0; } a { color: var(--link); } .quiet { color: var(--quiet); font-size: 0.9rem; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: 1rem;
  margin: 1rem 0 0; padding: 0; list-style: none; }
.card { display: flex; flex-direction: column; gap: 0.75rem; padding: 1rem; background: var(--card);
  border: 1px solid var(--edge); border-radius: 0.5rem; }
.picture { display: block; padding: 0.5rem; background: #fff; border-radius: 0.25rem; }
.picture img { display: block; width: 100%; height: auto; max-height: 34rem; object-fit: cover; object-position: top; }
@media (min-width: 60rem) { .cards > .card:only-child { grid-column: 1 / -1; display: grid;
  grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); grid-template-rows: auto auto auto 1fr; gap: 0.5rem 1.5rem; }
  .card:only-child .picture { grid-row: 1 / -1; align-self: start; } .card:only-child .files { margin: 0; } }
.card p { font-size: 0.9rem; overflow-wrap: anywhere; }
.files { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: auto 0 0; padding: 0; list-style: none; }
.files a { display: inline-block; padding: 0.25rem 0; } .files strong a { font-size: 1.05rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: 0.5rem 0 0; padding: 0; list-style: none; }
nav a { display: inline-block; padding: 0.25rem 0; }
code { overflow-wrap: anywhere; }
@media (max-width: 36rem) { body { padding: 0.75rem; } .card { padding: 0.75rem; } }
`;

/**
 * Text made safe for HTML content and quoted attributes.
 * @param {string} text
 */
export function escapeHtml(text) {
  /** @type {Record<string, string>} */
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

/**
 * Writes `folder/index.html`; returns its path and the names of the figures in it.
 * @param {string} folder
 */
export function writeGallery(folder) {
  const { records, figures } = readResults(folder);
  records.sort((a, b) => byReadingOrder(a.name, b.name));
  const files = new Set(fs.readdirSync(folder));
  /** @param {FigureFile} figure */
  const owner = (figure) => records.find((record) => record.figures.includes(figure.name));
  const twice = repeated(figures.map((figure) => figure.title));
  const sections = records.map((record) => {
    const own = figures.filter((figure) => owner(figure) === record);
    return section(record.title, recordNote(record), own, { files, twice, record });
  });
  const others = figures.filter((figure) => !owner(figure));
  if (others.length > 0) sections.push(section('Other figures', '', others, { files, twice }));
  const page = path.join(folder, 'index.html');
  const contents = records.map((record) => link(`#${anchor(record)}`, record.title));
  writeWhole(page, pageHtml(sections, contents, figures.length));
  return { page, figures: figures.map((figure) => figure.name) };
}

/**
 * @param {string[]} sections
 * @param {string[]} contents
 * @param {number} figureCount
 */
function pageHtml(sections, contents, figureCount) {
  const count = `${plural(figureCount, 'figure')} from ${plural(contents.length, 'notebook')}.`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Figures</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Figures</h1>
<p>${count} Each comes as PDF, SVG and PNG for print, with the numbers behind it as CSV and the Plotly figure as JSON.</p>
</header>
<nav aria-label="Notebooks"><ul>${contents.map((each) => `<li>${each}</li>`).join('')}</ul></nav>
<main>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

/**
 * @param {string} title
 * @param {string} note HTML
 * @param {FigureFile[]} figures
 * @param {Shown & { record?: NotebookRecord }} shown
 */
function section(title, note, figures, { files, twice, record }) {
  const page = record && `notebooks/${encodeURIComponent(record.name)}.html`;
  const open = page ? ` ${link(page, 'Open the notebook with its outputs')}` : '';
  const cards = figures.map((figure) => card(figure, { files, twice }, page)).join('\n');
  const list = cards ? `\n<ul class="cards">\n${cards}\n</ul>` : '';
  return `<section${record ? ` id="${anchor(record)}"` : ''}>
<h2>${escapeHtml(title)}</h2>
<p class="quiet">${note}${open}</p>${list}
</section>`;
}

/** @param {NotebookRecord} record */
function recordNote({ ok, profile, parameters, values = [], seconds }) {
  const failed = ok ? '' : '<strong>A cell failed.</strong> ';
  const shown = values.length > 0 ? values : parameters.map((each) => each.replace(/;$/, ''));
  const set = shown.length > 0 ? `: <code>${escapeHtml(shown.join(', '))}</code>` : '';
  return `${failed}Ran in ${seconds.toFixed(1)} s, profile ${escapeHtml(profile)}${set}.`;
}

/**
 * @param {FigureFile} figure
 * @param {Shown} shown
 * @param {string} [page] the notebook's
 */
function card(figure, { files, twice }, page) {
  /** @param {string} format */
  const url = (format) => encodeURIComponent(`${figure.name}.${format}`);
  /** @param {string} format */
  const has = (format) => files.has(`${figure.name}.${format}`);
  const thumbnail = ['png', 'svg'].find(has);
  const isTwice = twice.has(figure.title);
  const title = escapeHtml(isTwice ? `${figure.title}: ${figure.name}` : figure.title);
  const picture = thumbnail
    ? `<a class="picture" href="${url(thumbnail)}"><img src="${url(thumbnail)}" alt="${title}" loading="lazy"></a>\n`
    : '';
  /** @param {string} kind */
  const named = (kind) => `${kind}: ${figure.title}${isTwice ? `, ${figure.name}` : ''}`;
  const links = FORMATS.filter(has).map((format) =>
    link(url(format), format.toUpperCase(), named(format.toUpperCase())),
  );
  if (has('html')) {
    links.unshift(`<strong>${link(url('html'), 'Interactive', named('Interactive'))}</strong>`);
  }
  if (page) links.push(link(page, 'Notebook', named('Notebook')));
  return `<li class="card">
${picture}<h3>${title}</h3>
<p>${escapeHtml(figure.caption || '')} <code>${escapeHtml(figure.name)}</code></p>
<ul class="files">${links.map((each) => `<li>${each}</li>`).join('')}</ul>
</li>`;
}

/**
 * A link; `label` is what a screen reader says in place of the text.
 * @param {string} url
 * @param {string} text
 * @param {string} [label]
 */
function link(url, text, label) {
  const spoken = label ? ` aria-label="${escapeHtml(label)}"` : '';
  return `<a href="${escapeHtml(url)}"${spoken}>${escapeHtml(text)}</a>`;
}

/** @param {string[]} texts */
function repeated(texts) {
  return new Set(texts.filter((text, i) => texts.indexOf(text) !== i));
}

/** @param {NotebookRecord} record */
function anchor({ name }) {
  return `notebook-${encodeURIComponent(name)}`;
}

/**
 * @param {number} count
 * @param {string} noun
 */
function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runCommand(() => {
    const folder = path.resolve(process.argv[2] || path.join(ROOT, 'figures'));
    const { page, figures } = writeGallery(folder);
    console.log(`${plural(figures.length, 'figure')}: ${path.relative('', page)}`);
  });
}
