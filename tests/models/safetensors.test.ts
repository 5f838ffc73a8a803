import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../lib/models/safetensors';
import type { StoredTensor } from '../../lib/models/safetensors';

describe('safetensors', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'safetensors-'));
    file = path.join(folder, 'a.safetensors');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const tensors = (entries: Record<string, StoredTensor>) => new Map(Object.entries(entries));
  const sample = tensors({
    bytes: { shape: [3], values: Uint8Array.of(1, 2, 255) },
    wide: { shape: [1, 2], values: Float64Array.of(Math.PI, -0) },
    empty: { shape: [0, 4], values: new Float32Array(0) },
    scalar: { shape: [], values: BigInt64Array.of(-(2n ** 60n)) },
    whole: { shape: [2], values: Int32Array.of(-7, 2 ** 31 - 1) },
    single: { shape: [2, 2], values: Float32Array.of(1.5, NaN, -Infinity, 1e-45) },
  });

  /** Writes raw bytes: header text and data; `announce` overrides the header length written. */
  const raw = (header: string, data = new Uint8Array(0), announce = header.length) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(announce));
    return writeFile(file, Buffer.concat([length, Buffer.from(header), data]));
  };

  it('gives back every dtype, shape and bit, and the metadata', async () => {
    await writeSafetensors(file, sample, { step: '12' });
    const read = await readSafetensors(file);
    expect(new Set(read.tensors.keys())).toEqual(new Set(sample.keys()));
    for (const [name, tensor] of sample) expect(read.tensors.get(name)).toEqual(tensor);
    expect(read.metadata).toEqual({ step: '12' });
  });

  it('lays a file out as the format says', async () => {
    await writeSafetensors(file, tensors({ a: { shape: [1], values: Float32Array.of(1) } }));
    const bytes = await readFile(file);
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    expect(bytes.toString('utf8', 8, 8 + length).trim()).toBe(
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    );
    expect(bytes.readFloatLE(8 + length)).toBe(1);
    expect(bytes.length).toBe(12 + length);
  });

  it('round-trips any float32 tensors, and the same tensors give the same bytes', async () => {
    const values = fc.float32Array({ maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ minLength: 1 }), values), async (arrays) => {
        const entries = Object.entries(arrays).filter(([name]) => !name.startsWith('__'));
        const all = new Map(entries.map(([n, v]) => [n, { shape: [v.length], values: v }]));
        await writeSafetensors(file, all);
        const first = await readFile(file);
        await writeSafetensors(file, all);
        expect((await readFile(file)).equals(first)).toBe(true);
        expect((await readSafetensors(file)).tensors).toEqual(all);
      }),
      { numRuns: 30 },
    );
  });

  it('tells a file cut at any byte', async () => {
    await writeSafetensors(file, sample);
    const whole = await readFile(file);
    for (let length = 0; length < whole.length; length++) {
      await writeFile(file, whole.subarray(0, length));
      await expect(readSafetensors(file)).rejects.toThrow(/must be a complete safetensors file/);
    }
  });

  const entry = (from: number, to: number, shape = [1], dtype = 'F32') =>
    JSON.stringify({ dtype, shape, data_offsets: [from, to] });

  it.each([
    ['not JSON', 'PK\u0003\u0004 hello', 0, 'a header that is not a JSON object: "PK'],
    ['a JSON array', '[]', 0, 'not a JSON object: "[]"'],
    ['duplicate offsets', `{"a":${entry(0, 4)},"b":${entry(0, 4)}}`, 4, "'b' starts at byte 0"],
    ['overlap', `{"a":${entry(0, 8, [2])},"b":${entry(4, 8)}}`, 8, "'b' starts at byte 4, not 8"],
    ['a gap', `{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12, "'b' starts at byte 8, not 4"],
    ['data cut', `{"a":${entry(0, 8, [2])}}`, 5, "truncated: tensor 'a' ends 3 bytes after"],
    ['surplus', `{"a":${entry(0, 4)}}`, 6, '2 bytes after the last tensor'],
    ['a false shape', `{"a":${entry(0, 4, [3])}}`, 4, '12 bytes are needed for that shape'],
    ['a negative size', `{"a":${entry(0, 4, [-1])}}`, 4, 'must be non-negative integers'],
    ['an unknown dtype', `{"a":${entry(0, 2, [1], 'BF16')}}`, 2, 'dtype must be one of F64'],
    ['an entry that is null', '{"a":null}', 0, "tensor 'a' as null"],
  ])('names %s', async (_, header, bytes, message) => {
    await raw(header, new Uint8Array(bytes));
    await expect(readSafetensors(file)).rejects.toThrow(message);
    await expect(readSafetensors(file)).rejects.toThrow(file);
  });

  it.runIf(process.env.PAT_MEMORY)('reads a file of more than 2 GiB', async () => {
    const bytes = 2 ** 31 + 8;
    const entry = { dtype: 'U8', shape: [bytes], data_offsets: [0, bytes] };
    const header = Buffer.from(JSON.stringify({ a: entry }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    await writeFile(file, Buffer.concat([length, header]));
    await truncate(file, 8 + header.length + bytes); // sparse: zeros that take no room
    const { tensors } = await readSafetensors(file);
    expect(tensors.get('a')?.values).toHaveLength(bytes);
  });

  it('names a header longer than the file', async () => {
    await raw('{}', new Uint8Array(0), 2 ** 40);
    await expect(readSafetensors(file)).rejects.toThrow('a header of 1099511627776 bytes');
  });

  it('leaves the old file and nothing else when the new one cannot be put in place', async () => {
    const target = path.join(folder, 'inner', 'taken');
    await mkdir(path.join(target, 'content'), { recursive: true }); // a folder cannot be replaced
    await expect(writeSafetensors(target, sample)).rejects.toThrow();
    expect(await readdir(path.dirname(target))).toEqual(['taken']);
  });

  it('refuses to write values that do not fill their shape', async () => {
    const short = tensors({ a: { shape: [3], values: Float32Array.of(1) } });
    await expect(writeSafetensors(file, short)).rejects.toThrow('12 bytes are needed');
  });
});
