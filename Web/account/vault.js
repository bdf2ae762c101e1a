// @ts-check
import { parsePlace, roomPath } from "../app/link.js";
import { cleanName } from "../app/text.js";
import { AccountError } from "./api.js";
import { openVault, sealVault } from "./vault-key.js";

/** @typedef {import("./api.js").AccountAPI} AccountAPI */

/**
 * A room of one's own.
 * @typedef {object} OwnRoom
 * @property {string} room
 * @property {string} fragment of its link
 * @property {string | null} seed the host's key, base64url of 32 bytes; null: not ours to host
 * @property {string} name as the person calls it
 */

/** @typedef {Record<string, string>} Settings by the names that they are remembered under on a device */
/** @typedef {{ rooms: OwnRoom[], settings: Settings }} Content */

const VERSION = 1;
/** What fits into a sealed vault, about. */
const MOST_ROOMS = 30;
/** Another device may write at the same moment; a third time in a row it is no coincidence. */
const ATTEMPTS = 3;
const SETTINGS = ["tertulia.language", "tertulia.theme", "tertulia.mode", "tertulia.shortcuts"];

/** The sealed blob that the node keeps for an account and cannot read: read, changed, sealed and written back as a whole. */
export class PersonalVault {
  #api;
  #key;

  /** @param {AccountAPI} api @param {CryptoKey} key */
  constructor(api, key) {
    this.#api = api;
    this.#key = key;
  }

  /** @returns {Promise<Content>} */
  async read() {
    const { sealed } = await this.#api.vault();
    return sealed === null ? empty() : clean(await openVault(this.#key, sealed));
  }

  /**
   * @param {(content: Content) => Content} change may run more than once
   * @returns {Promise<Content>} as it was written
   */
  async change(change) {
    for (let attempt = 1;; attempt += 1) {
      const { sealed, version } = await this.#api.vault();
      const next = change(sealed === null ? empty() : clean(await openVault(this.#key, sealed)));
      try {
        await this.#api.writeVault(await sealVault(this.#key, { v: VERSION, ...next }), version);
        return next;
      } catch (error) {
        if (!(error instanceof AccountError && error.code === "conflict") || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** @param {OwnRoom} room @throws {AccountError} `limit` */
  keepRoom(room) {
    return this.change(({ rooms, settings }) => {
      const others = rooms.filter((one) => one.room !== room.room);
      if (others.length >= MOST_ROOMS) throw new AccountError("limit");
      return { rooms: [room, ...others], settings };
    });
  }

  /** @param {string} room */
  forgetRoom(room) {
    return this.change(({ rooms, settings }) => ({ rooms: rooms.filter((one) => one.room !== room), settings }));
  }

  /** @param {Settings} settings */
  keepSettings(settings) {
    return this.change(({ rooms }) => ({ rooms, settings }));
  }
}

/** A vault in which nothing is yet. */
export function empty() {
  return /** @type {Content} */ ({ rooms: [], settings: {} });
}

/** The settings of this device that an account takes along. @param {(key: string) => string | null} remembered */
export function ownSettings(remembered) {
  return Object.fromEntries(SETTINGS.flatMap((key) => {
    const value = remembered(key);
    return value === null ? [] : [[key, value]];
  }));
}

/**
 * What an earlier or later version of this page, or another program, may have written.
 * @param {unknown} value
 * @returns {Content}
 */
function clean(value) {
  const { rooms, settings } = /** @type {Record<string, unknown>} */ (value ?? {});
  return { rooms: array(rooms).flatMap(cleanRoom), settings: cleanSettings(settings) };
}

/** @param {unknown} value @returns {OwnRoom[]} */
function cleanRoom(value) {
  const { room, fragment, seed, name } = /** @type {Record<string, unknown>} */ (value ?? {});
  if (typeof room !== "string" || typeof fragment !== "string") return [];
  const [pathname, hash] = roomPath({ room, fragment }).split("#");
  const place = parsePlace({ pathname, hash: `#${hash}` });
  if (place.kind !== "room") return [];
  const key = typeof seed === "string" && /^[A-Za-z0-9_-]{43}$/.test(seed) ? seed : null;
  return [{ room: place.room, fragment: place.fragment, seed: key, name: cleanName(name) ?? "" }];
}

/** @param {unknown} value @returns {Settings} */
function cleanSettings(value) {
  const known = Object.entries(/** @type {object} */ (value ?? {}))
    .filter(([key, text]) => SETTINGS.includes(key) && typeof text === "string" && text.length < 64);
  return Object.fromEntries(known);
}

/** @param {unknown} value @returns {unknown[]} */
function array(value) {
  return Array.isArray(value) ? value.slice(0, MOST_ROOMS) : [];
}
