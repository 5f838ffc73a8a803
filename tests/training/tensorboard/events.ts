/** Reads event files byte by byte, so that the tests need no TensorBoard. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { maskedCrc32c } from '../../../lib/training/tensorboard/tfRecord';

/** Field number → values: numbers of varints, bytes of the others. */
export type Message = Map<number, (number | Buffer)[]>;

export interface ReadEvent {
  time: number;
  step: number;
  version?: string;
  isStart: boolean;
  scalars: Record<string, number>;
  /** Tag → width, height, PNG. */
  images: Record<string, { width: number; height: number; png: Buffer }>;
}

/** Contents of the records of a file whose checksums are right, up to a torn one. */
export function recordsOf(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at + 12 <= bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    const end = at + 12 + length;
    if (bytes.readUInt32LE(at + 8) !== maskedCrc32c(bytes.subarray(at, at + 8))) break;
    if (end + 4 > bytes.length) break;
    const content = bytes.subarray(at + 12, end);
    if (bytes.readUInt32LE(end) !== maskedCrc32c(content)) break;
    records.push(content);
    at = end + 4;
  }
  return records;
}

/** The events of each file of a folder, in TensorBoard's order. */
export async function eventsIn(folder: string): Promise<ReadEvent[][]> {
  const names = (await readdir(folder)).sort();
  return Promise.all(
    names.map(async (name) => recordsOf(await readFile(path.join(folder, name))).map(eventOf)),
  );
}

/** Steps of a curve as TensorBoard shows it: a start drops what was read of its step and of later ones. */
export function shownSteps(files: readonly ReadEvent[][], tag: string): number[] {
  let steps: number[] = [];
  for (const { isStart, step, scalars } of files.flat()) {
    if (isStart) steps = steps.filter((earlier) => earlier < step);
    if (tag in scalars) steps.push(step);
  }
  return steps;
}

export function eventOf(record: Buffer): ReadEvent {
  const fields = messageOf(record);
  const event: ReadEvent = {
    time: (first(fields, 1) as Buffer).readDoubleLE(),
    step: (first(fields, 2) ?? 0) as number,
    version: first(fields, 3)?.toString(),
    isStart: fields.has(7) && first(messageOf(first(fields, 7) as Buffer), 1) === 1,
    scalars: {},
    images: {},
  };
  if (!fields.has(5)) return event;
  for (const content of messageOf(first(fields, 5) as Buffer).get(1) ?? []) {
    const value = messageOf(content as Buffer);
    const tag = (first(value, 1) as Buffer).toString();
    const scalar = first(value, 2) as Buffer | undefined;
    if (scalar) event.scalars[tag] = scalar.readFloatLE();
    else {
      const image = messageOf(first(value, 4) as Buffer);
      const [height, width, png] = [1, 2, 4].map((field) => first(image, field));
      event.images[tag] = { height: height as number, width: width as number, png: png as Buffer };
    }
  }
  return event;
}

function first(message: Message, field: number): number | Buffer | undefined {
  return message.get(field)?.[0];
}

function messageOf(bytes: Buffer): Message {
  const fields: Message = new Map();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const key = varint();
    const field = key >> 3;
    const read: Record<number, () => number | Buffer> = {
      0: varint,
      1: () => take(8),
      2: () => take(varint()),
      5: () => take(4),
    };
    fields.set(field, [...(fields.get(field) ?? []), read[key & 7]()]);
  }
  return fields;
}
