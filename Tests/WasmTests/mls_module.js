// @ts-check
import { build, ROOT, start } from "./module.js";

/** The build of the module that has the official vectors' checks and what Benchmarks/mls-wasm.js measures. */

/** @typedef {(...values: number[]) => number} Export */

const FOLDERS = ["Tests/MLSTests/Vectors", "Tests/WasmTests/swift"];

export async function buildForTests() {
  const sources = [];
  for (const folder of FOLDERS) {
    for await (const { name } of Deno.readDir(ROOT + folder)) sources.push(`${ROOT}${folder}/${name}`);
  }
  return build("mls", sources.sort());
}

/** Calls with inputs and results of any size. */
export class TestModule {
  #exports;

  /** @param {WebAssembly.Exports} exports */
  constructor(exports) {
    this.#exports = /** @type {Record<string, Export>} */ (/** @type {unknown} */ (exports));
    this.memory = /** @type {WebAssembly.Memory} */ (exports.memory);
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  static async start(bytes) {
    return new TestModule((await start(bytes)).exports);
  }

  /** @param {Uint8Array} bytes what the next call reads */
  write(bytes) {
    const address = this.#exports.scratch_reserve(bytes.length);
    new Uint8Array(this.memory.buffer).set(bytes, address);
  }

  /** @param {number} length of the last result */
  read(length) {
    const address = this.#exports.scratch_reserve(0);
    return new Uint8Array(this.memory.buffer).slice(address, address + length);
  }

  /** @param {string} name @param {...number} values */
  call(name, ...values) {
    return this.#exports[name](...values);
  }
}

/**
 * JSON as Tests/WasmTests/swift/MLSVectorExports.swift reads it. Numbers keep all their digits.
 * @param {string} text
 * @returns {unknown}
 */
export function parse(text) {
  const reviver = (/** @type {string} */ _, /** @type {unknown} */ value, /** @type {{ source: string }} */ context) =>
    typeof value === "number" ? BigInt(context.source) : value;
  return JSON.parse(text, /** @type {(key: string, value: unknown) => unknown} */ (reviver));
}

/** @param {unknown} value of `parse` */
export function flatten(value) {
  /** @type {Uint8Array[]} */
  const parts = [];
  append(value, parts);
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** @param {unknown} value @param {Uint8Array[]} parts */
function append(value, parts) {
  if (value === null) {
    parts.push(Uint8Array.of(0));
  } else if (typeof value === "bigint" || typeof value === "boolean") {
    const bytes = new Uint8Array(9);
    bytes[0] = 1;
    new DataView(bytes.buffer).setBigUint64(1, BigInt(value));
    parts.push(bytes);
  } else if (typeof value === "string") {
    parts.push(Uint8Array.of(2));
    appendText(value, parts);
  } else if (Array.isArray(value)) {
    parts.push(Uint8Array.of(3), uint32(value.length));
    for (const element of value) append(element, parts);
  } else {
    const members = Object.entries(/** @type {object} */ (value));
    parts.push(Uint8Array.of(4), uint32(members.length));
    for (const [name, member] of members) {
      appendText(name, parts);
      append(member, parts);
    }
  }
}

/** @param {string} text @param {Uint8Array[]} parts */
function appendText(text, parts) {
  const bytes = new TextEncoder().encode(text);
  parts.push(uint32(bytes.length), bytes);
}

/** @param {number} value */
function uint32(value) {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
