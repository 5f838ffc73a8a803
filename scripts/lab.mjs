/**
 * `npm run lab`: sets up what is missing and starts JupyterLab in the repository, on 127.0.0.1 and with a token.
 * The user's own Jupyter settings stay out (environment.mjs), so nothing widens the address; that the server
 * refuses requests without the token is tried before its address is printed.
 */
import { spawn } from 'child_process';
import { randomBytes } from 'crypto';
import fs from 'fs';
import path from 'path';
import util from 'util';
import { Failure, kernelEnvironment, ROOT, venvBin } from './environment.mjs';
import { runCommand, UsageError } from './command.mjs';

const HELP = `Usage: npm run lab -- [options] [NOTEBOOK] [-- JUPYTER OPTIONS]

Sets up what is missing, then starts JupyterLab on 127.0.0.1 with a token and opens NOTEBOOK
(default: notebooks/00-start-here.ipynb). Ctrl-C stops it.

  --port N      port (default: 8888, or the next one that is free)
  --no-browser  print the address, open no browser
  --skip-setup  use what is installed, unchecked
  --help        show this

PAT_LAB_TOKEN sets the token (default: a new random one at each start).
From another machine: ssh -L 8888:127.0.0.1:8888 HOST, then open the printed address.`;

const OPTIONS = {
  port: { type: 'string' },
  'no-browser': { type: 'boolean', default: false },
  'skip-setup': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/** Jupyter options that could open the server to others; refused. */
const REFUSED =
  /^--?(\w+\.)*(ip|sock|sock_mode|token|password\w*|config\w*|allow_\w+|local_hostnames|disable_check_xsrf|authenticat\w+|\w+_provider_class)(=|$)/i;

const FIRST_NOTEBOOK = 'notebooks/00-start-here.ipynb';

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
  const notebook = checkNotebook(positionals);
  const port = checkPort(values.port);
  checkPassed(passed);
  if (!values['skip-setup']) await (await import('./setup.mjs')).setup();

  const token = process.env.PAT_LAB_TOKEN || randomBytes(24).toString('hex');
  const environment = kernelEnvironment();
  const server = startServer({
    environment,
    token,
    notebook,
    port,
    passed,
    browser: !values['no-browser'],
  });
  const exit = new Promise((resolve) =>
    server.once('exit', (code, signal) => resolve({ code, signal })),
  );
  let stopping = false;
  const stop = () => {
    stopping = true;
    server.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);

  const ended = exit.then(() => undefined);
  const information = await Promise.race([serverInformation(environment, server.pid), ended]);
  if (information) {
    try {
      await checkClosed(information);
    } catch (error) {
      stop();
      await exit;
      throw error;
    }
    console.log(`
JupyterLab runs on this machine only (127.0.0.1). Ctrl-C stops it.
  ${information.url}lab/tree/${notebook.split('/').map(encodeURIComponent).join('/')}?token=${token}\n`);
  }
  const { code, signal } = await exit;
  if (stopping) return console.log('JupyterLab is stopped.');
  const how = signal ? `by ${signal}` : `with exit status ${code}`;
  throw new Failure(
    'JupyterLab',
    `it ended ${how}; its messages are above.`,
    'See `npm run doctor`.',
  );
}

function startServer({ environment, token, notebook, port, passed, browser }) {
  const settings = {
    'ServerApp.ip': '127.0.0.1',
    'ServerApp.root_dir': ROOT,
    'ServerApp.allow_root': process.getuid() === 0 ? 'True' : 'False',
    'ServerApp.open_browser': browser ? 'True' : 'False',
    'ServerApp.allow_remote_access': 'False',
    'ServerApp.log_level': 'WARN',
    'LabApp.log_level': 'WARN',
    'LabApp.default_url': `/lab/tree/${notebook}`,
    'LabApp.news_url': '',
    'LabApp.check_for_updates_class': 'jupyterlab.NeverCheckForUpdate',
  };
  if (port !== undefined)
    Object.assign(settings, { 'ServerApp.port': port, 'ServerApp.port_retries': 0 });
  const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  return spawn(venvBin('python'), ['-m', 'jupyterlab', ...flags, ...passed], {
    cwd: ROOT,
    env: { ...environment, JUPYTER_TOKEN: token },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true, // Ctrl-C reaches it through `stop` alone, which ends it at once
  });
}

/** What the server with this process id writes of itself once it listens. */
async function serverInformation(environment, pid) {
  const file = path.join(environment.JUPYTER_RUNTIME_DIR, `jpserver-${pid}.json`);
  for (;;) {
    try {
      return JSON.parse(fs.readFileSync(file, 'utf8'));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Throws unless the server listens on 127.0.0.1 and sends requests without the token to its login page. */
async function checkClosed({ url, hostname }) {
  const { status, headers } = await fetch(new URL('lab', url), { redirect: 'manual' });
  const login = status === 302 && /\/login/.test(headers.get('location') || '');
  if (hostname === '127.0.0.1' && login) return;
  throw new Failure(
    'JupyterLab',
    `it listens on ${hostname} and answers ${status} without a token: a system-wide Jupyter configuration overrules the kit.`,
    'Remove the settings of ip, token and password from /etc/jupyter and /usr/local/etc/jupyter.',
  );
}

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

function checkPort(text) {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new UsageError(`npm run lab: --port must be an integer from 1 to 65535, got ${text}.`);
}

function checkPassed(passed) {
  const refused = passed.find((option) => REFUSED.test(option));
  if (refused === undefined) return;
  throw new UsageError(
    `npm run lab: ${refused} is refused: the server stays on 127.0.0.1 with a token. ` +
      'From another machine: ssh -L 8888:127.0.0.1:8888 HOST. Another token: PAT_LAB_TOKEN.',
  );
}

runCommand(main);
