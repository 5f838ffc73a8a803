/**
 * A SLURM of one node on loopback, for tests: munged, slurmctld and slurmd as children of this process, without systemd,
 * cgroups or accounting. Needs Debian's packages slurmctld, slurmd, slurm-client and munge.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const programs = [
  'munged',
  'slurmctld',
  'slurmd',
  'sbatch',
  'squeue',
  'scontrol',
  'scancel',
  'sinfo',
];
const searchPath = `${process.env.PATH}:/usr/sbin:/sbin`;

/** The first program that is not installed; undefined when all are. */
export function missingProgram(): string | undefined {
  const folders = searchPath.split(':');
  return programs.find((name) => !folders.some((folder) => existsSync(path.join(folder, name))));
}

export interface SlurmCluster {
  /** What clients need in their environment. */
  environment: NodeJS.ProcessEnv;
  /** Runs a client; resolves to its standard output. */
  client: (command: string, ...args: string[]) => Promise<string>;
  stop: () => Promise<void>;
}

/** Starts a cluster whose node claims `cpus` cores; rejects with the end of the daemons' output when it does not come up. */
export async function startCluster(cpus: number): Promise<SlurmCluster> {
  // munged wants every parent folder of its socket to be open to others, and not writable by the group.
  const folder = await mkdtemp(path.join(os.tmpdir(), 'slurm-'));
  await chmod(folder, 0o755);
  for (const name of ['munge', 'state', 'spool'])
    await mkdir(path.join(folder, name), { mode: 0o755 });
  const conf = path.join(folder, 'slurm.conf');
  const key = path.join(folder, 'munge', 'key');
  await writeFile(key, randomBytes(1024), { mode: 0o600 });
  await writeFile(conf, configuration(folder, cpus, await freePort(), await freePort()));
  const environment = { ...process.env, PATH: searchPath, SLURM_CONF: conf };
  const daemons: ChildProcess[] = [];
  let output = '';
  const daemon = (command: string, ...args: string[]) => {
    const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => (output = (output + text.toString()).slice(-4000)));
    }
    daemons.unshift(child);
  };
  const client = async (command: string, ...args: string[]) => {
    const { stdout } = await execute(command, args, { env: environment, timeout: 20_000 });
    return stdout;
  };
  const stop = async () => {
    // A task's own daemon outlives slurmd: the node is emptied first.
    await client('scancel', '--user', os.userInfo().username).catch(() => undefined);
    await waitFor(15, async () => (await client('squeue', '--noheader')) === '').catch(
      () => undefined,
    );
    for (const child of daemons) {
      child.kill('SIGTERM');
      const ended = new Promise((resolve) => child.on('exit', resolve));
      if (child.exitCode === null && child.signalCode === null) {
        await Promise.race([ended, setTimeout(8000).then(() => child.kill('SIGKILL'))]);
      }
    }
    await rm(folder, { recursive: true, force: true });
  };
  const socket = path.join(folder, 'munge', 'sock');
  const munge = ['pid-file', 'seed-file', 'log-file'].map(
    (name) => `--${name}=${path.join(folder, 'munge', name)}`,
  );
  try {
    daemon('munged', '--foreground', `--key-file=${key}`, `--socket=${socket}`, ...munge);
    await waitFor(10, () => existsSync(socket));
    daemon('slurmctld', '-D', '-f', conf);
    daemon('slurmd', '-D', '-f', conf);
    await waitFor(
      30,
      async () => (await client('sinfo', '--noheader', '--format=%T')).trim() === 'idle',
    );
  } catch {
    await stop();
    throw new Error(`the cluster did not come up: ${output}`);
  }
  return { environment, client, stop };
}

/** Asks every quarter of a second; rejects after `seconds`. An error counts as no. */
export async function waitFor(
  seconds: number,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    if (await Promise.resolve(condition()).catch(() => false)) return;
    await setTimeout(250);
  }
  throw new Error(`not within ${seconds} s`);
}

function configuration(folder: string, cpus: number, ctldPort: number, nodePort: number): string {
  const host = os.hostname().split('.')[0];
  const user = os.userInfo().username;
  // Listening on loopback alone works only where the host's name is that address.
  const { stdout } = spawnSync('getent', ['ahostsv4', host], { encoding: 'utf8' });
  const loopback = (stdout ?? '').startsWith('127.0.0.1 ');
  const settings = {
    ClusterName: 'test',
    SlurmctldHost: `${host}(127.0.0.1)`,
    SlurmUser: user,
    SlurmdUser: user,
    AuthType: 'auth/munge',
    CredType: 'cred/munge',
    AuthInfo: `socket=${path.join(folder, 'munge', 'sock')}`,
    SlurmctldPort: ctldPort,
    SlurmdPort: nodePort,
    ...(loopback ? { CommunicationParameters: 'NoInAddrAny,NoCtldInAddrAny' } : {}),
    StateSaveLocation: path.join(folder, 'state'),
    SlurmdSpoolDir: path.join(folder, 'spool'),
    SlurmctldPidFile: path.join(folder, 'slurmctld.pid'),
    SlurmdPidFile: path.join(folder, 'slurmd.pid'),
    ProctrackType: 'proctrack/linuxproc',
    TaskPlugin: 'task/none',
    JobAcctGatherType: 'jobacct_gather/none',
    AccountingStorageType: 'accounting_storage/none',
    MailProg: '/bin/true',
    SchedulerType: 'sched/backfill',
    SchedulerParameters: 'batch_sched_delay=0,sched_interval=2,bf_interval=2',
    SelectType: 'select/cons_tres',
    SelectTypeParameters: 'CR_CPU',
    ReturnToService: 2,
    SlurmdParameters: 'config_overrides', // the node may claim more cores than it has
    JobRequeue: 1,
    KillWait: 10,
    CompleteWait: 0,
    MinJobAge: 3600,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return [
    ...lines,
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=${cpus} RealMemory=1000 State=UNKNOWN`,
    `PartitionName=main Nodes=${host} Default=YES DefaultTime=10 MaxTime=INFINITE State=UP`,
    '',
  ].join('\n');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
