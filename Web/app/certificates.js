// @ts-check
/**
 * What the certificates of an invitation say (`InvitationChain` of RoomRules). They are not verified here: the node and every
 * member do that; the page shows them, and a forged one would let nobody in.
 */
import { TLSReader } from "../worker/tls.js";
import { base64url, fromBase64url } from "./link.js";

const VERSION = 1;
const MAX_DEPTH = 4;
const HOST_DIGEST_BYTES = 10;
const KEY_BYTES = 32;
const ID_BYTES = 16;

/**
 * @typedef {object} Certificate
 * @property {string} id base64url of 16 bytes
 * @property {string | null} parent id of the invitation that it was made with; null: the host's own
 * @property {"listener" | "speaker"} role
 * @property {boolean} delegates whoever is invited may invite further
 * @property {number} uses devices that it is good for
 * @property {number} expires seconds since the Unix epoch; 0 never
 */

/**
 * The last certificate of a chain: the invitation itself.
 * @param {string} chain base64url
 * @returns {Promise<Certificate | null>} null: it is no chain
 */
export async function readChain(chain) {
  try {
    const reader = new TLSReader(fromBase64url(chain));
    const certificates = reader.vector(certificate);
    const last = certificates[certificates.length - 1];
    if (!last || certificates.length > MAX_DEPTH || !reader.isAtEnd) return null;
    const { key, issuer, role, ...rest } = last;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", key));
    return {
      ...rest,
      id: base64url(digest.subarray(0, ID_BYTES)),
      parent: issuer.every((byte) => byte === 0) ? null : base64url(issuer),
      role: role === 1 ? "speaker" : "listener",
    };
  } catch {
    return null;
  }
}

/** @param {TLSReader} reader */
function certificate(reader) {
  if (reader.uint8() !== VERSION) throw new RangeError("version");
  reader.raw(HOST_DIGEST_BYTES);
  const key = reader.raw(KEY_BYTES);
  const issuer = reader.raw(ID_BYTES);
  const [role, delegates, uses] = [reader.uint8(), reader.uint8(), reader.uint16()];
  const expires = reader.uint64();
  reader.opaque();
  return { key, issuer, role, delegates: delegates === 1, uses, expires };
}
