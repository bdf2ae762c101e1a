// @ts-check
/**
 * A room's link: `https://HOST/r/ROOM#` and `1S`, `1S.H`, or `1S.H.I`; with a password `2S.H` or `2S.H.I`. S is the secret,
 * H the digest of the host's key, I the secret of a personal invitation. What follows # never leaves the browser: it is kept
 * in memory and in the address bar, and no function here hands it to anything that sends. Whoever runs a node gets a link with
 * `!` and the host's key behind it: the page takes that out of the address bar before it does anything else.
 */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ROOM_LENGTH = 16;
const SECRET_BYTES = 16;
const ROOM = /^[0-9A-HJKMNP-TV-Z]{12,32}$/;

/**
 * Version; 16 bytes; where there is a host, 10 bytes of their key's digest; 16 bytes of an invitation. Last characters carry
 * two bits. A password needs a host.
 */
const FRAGMENT =
  /^(?:1([A-Za-z0-9_-]{21}[AQgw])|2([A-Za-z0-9_-]{21}[AQgw])(?=\.))(?:\.([A-Za-z0-9_-]{13}[AQgw])(?:\.([A-Za-z0-9_-]{21}[AQgw]))?)?$/;

/** What makes its reader the host: 32 bytes. The last character carries four bits. */
const HOST_SEED = /!([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/;

/** @typedef {{ room: string, fragment: string }} RoomAddress */

/**
 * @typedef {{ kind: "home" } | { kind: "account" } | ({ kind: "room" } & RoomAddress)
 *   | { kind: "invalid", code: "bad_link" | "no_secret" }} Place
 */

/**
 * @typedef {object} LinkParts
 * @property {boolean} password the link opens nothing without the room's password
 * @property {string | null} host digest of the host's key; null: the room is nobody's
 * @property {string | null} invitation secret of a personal invitation
 */

/**
 * What a fragment holds besides the secret.
 * @param {string} fragment
 * @returns {LinkParts | null} null: this is no fragment of a link
 */
export function readFragment(fragment) {
  const match = FRAGMENT.exec(fragment);
  return match && { password: match[2] !== undefined, host: match[3] ?? null, invitation: match[4] ?? null };
}

/**
 * The fragment that may be passed on: a personal invitation is for one person.
 * @param {string} fragment of a link
 */
export function withoutInvitation(fragment) {
  return fragment.split(".").slice(0, 2).join(".");
}

/**
 * The fragment of a room that has a host.
 * @param {string} fragment of `createAddress`
 * @param {string} host digest of the host's key
 * @param {boolean} password
 */
export function withHost(fragment, host, password) {
  return `${password ? 2 : 1}${fragment.slice(1)}.${host}`;
}

/**
 * The same link where the room's password was set or taken away.
 * @param {string} fragment
 * @param {boolean} password whether it opens nothing without one
 */
export function withPassword(fragment, password) {
  return `${password ? 2 : 1}${fragment.slice(1)}`;
}

/**
 * @param {(bytes: Uint8Array<ArrayBuffer>) => unknown} [fill] a cryptographic generator
 * @returns {RoomAddress}
 */
export function createAddress(fill = (bytes) => crypto.getRandomValues(bytes)) {
  const letters = new Uint8Array(ROOM_LENGTH);
  fill(letters);
  const secret = new Uint8Array(SECRET_BYTES);
  fill(secret);
  const room = Array.from(letters, (byte) => ALPHABET[byte & 31]).join("");
  const address = { room, fragment: `1${base64url(secret)}` };
  secret.fill(0);
  return address;
}

/**
 * @param {{ pathname: string, hash: string }} location
 * @returns {Place}
 */
export function parsePlace({ pathname, hash }) {
  if (pathname === "/" || pathname === "/index.html") return { kind: "home" };
  if (pathname === "/account") return { kind: "account" };
  const match = /^\/r\/([^/]{1,64})\/?$/.exec(pathname);
  if (!match) return { kind: "invalid", code: "bad_link" };
  const room = normaliseRoom(match[1]);
  if (!ROOM.test(room)) return { kind: "invalid", code: "bad_link" };
  const fragment = hash.replace(/^#/, "");
  if (fragment === "") return { kind: "invalid", code: "no_secret" };
  if (!readFragment(fragment)) return { kind: "invalid", code: "bad_link" };
  return { kind: "room", room, fragment };
}

/**
 * Takes the host's key out of the address bar, where it would be copied, bookmarked and shown with the link.
 * @param {{ pathname: string, hash: string }} location
 * @param {Pick<History, "replaceState">} history
 * @returns {string | null} base64url of 32 bytes
 */
export function takeHostSeed({ pathname, hash }, history) {
  const [rest, seed] = splitHostSeed(hash);
  if (seed !== null) history.replaceState(null, "", pathname + rest);
  return seed;
}

/**
 * @param {string} fragment
 * @returns {[string, string | null]} the fragment that may be seen, and the key of the host that came behind it
 */
export function splitHostSeed(fragment) {
  const match = HOST_SEED.exec(fragment);
  return match ? [fragment.slice(0, match.index), match[1]] : [fragment, null];
}

/** @param {RoomAddress} address */
export function roomPath({ room, fragment }) {
  return `/r/${room}#${fragment}`;
}

/**
 * Crockford's reading of what people type: small letters, and the look-alikes O, I and L.
 * @param {string} text
 */
function normaliseRoom(text) {
  return text.toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
}

/** @param {string} text of `base64url` @throws {DOMException} where it is none */
export function fromBase64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/**
 * RFC 4648 §5 without padding.
 * @param {Uint8Array} bytes
 */
export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
