// @ts-check
import { Roster } from "./roster.js";
import { cleanName } from "./text.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./notices.js").Notices} Notices */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").MediaFlags} MediaFlags */
/** @typedef {import("./types.js").Screen} Screen */
/** @typedef {import("./wire.js").Participant} Participant */
/** @typedef {import("./wire.js").SlotAssignment} SlotAssignment */
/** @typedef {import("./wire.js").Updated} Updated */

/**
 * @typedef {object} PeopleDoors
 * @property {(people: { index: number, join: string }[]) => void} setRoster the secure session's: before any box or
 *   frame of these people can be opened
 * @property {(index: number, box: string) => Promise<unknown>} openProfile
 * @property {(slot: number) => MediaStream | null} slotStream
 * @property {() => MediaStream | null} screenSlotStream
 * @property {() => MediaStream | null} ownScreen
 */

/** A name follows the person within a round trip; whoever has sent none by then is announced without. */
const NAME_PATIENCE = 1_500;

/** The people of the room as the interface sees them: names opened, slots turned into streams, comings and goings told. */
export class People {
  #store;
  #notices;
  #clock;
  #doors;
  /** How to announce those whose name is awaited. @type {Map<number, () => void>} */
  #unannounced = new Map();
  #quietUntil = -Infinity;
  /** @type {number | null} */
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

  /**
   * @param {Participant[]} participants the node's full list
   * @param {boolean} announce false: these are the people whom we came upon
   */
  replace(participants, announce) {
    const { joined, left } = this.roster.replace(participants);
    this.#doors.setRoster(this.roster.identities);
    if (announce) {
      for (const { index, name } of left) this.#announceLeft(index, name, "left");
      for (const index of joined) this.#announceJoined(index);
    }
    for (const { index, profile } of participants) if (profile) this.#open(index, profile);
    this.publish();
  }

  /** @param {Participant} participant */
  join(participant) {
    if (!this.roster.add(participant)) return;
    this.#doors.setRoster(this.roster.identities);
    this.#announceJoined(participant.index);
    if (participant.profile) this.#open(participant.index, participant.profile);
    this.publish();
  }

  /** @param {Updated} update */
  update(update) {
    if (!this.roster.update(update)) return;
    if (update.profile) this.#open(update.index, update.profile);
    this.publish();
  }

  /** @param {number} index @param {"left" | "lost" | "removed"} reason */
  leave(index, reason) {
    const person = this.roster.remove(index);
    if (!person) return;
    this.#doors.setRoster(this.roster.identities);
    this.#announceLeft(index, person.name, reason === "lost" ? "lost" : "left");
    this.publish();
  }

  /** @param {SlotAssignment[]} slots @param {number | null} screen */
  assign(slots, screen) {
    this.roster.assign(slots, screen);
    this.publish();
  }

  /** @param {number} index */
  nameOf(index) {
    return this.roster.get(index)?.name ?? null;
  }

  /** Writes the roster into the store. */
  publish() {
    const { people: before, self } = this.#store.get();
    const people = this.roster.people(this.#doors.slotStream, before);
    const same = people.length === before.length && people.every((person, at) => person === before[at]);
    const screen = this.#screen(self.index);
    this.#store.update(({ screen: old }) => ({
      people: same ? before : people,
      screen: screen.index === old.index && screen.stream === old.stream ? old : screen,
    }));
    this.#announceScreen(screen.index, self.index);
  }

  clear() {
    this.roster.clear();
    // Nobody is there any more: this only lets go of the timers.
    for (const announce of [...this.#unannounced.values()]) announce();
    this.#announcedScreen = null;
    this.publish();
  }

  /** @param {number} own @returns {Screen} */
  #screen(own) {
    const stream = this.#doors.ownScreen();
    if (stream) return { key: this.#store.get().self.key, index: own, stream };
    const index = this.roster.screen ?? this.roster.sharing;
    const key = index === null ? null : this.roster.get(index)?.join ?? null;
    return {
      key,
      index,
      stream: index !== null && index === this.roster.screen ? this.#doors.screenSlotStream() : null,
    };
  }

  /** @param {number} index @param {string} box */
  async #open(index, box) {
    const person = this.roster.get(index);
    if (!person || person.profile === box) return;
    person.profile = box;
    /** @type {unknown} */
    let profile = null;
    try {
      profile = await this.#doors.openProfile(index, box);
    } catch {
      person.undecryptable = true;
    }
    if (this.roster.get(index) !== person || person.profile !== box) return;
    if (typeof profile === "object" && profile !== null && "name" in profile) person.name = cleanName(profile.name);
    this.#unannounced.get(index)?.();
    this.publish();
  }

  /** @param {number} index */
  #announceJoined(index) {
    if (this.#clock.now() < this.#quietUntil) return;
    const announce = () => {
      cancel();
      this.#unannounced.delete(index);
      if (this.roster.get(index)) this.#notices.add("joined", { name: this.nameOf(index) });
    };
    const cancel = this.#clock.after(NAME_PATIENCE, announce);
    this.#unannounced.get(index)?.();
    this.#unannounced.set(index, announce);
  }

  /** @param {number} index @param {string | null} name @param {"left" | "lost"} code */
  #announceLeft(index, name, code) {
    // Whoever came and went before being announced needs no obituary either.
    if (this.#unannounced.has(index)) {
      this.#unannounced.get(index)?.();
      return;
    }
    if (this.#clock.now() >= this.#quietUntil) this.#notices.add(code, { name });
  }

  /** @param {number | null} index @param {number} own */
  #announceScreen(index, own) {
    if (index === this.#announcedScreen) return;
    const before = this.#announcedScreen;
    this.#announcedScreen = index;
    if (index !== null) this.#notices.add("screen_started", { name: this.nameOf(index), own: index === own });
    else if (before !== null) this.#notices.add("screen_stopped", { name: this.nameOf(before), own: before === own });
  }
}
