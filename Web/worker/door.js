// @ts-check
import { decode, encode } from "./base64url.js";
import { CoreError } from "./core.js";

/** @typedef {import("./core.js").Core} Core */
/** @typedef {import("./room-keys.js").RoomKeys} RoomKeys */
/** @typedef {import("../app/secure-session.js").HelloExtras} HelloExtras */
/** @typedef {import("../app/secure-session.js").Invitation} Invitation */
/** @typedef {import("../app/secure-session.js").InvitationWish} InvitationWish */

/** Bytes of JSON that a box at the door takes. */
const MOST = 256;
const KEY_BYTES = 32;

/** What is said before one is a member, and how others are invited. */
export class Door {
  #core;
  #keys;
  #room;

  /** @param {Core} core @param {RoomKeys} keys @param {string} room */
  constructor(core, keys, room) {
    this.#core = core;
    this.#keys = keys;
    this.#room = room;
  }

  /** @param {string} name @returns {Promise<HelloExtras>} */
  async hello(name) {
    const { proof, digest } = await this.#keys.prove(this.#room, this.#core.join);
    const said = this.#core.hello(new TextEncoder().encode(this.#room), digest, json(name));
    if (!said) return {};
    const { governed, host, knock, invitation } = said;
    return {
      governed: encode(governed),
      device: proof,
      ...host.length > 0 ? { host: split(host) } : {},
      ...knock.length > 0 ? { knock: encode(knock) } : {},
      ...invitation.length > 0 ? { invitation: split(invitation) } : {},
    };
  }

  /** @param {InvitationWish} wish @returns {Invitation | null} */
  invite({ role, uses, expires, delegates, label }) {
    const made = this.#core.invite({ isSpeaker: role === "speaker", delegates, uses, expires }, json(label));
    if (!made) return null;
    const { id, fragment, chain, label: box } = made;
    return {
      id: encode(id),
      fragment: new TextDecoder().decode(fragment),
      chain: encode(chain),
      label: encode(box),
    };
  }

  /** @param {string} box @param {string} join @returns {{ name: string } | null} */
  knock(box, join) {
    const name = this.#read(box, join);
    return name === null ? null : { name };
  }

  /** @param {string} box @returns {string | null} */
  label(box) {
    return this.#read(box, "");
  }

  /** @param {string} box @param {string} join @returns {string | null} */
  #read(box, join) {
    const [sealed, id] = [decode(box), decode(join)];
    if (!sealed || !id) return null;
    const text = this.#core.readDoor(sealed, id);
    try {
      const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
      return typeof value === "string" ? value : null;
    } catch {
      return null;
    }
  }
}

/** JSON of a text that fits: what is too long is cut between two characters. @param {string} text */
function json(text) {
  const characters = [...text.slice(0, MOST)];
  for (;; characters.pop()) {
    const bytes = new TextEncoder().encode(JSON.stringify(characters.join("")));
    if (bytes.length <= MOST) return bytes;
  }
}

/** @param {Uint8Array} proof key and signature */
function split(proof) {
  if (proof.length <= KEY_BYTES) throw new CoreError("broken");
  return { key: encode(proof.subarray(0, KEY_BYTES)), signature: encode(proof.subarray(KEY_BYTES)) };
}
