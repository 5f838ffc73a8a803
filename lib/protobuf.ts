/** Protocol-buffer wire format (protobuf.dev/programming-guides/encoding), writing only: TensorFlow's graphs, TensorBoard's events. */

/** How a field's value is stored. */
const wire = { varint: 0, eightBytes: 1, lengthAndBytes: 2, fourBytes: 5 };

/** Collects the fields of one message, in memory that doubles when it is full. */
export class MessageWriter {
  private memory = Buffer.allocUnsafe(128);
  private length = 0;

  /** An integer, bool or enum field; negative numbers as 64-bit two's complement. */
  integer(field: number, value: number): this {
    return this.key(field, wire.varint).varint(value);
  }

  float(field: number, value: number): this {
    this.key(field, wire.fourBytes).reserve(4);
    this.length = this.memory.writeFloatLE(value, this.length);
    return this;
  }

  double(field: number, value: number): this {
    this.key(field, wire.eightBytes).reserve(8);
    this.length = this.memory.writeDoubleLE(value, this.length);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.key(field, wire.lengthAndBytes).varint(value.byteLength).reserve(value.byteLength);
    this.memory.set(value, this.length);
    this.length += value.byteLength;
    return this;
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

  finish(): Buffer {
    return this.memory.subarray(0, this.length);
  }

  private key(field: number, type: number): this {
    return this.varint(field * 8 + type);
  }

  /** Seven bits a byte, the lowest first. */
  private varint(value: number): this {
    this.reserve(10);
    let rest = value;
    if (value < 0) {
      // The low 63 bits of a negative number take nine bytes, its sign the tenth.
      let bits = BigInt.asUintN(64, BigInt(value));
      for (; bits > 127n; bits >>= 7n) this.memory[this.length++] = Number(bits & 127n) | 128;
      rest = Number(bits);
    }
    for (; rest > 127; rest = Math.floor(rest / 128))
      this.memory[this.length++] = (rest % 128) + 128;
    this.memory[this.length++] = rest;
    return this;
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.memory.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.memory.length));
    larger.set(this.memory.subarray(0, this.length));
    this.memory = larger;
  }
}
