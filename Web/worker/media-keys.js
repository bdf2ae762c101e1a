// @ts-check
/** @typedef {import("./core.js").Core} Core */

/**
 * The CryptoKeys behind the core's key handles. A raw key leaves the core once, is imported as non-extractable, and the
 * copy is erased; what the core gives up is given up here.
 */
export class MediaKeys {
  #core;
  /** @type {Map<number, Promise<CryptoKey>>} */
  #keys = new Map();

  /** @param {Core} core */
  constructor(core) {
    this.#core = core;
  }

  /** @param {number} handle @param {"encrypt" | "decrypt"} usage */
  get(handle, usage) {
    const known = this.#keys.get(handle);
    if (known) return known;
    const raw = this.#core.takeKey(handle);
    const key = crypto.subtle.importKey("raw", raw, "AES-GCM", false, [usage]);
    raw.fill(0);
    this.#keys.set(handle, key);
    return key;
  }

  /** Drops the keys of epochs that are over and of people who went. */
  retire() {
    for (const handle of this.#core.takeRetired()) this.#keys.delete(handle);
  }

  clear() {
    this.#keys.clear();
  }

  get size() {
    return this.#keys.size;
  }
}
