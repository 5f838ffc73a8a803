/** How every command ends: refused files in plain words, closed pipes and terminals. */
import { spawn, spawnSync } from 'node:child_process';
import fs, { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';

const SCRIPTS = resolve(__dirname, '../../scripts');
const FOLDER = mkdtempSync(join(tmpdir(), 'command-test-'));

const load = (file: string): Promise<unknown> => import(pathToFileURL(join(SCRIPTS, file)).href);

interface Files {
  writeWhole: (file: string, content: string) => void;
}
interface FileErrors {
  fileErrorMessage: (error: unknown) => string | undefined;
}

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

/** What a command would say of the error that writing `file` ends with. */
async function messageOfWriting(file: string): Promise<string | undefined> {
  const { writeWhole } = (await load('setup/files.mjs')) as Files;
  const { fileErrorMessage } = (await load('fileError.mjs')) as FileErrors;
  try {
    writeWhole(file, 'text');
  } catch (error) {
    return fileErrorMessage(error);
  }
  return 'written';
}

describe('a file that cannot be written', () => {
  it('is named with cause and remedy, and nothing is left of it', async () => {
    const [folder, file] = [join(FOLDER, 'folder'), join(FOLDER, 'file')];
    mkdirSync(folder);
    expect(await messageOfWriting(file)).toBe('written');
    expect(await messageOfWriting(folder)).toBe(
      `${folder}: a folder stands where a file belongs (EISDIR).\nRemedy: Move it away, or choose another name.`,
    );
    expect(await messageOfWriting(join(file, 'inside'))).toContain(
      `${file}: a file stands where a folder belongs (EEXIST).\nRemedy: `,
    );
    expect(await messageOfWriting(join(file, 'deep', 'inside'))).toContain(
      'a file stands where a folder belongs (ENOTDIR).\nRemedy: ',
    );
    vi.spyOn(fs, 'fsyncSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, fsync'), { code: 'ENOSPC' });
    });
    expect(await messageOfWriting(file)).toBe(
      `${file}: the disk is full (ENOSPC).\nRemedy: Free some space there, or choose a folder on another disk.`,
    );
    expect(fs.readFileSync(file, 'utf8')).toBe('text');
    expect(readdirSync(FOLDER).sort()).toEqual(['file', 'folder']);
  });

  it('by the notebook runner, on a full disk', () => {
    const file = join(FOLDER, 'page.html');
    writeFileSync(file, 'an earlier page');
    const code = `import errno, os, sys; sys.path.insert(0, sys.argv[1]); import wholeFile
def full(_): raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
os.fsync = full
try: wholeFile.write_whole(sys.argv[2], "text")
except wholeFile.WriteFailure as error: print(error)`;
    const { stdout, stderr } = spawnSync('python3', ['-c', code, SCRIPTS, file], {
      encoding: 'utf8',
    });
    expect(stdout, stderr).toBe(
      `${file} could not be written: No space left on device.\n` +
        'Remedy: free some space on that disk, or choose a folder on another one with --out DIR.\n',
    );
    expect(fs.readFileSync(file, 'utf8')).toBe('an earlier page');
    expect(readdirSync(FOLDER).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it.each([
    ['a file', 'taken', /taken: a file stands where a folder belongs \(EEXIST\)/],
    ['in a file', 'taken/in', /taken\/in: a file stands where a folder belongs \(ENOTDIR\)/],
  ])('--out %s is refused before a kernel starts', (_what, out, message) => {
    writeFileSync(join(FOLDER, 'taken'), '');
    const args = [join(SCRIPTS, 'notebook.mjs'), '00-method', '--skip-setup'];
    const { status, stderr } = spawnSync(process.execPath, [...args, '--out', join(FOLDER, out)], {
      encoding: 'utf8',
    });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\nRemedy: .*--out DIR names another folder/);
    expect(stderr).not.toContain('    at ');
    expect(status).toBe(1);
  });
});

describe('a closed pipe', () => {
  it.each(['cli.mjs tables', 'notebook.mjs', 'doctor.mjs', 'start.mjs'])(
    'ends %s in silence',
    (command) => {
      const shell = `node scripts/${command} --help | true; exit \${PIPESTATUS[0]}`;
      const { status, stderr } = spawnSync('bash', ['-c', shell], {
        cwd: resolve(SCRIPTS, '..'),
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(status).toBe(141);
    },
  );

  it('lets a command clean up first', () => {
    const program = `const { onStop, runCommand } = await import(process.argv[1]);
      await runCommand(async () => {
        onStop(() => { console.error('cleaned up'); process.exit(3); });
        setInterval(() => console.log('line'), 20);
      });`;
    const shell = `node --input-type=module -e "$1" "$2" | head -1; exit \${PIPESTATUS[0]}`;
    const args = ['-c', shell, 'bash', program, join(SCRIPTS, 'command.mjs')];
    const { status, stdout, stderr } = spawnSync('bash', args, { encoding: 'utf8' });
    expect([status, stdout, stderr]).toEqual([3, 'line\n', 'cleaned up\n']);
  });
});

describe('a closing terminal', () => {
  const PROGRAM = `const { onStop, runCommand } = await import(process.argv[1]);
    await runCommand(async () => {
      onStop((signal) => { console.log('stopped by ' + signal); process.exit(0); });
      process.kill(process.pid, 'SIGHUP');
      await new Promise((resolve) => setTimeout(resolve, 300));
      console.log('went on');
    });`;
  const node = [process.execPath, '--input-type=module', '-e', PROGRAM];
  const command = [...node, join(SCRIPTS, 'command.mjs')];

  it('is nothing to a command without one (nohup, a batch job)', async () => {
    const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    await new Promise((done) => child.on('close', done));
    expect(output).toBe('went on\n');
  });

  it('ends a command that has one', () => {
    const script = 'import pty, sys; pty.spawn(sys.argv[1:])';
    const { stdout } = spawnSync('python3', ['-c', script, ...command], { encoding: 'utf8' });
    expect(stdout.trim()).toBe('stopped by SIGHUP');
  });
});

describe('a command that npm started', () => {
  const program = `import { onStop } from ${JSON.stringify(pathToFileURL(join(SCRIPTS, 'command.mjs')))};
    onStop((signal) => {
      console.log('stopped by ' + signal);
      setTimeout(() => process.exit(), 1200); // what it cleans up takes a while
    });
    setInterval(() => {}, 1000);
    console.log('ready ' + process.pid);`;

  it.each([
    ['ends with npm, which passes no SIGTERM on', (npm: number) => process.kill(npm, 'SIGTERM')],
    [
      'is told once, though npm ends, too',
      (npm: number, own: number) => {
        process.kill(own, 'SIGTERM');
        setTimeout(() => process.kill(npm, 'SIGTERM'), 100);
      },
    ],
  ])('%s', async (_what, end) => {
    writeFileSync(join(FOLDER, 'program.mjs'), program);
    writeFileSync(
      join(FOLDER, 'package.json'),
      JSON.stringify({ name: 'own', scripts: { own: 'node program.mjs' } }),
    );
    const npm = spawn('npm', ['run', '-s', 'own'], {
      cwd: FOLDER,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    npm.stdout.on('data', (text: Buffer) => {
      output += text.toString();
      const [, pid] = /^ready (\d+)\n$/.exec(output) ?? [];
      if (pid !== undefined) end(npm.pid as number, Number(pid));
    });
    await new Promise((done) => npm.stdout.on('close', done));
    expect(output).toMatch(/^ready \d+\nstopped by SIGTERM\n$/);
  });
});
