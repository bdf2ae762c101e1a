// @ts-check
/**
 * A room's link: `https://HOST/r/ROOM#1S` or `#1S.H`. What follows # never leaves the browser: it is kept in memory and in the
 * address bar, and no function here hands it to anything that sends.
 */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ROOM_LENGTH = 16;
const SECRET_BYTES = 16;
const ROOM = /^[0-9A-HJKMNP-TV-Z]{12,32}$/;

/** Version 1; 16 bytes; and where there is a host, 10 bytes of their key's digest. Last characters carry two bits. */
const FRAGMENT = /^1[A-Za-z0-9_-]{21}[AQgw](?:\.[A-Za-z0-9_-]{13}[AQgw])?$/;

/** @typedef {{ room: string, fragment: string }} RoomAddress */

/**
 * @typedef {{ kind: "home" } | ({ kind: "room" } & RoomAddress)
 *   | { kind: "invalid", code: "bad_link" | "no_secret" }} Place
 */

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
  const match = /^\/r\/([^/]{1,64})\/?$/.exec(pathname);
  if (!match) return { kind: "invalid", code: "bad_link" };
  const room = normaliseRoom(match[1]);
  if (!ROOM.test(room)) return { kind: "invalid", code: "bad_link" };
  const fragment = hash.replace(/^#/, "");
  if (fragment === "") return { kind: "invalid", code: "no_secret" };
  if (!FRAGMENT.test(fragment)) return { kind: "invalid", code: "bad_link" };
  return { kind: "room", room, fragment };
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

/**
 * RFC 4648 §5 without padding.
 * @param {Uint8Array} bytes
 */
export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
