// @ts-check
/** The presentation language of RFC 9420 §2.1, between worker and core: big-endian numbers, vectors with their length. */

export class TLSWriter {
  /** @type {Uint8Array[]} */
  #parts = [];

  /** @param {number} value */
  uint8(value) {
    return this.raw(Uint8Array.of(value));
  }

  /** @param {number} value */
  uint16(value) {
    return this.raw(Uint8Array.of(value >> 8, value));
  }

  /** @param {number} value */
  uint32(value) {
    return this.raw(Uint8Array.of(value >> 24, value >> 16, value >> 8, value));
  }

  /** @param {number} value at most 2^53 - 1 */
  uint64(value) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
    return this.raw(bytes);
  }

  /** @param {Uint8Array} bytes */
  opaque(bytes) {
    const { length } = bytes;
    if (length < 1 << 6) this.uint8(length);
    else if (length < 1 << 14) this.raw(Uint8Array.of(0x40 | length >> 8, length & 0xff));
    else this.raw(Uint8Array.of(0x80 | length >> 24, length >> 16 & 0xff, length >> 8 & 0xff, length & 0xff));
    return this.raw(bytes);
  }

  /** A vector of what `body` writes. @param {(writer: TLSWriter) => void} body */
  vector(body) {
    const inner = new TLSWriter();
    body(inner);
    return this.opaque(inner.bytes);
  }

  /** @param {Uint8Array} bytes without a length */
  raw(bytes) {
    this.#parts.push(bytes);
    return this;
  }

  get bytes() {
    const whole = new Uint8Array(this.#parts.reduce((length, part) => length + part.length, 0));
    let offset = 0;
    for (const part of this.#parts) {
      whole.set(part, offset);
      offset += part.length;
    }
    return whole;
  }
}

/** Reads what the core wrote; running out of bytes throws a RangeError. */
export class TLSReader {
  #bytes;
  #view;
  #offset = 0;

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd() {
    return this.#offset === this.#bytes.length;
  }

  uint8() {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16() {
    return this.#view.getUint16(this.#advance(2));
  }

  uint32() {
    return this.#view.getUint32(this.#advance(4));
  }

  /** Exact up to 2^53 - 1: epochs and counts of people do not get there. */
  uint64() {
    return Number(this.#view.getBigUint64(this.#advance(8)));
  }

  /** @param {number} length */
  raw(length) {
    const start = this.#advance(length);
    return this.#bytes.slice(start, start + length);
  }

  opaque() {
    const first = this.uint8();
    const size = 1 << (first >> 6);
    let length = first & 0x3f;
    for (let more = 1; more < size; more += 1) length = length * 256 + this.uint8();
    return this.raw(length);
  }

  /** @template Element @param {(reader: TLSReader) => Element} element @returns {Element[]} */
  vector(element) {
    const inner = new TLSReader(this.opaque());
    const elements = [];
    while (!inner.isAtEnd) elements.push(element(inner));
    return elements;
  }

  /** @template Value @param {(reader: TLSReader) => Value} value @returns {Value | null} */
  optional(value) {
    return this.uint8() === 0 ? null : value(this);
  }

  /** @param {number} length */
  #advance(length) {
    const start = this.#offset;
    if (start + length > this.#bytes.length) throw new RangeError("truncated");
    this.#offset += length;
    return start;
  }
}
