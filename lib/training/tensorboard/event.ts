/**
 * TensorBoard's `Event` messages in the wire format of Protocol Buffers, as far as a run needs them. Field numbers:
 * tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
 */

/** A PNG with its size. */
export interface EncodedImage {
  width: number;
  height: number;
  png: Uint8Array;
}

/** What an event tells: a number (stored as float32) or an image, under a tag. */
export type SummaryValue = { tag: string; scalar: number } | { tag: string; image: EncodedImage };

/** The first event of every file. `time`: seconds since 1970. */
export function versionEvent(time: number): Buffer {
  return event(time, 0, bytesField(3, Buffer.from('brain.Event:2')));
}

/**
 * A process that begins with step `step`: TensorBoard drops what an earlier one wrote of it and of later steps
 * (SessionLog.START).
 */
export function startEvent(time: number, step: number): Buffer {
  return event(time, step, bytesField(7, varintField(1, 1)));
}

/** Values at one step. */
export function summaryEvent(time: number, step: number, values: readonly SummaryValue[]): Buffer {
  return event(
    time,
    step,
    bytesField(5, Buffer.concat(values.map((v) => bytesField(1, value(v))))),
  );
}

function value(given: SummaryValue): Buffer {
  const tag = bytesField(1, Buffer.from(given.tag));
  if ('scalar' in given) {
    const number = Buffer.alloc(4);
    number.writeFloatLE(given.scalar);
    return Buffer.concat([tag, key(2, 5), number]);
  }
  const { height, width, png } = given.image;
  const image = [varintField(1, height), varintField(2, width), varintField(3, 3)]; // 3: RGB
  return Buffer.concat([tag, bytesField(4, Buffer.concat([...image, bytesField(4, png)]))]);
}

function event(time: number, step: number, what: Buffer): Buffer {
  const seconds = Buffer.alloc(8);
  seconds.writeDoubleLE(time);
  return Buffer.concat([key(1, 1), seconds, varintField(2, step), what]);
}

/** Number of a field with the type of its value: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
function key(field: number, type: 0 | 1 | 2 | 5): Buffer {
  return varint(field * 8 + type);
}

function varintField(field: number, number: number): Buffer {
  return Buffer.concat([key(field, 0), varint(number)]);
}

function bytesField(field: number, content: Uint8Array): Buffer {
  return Buffer.concat([key(field, 2), varint(content.length), content]);
}

/** A whole number ≥ 0, seven bits a byte, the lowest first. */
function varint(number: number): Buffer {
  const bytes: number[] = [];
  let rest = number;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
