/** `npm start`: sets up, runs every notebook headless, writes the figures and a gallery of them. */
import util from 'util';
import './environment.mjs';
import { runCommand } from './command.mjs';

const HELP = `Usage: npm start -- [options]

Sets up what is missing, runs all notebooks without a browser and writes to figures/: each figure as PDF, SVG, PNG,
CSV and JSON, each notebook with its outputs as HTML (figures/notebooks), and a gallery (figures/index.html).
The committed notebooks stay as they are.

  --only NAME     run this notebook only (its number or name); may be given several times
  --profile NAME  tiny, quick (default) or full
  --out DIR       folder for the figures (default: figures)
  --timeout S     seconds one cell may take (default: no limit)
  --skip-setup    use what is installed, unchecked
  --help          show this`;

/** @satisfies {import('util').ParseArgsConfig['options']} */
const OPTIONS = {
  only: { type: 'string', multiple: true, default: [] },
  profile: { type: 'string', default: 'quick' },
  out: { type: 'string' },
  timeout: { type: 'string' },
  'skip-setup': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/** @typedef {Awaited<ReturnType<typeof import('./runNotebook.mjs').runNotebook>>} Result */

/** Seconds to expect of a notebook that has not run here before. */
const FIRST_GUESS = 20;

async function main() {
  const { values } = util.parseArgs({ options: OPTIONS });
  if (values.help) return console.log(HELP);
  const path = await import('path');
  const notebooks = await import('./runNotebook.mjs');
  const { assignments } = await import('./notebookParameters.mjs');
  const { cellReporter, duration, remaining } = await import('./cellReport.mjs');
  const { findNotebook, listNotebooks } = await import('./notebookFiles.mjs');
  const { lastSeconds } = await import('./notebookRecord.mjs');
  const { writeGallery } = await import('./gallery.mjs');
  const start = performance.now();
  const timeout = notebooks.parseTimeout(values.timeout);
  const files = values.only.length > 0 ? values.only.map(findNotebook) : listNotebooks();
  for (const file of files) assignments(file, values.profile);
  const out = values.out === undefined ? notebooks.FIGURES : path.resolve(values.out);
  notebooks.checkWritable(out);
  if (!values['skip-setup']) await (await import('./setup.mjs')).setup();
  notebooks.stopOnSignals();

  const expected = files.map((file) => lastSeconds(file, out) || FIRST_GUESS);
  /** @type {Result[]} */
  const results = [];
  for (const [index, file] of files.entries()) {
    const later = expected.slice(index + 1).reduce((sum, seconds) => sum + seconds, 0);
    /** @param {number} share */
    const secondsLeft = (share) => later + expected[index] * (1 - share);
    const name = path.basename(file, '.ipynb');
    console.log(`\n${name} (${index + 1} of ${files.length}, ${remaining(secondsLeft(0))})`);
    const onEvent = cellReporter({ secondsLeft });
    const result = await notebooks.runNotebook(file, {
      profile: values.profile,
      timeout,
      out,
      onEvent,
    });
    if (result.interrupted) {
      console.log('\nInterrupted; the kernel is stopped.');
      process.exitCode = 130;
      return;
    }
    console.log(`${result.ok ? '✓' : '✗'} ${name} in ${duration(result.seconds)}`);
    results.push(result);
  }

  writeGallery(out);
  summary(results, path.relative('', out) || '.', duration((performance.now() - start) / 1000));
  process.exitCode = results.every((result) => result.ok) ? 0 : 1;
}

/**
 * @param {Result[]} results
 * @param {string} folder
 * @param {string} elapsed
 */
function summary(results, folder, elapsed) {
  const failed = results.filter((result) => !result.ok);
  const figures = new Set(results.flatMap((result) => result.figures)).size;
  console.log(`
${results.length - failed.length} of ${results.length} notebooks ran, ${figures} figures written, in ${elapsed}.
  ${folder}/            the figures: PDF, SVG, PNG, the numbers as CSV, the Plotly figure as JSON
  ${folder}/notebooks/  the notebooks with their outputs, as HTML`);
  for (const { name, failure } of failed) {
    const where = failure?.position ? `cell ${failure.position}: ` : '';
    console.log(`✗ ${name}: ${where}${reasonLine(failure?.reason ?? '')}`);
  }
  console.log(`
Next: open ${folder}/index.html for the gallery, or step through the notebooks in JupyterLab: npm run lab`);
}

/**
 * The line of an error that names it, or else its first.
 * @param {string} reason
 */
function reasonLine(reason) {
  const lines = reason.split('\n').map((line) => line.trim());
  return lines.find((line) => /^\w*Error: /.test(line)) || lines.find(Boolean);
}

await runCommand(main);
