/** `npm test`: sets up, then runs every check; a failing one does not stop the others. */
import util from 'util';
import './environment.mjs';
import { UsageError, runCommand } from './command.mjs';

const HELP = `Usage: npm test -- [CHECK [WORD…]] [options]

Sets up what is missing, then checks, in this order:
  types      the strict TypeScript compiler
  kernel     lib/ as tslab compiles it: TypeScript 5.0, not strict
  lint       eslint, import cycles included
  format     prettier
  unit       unit and property tests (vitest)
  notebooks  every notebook on its tiny profile: synthetic data, no download
  browser    a notebook in JupyterLab: run it, drag a slider, see the curve change

With a CHECK only that one runs; WORDs say which part of it: of unit, the test files whose path has one of them (npm test --
unit losses); of notebooks, those of these numbers or names (npm test -- notebooks 03 05).

  --only NAME   this check only; may be given several times
  --skip-setup  use what is installed, unchecked
  --help        show this

The last line counts tests, notebooks and the other checks: N passed, M failed.`;

/** @satisfies {import('util').ParseArgsConfig['options']} */
const OPTIONS = {
  only: { type: 'string', multiple: true, default: [] },
  'skip-setup': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/** Checks of which a part can be run. */
const PARTIAL = ['unit', 'notebooks'];

async function main() {
  const { values, positionals } = util.parseArgs({ options: OPTIONS, allowPositionals: true });
  if (values.help) return console.log(HELP);
  const { CHECKS, endOnSignals, summary } = await import('./testChecks.mjs');
  const { duration } = await import('./cellReport.mjs');
  const names = CHECKS.map((check) => check.name);
  const [named, ...words] = positionals;
  const only = named === undefined ? values.only : [...values.only, named];
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`A check must be one of ${names.join(', ')}, got '${unknown}'.`);
  }
  if (words.length > 0 && !PARTIAL.includes(named)) {
    throw new UsageError(
      `Of ${named} there are no parts: ${PARTIAL.join(' and ')} have, got '${words[0]}'.`,
    );
  }
  const chosen = CHECKS.filter(({ name }) => only.length === 0 || only.includes(name));
  if (!values['skip-setup']) await (await import('./setup.mjs')).setup();

  endOnSignals();
  const start = performance.now();
  const results = [];
  // The checks of one group have a core each; the others use all cores by themselves.
  for (const group of new Set(chosen.map((check) => check.group))) {
    const members = chosen.filter((check) => check.group === group);
    const runs = members.map((check) => check.timed(check.name === named ? words : []));
    for (const [index, run] of runs.entries()) {
      if (index === 0) console.log(`\n… ${members.map(({ name }) => name).join(', ')}`);
      const result = await run;
      if (result.interrupted) process.exit(130);
      results.push(result);
      const mark = result.failed > 0 ? '✗' : '✓';
      console.log(`${mark} ${result.name} (${duration(result.seconds)})`);
      if (result.output) console.log(result.output.replace(/^/gm, '  '));
    }
  }
  const { table, line, failed } = summary(results, (performance.now() - start) / 1000);
  console.log(`\n${table}\n\n${line}`);
  process.exitCode = failed > 0 ? 1 : 0;
}

await runCommand(main);
