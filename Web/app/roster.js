// @ts-check
/** @typedef {import("./types.js").MediaFlags} MediaFlags */
/** @typedef {import("./types.js").Person} Person */
/** @typedef {import("./wire.js").Participant} Participant */
/** @typedef {import("./wire.js").SlotAssignment} SlotAssignment */
/** @typedef {import("./wire.js").Updated} Updated */

/**
 * @typedef {object} Entry
 * @property {number} index
 * @property {string} join
 * @property {string | null} profile the sealed box that `name` came from
 * @property {string | null} name
 * @property {MediaFlags} media
 * @property {number} level
 * @property {boolean} speaking
 * @property {boolean} undecryptable
 */

/** @typedef {{ joined: number[], left: { index: number, name: string | null }[] }} Change */

/**
 * Who else is in the room, by what the node says. The node may lie about all of it but the names, which only holders of
 * the link can have sealed, and the media, whose keys are bound to index and join id.
 */
export class Roster {
  /** @type {Map<number, Entry>} */
  #people = new Map();
  /** @type {SlotAssignment[]} */
  #slots = [];

  /** Who shares a screen that reaches this device. @type {number | null} */
  screen = null;

  /** @param {number} index */
  get(index) {
    return this.#people.get(index);
  }

  /** @param {string | undefined} join */
  indexOf(join) {
    return [...this.#people.values()].find((person) => person.join === join)?.index ?? null;
  }

  get indices() {
    return [...this.#people.keys()];
  }

  /** What the secure session derives keys from. */
  get identities() {
    return [...this.#people.values()].map(({ index, join }) => ({ index, join }));
  }

  /** Somebody who says that they share a screen. */
  get sharing() {
    return [...this.#people.values()].find(({ media }) => media.screen)?.index ?? null;
  }

  /**
   * Takes the node's full list for the truth.
   * @param {Participant[]} participants
   * @returns {Change} against what was known before
   */
  replace(participants) {
    const before = this.#people;
    this.#people = new Map();
    /** @type {Change} */
    const change = { joined: [], left: [] };
    for (const participant of participants) {
      const known = before.get(participant.index);
      const same = known?.join === participant.join;
      this.#people.set(participant.index, same ? { ...known, media: participant.media } : entry(participant));
      if (!same) change.joined.push(participant.index);
    }
    for (const known of before.values()) {
      if (this.#people.get(known.index)?.join !== known.join) {
        change.left.push({ index: known.index, name: known.name });
      }
    }
    this.#forgetSlots();
    return change;
  }

  /** @param {Participant} participant @returns {boolean} false when the index was taken: nothing changed */
  add(participant) {
    if (this.#people.has(participant.index)) return false;
    this.#people.set(participant.index, entry(participant));
    return true;
  }

  /** @param {Updated} update @returns {boolean} */
  update(update) {
    const person = this.#people.get(update.index);
    if (!person) return false;
    if (update.media) person.media = update.media;
    return true;
  }

  /** @param {number} index @returns {Entry | null} who left */
  remove(index) {
    const person = this.#people.get(index) ?? null;
    this.#people.delete(index);
    this.#forgetSlots();
    return person;
  }

  clear() {
    this.#people.clear();
    this.#forgetSlots();
  }

  /**
   * @param {SlotAssignment[]} slots all that are taken; the others are free
   * @param {number | null} screen
   */
  assign(slots, screen) {
    this.#slots = slots;
    this.screen = screen;
    this.#forgetSlots();
  }

  /** Slot number of a person, if they have one. @param {number} index */
  slotOf(index) {
    return this.#slots.find((slot) => slot.index === index)?.slot ?? null;
  }

  /** @param {number} slot @returns {number | null} */
  inSlot(slot) {
    return this.#slots.find((candidate) => candidate.slot === slot)?.index ?? null;
  }

  /** @returns {{ slot: number, index: number }[]} */
  get seated() {
    return this.#slots.flatMap(({ slot, index }) => index === null ? [] : [{ slot, index }]);
  }

  /**
   * What the interface shows. Objects of people who did not change are kept, so that `===` tells.
   * @param {(slot: number) => MediaStream | null} streamOf
   * @param {readonly Person[]} before
   * @returns {Person[]}
   */
  people(streamOf, before) {
    const old = new Map(before.map((person) => [person.index, person]));
    return [...this.#people.values()].sort((a, b) => a.index - b.index).map((person) => {
      const slot = this.slotOf(person.index);
      /** @type {Person} */
      const next = {
        key: person.join,
        index: person.index,
        name: person.name,
        verified: false,
        trust: "new",
        role: "speaker",
        hand: false,
        presence: "present",
        media: person.media,
        speaking: person.speaking,
        stream: slot === null ? null : streamOf(slot),
        level: person.level,
        undecryptable: person.undecryptable,
        lost: false,
      };
      const previous = old.get(person.index);
      return previous && sameFields(previous, next) ? previous : next;
    });
  }

  #forgetSlots() {
    this.#slots = this.#slots.filter(({ index }) => index !== null && this.#people.has(index));
    if (this.screen !== null && !this.#people.has(this.screen)) this.screen = null;
  }
}

/** @param {Participant} participant @returns {Entry} */
function entry({ index, join, media }) {
  return { index, join, profile: null, name: null, media, level: 0, speaking: false, undecryptable: false };
}

/** @param {Person} a @param {Person} b */
function sameFields(a, b) {
  return /** @type {(keyof Person)[]} */ (Object.keys(b)).every((key) => a[key] === b[key]);
}
