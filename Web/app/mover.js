// @ts-check
import { createAddress, parsePlace, roomPath } from "./link.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./link.js").RoomAddress} RoomAddress */
/** @typedef {import("./notices.js").Notices} Notices */
/** @typedef {import("./stay.js").Stay} Stay */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").Move} Move */

/**
 * @typedef {object} MoverDoors
 * @property {Store} store
 * @property {Clock} clock
 * @property {Notices} notices
 * @property {(room: string) => Promise<string | null>} createHost
 * @property {(address: RoomAddress, failed: () => void) => Promise<Stay | null>} enter goes into another room, behind the
 *   one that is shown; null where that cannot be
 * @property {() => Stay | null} here
 * @property {(stay: Stay) => void} show puts it in the place of the one that is shown, which stays behind
 */

/** How often it is looked whether something has come about. Milliseconds. */
const GLANCE = 50;
/** To be let in by the others, over a weak connection too. */
const ENTER_PATIENCE = 20_000;
const COMMIT_PATIENCE = 8_000;
/** Whoever has not come by then has lost the connection, or stays of their own will. */
const ARRIVAL_PATIENCE = 30_000;

/**
 * Moves a meeting to a new room, without those whom nobody wants along. Nobody leaves the old room before they are in the
 * new one: whatever breaks on the way, the old room goes on.
 */
export class Mover {
  #doors;
  /** Counts the moves that were begun: what belongs to a former one stops. */
  #run = 0;
  /** @type {Stay | null} that nobody sees yet */
  #next = null;
  /** @type {Stay | null} left for another, and kept until everybody has come */
  #former = null;
  /** Keys of those whom the host takes along. @type {readonly string[]} */
  #chosen = [];
  #again = () => {};

  /** @param {MoverDoors} doors */
  constructor(doors) {
    this.#doors = doors;
  }

  /** The host takes everybody along but these. @param {readonly string[]} intruders keys */
  lead(intruders) {
    const people = this.#doors.here()?.state.people ?? [];
    return this.#lead(people.map(({ key }) => key).filter((key) => !intruders.includes(key)));
  }

  /** Whoever came since they were chosen may be an intruder who is back. @param {readonly string[]} chosen keys */
  async #lead(chosen) {
    const here = this.#doors.here();
    if (!here?.joined || this.#busy) return;
    const run = this.#begin(() => this.#lead(chosen));
    this.#show({ step: "making", expected: chosen.length, arrived: 0 });
    const next = await this.#make(run);
    if (!next) return this.#fail(run);

    this.#step("removing");
    const { door } = here.state.security;
    if (!await this.#clear(run, here, chosen)) {
      if (run === this.#run) here.participation.group.governance.change({ door });
      return this.#fail(run);
    }

    this.#step("calling");
    this.#change({ expected: here.state.people.length });
    here.secure.order({ move: next.address });
    this.#next = null;
    this.#former = here;
    this.#chosen = chosen;
    this.#doors.show(next);
    await this.#gather(run, next);
  }

  /** A host has asked everybody to another room. @param {RoomAddress} asked */
  async follow(asked) {
    const path = roomPath(asked);
    const [pathname, hash] = [path.replace(/#.*/, ""), path.replace(/^[^#]*/, "")];
    const place = parsePlace({ pathname, hash });
    const here = this.#doors.here();
    if (place.kind !== "room" || !here?.joined || place.room === here.address.room || this.#busy) return;
    const address = { room: place.room, fragment: place.fragment };
    const run = this.#begin(() => this.follow(address));
    this.#show({ step: "moving", expected: 0, arrived: 0 });
    const next = await this.#enter(run, address);
    if (!next) return this.#fail(run);
    this.#next = null;
    this.#doors.show(next);
    here.leave();
    this.#show(null);
    this.#doors.notices.add("moved");
  }

  /** Takes up what failed; or calls those once more who have not come. */
  again() {
    const { move } = this.#doors.store.get();
    if (move?.step === "late") return void this.#callAgain();
    if (move?.step !== "failed") return;
    this.#show(null);
    this.#again();
  }

  /** What stands about a move has been read; whoever has not come stays where they are. */
  dismiss() {
    if (this.#busy) return;
    this.#settle();
    this.#show(null);
  }

  /** Every room is left. */
  close() {
    this.#run += 1;
    this.#next?.leave();
    this.#next = null;
    this.#settle();
    if (this.#doors.store.get().move) this.#show(null);
  }

  get #busy() {
    const step = this.#doors.store.get().move?.step;
    return step !== undefined && step !== "failed" && step !== "late";
  }

  /** @param {() => void} again */
  #begin(again) {
    this.#again = again;
    this.#settle();
    return ++this.#run;
  }

  /** A new room with this one's rules, its door open for those who come along. @param {number} run */
  async #make(run) {
    const { createHost, store } = this.#doors;
    const { room, fragment } = createAddress();
    const host = await createHost(room);
    if (host === null || run !== this.#run) return null;
    const next = await this.#enter(run, { room, fragment: `${fragment}.${host}` });
    if (!next || !await this.#until(run, () => next.state.security.counter > 0, COMMIT_PATIENCE)) return null;
    const { speaker, listener, newcomer } = store.get().security;
    next.participation.group.governance.change({ door: "open", veil: false, speaker, listener, newcomer });
    const open = () => next.state.security.door === "open" && !next.state.security.veil;
    return await this.#until(run, open, COMMIT_PATIENCE) ? next : null;
  }

  /**
   * Nobody but these is in the room, and nobody comes into it: not who was just removed, and not who stands in for them.
   * @param {number} run @param {Stay} room @param {readonly string[]} chosen keys
   */
  async #clear(run, room, chosen) {
    /** @type {string[]} */
    const asked = [];
    const alone = () => {
      const strangers = room.state.people.map(({ key }) => key).filter((key) => !chosen.includes(key));
      const more = strangers.filter((key) => !asked.includes(key));
      if (more.length > 0) room.secure.remove(more);
      asked.push(...more);
      return strangers.length === 0 && room.state.security.door === "locked";
    };
    room.participation.group.governance.change({ door: "locked" });
    return await this.#until(run, alone, COMMIT_PATIENCE) && room.joined;
  }

  /** @param {number} run @param {RoomAddress} address @returns {Promise<Stay | null>} once its group has let us in */
  async #enter(run, address) {
    let failed = false;
    const next = await this.#doors.enter(address, () => failed = true);
    if (!next) return null;
    if (run !== this.#run) {
      next.leave();
      return null;
    }
    this.#next = next;
    return await this.#until(run, () => failed || next.joined, ENTER_PATIENCE) && !failed ? next : null;
  }

  /** Waits for those who were called, then shuts the door behind them. @param {number} run @param {Stay} next */
  async #gather(run, next) {
    const all = () => {
      const arrived = next.state.people.length;
      if (arrived !== this.#doors.store.get().move?.arrived) this.#change({ arrived });
      return arrived >= (this.#doors.store.get().move?.expected ?? 0);
    };
    const came = await this.#until(run, all, ARRIVAL_PATIENCE);
    if (run !== this.#run) return;
    this.#shut(next);
    if (!came) return this.#step("late");
    this.#settle();
    this.#show(null);
    this.#doors.notices.add("moved");
  }

  /** Those who have come are no newcomers: they were known before. @param {Stay} next */
  #shut(next) {
    const veil = this.#former?.state.security.veil ?? true;
    const entries = next.state.people.filter(({ role }) => role === "newcomer" || role === "speaker")
      .map(({ key }) => ({ join: key, role: /** @type {const} */ ("speaker") }));
    next.participation.group.governance.change({ door: "lobby", veil, entries });
  }

  async #callAgain() {
    const next = this.#doors.here();
    const former = this.#former;
    if (!next || !former) return this.dismiss();
    const run = ++this.#run;
    this.#step("calling");
    if (!await this.#clear(run, former, this.#chosen)) return run === this.#run ? this.#step("late") : undefined;
    next.participation.group.governance.change({ door: "open" });
    if (!await this.#until(run, () => next.state.security.door === "open", COMMIT_PATIENCE)) return this.#step("late");
    former.secure.order({ move: next.address });
    await this.#gather(run, next);
  }

  /** @param {number} run */
  #fail(run) {
    if (run !== this.#run) return;
    this.#next?.leave();
    this.#next = null;
    this.#step("failed");
  }

  #settle() {
    this.#former?.leave();
    this.#former = null;
  }

  /** @param {number} run @param {() => boolean} holds @param {number} patience milliseconds @returns {Promise<boolean>} */
  async #until(run, holds, patience) {
    const { clock } = this.#doors;
    const end = clock.now() + patience;
    while (run === this.#run && !holds()) {
      if (clock.now() >= end) return false;
      await new Promise((resolve) => clock.after(GLANCE, () => resolve(null)));
    }
    return run === this.#run;
  }

  /** @param {Move["step"]} step */
  #step(step) {
    this.#change({ step });
  }

  /** @param {Partial<Move>} part */
  #change(part) {
    this.#doors.store.update(({ move }) => ({ move: move && { ...move, ...part } }));
  }

  /** @param {Move | null} move */
  #show(move) {
    this.#doors.store.update(() => ({ move }));
  }
}
