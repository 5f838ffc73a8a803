/** Protocol-buffer wire format, as far as a TensorFlow graph needs it (writing only). */

/** Collects the fields of one message. */
export class MessageWriter {
  private readonly parts: Uint8Array[] = [];

  /** An integer, bool or enum field; negative numbers as 64-bit two's complement. */
  integer(field: number, value: number): this {
    return this.tag(field, 0).varint(value);
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.tag(field, 5).raw(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.tag(field, 2).varint(value.byteLength).raw(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  message(field: number, write: (message: MessageWriter) => void): this {
    const message = new MessageWriter();
    write(message);
    return this.bytes(field, message.finish());
  }

  /** A packed list of integers. */
  integers(field: number, values: readonly number[]): this {
    const list = new MessageWriter();
    for (const value of values) list.varint(value);
    return this.bytes(field, list.finish());
  }

  /** A packed list of floats. */
  floats(field: number, values: readonly number[]): this {
    const list = Float32Array.from(values);
    return this.bytes(field, new Uint8Array(list.buffer));
  }

  finish(): Uint8Array {
    return Buffer.concat(this.parts);
  }

  private tag(field: number, wireType: number): this {
    return this.varint(field * 8 + wireType);
  }

  private varint(value: number): this {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    bytes.push(Number(rest));
    return this.raw(Uint8Array.from(bytes));
  }

  private raw(bytes: Uint8Array): this {
    this.parts.push(bytes);
    return this;
  }
}
