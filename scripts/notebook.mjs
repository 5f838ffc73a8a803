/** `npm run notebook -- NAME`: runs one notebook headless, with parameters. */
import util from 'util';
import './environment.mjs';
import { UsageError, runCommand } from './command.mjs';

const HELP = `Usage: npm run notebook -- NAME [options]

Runs the notebook NAME (its number, its name or its path) without a browser and writes the figures it exports,
the executed copy and its HTML. The committed notebook stays as it is unless --save is given.

  --set name=value  set a parameter (JSON, or else a string); may be given several times
  --profile NAME    tiny, quick (default) or full
  --out DIR         folder for the figures; copies go to DIR/notebooks (default: figures)
  --save            write the outputs back into the notebook, to be committed (default parameters only)
  --timeout S       seconds one cell may take (default: no limit)
  --skip-setup      use what is installed, unchecked
  --help            show this

Example: npm run notebook -- 03 --set tau=2`;

/** @satisfies {import('util').ParseArgsConfig['options']} */
const OPTIONS = {
  set: { type: 'string', multiple: true, default: [] },
  profile: { type: 'string', default: 'quick' },
  out: { type: 'string' },
  save: { type: 'boolean', default: false },
  timeout: { type: 'string' },
  'skip-setup': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

async function main() {
  const { values, positionals } = util.parseArgs({ options: OPTIONS, allowPositionals: true });
  if (values.help) return console.log(HELP);
  if (positionals.length !== 1)
    throw new UsageError(`One NAME is needed, got ${positionals.length}.\n\n${HELP}`);
  const path = await import('path');
  const notebooks = await import('./runNotebook.mjs');
  const { findNotebook } = await import('./notebookFiles.mjs');
  const { assignments, parseSetting } = await import('./notebookParameters.mjs');
  const { cellReporter, duration } = await import('./cellReport.mjs');
  const { writeGallery } = await import('./gallery.mjs');
  const file = findNotebook(positionals[0]);
  const settings = values.set.map(parseSetting);
  const timeout = notebooks.parseTimeout(values.timeout);
  if (values.save && (settings.length > 0 || values.profile !== 'quick')) {
    throw new UsageError(
      '--save keeps outputs of the committed parameters: leave out --set and --profile.',
    );
  }
  const injected = assignments(file, values.profile, settings);
  const out = values.out === undefined ? notebooks.FIGURES : path.resolve(values.out);
  notebooks.checkWritable(out);
  if (!values['skip-setup']) await (await import('./setup.mjs')).setup();

  notebooks.stopOnSignals();
  console.log([path.basename(file, '.ipynb'), ...injected].join('  '));
  const result = await notebooks.runNotebook(file, {
    profile: values.profile,
    settings,
    timeout,
    out,
    save: values.save,
    onEvent: cellReporter(),
  });
  if (result.interrupted) {
    console.log('\nInterrupted; the kernel is stopped.');
    process.exitCode = 130;
    return;
  }
  writeGallery(out);
  const page = path.relative('', path.join(out, 'notebooks', `${result.name}.html`));
  console.log(`${result.ok ? '✓' : '✗'} ${result.name} in ${duration(result.seconds)}: ${page}`);
  if (values.save && result.ok) {
    await (await import('./notebookPictures.mjs')).writePicture(file);
    console.log(`  outputs saved in ${path.relative('', file)}`);
  }
  process.exitCode = result.ok ? 0 : 1;
}

await runCommand(main);
