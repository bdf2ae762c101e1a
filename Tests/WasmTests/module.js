// @ts-check
import { Core } from "../../Web/worker/core.js";

/** Builds the module as the product does and starts instances of it outside a browser. */

export const ROOT = new URL("../../", import.meta.url).pathname;

/**
 * @param {string} folder below the build cache
 * @param {string[]} [extra] Swift files that become part of the module
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function build(folder, extra = []) {
  const out = `${ROOT}.build-wasm/${folder}`;
  await run(`${ROOT}tools/build-wasm`, out, ...extra);
  return Deno.readFile(`${out}/client.wasm`);
}

/** @param {string} command @param {...string} args */
export async function run(command, ...args) {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`${command}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {(bytes: Uint8Array<ArrayBuffer>) => void} [fill] the randomness that it is given
 */
export async function start(bytes, fill = (bytes) => void crypto.getRandomValues(bytes)) {
  /** @type {WebAssembly.Instance} */
  const instance = (await WebAssembly.instantiate(bytes, Core.imports(fill, () => instance.exports))).instance;
  return { core: new Core(instance.exports), exports: instance.exports };
}

/** @param {string} hex */
export function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

/** @param {Uint8Array} bytes */
export function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
