// @ts-check
/**
 * What a person's password, recovery codes and passkeys open, without the node learning any of them (docs/accounts.md). The
 * node gets secrets that are made of them one way, and keys that only they unwrap.
 */
import { base64url, fromBase64url } from "../app/link.js";

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const ROUNDS = 600_000;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const WRAP_AAD = ascii("tertulia vault key 1");
const VAULT_AAD = ascii("tertulia vault 1");
/** A sealed vault has one of these lengths before it is sealed, so that its length tells little of what it holds. */
const SIZES = [1_024, 2_048, 4_096, 8_192];

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_LETTERS = 24;

export class VaultError extends Error {
  /** @param {"wrong_key" | "too_large"} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * The form of a name that the node knows.
 * @param {string} typed
 */
export function accountName(typed) {
  return typed.normalize("NFKC").trim().toLowerCase();
}

/**
 * What a password becomes: `secret` is sent, `wrapKey` opens the vault key and stays here. It takes about a second.
 * @param {{ name: string, password: string, host: string }} who `name` as `accountName` gives it; `host` of this page,
 *   so that another node gets no use out of a password that is used twice
 */
export async function passwordKeys({ name, password, host }) {
  const salt = await sha256(new Uint8Array([...ascii("tertulia account 1"), ...utf8(name), 0, ...utf8(host)]));
  const material = await crypto.subtle.importKey("raw", utf8(password.normalize("NFKC")), "PBKDF2", false, [
    "deriveBits",
  ]);
  const parameters = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  const key = new Uint8Array(await crypto.subtle.deriveBits(parameters, material, 8 * KEY_BYTES));
  return {
    secret: base64url(await expand(key, "tertulia account secret 1")),
    wrapKey: await expand(key, "tertulia account wrap 1"),
  };
}

/** @param {(bytes: Bytes) => unknown} [fill] a cryptographic generator @returns {string} 24 letters and digits, 120 bits */
export function createRecoveryCode(fill = (bytes) => crypto.getRandomValues(bytes)) {
  const bytes = new Uint8Array(CODE_LETTERS);
  fill(bytes);
  return Array.from(bytes, (byte) => ALPHABET[byte & 31]).join("");
}

/** A recovery code as people write it down. @param {string} code */
export function showRecoveryCode(code) {
  return code.replace(/.{4}(?=.)/g, "$&-");
}

/**
 * As typed: small letters, spaces and hyphens, and the look-alikes O, I and L are read as what they stand for.
 * @param {string} typed
 * @returns {string | null} null: it is no recovery code
 */
export function readRecoveryCode(typed) {
  const code = typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  return /^[0-9A-HJKMNP-TV-Z]{24}$/.test(code) ? code : null;
}

/** @param {string} code of `readRecoveryCode` */
export async function recoveryKeys(code) {
  const proof = await expand(ascii(code), "tertulia recovery proof 1");
  return {
    proof: base64url(proof),
    check: base64url(await sha256(proof)),
    wrapKey: await expand(ascii(code), "tertulia recovery wrap 1"),
  };
}

/** What a passkey with the PRF extension is asked for. */
export function prfInput() {
  return sha256(ascii("tertulia vault prf 1"));
}

/** @param {Bytes} output of the PRF */
export function passkeyWrapKey(output) {
  return expand(output, "tertulia passkey wrap 1");
}

/** @returns {Bytes} */
export function createVaultKey() {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES));
}

/**
 * @param {Bytes} wrapKey @param {Bytes} vaultKey
 * @returns {Promise<string>} base64url of 60 bytes
 */
export async function wrap(wrapKey, vaultKey) {
  return base64url(await seal(await aesKey(wrapKey), vaultKey, WRAP_AAD));
}

/** @param {Bytes} wrapKey @param {string} wrapped @throws {VaultError} `wrong_key` */
export async function unwrap(wrapKey, wrapped) {
  return await open(await aesKey(wrapKey), wrapped, WRAP_AAD);
}

/** The vault key in a form that may be kept on this device: scripts can use it there, but not read it. @param {Bytes} vaultKey */
export function usableKey(vaultKey) {
  return aesKey(vaultKey);
}

/** @param {CryptoKey} key of `usableKey` @param {object} content @throws {VaultError} `too_large` */
export async function sealVault(key, content) {
  const json = utf8(JSON.stringify(content));
  const size = SIZES.find((size) => size >= json.length);
  if (size === undefined) throw new VaultError("too_large");
  const padded = new Uint8Array(size).fill(0x20);
  padded.set(json);
  return base64url(await seal(key, padded, VAULT_AAD));
}

/** @param {CryptoKey} key @param {string} sealed @returns {Promise<unknown>} @throws {VaultError} `wrong_key` */
export async function openVault(key, sealed) {
  const bytes = await open(key, sealed, VAULT_AAD);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new VaultError("wrong_key");
  }
}

/** @param {CryptoKey} key @param {Bytes} plain @param {Bytes} additionalData */
async function seal(key, plain, additionalData) {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain);
  return new Uint8Array([...iv, ...new Uint8Array(sealed)]);
}

/** @param {CryptoKey} key @param {string} sealed @param {Bytes} additionalData @returns {Promise<Bytes>} */
async function open(key, sealed, additionalData) {
  try {
    const bytes = fromBase64url(sealed);
    const parameters = { name: "AES-GCM", iv: bytes.slice(0, NONCE_BYTES), additionalData };
    return new Uint8Array(await crypto.subtle.decrypt(parameters, key, bytes.slice(NONCE_BYTES)));
  } catch {
    throw new VaultError("wrong_key");
  }
}

/** HKDF-SHA-256 without salt (RFC 5869). @param {Bytes} key @param {string} info @returns {Promise<Bytes>} 32 bytes */
async function expand(key, info) {
  const material = await crypto.subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: ascii(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, material, 8 * KEY_BYTES));
}

/** @param {Bytes} raw */
function aesKey(raw) {
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** @param {Bytes} bytes */
async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** @param {string} text @returns {Bytes} */
function ascii(text) {
  return utf8(text);
}

/** @param {string} text @returns {Bytes} */
function utf8(text) {
  return new Uint8Array(new TextEncoder().encode(text));
}
