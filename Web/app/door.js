// @ts-check
import { deviceDigits } from "./digits.js";
import { lookalikes } from "./lookalike.js";
import { cleanName } from "./text.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./secure-session.js").SecureSession} SecureSession */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").Knocking} Knocking */
/** @typedef {import("./wire.js").HostMessage} HostMessage */
/** @typedef {import("./wire.js").Knock} Knock */

/**
 * @typedef {object} Surroundings
 * @property {Store} store
 * @property {Clock} clock
 * @property {Pick<SecureSession, "readKnock">} group
 * @property {(message: HostMessage) => boolean} send to the node
 */

/** The node holds 32 at most; one that says more is not believed. */
const MOST = 32;

/** Who is at the door, for those who may let them in. */
export class Door {
  #doors;

  /** @param {Surroundings} doors */
  constructor(doors) {
    this.#doors = doors;
  }

  /** @param {Knock} knock */
  async knock({ id, join, box, device, again }) {
    const { store, clock, group } = this.#doors;
    /** @type {Knocking} */
    const waiting = {
      id,
      name: null,
      digits: deviceDigits(device),
      again,
      alike: null,
      answered: false,
      at: clock.date(),
    };
    store.update(({ knocking }) => ({
      knocking: [...knocking.filter((other) => other.id !== id), waiting].slice(0, MOST),
    }));
    const read = await group.readKnock(box, join).catch(() => null);
    this.#change(id, { name: cleanName(read?.name) });
    this.compare();
  }

  /** @param {number} id they gave up, or somebody has answered */
  gone(id) {
    this.#doors.store.update(({ knocking }) => ({ knocking: knocking.filter((waiting) => waiting.id !== id) }));
    this.compare();
  }

  /** @param {number[]} ids */
  admit(ids) {
    this.#answer(ids, (open) => ({ type: "admit", ids: open }));
  }

  /** @param {number[]} ids @param {boolean} ban their devices do not come back */
  turnAway(ids, ban) {
    this.#answer(ids, (open) => ({ type: "turn_away", ids: open, ban }));
  }

  /** Names inside have changed: who is called like somebody there? */
  compare() {
    const { knocking, people, self } = this.#doors.store.get();
    if (knocking.length === 0) return;
    const inside = [{ key: self.key, name: self.name || null }, ...people];
    const compared = knocking.map((waiting) => {
      const key = `door ${waiting.id}`;
      const alike = lookalikes([...inside, { key, name: waiting.name }]).get(key) ?? null;
      return alike === waiting.alike ? waiting : { ...waiting, alike };
    });
    if (compared.some((waiting, at) => waiting !== knocking[at])) {
      this.#doors.store.update(() => ({ knocking: compared }));
    }
  }

  /** The door is no business of ours any more, or the node will tell anew. */
  clear() {
    if (this.#doors.store.get().knocking.length > 0) this.#doors.store.update(() => ({ knocking: [] }));
  }

  /** @param {number[]} ids @param {(open: number[]) => HostMessage} message */
  #answer(ids, message) {
    const { store, send } = this.#doors;
    const open = store.get().knocking.filter(({ id, answered }) => ids.includes(id) && !answered).map(({ id }) => id);
    if (open.length === 0 || !send(message(open))) return;
    for (const id of open) this.#change(id, { answered: true });
  }

  /** @param {number} id @param {Partial<Knocking>} part */
  #change(id, part) {
    this.#doors.store.update(({ knocking }) => ({
      knocking: knocking.map((waiting) => waiting.id === id ? { ...waiting, ...part } : waiting),
    }));
  }
}
