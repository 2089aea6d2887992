import { FormatError } from '../imported.ts';

const decoder = new TextDecoder();

/** Reads forward through bytes, never beyond their end. Little-endian. */
export class ByteCursor {
  readonly bytes: Uint8Array;
  readonly where: string;
  position: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, where: string, position = 0) {
    this.bytes = bytes;
    this.where = where;
    this.position = position;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A view of the next bytes. @throws FormatError where the file has fewer */
  take(length: number): Uint8Array {
    const start = this.position;
    if (length > this.bytes.byteLength - start)
      throw new FormatError(this.where, `ends at byte ${this.bytes.byteLength}, within ${length} bytes from ${start}`);
    this.position = start + length;
    return this.bytes.subarray(start, this.position);
  }

  uint8(): number {
    return this.take(1)[0]!;
  }

  uint16(): number {
    return this.#number(2, (at) => this.#view.getUint16(at, true));
  }

  int32(): number {
    return this.#number(4, (at) => this.#view.getInt32(at, true));
  }

  uint32(): number {
    return this.#number(4, (at) => this.#view.getUint32(at, true));
  }

  /** Eight bytes; numbers beyond 2⁵³ lose digits, but stay larger than any file. */
  uint64(): number {
    return this.#number(8, (at) => Number(this.#view.getBigUint64(at, true)));
  }

  /** Pickle's floating-point numbers alone are big-endian. */
  bigEndianFloat64(): number {
    return this.#number(8, (at) => this.#view.getFloat64(at, false));
  }

  text(length: number): string {
    return decoder.decode(this.take(length));
  }

  /** Up to the next line feed, which is passed over. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw new FormatError(this.where, `ends within a line that begins at byte ${this.position}`);
    const line = this.text(end - this.position);
    this.position++;
    return line;
  }

  #number(length: number, read: (at: number) => number): number {
    const at = this.position;
    this.take(length);
    return read(at);
  }
}
