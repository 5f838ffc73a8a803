/** `npm test`: sets up, then runs every check; a failing one does not stop the others. */
import util from 'util';
import './environment.mjs';
import { UsageError, runCommand } from './command.mjs';

const HELP = `Usage: npm test -- [options]

Sets up what is missing, then checks, in this order:
  types      the strict TypeScript compiler
  kernel     lib/ as tslab compiles it: TypeScript 5.0, not strict
  lint       eslint, import cycles included
  format     prettier
  unit       unit and property tests (vitest)
  notebooks  every notebook on its tiny profile: synthetic data, no download
  browser    a notebook in JupyterLab: run it, drag a slider, see the curve change

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

async function main() {
  const { values } = util.parseArgs({ options: OPTIONS });
  if (values.help) return console.log(HELP);
  const { CHECKS, endOnSignals, summary } = await import('./testChecks.mjs');
  const { duration } = await import('./cellReport.mjs');
  const names = CHECKS.map((check) => check.name);
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown) throw new UsageError(`--only must be one of ${names.join(', ')}, got '${unknown}'.`);
  const chosen = CHECKS.filter(
    ({ name }) => values.only.length === 0 || values.only.includes(name),
  );
  if (!values['skip-setup']) await (await import('./setup.mjs')).setup();

  endOnSignals();
  const start = performance.now();
  const results = [];
  // The checks of one group have a core each; the others use all cores by themselves.
  for (const group of new Set(chosen.map((check) => check.group))) {
    const members = chosen.filter((check) => check.group === group);
    const runs = members.map((check) => check.timed());
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
