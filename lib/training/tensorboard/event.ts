/**
 * TensorBoard's `Event` messages in the wire format of Protocol Buffers, as far as a run needs them. Field numbers:
 * tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
 */

import { MessageWriter } from '../../protobuf';

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
  return event(time, 0).text(3, 'brain.Event:2').finish();
}

/**
 * A process that begins with step `step`: TensorBoard drops what an earlier one wrote of it and of later steps
 * (SessionLog.START).
 */
export function startEvent(time: number, step: number): Buffer {
  return event(time, step)
    .message(7, (log) => log.integer(1, 1))
    .finish();
}

/** Values at one step. */
export function summaryEvent(time: number, step: number, values: readonly SummaryValue[]): Buffer {
  const summary = (message: MessageWriter) => {
    for (const value of values) message.message(1, (inner) => writeValue(inner, value));
  };
  return event(time, step).message(5, summary).finish();
}

function event(time: number, step: number): MessageWriter {
  return new MessageWriter().double(1, time).integer(2, step);
}

function writeValue(message: MessageWriter, value: SummaryValue): void {
  message.text(1, value.tag);
  if ('scalar' in value) {
    message.float(2, value.scalar);
    return;
  }
  const { height, width, png } = value.image;
  const rgb = 3;
  message.message(4, (image) =>
    image.integer(1, height).integer(2, width).integer(3, rgb).bytes(4, png),
  );
}
