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
  --jobs N        notebooks at a time (default: 2 where there are two cores and the memory; those that measure
                  time always run alone, last)
  --out DIR       folder for the figures (default: figures)
  --timeout S     seconds one cell may take (default: no limit)
  --skip-setup    use what is installed, unchecked
  --help          show this`;

/** @satisfies {import('util').ParseArgsConfig['options']} */
const OPTIONS = {
  only: { type: 'string', multiple: true, default: [] },
  profile: { type: 'string', default: 'quick' },
  jobs: { type: 'string' },
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
  const pool = await import('./notebookPool.mjs');
  const { assignments } = await import('./notebookParameters.mjs');
  const { cellReporter, duration, remaining } = await import('./cellReport.mjs');
  const { findNotebook, listNotebooks } = await import('./notebookFiles.mjs');
  const { lastSeconds } = await import('./notebookRecord.mjs');
  const { writeGallery } = await import('./gallery.mjs');
  const start = performance.now();
  const timeout = notebooks.parseTimeout(values.timeout);
  const files = values.only.length > 0 ? values.only.map(findNotebook) : listNotebooks();
  for (const file of files) assignments(file, values.profile);
  const jobs = Math.min(pool.parseJobs(values.jobs), files.length);
  const out = values.out === undefined ? notebooks.FIGURES : path.resolve(values.out);
  notebooks.checkWritable(out);
  if (!values['skip-setup']) await (await import('./setup.mjs')).setup();
  notebooks.stopOnSignals();

  const expected = new Map(files.map((file) => [file, lastSeconds(file, out) || FIRST_GUESS]));
  let begun = 0;
  /** @type {Map<string, Result>} */
  const byFile = new Map();
  await pool.runNotebooks(files, jobs, async (file) => {
    /** @param {number} share of this notebook that is done */
    const secondsLeft = (share) => {
      const ahead = files.filter((each) => each !== file && !byFile.has(each));
      const seconds = ahead.reduce((sum, each) => sum + (expected.get(each) ?? 0), 0);
      return (seconds + (expected.get(file) ?? 0) * (1 - share)) / jobs;
    };
    const name = path.basename(file, '.ipynb');
    console.log(`\n${name} (${++begun} of ${files.length}, ${remaining(secondsLeft(0))})`);
    const write = (/** @type {string} */ text) => {
      process.stdout.write(jobs > 1 ? pool.labelled(file, text) : text);
    };
    const onEvent = cellReporter({ secondsLeft, write, live: jobs === 1 });
    const options = { profile: values.profile, timeout, out, onEvent };
    const result = await notebooks.runNotebook(file, options);
    if (result.interrupted) return false;
    console.log(`${result.ok ? '✓' : '✗'} ${name} in ${duration(result.seconds)}`);
    byFile.set(file, result);
    return true;
  });
  if (byFile.size < files.length) {
    console.log('\nInterrupted; the kernels are stopped.');
    process.exitCode = 130;
    return;
  }
  const results = files.flatMap((file) => byFile.get(file) ?? []);

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
