// @ts-check
import { decode, encode } from "./base64url.js";

/** @typedef {import("./vault.js").Vault} Vault */
/** @typedef {"new" | "seen" | "verified"} Trust */
/** @typedef {{ device: string, deviceProof: string }} Proof public key and signature, in base64url */

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };
const LABEL = "tertulia device 1";
const KEY_BYTES = 65;
const SIGNATURE_BYTES = 64;

/** Devices that are remembered; verified ones go last, then the ones met longest ago. */
const MOST = 2_000;

/**
 * Who this device is to others, and which devices it has met. The key never leaves the browser, and proves itself anew
 * in every join; whom it meets it knows by the hash of theirs.
 */
export class Devices {
  #vault;
  #now;
  /** @type {Promise<{ privateKey: CryptoKey, publicKey: string } | null> | null} */
  #own = null;
  /** What was known before this call: meeting somebody does not make them an old acquaintance. @type {Map<string, Promise<Trust>>} */
  #trust = new Map();
  /** Devices that are remembered, about. @type {number | null} */
  #count = null;

  /** @param {Vault} vault @param {() => number} [now] milliseconds since the Unix epoch */
  constructor(vault, now = () => Date.now()) {
    this.#vault = vault;
    this.#now = now;
  }

  /**
   * @param {Uint8Array} group
   * @param {Uint8Array} join our own
   * @returns {Promise<Proof | null>} null: this browser keeps no key, and one of today would prove nothing tomorrow
   */
  async prove(group, join) {
    const own = await (this.#own ??= this.#load());
    if (!own) return null;
    const signature = await crypto.subtle.sign(SIGNATURE, own.privateKey, statement(group, join));
    return { device: own.publicKey, deviceProof: encode(new Uint8Array(signature)) };
  }

  /**
   * @param {unknown} device
   * @param {unknown} deviceProof
   * @param {Uint8Array} group
   * @param {Uint8Array} join of who claims the device
   * @returns {Promise<string | null>} what the device is remembered by; null when nothing is proved
   */
  async check(device, deviceProof, group, join) {
    const [key, signature] = [decode(device), decode(deviceProof)];
    if (key?.length !== KEY_BYTES || signature?.length !== SIGNATURE_BYTES) return null;
    try {
      const publicKey = await crypto.subtle.importKey("raw", key, ALGORITHM, false, ["verify"]);
      if (!await crypto.subtle.verify(SIGNATURE, publicKey, signature, statement(group, join))) return null;
    } catch {
      return null;
    }
    return encode(new Uint8Array(await crypto.subtle.digest("SHA-256", key)));
  }

  /** Remembers the device as met, and tells what it was before. @param {string} id @returns {Promise<Trust>} */
  meet(id) {
    const known = this.#trust.get(id);
    if (known) return known;
    const trust = this.#meet(id);
    this.#trust.set(id, trust);
    return trust;
  }

  /** Two people have made sure of each other. @param {string} id */
  async verify(id) {
    this.#trust.set(id, Promise.resolve("verified"));
    const entry = await this.#vault.get("people", id);
    const now = this.#now();
    await this.#vault.put("people", id, { firstSeen: now, ...entry, lastSeen: now, verified: true });
  }

  /** @param {string} id @returns {Promise<Trust>} */
  async #meet(id) {
    const entry = await this.#vault.get("people", id);
    const now = this.#now();
    if (!entry) await this.#makeRoom();
    await this.#vault.put("people", id, { firstSeen: now, verified: false, ...entry, lastSeen: now });
    if (!entry) return "new";
    return entry.verified === true ? "verified" : "seen";
  }

  async #makeRoom() {
    this.#count ??= (await this.#vault.entries("people")).length;
    this.#count += 1;
    if (this.#count <= MOST) return;
    const entries = await this.#vault.entries("people");
    if (entries.length < MOST) return;
    const rank = (/** @type {any} */ { verified, lastSeen }) => (verified ? Number.MAX_SAFE_INTEGER / 2 : 0) + lastSeen;
    const [oldest] = entries.reduce((a, b) => rank(b[1]) < rank(a[1]) ? b : a);
    await this.#vault.remove("people", oldest);
  }

  async #load() {
    try {
      const kept = await this.#vault.get("device", "own");
      const pair = kept ?? await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
      if (!kept && !await this.#vault.put("device", "own", pair)) return null;
      const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
      return { privateKey: pair.privateKey, publicKey: encode(new Uint8Array(raw)) };
    } catch {
      return null;
    }
  }
}

/** @param {Uint8Array} group @param {Uint8Array} join */
function statement(group, join) {
  return Uint8Array.of(...new TextEncoder().encode(LABEL), ...group, ...join);
}
