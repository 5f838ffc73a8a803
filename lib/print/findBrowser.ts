/**
 * Where a Chromium is found, in this order (scripts/doctor.mjs follows it too): the environment variable
 * PAT_CHROMIUM; chromium, chromium-browser, google-chrome, google-chrome-stable on the PATH; the macOS
 * application; the npm package `@sparticuz/chromium` (Linux x64), unpacked once into `.cache/`.
 */
import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { InputError, invalid } from '../check';

/** A browser that was found. */
export interface BrowserLocation {
  path: string;
  /** What found it, for messages: `PAT_CHROMIUM`, `PATH`, `application` or `@sparticuz/chromium`. */
  source: string;
  /** Folder of shared libraries to fall back on where the system lacks them. */
  libraries?: string;
  /** What the browser's environment needs besides. */
  environment?: Readonly<Record<string, string>>;
}

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
/** Ends every message about a browser. */
export const BROWSER_REMEDY =
  'Install Chromium or Google Chrome, or set PAT_CHROMIUM to the path of one, and see `npm run doctor`.';
const requireHere = createRequire(__filename);

/**
 * Finds a browser in the order above.
 *
 * @param environment where PAT_CHROMIUM and PATH are read (default: the process's)
 * @throws InputError where PAT_CHROMIUM names no program, or nothing is found
 */
export async function findBrowser(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<BrowserLocation> {
  const chosen = environment.PAT_CHROMIUM;
  if (chosen) {
    if (isProgram(chosen)) return { path: chosen, source: 'PAT_CHROMIUM' };
    throw invalid(
      'findBrowser',
      'PAT_CHROMIUM',
      'the path of a Chromium program',
      chosen,
      BROWSER_REMEDY,
    );
  }
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const installed = COMMANDS.flatMap((name) => folders.map((folder) => join(folder, name)));
  const onPath = installed.find(isProgram);
  if (onPath) return { path: onPath, source: 'PATH' };
  const application = process.platform === 'darwin' ? APPLICATIONS.find(isProgram) : undefined;
  if (application) return { path: application, source: 'application' };
  return bundledBrowser();
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Unpacks npm's Chromium into a folder of our own (the package itself would use a shared name under /tmp). */
async function bundledBrowser(): Promise<BrowserLocation> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new InputError(`findBrowser: no Chromium found on the PATH. ${BROWSER_REMEDY}`);
  }
  try {
    const entry = requireHere.resolve('@sparticuz/chromium');
    const manifest = readFileSync(resolve(entry, '../../../package.json'), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    const folder = resolve(__dirname, `../../.cache/chromium-${version}`);
    if (!existsSync(folder)) await unpack(entry, folder);
    const libraries = join(folder, 'al2023', 'lib');
    const environment = withoutSystemFonts(folder);
    return {
      path: join(folder, 'chromium'),
      source: '@sparticuz/chromium',
      libraries,
      environment,
    };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new InputError(
      `findBrowser: no Chromium on the PATH, and @sparticuz/chromium is no help: ${cause} ${BROWSER_REMEDY}`,
    );
  }
}

/**
 * On a system without any font Chromium loads no web font either ("A network error occurred"): there the fonts that come with
 * the program are those of the user.
 *
 * @param settings folder of the system's font settings
 */
export function withoutSystemFonts(
  folder: string,
  settings = '/etc/fonts',
): Readonly<Record<string, string>> {
  return existsSync(settings) ? {} : { XDG_DATA_HOME: folder };
}

async function unpack(entry: string, folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const unpacked = mkdtempSync(`${folder}-`);
  try {
    // In a process of its own, as the package takes the folder, and whether to unpack the libraries
    // Chromium needs, from environment variables.
    await promisify(execFile)(
      process.execPath,
      ['-e', `require(${JSON.stringify(entry)}).executablePath()`],
      { env: { ...process.env, TMPDIR: unpacked, AWS_EXECUTION_ENV: 'nodejs20.x' } },
    );
    if (!existsSync(folder)) renameSync(unpacked, folder);
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}
