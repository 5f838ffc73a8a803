/**
 * axe-core, the accessibility checker, for pages in the test browser. It is no dependency of the kit: the first test run
 * asks the npm registry for it and keeps it in .cache/; where there is none, tests that need it are skipped.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import * as tar from 'tar';

const VERSION = '4.10.3';
const SHA512 =
  'Xm7bpRXnDSX2YE2YFfBk2FnF0ep6tmG7xPh8iHee8MIcrgq762Nkce856dYtJYLkuIoYZvGfTs/PbZhideTcEg==';
const KEPT = resolve(__dirname, '../../.cache', `axe-core-${VERSION}.js`);

/** The checker's source, undefined where it is neither kept nor to be had. */
export function axeSource(): string | undefined {
  if (!existsSync(KEPT)) fetchAxe();
  return existsSync(KEPT) ? readFileSync(KEPT, 'utf8') : undefined;
}

function fetchAxe(): void {
  const folder = mkdtempSync(join(tmpdir(), 'pat-axe-'));
  try {
    const wanted = ['pack', `axe-core@${VERSION}`, '--pack-destination', folder];
    const { status } = spawnSync('npm', wanted, { stdio: 'ignore', timeout: 30_000 });
    const archive = join(folder, `axe-core-${VERSION}.tgz`);
    if (status !== 0 || !existsSync(archive)) return;
    const digest = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (digest !== SHA512) throw new Error(`axe-core ${VERSION} from npm has sha512 ${digest}`);
    tar.extract({ file: archive, cwd: folder, sync: true }, ['package/axe.min.js']);
    mkdirSync(resolve(KEPT, '..'), { recursive: true });
    renameSync(join(folder, 'package', 'axe.min.js'), KEPT);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Violation {
  id: string;
  impact: string | null;
  help: string;
  nodes: { target: unknown[]; failureSummary?: string }[];
}

/** What axe finds on the page, all rules, best practices included: one line per finding, worst kind first. */
export async function axeFindings(page: Page, source: string): Promise<string[]> {
  await page.evaluate(source);
  const violations = await page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } })
      .axe;
    return (await axe.run()).violations;
  });
  return violations.flatMap(({ id, impact, help, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) =>
      [impact, id, help, String(target), failureSummary.replace(/\s+/g, ' ')].join(' · '),
    ),
  );
}
