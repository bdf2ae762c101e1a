// @ts-check
/**
 * Argon2id (RFC 9106) of a room's password, in a module of its own: its memory goes with it. What comes of it is mixed into
 * the link's secret and never sent.
 */

const MODULE = "/worker/argon2.wasm";
const LABEL = "tertulia password 2";
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** Parameters of docs/sealing.md: a try takes half a second here, and 64 MiB. */
const PASSES = 3;
const KIBIBYTES = 64 * 1024;

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/**
 * @typedef {object} Argon2Exports
 * @property {WebAssembly.Memory} memory
 * @property {() => void} _initialize
 * @property {(count: number) => number} reserve
 * @property {(password: number, passwordLength: number, salt: number, saltLength: number, passes: number,
 *   kibibytes: number, out: number, outLength: number) => number} argon2id
 */

/**
 * @param {string} password
 * @param {string} room
 * @param {() => Promise<WebAssembly.Instance>} [load] the module
 * @returns {Promise<Bytes>} 32 bytes
 * @throws {Error} where the memory cannot be had
 */
export async function passwordKey(password, room, load = loadModule) {
  const text = new TextEncoder();
  const digest = await crypto.subtle.digest("SHA-256", text.encode(LABEL + room));
  const salt = new Uint8Array(digest, 0, SALT_BYTES);
  return argon2id(await load(), text.encode(password.normalize("NFC")), salt, PASSES, KIBIBYTES);
}

/**
 * @param {WebAssembly.Instance} instance used once
 * @param {Uint8Array} password
 * @param {Uint8Array} salt
 * @param {number} passes
 * @param {number} kibibytes
 * @returns {Bytes} 32 bytes
 */
export function argon2id(instance, password, salt, passes, kibibytes) {
  const core = /** @type {Argon2Exports} */ (/** @type {unknown} */ (instance.exports));
  core._initialize();
  const [passwordAt, saltAt, out] = [password.length + 1, salt.length, KEY_BYTES].map((length) => core.reserve(length));
  if (!passwordAt || !saltAt || !out) throw new Error("no memory");
  new Uint8Array(core.memory.buffer).set(password, passwordAt);
  new Uint8Array(core.memory.buffer).set(salt, saltAt);
  const status = core.argon2id(passwordAt, password.length, saltAt, salt.length, passes, kibibytes, out, KEY_BYTES);
  // The memory may have grown, and then lies elsewhere.
  const memory = new Uint8Array(core.memory.buffer);
  memory.fill(0, passwordAt, passwordAt + password.length);
  if (status !== 0) throw new Error("no memory");
  return memory.slice(out, out + KEY_BYTES);
}

async function loadModule() {
  return (await WebAssembly.instantiateStreaming(fetch(MODULE), {})).instance;
}
