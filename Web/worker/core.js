// @ts-check
import { encode } from "./base64url.js";
import { readEffects } from "./meeting-codec.js";
import { TLSReader, TLSWriter } from "./tls.js";

/**
 * The client core: Swift compiled to WebAssembly, holding link secret, group, counters and replay windows. Calls are
 * synchronous and results are copies, so nothing of the module's memory is held across an await.
 */

/** Results below zero, as Sources/ClientWasm/Mailbox.swift has them. */
const STATUS = new Map([
  [-1, "bad_argument"],
  [-2, "not_open"],
  [-3, "bad_link"],
  [-4, "no_key"],
  [-5, "malformed"],
  [-6, "replayed"],
  [-7, "bad_tag"],
  [-8, "exhausted"],
  [-9, "too_large"],
  [-10, "future_epoch"],
  [-11, "password_needed"],
  [-12, "not_allowed"],
]);

/** Kinds of encoded frames: they differ in how many first bytes the packetizer must be able to read. */
export const FrameKind = Object.freeze({ opus: 0, vp8Key: 1, vp8Delta: 2 });

/** Contexts of keys (docs/sealing.md): simulcast layers are `camera`, `camera + 1`, `camera + 2`. */
export const StreamContext = Object.freeze({ mic: 0, camera: 1, screen: 4, screenAudio: 5 });

/** First bytes of a sealed frame that a plan depends on: ten clear ones and the longest header. */
const OPEN_PREFIX = 27;
const SEAL_PREFIX = 10;
const JOIN_BYTES = 16;
const GATE_BYTES = 32;
const SEED_BYTES = 32;

/** @typedef {import("./meeting-codec.js").Effect} Effect */
/** @typedef {import("./meeting-codec.js").Input} Input */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/**
 * All that AES-GCM needs for one frame. The frame on the wire is clear bytes, header, ciphertext, tag.
 * @typedef {object} FramePlan
 * @property {number} handle names the key
 * @property {bigint} keyID
 * @property {bigint} counter
 * @property {number} leaf the sender's place in the group, proved only by the tag
 * @property {number} clearLength
 * @property {Bytes} header
 * @property {Bytes} nonce 12 bytes
 * @property {Bytes} additionalData
 */

/**
 * @typedef {object} CoreExports
 * @property {WebAssembly.Memory} memory
 * @property {() => void} _initialize
 * @property {() => number} mailbox_address
 * @property {(count: number) => number} mailbox_reserve
 * @property {() => void} mailbox_erase
 * @property {(seedLength: number) => number} host_create
 * @property {(fragmentLength: number, seedLength: number, passwordLength: number) => number} meeting_open
 * @property {() => number} meeting_join
 * @property {() => number} meeting_group
 * @property {(kind: number, length: number, now: number, wallClock: number) => number} meeting_handle
 * @property {(now: number, wallClock: number) => number} meeting_advance
 * @property {() => number} meeting_deadline
 * @property {() => number} meeting_can_say
 * @property {() => void} meeting_forget
 * @property {(length: number) => number} door_hello
 * @property {(flags: number, uses: number, expires: number, length: number) => number} door_invite
 * @property {(length: number) => number} door_read
 * @property {(context: number, kind: number, prefixLength: number) => number} frame_plan_seal
 * @property {(kind: number, prefixLength: number, length: number) => number} frame_plan_open
 * @property {(handle: number, keyID: bigint, counter: bigint) => number} frame_commit
 * @property {(handle: number) => number} key_take
 * @property {() => number} key_take_retired
 */

/** @typedef {{ now: number, wallClock: number }} Time monotonic milliseconds, and seconds since 1970 */

export class CoreError extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export class Core {
  #exports;
  #broken = false;

  /** @param {WebAssembly.Exports} exports */
  constructor(exports) {
    this.#exports = /** @type {CoreExports} */ (/** @type {unknown} */ (exports));
    this.#exports._initialize();
  }

  /** @param {string} url */
  static async load(url) {
    const { instance } = await WebAssembly.instantiateStreaming(
      fetch(url),
      Core.imports((bytes) => {
        crypto.getRandomValues(bytes);
      }, () => instance.exports),
    );
    return new Core(instance.exports);
  }

  /**
   * What the module imports: random bytes and nothing else.
   * @param {(bytes: Bytes) => void} fill
   * @param {() => WebAssembly.Exports} exports of the instance, once it is there
   * @returns {WebAssembly.Imports}
   */
  static imports(fill, exports) {
    return {
      env: {
        random_get: (/** @type {number} */ address, /** @type {number} */ count) => {
          const memory = /** @type {WebAssembly.Memory} */ (exports().memory);
          const bytes = new Uint8Array(count);
          fill(bytes);
          new Uint8Array(memory.buffer, address >>> 0, count).set(bytes);
        },
      },
    };
  }

  /** A trap has left the module's state between two steps: nothing in it can be trusted any more. */
  get broken() {
    return this.#broken;
  }

  /** @returns {{ seed: Bytes, digest: Bytes }} a new host's key, and what a link names it by */
  createHost() {
    const result = this.#secret((core) => core.host_create(0), new Uint8Array());
    return { seed: result.slice(0, SEED_BYTES), digest: result.slice(SEED_BYTES) };
  }

  /**
   * @param {Uint8Array} seed of a host
   * @param {string} digest that a link names the host by
   * @returns {boolean} whether they belong together
   */
  isHostKey(seed, digest) {
    try {
      const result = this.#secret((core) => core.host_create(seed.length), seed);
      return seed.length > 0 && encode(result.subarray(SEED_BYTES)) === digest;
    } catch {
      return false;
    }
  }

  /**
   * @param {string} fragment what follows # in the link
   * @param {Uint8Array | null} seed of the host, if that is who we are
   * @param {Uint8Array | null} [password] what Argon2id made of it, where the link asks for one
   * @returns {{ gate: Bytes, join: Bytes }}
   */
  open(fragment, seed, password = null) {
    const link = new TextEncoder().encode(fragment);
    if (link.length > 256) throw new CoreError("bad_link");
    const bytes = Uint8Array.of(...link, ...seed ?? [], ...password ?? []);
    const lengths = /** @type {const} */ ([link.length, seed?.length ?? 0, password?.length ?? 0]);
    const result = this.#secret((core) => core.meeting_open(...lengths), bytes);
    bytes.fill(0);
    return { gate: result.slice(0, GATE_BYTES), join: result.slice(GATE_BYTES, GATE_BYTES + JOIN_BYTES) };
  }

  /** Our join id. */
  get join() {
    return this.#call((core) => core.meeting_join());
  }

  /** The group's id; empty outside a group. */
  get group() {
    return this.#call((core) => core.meeting_group());
  }

  /**
   * What the next hello says.
   * @param {Uint8Array} room in ASCII
   * @param {Uint8Array} device digest of its key
   * @param {Uint8Array} name as JSON
   * @returns {{ governed: Bytes, host: Bytes, knock: Bytes, invitation: Bytes } | null} proofs are key and signature, or
   *   nothing; null in a room that nobody governs
   */
  hello(room, device, name) {
    const input = new TLSWriter().opaque(room).opaque(device).opaque(name).bytes;
    const result = this.#secret((core) => core.door_hello(input.length), input);
    if (result.length === 0) return null;
    const reader = new TLSReader(result);
    return { governed: reader.opaque(), host: reader.opaque(), knock: reader.opaque(), invitation: reader.opaque() };
  }

  /**
   * @param {{ isSpeaker: boolean, delegates: boolean, uses: number, expires: number }} wish
   * @param {Uint8Array} label as JSON
   * @returns {{ id: Bytes, fragment: Bytes, chain: Bytes, label: Bytes } | null} null: it is not ours to invite
   */
  invite({ isSpeaker, delegates, uses, expires }, label) {
    const flags = Number(isSpeaker) | Number(delegates) << 1;
    const input = new TLSWriter().opaque(label).bytes;
    const result = this.#secret((core) => core.door_invite(flags, uses, expires, input.length), input);
    if (result.length === 0) return null;
    const reader = new TLSReader(result);
    return { id: reader.raw(JOIN_BYTES), fragment: reader.opaque(), chain: reader.opaque(), label: reader.opaque() };
  }

  /** @param {Uint8Array} box @param {Uint8Array} join of who knocks; empty for a label @returns {Bytes} JSON, or nothing */
  readDoor(box, join) {
    const input = new TLSWriter().opaque(box).opaque(join).bytes;
    return this.#secret((core) => core.door_read(input.length), input);
  }

  /** @param {Input} input @param {Time} time @returns {Effect[]} */
  handle({ kind, bytes }, { now, wallClock }) {
    return readEffects(this.#secret((core) => core.meeting_handle(kind, bytes.length, now, wallClock), bytes));
  }

  /** @param {Time} time @returns {Effect[]} */
  advance({ now, wallClock }) {
    return readEffects(this.#secret((core) => core.meeting_advance(now, wallClock)));
  }

  /** When `advance` is due, by the monotonic clock; infinite when nothing is. */
  get deadline() {
    return this.#broken ? Infinity : this.#exports.meeting_deadline();
  }

  /** Whether what is said now is sealed at once. */
  get canSay() {
    return !this.#broken && this.#exports.meeting_can_say() === 1;
  }

  /** Gives up every key. */
  forget() {
    this.#exports.meeting_forget();
    this.#exports.mailbox_erase();
  }

  /**
   * @param {number} context
   * @param {number} kind
   * @param {Uint8Array} frame the whole frame, or at least its first ten bytes
   */
  planSeal(context, kind, frame) {
    const prefix = frame.subarray(0, SEAL_PREFIX);
    return decodePlan(this.#call((core) => core.frame_plan_seal(context, kind, prefix.length), prefix));
  }

  /** @param {number} kind @param {Uint8Array} frame */
  planOpen(kind, frame) {
    const prefix = frame.subarray(0, OPEN_PREFIX);
    return decodePlan(this.#call((core) => core.frame_plan_open(kind, prefix.length, frame.length), prefix));
  }

  /** Accepts a frame whose tag was verified; throws when it must be dropped all the same. @param {FramePlan} plan */
  commit({ handle, keyID, counter }) {
    this.#call((core) => core.frame_commit(handle, keyID, counter));
  }

  /** @param {number} handle @returns {Bytes} the raw key, once; the caller erases it */
  takeKey(handle) {
    return this.#secret((core) => core.key_take(handle));
  }

  /** @returns {number[]} handles of keys that are of no more use */
  takeRetired() {
    const bytes = this.#call((core) => core.key_take_retired());
    const view = new DataView(bytes.buffer);
    return Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(4 * at));
  }

  /** As `#call`, and nothing of it stays in the mailbox. @param {(core: CoreExports) => number} body @param {Uint8Array} [input] */
  #secret(body, input) {
    const result = this.#call(body, input);
    this.#exports.mailbox_erase();
    return result;
  }

  /**
   * @param {(core: CoreExports) => number} body
   * @param {Uint8Array} [input]
   * @returns {Bytes} a copy of the result
   */
  #call(body, input) {
    if (this.#broken) throw new CoreError("broken");
    const core = this.#exports;
    let length;
    try {
      if (input) {
        if (core.mailbox_reserve(input.length) < 0) throw new CoreError("too_large");
        new Uint8Array(core.memory.buffer, core.mailbox_address(), input.length).set(input);
      }
      length = body(core);
    } catch (error) {
      if (error instanceof CoreError) throw error;
      this.#broken = true;
      throw new CoreError("broken");
    }
    if (length < 0) throw new CoreError(STATUS.get(length) ?? "broken");
    return new Uint8Array(core.memory.buffer, core.mailbox_address(), length).slice();
  }
}

/** @param {Bytes} bytes laid out as Sources/ClientWasm/Exports.swift says @returns {FramePlan} */
function decodePlan(bytes) {
  const view = new DataView(bytes.buffer);
  const additionalData = bytes.subarray(36);
  return {
    handle: view.getUint32(0),
    keyID: view.getBigUint64(4),
    counter: view.getBigUint64(12),
    leaf: view.getUint16(20),
    clearLength: bytes[22],
    header: additionalData.subarray(0, bytes[23]),
    nonce: bytes.subarray(24, 36),
    additionalData,
  };
}
