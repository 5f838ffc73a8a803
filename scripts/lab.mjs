/**
 * `npm run lab`: sets up what is missing and starts JupyterLab in the repository, on 127.0.0.1 and with a token.
 * The user's own Jupyter settings stay out (environment.mjs), so nothing widens the address; that the server
 * refuses requests without the token is tried before its address is printed.
 */
import { spawn } from 'child_process';
import { randomBytes } from 'crypto';
import fs from 'fs';
import net from 'net';
import path from 'path';
import { setTimeout as delay } from 'timers/promises';
import util from 'util';
import { passWithoutChatter } from './chatter.mjs';
import { Failure, kernelEnvironment, ROOT, venvBin } from './environment.mjs';
import { onStop, runCommand, UsageError } from './command.mjs';
import { readJson } from './setup/files.mjs';
import { makeWorkingCopies, WORK } from './workingCopies.mjs';

const HELP = `Usage: npm run lab -- [options] [NOTEBOOK] [-- JUPYTER OPTIONS]

Sets up what is missing, then starts JupyterLab on 127.0.0.1 with a token and opens NOTEBOOK
(default: work/00-start-here.ipynb). Ctrl-C stops it. work/ has copies of the kit's notebooks, which JupyterLab may save
without git noticing; a copy that you did not change follows its original.

  --port N      port (default: 8888, or the next one that is free)
  --container   in a container: listen on all of its addresses, for docker run -p 127.0.0.1:8888:8888
  --no-browser  print the address, open no browser
  --skip-setup  use what is installed, unchecked
  --help        show this

PAT_LAB_TOKEN sets the token (default: a new random one at each start).
From another machine: ssh -L 8888:127.0.0.1:8888 HOST, then open the printed address.`;

/** @satisfies {import('util').ParseArgsConfig['options']} */
const OPTIONS = {
  port: { type: 'string' },
  container: { type: 'boolean', default: false },
  'no-browser': { type: 'boolean', default: false },
  'skip-setup': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/** Jupyter options that could open the server to others; refused. */
const REFUSED =
  /^--?(\w+\.)*(ip|sock|sock_mode|token|password\w*|config\w*|allow_\w+|local_hostnames|disable_check_xsrf|authenticat\w+|\w+_provider_class)(=|$)/i;

/** @typedef {{ url: string, hostname: string, port: number }} ServerInformation */

const LOCAL_ADDRESS = '127.0.0.1';
/** Of a container, whose own network the host decides about. */
const EVERY_ADDRESS = '0.0.0.0';
const DEFAULT_PORT = 8888;
const PATIENCE_MILLISECONDS = 20000;
const LAST_WORDS_MILLISECONDS = 500;
const FIRST_NOTEBOOK = `${WORK}/00-start-here.ipynb`;

async function main() {
  const cut = process.argv.indexOf('--', 2);
  const [own, passed] =
    cut < 0
      ? [process.argv.slice(2), []]
      : [process.argv.slice(2, cut), process.argv.slice(cut + 1)];
  const { values, positionals } = util.parseArgs({
    args: own,
    options: OPTIONS,
    allowPositionals: true,
  });
  if (values.help) return console.log(HELP);
  const outdated = makeWorkingCopies();
  if (outdated.length > 0) {
    console.log(
      `Changed here, and newer in notebooks/: ${outdated.join(', ')} (${WORK}/). Remove a copy to have the new one.`,
    );
  }
  const notebook = checkNotebook(positionals);
  const port = checkPort(values.port);
  checkPassed(passed);
  if (port !== undefined) await checkFree(port);
  if (!values['skip-setup']) await (await import('./setup.mjs')).setup();

  const token = process.env.PAT_LAB_TOKEN || randomBytes(24).toString('hex');
  const browser = !values['no-browser'];
  const ip = values.container ? EVERY_ADDRESS : LOCAL_ADDRESS;
  const { server, told } = startServer({ token, notebook, port, passed, browser, ip });
  let running = true;
  /** @type {Promise<string | undefined>} */
  const ended = new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code, signal) => {
      running = false;
      resolve(code === 0 ? undefined : signal ? `by ${signal}` : `with exit status ${code}`);
    });
  });
  let stopping = false;
  const stop = () => {
    stopping = true;
    server.kill('SIGTERM');
    setTimeout(() => server.kill('SIGKILL'), PATIENCE_MILLISECONDS).unref();
  };
  onStop(stop);

  const information = await Promise.race([
    serverInformation(server, () => running),
    ended.then(() => undefined),
  ]);
  if (information) {
    try {
      await checkClosed(information, ip);
    } catch (error) {
      if (running && !stopping) {
        stop();
        await ended;
        throw error;
      }
    }
    if (running && !stopping) {
      const chosen = port !== undefined || passed.some((option) => /port/i.test(option));
      announce(information, { notebook, token, chosen, ip });
    }
  }
  const how = await ended;
  if (stopping) return console.log('JupyterLab is stopped.');
  if (how === undefined && information) return console.log('JupyterLab was shut down.');
  await Promise.race([told, delay(LAST_WORDS_MILLISECONDS)]); // a browser that it opened may hold the stream
  throw new Failure(
    'JupyterLab',
    `it ended ${how || 'before it listened'}; its messages are above.`,
    passed.length > 0
      ? `Check the options after --: ${passed.join(' ')}. Otherwise see \`npm run doctor\`.`
      : 'See `npm run doctor`.',
  );
}

/**
 * @param {ServerInformation} information
 * @param {{ notebook: string, token: string, chosen: boolean, ip: string }} options whether the user chose the port
 */
function announce({ url, port }, { notebook, token, chosen, ip }) {
  const file = notebook.split('/').map(encodeURIComponent).join('/');
  const moved = !chosen && port !== DEFAULT_PORT;
  const note = moved ? ` Port ${DEFAULT_PORT} is in use, so it listens on ${port}.` : '';
  const where =
    ip === LOCAL_ADDRESS
      ? 'this machine only (127.0.0.1)'
      : `all addresses of this container, port ${port}: publish it to 127.0.0.1 alone`;
  console.log(`
JupyterLab runs on ${where}.${note} Ctrl-C stops it.
  http://${LOCAL_ADDRESS}:${port}${new URL(url).pathname}lab/tree/${file}?token=${token}\n`);
}

/** JupyterLab reads its own style from the folder of its settings. */
function writeStyle() {
  const folder = path.join(kernelEnvironment().JUPYTER_CONFIG_DIR, 'custom');
  fs.mkdirSync(folder, { recursive: true });
  fs.copyFileSync(path.join(ROOT, 'scripts', 'lab.css'), path.join(folder, 'custom.css'));
}

/** @param {{ token: string, notebook: string, port: number | undefined, passed: string[], browser: boolean, ip: string }} options */
function startServer({ token, notebook, port, passed, browser, ip }) {
  /** @type {Record<string, string | number>} */
  const settings = {
    'ServerApp.ip': ip,
    'ServerApp.root_dir': ROOT,
    'ServerApp.allow_root': process.getuid?.() === 0 ? 'True' : 'False',
    'ServerApp.open_browser': browser ? 'True' : 'False',
    'ServerApp.allow_remote_access': 'False',
    'ServerApp.log_level': 'WARN',
    'LabApp.log_level': 'WARN',
    'LabApp.default_url': `/lab/tree/${notebook}`,
    'LabApp.custom_css': 'True',
    'LabApp.news_url': '',
    'LabApp.check_for_updates_class': 'jupyterlab.NeverCheckForUpdate',
  };
  if (port !== undefined)
    Object.assign(settings, { 'ServerApp.port': port, 'ServerApp.port_retries': 0 });
  writeStyle();
  const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  const server = spawn(
    venvBin('python'),
    [path.join(ROOT, 'scripts', 'labServer.py'), ...flags, ...passed],
    {
      cwd: ROOT,
      env: { ...kernelEnvironment(), JUPYTER_TOKEN: token },
      stdio: ['pipe', 'inherit', 'pipe'], // the first closes, and the server ends, when this process is gone
      detached: true, // Ctrl-C reaches it through `stop` alone, which ends it at once
    },
  );
  return { server, told: passWithoutChatter(server.stderr) };
}

/**
 * What the server writes of itself once it listens; undefined when it ended before.
 * @param {import('child_process').ChildProcess} server
 * @param {() => boolean} isRunning
 * @returns {Promise<ServerInformation | undefined>}
 */
async function serverInformation(server, isRunning) {
  const folder = kernelEnvironment().JUPYTER_RUNTIME_DIR;
  const file = path.join(folder, `jpserver-${server.pid}.json`);
  while (isRunning()) {
    const information = readJson(file);
    if (information) return /** @type {ServerInformation} */ (information);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return undefined;
}

/**
 * Throws when another program listens on `port`: Jupyter's own message would be lost among others.
 * @param {number} port
 */
async function checkFree(port) {
  const probe = net.createServer();
  try {
    await new Promise((resolve, reject) => {
      probe.once('error', reject);
      probe.listen({ port, host: '127.0.0.1' }, () => resolve(undefined));
    });
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    const cause = code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${code})`;
    throw new UsageError(
      `npm run lab: port ${port} ${cause}. Give another --port, or none for the next one that is free.`,
    );
  } finally {
    probe.close();
  }
}

/**
 * Throws unless the server listens on `ip` and sends requests without the token to its login page.
 * @param {ServerInformation} information
 * @param {string} ip
 */
async function checkClosed({ port, url, hostname }, ip) {
  const { status, headers } = await fetch(
    `http://${LOCAL_ADDRESS}:${port}${new URL(url).pathname}lab`,
    {
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    },
  );
  const login = status === 302 && /\/login/.test(headers.get('location') || '');
  if (hostname === ip && login) return;
  throw new Failure(
    'JupyterLab',
    `it listens on ${hostname} and answers ${status} without a token: a system-wide Jupyter configuration overrules the kit.`,
    'Remove the settings of ip, token and password from /etc/jupyter and /usr/local/etc/jupyter.',
  );
}

/** @param {string[]} positionals */
function checkNotebook(positionals) {
  if (positionals.length > 1)
    throw new UsageError(`npm run lab: one notebook at most, got ${positionals.length}.`);
  if (positionals.length === 0) return FIRST_NOTEBOOK;
  const file = path.relative(ROOT, path.resolve(positionals[0]));
  if (!file.startsWith('..') && fs.existsSync(path.join(ROOT, file))) return file;
  throw new UsageError(
    `npm run lab: there is no notebook ${positionals[0]} in the repository. Give its path, e.g. ${FIRST_NOTEBOOK}.`,
  );
}

/** @param {string | undefined} text */
function checkPort(text) {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new UsageError(`npm run lab: --port must be an integer from 1 to 65535, got ${text}.`);
}

/** @param {string[]} passed */
function checkPassed(passed) {
  const refused = passed.find((option) => REFUSED.test(option));
  if (refused === undefined) return;
  throw new UsageError(
    `npm run lab: ${refused} is refused: the server stays on 127.0.0.1 with a token. ` +
      'From another machine: ssh -L 8888:127.0.0.1:8888 HOST. Another token: PAT_LAB_TOKEN.',
  );
}

await runCommand(main);
