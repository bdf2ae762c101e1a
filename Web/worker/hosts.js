// @ts-check
/** @typedef {import("./vault.js").Vault} Vault */

/** Rooms that this device is the host of are forgotten after so long without a visit. Milliseconds. */
const KEPT = 30 * 24 * 60 * 60 * 1000;
/** More rooms than anybody visits in a month; the ones visited longest ago go first. */
const MOST = 200;

/** The seeds of host keys, by room: who has made a room on this device is its host here, after a reload too. */
export class Hosts {
  #vault;
  #now;

  /** @param {Vault} vault @param {() => number} [now] milliseconds since the Unix epoch */
  constructor(vault, now = () => Date.now()) {
    this.#vault = vault;
    this.#now = now;
  }

  /** @param {string} room @param {Uint8Array} seed @returns {Promise<boolean>} false: this device keeps nothing */
  async keep(room, seed) {
    await this.#forget();
    return this.#vault.put("hosts", room, { seed: seed.slice(), at: this.#now() });
  }

  /** @param {string} room @returns {Promise<Uint8Array | null>} */
  async seed(room) {
    await this.#forget();
    const entry = await this.#vault.get("hosts", room);
    if (!(entry?.seed instanceof Uint8Array)) return null;
    await this.#vault.put("hosts", room, { ...entry, at: this.#now() });
    return entry.seed;
  }

  async #forget() {
    const entries = (await this.#vault.entries("hosts")).sort(([, a], [, b]) => b.at - a.at);
    const old = entries.filter(([, { at }], rank) => rank >= MOST || this.#now() - at > KEPT);
    for (const [room] of old) await this.#vault.remove("hosts", room);
  }
}
