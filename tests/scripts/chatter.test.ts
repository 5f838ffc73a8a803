/** Start-up lines that mean nothing do not reach the terminal; all else does. */
import path from 'node:path';
import { Readable } from 'node:stream';
import { expect, it, vi } from 'vitest';

const heard = `WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795899904.585339   24101 port.cc:153] oneDNN custom operations are on.
[W 2026-11-28 21:09:15.944 ServerApp] Notebook work/day.ipynb is not trusted
[W 2026-11-28 21:09:17.985 ServerApp] The websocket_ping_timeout (90000) cannot be longer than the websocket_ping_interval (30000).
    Setting websocket_ping_timeout=30000
unknown msg_type: history_request
E0000 00:00:1795899904.585339   24101 file.cc:1] An error`;

it('passes on errors and warnings, and leaves start-up chatter out', async () => {
  const { passWithoutChatter } = (await import(
    path.resolve(__dirname, '../../scripts/chatter.mjs')
  )) as {
    passWithoutChatter: (stream: Readable) => Promise<void>;
  };
  const written: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  await passWithoutChatter(Readable.from([heard]));
  write.mockRestore();
  expect(written.map((line) => line.slice(0, 24))).toEqual([
    '[W 2026-11-28 21:09:15.9',
    'E0000 00:00:1795899904.5',
  ]);
});
