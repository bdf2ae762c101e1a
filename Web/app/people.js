// @ts-check
import { lookalikes } from "./lookalike.js";
import { Roster } from "./roster.js";
import { cleanName } from "./text.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./notices.js").Notices} Notices */
/** @typedef {import("./roster.js").Member} Member */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").Screen} Screen */
/** @typedef {import("./types.js").Trust} Trust */
/** @typedef {import("./wire.js").Participant} Participant */
/** @typedef {import("./wire.js").SlotAssignment} SlotAssignment */
/** @typedef {import("./wire.js").Updated} Updated */

/**
 * @typedef {object} PeopleDoors
 * @property {(joins: string[]) => void} setRoster tells the group whom the node names
 * @property {(slot: number) => MediaStream | null} slotStream
 * @property {() => MediaStream | null} screenSlotStream
 * @property {() => MediaStream | null} ownScreen
 */

/** A name follows the person within a round trip; whoever has sent none by then is announced without. */
const NAME_PATIENCE = 1_500;
/** Reasons for leaving that the node told before the group said goodbye. */
const KEPT_REASONS = 100;

/**
 * The people of the room as the interface sees them: members of the group, with what they say of themselves, slots
 * turned into streams, comings and goings told.
 */
export class People {
  #store;
  #notices;
  #clock;
  #doors;
  /** How to announce those whose name is awaited. @type {Map<string, () => void>} */
  #unannounced = new Map();
  /** Why somebody is going, by the node's word. @type {Map<string, "left" | "lost" | "removed">} */
  #reasons = new Map();
  #quietUntil = -Infinity;
  /** @type {string | null} */
  #announcedScreen = null;

  roster = new Roster();

  /** @param {Store} store @param {Notices} notices @param {Clock} clock @param {PeopleDoors} doors */
  constructor(store, notices, clock, doors) {
    this.#store = store;
    this.#notices = notices;
    this.#clock = clock;
    this.#doors = doors;
  }

  /** Comings and goings of the next while are our own coming back: nobody needs to hear of them. @param {number} milliseconds */
  beQuiet(milliseconds) {
    this.#quietUntil = this.#clock.now() + milliseconds;
  }

  /** @param {Participant[]} participants the node's full list */
  setParticipants(participants) {
    this.roster.setParticipants(participants);
    this.#tellRoster();
  }

  /** @param {Participant} participant */
  join(participant) {
    if (this.roster.addParticipant(participant)) this.#tellRoster();
  }

  /** @param {Updated} update */
  update(update) {
    if (this.roster.updateParticipant(update)) this.publish();
  }

  /** @param {number} index @param {"left" | "lost" | "removed"} reason */
  leave(index, reason) {
    const key = this.roster.removeParticipant(index);
    if (key === null) return;
    if (this.#reasons.size >= KEPT_REASONS) this.#reasons.clear();
    this.#reasons.set(key, reason);
    this.#tellRoster();
  }

  /** @param {Member[]} members of the group, all of them */
  setMembers(members) {
    this.roster.setMembers(members);
    this.compare();
  }

  /** The group let somebody in. @param {string} key @param {string | null} by name of the one who did */
  added(key, by) {
    if (this.#clock.now() < this.#quietUntil) return;
    const announce = () => {
      cancel();
      this.#unannounced.delete(key);
      if (this.roster.get(key)) this.#notices.add("member_added", { name: this.nameOf(key), by });
    };
    const cancel = this.#clock.after(NAME_PATIENCE, announce);
    this.#unannounced.get(key)?.();
    this.#unannounced.set(key, announce);
    if (this.roster.get(key)?.introduced) announce();
  }

  /**
   * The group lets somebody go: told before the list of members says so.
   * @param {string} key
   * @param {"node" | "host"} by
   */
  removed(key, by) {
    const reason = this.#reasons.get(key);
    this.#reasons.delete(key);
    // Whoever came and went before being announced needs no obituary either.
    if (this.#unannounced.has(key)) return void this.#unannounced.delete(key);
    if (this.#clock.now() < this.#quietUntil) return;
    const name = this.nameOf(key);
    if (by === "node" && (reason === "left" || reason === "lost")) this.#notices.add(reason, { name });
    else this.#notices.add("member_removed", { name, by });
  }

  /** Whether this is another name than the one they came with. @param {string} key @param {{ name?: unknown }} profile */
  isRename(key, { name }) {
    const person = this.roster.get(key);
    return person?.introduced === true && person.name !== cleanName(name);
  }

  /** What a member says of themselves. @param {string} key @param {{ name?: unknown, hand?: unknown }} profile @param {Trust} trust */
  introduce(key, { name, hand }, trust) {
    const person = this.roster.get(key);
    if (!person) return;
    const raised = hand === true && !person.hand;
    Object.assign(person, { name: cleanName(name), hand: hand === true, trust, introduced: true });
    this.#unannounced.get(key)?.();
    if (raised && this.#clock.now() >= this.#quietUntil) this.#notices.add("hand_raised", { name: person.name });
    this.compare();
  }

  /** @param {SlotAssignment[]} slots @param {number | null} screen */
  assign(slots, screen) {
    this.roster.assign(slots, screen);
    this.publish();
  }

  /** @param {string | null} key */
  nameOf(key) {
    const { self } = this.#store.get();
    return key === self.key ? self.name || null : this.roster.get(key)?.name ?? null;
  }

  /** Marks those who are called like somebody else here. */
  compare() {
    const { self } = this.#store.get();
    const others = this.roster.keys.map((key) => ({ key, name: this.nameOf(key) }));
    const alike = lookalikes([{ key: self.key, name: self.name || null }, ...others]);
    for (const { key } of others) Object.assign(this.roster.get(key) ?? {}, { alike: alike.get(key) ?? null });
    this.publish();
  }

  /** Writes the roster into the store. */
  publish() {
    const { people: before } = this.#store.get();
    const people = this.roster.people(this.#doors.slotStream, before);
    const same = people.length === before.length && people.every((person, at) => person === before[at]);
    const screen = this.#screen();
    this.#store.update(({ screen: old }) => ({
      people: same ? before : people,
      screen: screen.key === old.key && screen.stream === old.stream ? old : screen,
    }));
    this.#announceScreen(screen.key);
  }

  clear() {
    this.roster.clear();
    // Nobody is there any more: this only lets go of the timers.
    for (const announce of [...this.#unannounced.values()]) announce();
    this.#reasons.clear();
    this.#announcedScreen = null;
    this.publish();
  }

  #tellRoster() {
    this.#doors.setRoster(this.roster.joins);
    this.publish();
  }

  /** @returns {Screen} */
  #screen() {
    const stream = this.#doors.ownScreen();
    if (stream) return { key: this.#store.get().self.key, stream };
    const key = this.roster.sharing;
    return { key, stream: key !== null && key === this.roster.screen ? this.#doors.screenSlotStream() : null };
  }

  /** @param {string | null} key */
  #announceScreen(key) {
    if (key === this.#announcedScreen) return;
    const before = this.#announcedScreen;
    this.#announcedScreen = key;
    const own = this.#store.get().self.key;
    if (key !== null) this.#notices.add("screen_started", { name: this.nameOf(key), own: key === own });
    else if (before !== null) this.#notices.add("screen_stopped", { name: this.nameOf(before), own: before === own });
  }
}
