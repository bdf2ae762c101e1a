// @ts-check
/**
 * The client core: Swift compiled to WebAssembly, holding link secret, roster, counters and replay windows. Calls are
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
  [-10, "index_out_of_range"],
  [-11, "duplicate_index"],
  [-12, "impersonation"],
  [-13, "too_many_senders"],
]);

/** Kinds of encoded frames: they differ in how many first bytes the packetizer must be able to read. */
export const FrameKind = Object.freeze({ opus: 0, vp8Key: 1, vp8Delta: 2 });

/** Contexts of keys (docs/sealing.md): simulcast layers are `camera`, `camera + 1`, `camera + 2`. */
export const StreamContext = Object.freeze({ mic: 0, camera: 1, screen: 4, screenAudio: 5 });

/** What a sealed message is. */
export const Label = Object.freeze({ profile: 0, message: 1 });

/** First bytes of a sealed frame that a plan depends on: ten clear ones and the longest header. */
const OPEN_PREFIX = 27;
const SEAL_PREFIX = 10;
const JOIN_BYTES = 16;
const GATE_BYTES = 32;
const MAILBOX_BYTES = 24 * 1024;

/**
 * All that AES-GCM needs for one frame. The frame on the wire is clear bytes, header, ciphertext, tag.
 * @typedef {object} FramePlan
 * @property {number} handle names the key
 * @property {bigint} keyID
 * @property {bigint} counter
 * @property {number} index the sender's, proved only by the tag
 * @property {number} clearLength
 * @property {Uint8Array<ArrayBuffer>} header
 * @property {Uint8Array<ArrayBuffer>} nonce 12 bytes
 * @property {Uint8Array<ArrayBuffer>} additionalData
 */

/**
 * @typedef {object} CoreExports
 * @property {WebAssembly.Memory} memory
 * @property {() => void} _initialize
 * @property {() => number} mailbox_address
 * @property {() => void} mailbox_erase
 * @property {(length: number) => number} session_open
 * @property {() => number} session_new_join
 * @property {(index: number) => number} session_set_self
 * @property {(count: number) => number} session_set_roster
 * @property {(context: number, kind: number, prefixLength: number) => number} frame_plan_seal
 * @property {(kind: number, prefixLength: number, length: number) => number} frame_plan_open
 * @property {(handle: number, keyID: bigint, counter: bigint) => number} frame_commit
 * @property {(handle: number) => number} key_take
 * @property {(label: number, length: number) => number} message_seal
 * @property {(label: number, index: number, length: number) => number} message_open
 */

/** @typedef {{ index: number, join: Uint8Array }} Member */

export class CoreError extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export class Core {
  #exports;
  #address;
  #broken = false;

  /** @param {WebAssembly.Exports} exports */
  constructor(exports) {
    this.#exports = /** @type {CoreExports} */ (/** @type {unknown} */ (exports));
    this.#exports._initialize();
    this.#address = this.#exports.mailbox_address();
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
   * @param {(bytes: Uint8Array<ArrayBuffer>) => void} fill
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

  /**
   * @param {string} fragment what follows # in the link
   * @returns {{ gate: Uint8Array, join: Uint8Array }}
   */
  open(fragment) {
    const bytes = new TextEncoder().encode(fragment);
    if (bytes.length > 256) throw new CoreError("bad_link");
    const result = this.#call((core) => core.session_open(bytes.length), bytes);
    this.#exports.mailbox_erase();
    return { gate: result.slice(0, GATE_BYTES), join: result.slice(GATE_BYTES, GATE_BYTES + JOIN_BYTES) };
  }

  /** @returns {Uint8Array} the fresh join id */
  newJoin() {
    return this.#call((core) => core.session_new_join());
  }

  /** @param {number} index */
  setSelf(index) {
    this.#call((core) => core.session_set_self(index));
  }

  /** @param {Member[]} members everybody else */
  setRoster(members) {
    const bytes = new Uint8Array(members.length * (2 + JOIN_BYTES));
    const view = new DataView(bytes.buffer);
    members.forEach(({ index, join }, position) => {
      if (join.length !== JOIN_BYTES || !(index >= 0 && index <= 0xffff)) throw new CoreError("bad_argument");
      view.setUint16(position * (2 + JOIN_BYTES), index);
      bytes.set(join, position * (2 + JOIN_BYTES) + 2);
    });
    this.#call((core) => core.session_set_roster(members.length), bytes);
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

  /** @param {number} handle @returns {Uint8Array<ArrayBuffer>} the raw key, once; the caller erases it */
  takeKey(handle) {
    const key = this.#call((core) => core.key_take(handle));
    this.#exports.mailbox_erase();
    return key;
  }

  /** @param {number} label @param {Uint8Array} content */
  sealMessage(label, content) {
    return this.#call((core) => core.message_seal(label, content.length), content, "too_large");
  }

  /** @param {number} label @param {number} index of the participant it is said to come from @param {Uint8Array} box */
  openMessage(label, index, box) {
    return this.#call((core) => core.message_open(label, index, box.length), box, "malformed");
  }

  /**
   * @param {(core: CoreExports) => number} body
   * @param {Uint8Array} [input]
   * @param {string} [oversize] code for input that does not fit the mailbox
   * @returns {Uint8Array<ArrayBuffer>} a copy of the result
   */
  #call(body, input, oversize = "bad_argument") {
    if (this.#broken) throw new CoreError("broken");
    if (input && input.length > MAILBOX_BYTES) throw new CoreError(oversize);
    let length;
    try {
      if (input) new Uint8Array(this.#exports.memory.buffer, this.#address, input.length).set(input);
      length = body(this.#exports);
    } catch {
      // A trap leaves the module's state between two steps: no counter in it can be trusted any more.
      this.#broken = true;
      throw new CoreError("broken");
    }
    if (length < 0) throw new CoreError(STATUS.get(length) ?? "broken");
    return new Uint8Array(this.#exports.memory.buffer, this.#address, length).slice();
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes laid out as Sources/ClientWasm/Exports.swift says @returns {FramePlan} */
function decodePlan(bytes) {
  const view = new DataView(bytes.buffer);
  const additionalData = bytes.subarray(36);
  return {
    handle: view.getUint32(0),
    keyID: view.getBigUint64(4),
    counter: view.getBigUint64(12),
    index: view.getUint16(20),
    clearLength: bytes[22],
    header: additionalData.subarray(0, bytes[23]),
    nonce: bytes.subarray(24, 36),
    additionalData,
  };
}
