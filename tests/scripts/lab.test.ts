/** `npm run lab` ends, whatever happens to it or its server. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { processesWith } from '../support/processes';

const ROOT = resolve(__dirname, '../..');
const SCRIPT = resolve(ROOT, 'scripts/lab.mjs');
const installed = existsSync(resolve(ROOT, '.venv/bin/jupyter-lab'));

function start(args: string[], environment: NodeJS.ProcessEnv = {}) {
  const own = [SCRIPT, '--skip-setup', '--no-browser', ...args];
  const child = spawn(process.execPath, own, { env: { ...process.env, ...environment } });
  const lab = { child, output: '' };
  child.stdout.on('data', (text: Buffer) => (lab.output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (lab.output += text.toString()));
  const status = new Promise<number | null>((done) => child.on('exit', done));
  return Object.assign(lab, { status });
}

describe('npm run lab', () => {
  it('says so when its port is in use', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as AddressInfo;
    const args = [SCRIPT, '--skip-setup', '--port', String(port)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    other.close();
    expect([status, stdout, stderr]).toEqual([
      1,
      '',
      `npm run lab: port ${port} is in use. Give another --port, or none for the next one that is free.\n`,
    ]);
  });
});

describe.skipIf(!installed)(
  'npm run lab and its server (needs .venv)',
  { timeout: 120_000 },
  () => {
    it('takes the next port when the default one is in use and says so; ends well when shut down', async () => {
      const other = createServer();
      await new Promise<void>((done) => {
        other.once('error', () => done()); // another program has it already, which serves as well
        other.listen(8888, '127.0.0.1', done);
      });
      const lab = start([], { PAT_LAB_TOKEN: 'token-of-the-test' });
      const address = () => /http:\/\/127\.0\.0\.1:\d+\//.exec(lab.output)?.[0];
      await expect.poll(address, { timeout: 100_000 }).toBeDefined();
      expect(lab.output).toMatch(/Port 8888 is in use, so it listens on \d+\./);
      const headers = { authorization: 'token token-of-the-test' };
      await fetch(`${address()}api/shutdown`, { method: 'POST', headers });
      expect(await lab.status).toBe(0);
      expect(lab.output).toContain('JupyterLab was shut down.');
      other.close();
    });

    it('ends with a message when Jupyter refuses an option', async () => {
      const lab = start(['--', '--ServerApp.port=abc']);
      expect(await lab.status).toBe(1);
      expect(lab.output).toMatch(
        /'abc'[^]*JupyterLab failed\.\nCause: .*exit status 1[^]*Remedy: Check the options after --: --ServerApp\.port=abc/,
      );
    });

    it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
      'leaves no server behind when %s comes early',
      async (signal) => {
        const mark = `lab-test-${process.pid}-${signal}`;
        const lab = start([], { PAT_LAB_TOKEN: mark });
        const servers = () => processesWith(mark).filter((line) => line.includes('labServer.py'));
        await expect.poll(servers, { timeout: 20_000 }).toHaveLength(1);
        lab.child.kill(signal);
        expect(await lab.status).toBe(signal === 'SIGKILL' ? null : 0);
        await expect.poll(servers, { timeout: 60_000 }).toEqual([]);
        if (signal !== 'SIGKILL') expect(lab.output).toContain('JupyterLab is stopped.');
      },
    );
  },
);
