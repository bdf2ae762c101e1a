// @ts-check

import { decode } from "./base64url.js";

/** @typedef {import("./device.js").Devices} Devices */
/** @typedef {import("./device.js").Trust} Trust */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {Record<string, unknown>} Profile */

/**
 * @typedef {object} ProfileDoors
 * @property {(body: Bytes) => void} publish our own, to the group
 * @property {(join: string, profile: { name: unknown, hand: unknown }, trust: Trust) => void} show somebody's
 */

/** @typedef {{ profile: Profile, device: string | null, verified: boolean }} Known */

/**
 * What members say of themselves, and whether this device has met theirs before. Our own goes out with a proof of this
 * device, made anew for every group and join.
 */
export class Profiles {
  #devices;
  #doors;
  /** @type {Profile | null} */
  #own = null;
  /** Where we are a member. @type {{ group: Bytes, join: Bytes } | null} */
  #place = null;
  /** @type {Map<string, Known>} */
  #known = new Map();
  /** Proofs are checked one after the other, so that of two profiles of one member the later one is shown last. */
  #last = Promise.resolve();

  /** @param {Devices} devices @param {ProfileDoors} doors */
  constructor(devices, doors) {
    this.#devices = devices;
    this.#doors = doors;
  }

  /** @param {Profile} profile */
  setOwn(profile) {
    this.#own = profile;
    this.#publish();
  }

  /** We are a member now. @param {Bytes} group @param {Bytes} join */
  enter(group, join) {
    this.#place = { group, join };
    this.#publish();
  }

  leave() {
    this.#place = null;
    this.#known.clear();
  }

  /** @param {Set<string>} joins of everybody who is still there */
  keepOnly(joins) {
    for (const join of this.#known.keys()) if (!joins.has(join)) this.#known.delete(join);
  }

  /** @param {string} join @param {Profile} profile whose signature was checked @param {Bytes} group */
  learn(join, profile, group) {
    this.#last = this.#last.then(async () => {
      const device = await this.#devices.check(
        profile.device,
        profile.deviceProof,
        group,
        /** @type {Bytes} */ (decode(join)),
      );
      const known = { profile, device, verified: this.#known.get(join)?.verified ?? false };
      this.#known.set(join, known);
      await this.#show(join, known);
    }).catch(() => {});
  }

  /** The two of us compared digits, and they are the same. @param {string} join */
  verify(join) {
    this.#last = this.#last.then(async () => {
      const known = this.#known.get(join) ?? { profile: {}, device: null, verified: true };
      known.verified = true;
      this.#known.set(join, known);
      if (known.device) await this.#devices.verify(known.device);
      await this.#show(join, known);
    }).catch(() => {});
  }

  /** @param {string} join @param {Known} known */
  async #show(join, { profile: { name, hand }, device, verified }) {
    const met = device === null ? "new" : await this.#devices.meet(device);
    this.#doors.show(join, { name, hand }, verified ? "verified" : met);
  }

  async #publish() {
    const [own, place] = [this.#own, this.#place];
    if (!own || !place) return;
    const proof = await this.#devices.prove(place.group, place.join);
    // Another has taken its place meanwhile, and publishes itself.
    if (this.#own !== own || this.#place !== place) return;
    const { name, ...more } = own;
    const called = String(name ?? "").replaceAll("\0", "");
    this.#doors.publish(new TextEncoder().encode(`${called}\0${JSON.stringify({ ...more, ...proof })}`));
  }
}
