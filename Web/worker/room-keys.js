// @ts-check
import { encode } from "./base64url.js";

/** @typedef {import("./vault.js").Vault} Vault */

/**
 * Proof of a device at a room's door: public key (raw) and signature (r and s), in base64url.
 * @typedef {{ key: string, signature: string }} DoorProof
 */

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };
const LABEL = "tertulia knock 1";
const DIGEST_BYTES = 16;

/** As long as a node remembers a room that nobody uses. Milliseconds. */
const KEPT = 90 * 24 * 60 * 60 * 1000;
/** More rooms than anybody is in within that time. */
const MOST = 500;

/**
 * What this device knocks with: a key for each room, so that nobody can tell that somebody in one is somebody in another.
 * An invitation is bound to it and a ban counts for it, so it is kept, and no script can read it.
 */
export class RoomKeys {
  #vault;
  #now;
  /** Where nothing can be kept it lasts as long as the worker. @type {Map<string, CryptoKeyPair>} */
  #passing = new Map();

  /** @param {Vault} vault @param {() => number} [now] milliseconds since the Unix epoch */
  constructor(vault, now = () => Date.now()) {
    this.#vault = vault;
    this.#now = now;
  }

  /**
   * @param {string} room
   * @param {Uint8Array} join that we are about to enter with
   * @returns {Promise<{ proof: DoorProof, digest: Uint8Array<ArrayBuffer> }>} the proof, and what the device is known by
   */
  async prove(room, join) {
    const { privateKey, publicKey } = await this.#pair(room);
    const key = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
    const statement = Uint8Array.of(...new TextEncoder().encode(LABEL + room), ...join);
    const signature = new Uint8Array(await crypto.subtle.sign(SIGNATURE, privateKey, statement));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", key)).slice(0, DIGEST_BYTES);
    return { proof: { key: encode(key), signature: encode(signature) }, digest };
  }

  /** @param {string} room @returns {Promise<CryptoKeyPair>} */
  async #pair(room) {
    const passing = this.#passing.get(room);
    if (passing) return passing;
    const kept = await this.#vault.get("rooms", room);
    const pair = kept?.pair ?? await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
    if (!kept) await this.#forget();
    if (!await this.#vault.put("rooms", room, { pair, at: this.#now() })) this.#passing.set(room, pair);
    return pair;
  }

  async #forget() {
    const entries = (await this.#vault.entries("rooms")).sort(([, a], [, b]) => b.at - a.at);
    const old = entries.filter(([, { at }], rank) => rank >= MOST - 1 || this.#now() - at > KEPT);
    for (const [room] of old) await this.#vault.remove("rooms", room);
  }
}
