import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainTiny } from '../support/tinyRuns';
import { run } from './run';

let folder = '';
let own = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pat-cli-page-'));
  own = (await trainTiny(folder, 'ce', {})).folder;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('npm run page', () => {
  it('writes a page of the runs below the folders, with the ledger of records', async () => {
    const out = join(folder, 'page.html');
    const ledger = ['--results', 'data/results/laptop', '--notebooks', 'notebooks'];
    const args = ['--runs', `${folder},${own}`, '--out', out, '--title', 'A <title>', ...ledger];
    const { status, output, errors } = await run(['page', ...args]);
    expect([errors, status]).toEqual([expect.any(String), 0]);
    expect(output).toMatch(/page\.html: 1 run, \d\.\d MB/);
    const html = readFileSync(out, 'utf8');
    expect(html).toContain('<title>A &lt;title&gt;</title>');
    expect(html).toContain('"notebook":"09-claims"');
  });

  it('says what is missing', async () => {
    expect((await run(['page', '--out', 'x.html'])).errors).toContain(
      '--runs and --out are needed',
    );
    const none = await run(['page', '--runs', join(folder, 'no'), '--out', 'x.html']);
    expect([none.status, none.errors]).toEqual([1, expect.stringContaining('finished runs')]);
    const count = await run(['page', '--runs', own, '--out', 'x', '--image-count', 'many']);
    expect(count.errors).toContain('--image-count must be an integer >= 0');
    expect((await run(['page', '--help'])).output).toContain('--float32');
  });
});

describe('npm run export', () => {
  it('writes the network of a run in each format', async () => {
    for (const format of ['torch', 'savedmodel', 'tfjs']) {
      const { status, errors } = await run(['export', own, '--to', format]);
      expect([errors, status]).toEqual([expect.any(String), 0]);
    }
    expect(readdirSync(join(own, 'tfjs'))).toEqual(['model.json', 'weights.bin']);
    expect(readdirSync(join(own, 'savedmodel'))).toEqual(['saved_model.pb']);
    const out = join(folder, 'elsewhere', 'weights.safetensors');
    expect((await run(['export', own, '--to', 'torch', '--out', out])).status).toBe(0);
    expect(readFileSync(out)).toEqual(readFileSync(join(own, 'torch.safetensors')));
  });

  it('says what is wrong', async () => {
    expect((await run(['export', own])).errors).toContain('--to is missing');
    const wrong = await run(['export', own, '--to', 'tfj']);
    expect([wrong.status, wrong.errors]).toEqual([1, expect.stringContaining("mean 'tfjs'?")]);
    expect((await run(['export', '--to', 'torch'])).errors).toContain('RUN is missing');
  });
});
