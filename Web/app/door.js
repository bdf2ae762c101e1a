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
 * @property {Pick<SecureSession, "readKnock" | "letIn">} group
 * @property {(message: HostMessage) => boolean} send to the node
 */

/** The node holds 32 at most; one that says more is not believed. */
const MOST = 32;

/** Who is at the door, for those who may let them in. */
export class Door {
  #doors;
  /** Let in by somebody who knows them, and not here yet. @type {Set<string>} */
  #known = new Set();

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
      join,
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

  /** @param {number[]} ids @param {boolean} known by whoever lets them in: nobody has to vouch for them again */
  admit(ids, known) {
    const joins = this.#answer(ids, (open, joins) => {
      // The group hears it first: it adds nobody on the node's word alone.
      this.#doors.group.letIn(joins);
      return { type: "admit", ids: open };
    });
    if (known) { for (const join of joins) this.#known.add(join); }
  }

  /**
   * Who of those who were let in as known has come.
   * @param {readonly string[]} joins of everybody inside @returns {string[]}
   */
  arrived(joins) {
    return joins.filter((join) => this.#known.delete(join));
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
    this.#known.clear();
    if (this.#doors.store.get().knocking.length > 0) this.#doors.store.update(() => ({ knocking: [] }));
  }

  /**
   * @param {number[]} ids
   * @param {(open: number[], joins: string[]) => HostMessage} message
   * @returns {string[]} joins of those answered now
   */
  #answer(ids, message) {
    const { store, send } = this.#doors;
    const open = store.get().knocking.filter(({ id, answered }) => ids.includes(id) && !answered);
    const joins = open.map(({ join }) => join);
    if (open.length === 0 || !send(message(open.map(({ id }) => id), joins))) return [];
    for (const { id } of open) this.#change(id, { answered: true });
    return joins;
  }

  /** @param {number} id @param {Partial<Knocking>} part */
  #change(id, part) {
    this.#doors.store.update(({ knocking }) => ({
      knocking: knocking.map((waiting) => waiting.id === id ? { ...waiting, ...part } : waiting),
    }));
  }
}
