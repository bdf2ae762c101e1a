// @ts-check
import { PLAIN } from "./store.js";

/** @typedef {import("./types.js").MediaFlags} MediaFlags */
/** @typedef {import("./types.js").Person} Person */
/** @typedef {import("./types.js").Presence} Presence */
/** @typedef {import("./types.js").Role} Role */
/** @typedef {import("./types.js").Standing} Standing */
/** @typedef {import("./types.js").Trust} Trust */
/** @typedef {import("./wire.js").Participant} Participant */
/** @typedef {import("./wire.js").SlotAssignment} SlotAssignment */
/** @typedef {import("./wire.js").Updated} Updated */

/**
 * As the group knows them; of a room without rules it tells the role alone.
 * @typedef {{ join: string, role: Role, isSelf: boolean, presence: Presence } & Partial<Standing>} Member
 */

/**
 * @typedef {object} OwnEntry
 * @property {string} key
 * @property {Presence} presence
 * @property {string | null} name
 * @property {boolean} introduced they have said what they are called, if anything
 * @property {boolean} hand
 * @property {Trust} trust
 * @property {number} level
 * @property {boolean} speaking
 * @property {boolean} undecryptable
 * @property {boolean} weak
 * @property {Person["alike"]} alike
 */
/** @typedef {OwnEntry & Standing} Entry */

/** @type {MediaFlags} */
const QUIET = Object.freeze({ mic: false, camera: false, screen: false, screenAudio: false });

/**
 * Who else is in the room: the members of the group. The node adds what it calls them, where their media arrives and
 * what they send; whom it names besides is at the door, and is not shown as present.
 */
export class Roster {
  /** @type {Map<string, Entry>} */
  #members = new Map();
  /** What the node says of others, by its own handle. @type {Map<number, Participant>} */
  #participants = new Map();
  /** @type {Map<string, number>} */
  #indices = new Map();
  /** @type {SlotAssignment[]} */
  #slots = [];
  /** @type {number | null} */
  #screen = null;
  #own = "";

  /** @param {string | null} key */
  get(key) {
    return key === null ? undefined : this.#members.get(key);
  }

  get keys() {
    return [...this.#members.keys()];
  }

  /** Join ids of everybody whom the node names. */
  get joins() {
    return [...this.#participants.values()].map(({ join }) => join);
  }

  /** People whom the node names and the group has not let in. */
  get waiting() {
    return [...this.#participants.values()].filter(({ join }) => join !== this.#own && !this.#members.has(join)).length;
  }

  /** What the node calls the members. */
  get indices() {
    return this.keys.flatMap((key) => this.indexOf(key) ?? []);
  }

  /** Who shares a screen that reaches this device; else somebody who says that they share one. */
  get sharing() {
    return this.screen ?? this.keys.find((key) => this.media(key).screen) ?? null;
  }

  /** Who shares a screen that reaches this device. */
  get screen() {
    return this.#memberAt(this.#screen);
  }

  /** @param {string} key */
  indexOf(key) {
    return this.#indices.get(key) ?? null;
  }

  /** @param {number} index */
  joinOf(index) {
    return this.#participants.get(index)?.join ?? null;
  }

  /** @param {string} key */
  media(key) {
    const index = this.indexOf(key);
    return (index === null ? undefined : this.#participants.get(index)?.media) ?? QUIET;
  }

  /**
   * Takes the group's word for who is in it.
   * @param {Member[]} members all of them
   * @returns {{ came: string[], went: Entry[] }} against what was known before
   */
  setMembers(members) {
    const before = this.#members;
    this.#own = members.find(({ isSelf }) => isSelf)?.join ?? "";
    const now = new Map(members.filter(({ isSelf }) => !isSelf).map((member) => [member.join, member]));
    // Newcomers go last, whatever leaf they are: nobody's place on the screen changes under them.
    this.#members = new Map();
    for (const key of [...before.keys(), ...now.keys()]) {
      const member = now.get(key);
      if (!member || this.#members.has(key)) continue;
      const { presence } = member;
      this.#members.set(key, { ...before.get(key) ?? entry(key), ...standing(member), presence });
    }
    return {
      came: this.keys.filter((key) => !before.has(key)),
      went: [...before.values()].filter(({ key }) => !this.#members.has(key)),
    };
  }

  /** Takes the node's full list. @param {Participant[]} participants */
  setParticipants(participants) {
    this.#participants = new Map(participants.map((participant) => [participant.index, participant]));
    this.#reindex();
  }

  /** @param {Participant} participant @returns {boolean} false when index or join id are taken: nothing changed */
  addParticipant(participant) {
    if (this.#participants.has(participant.index) || this.#indices.has(participant.join)) return false;
    this.#participants.set(participant.index, participant);
    this.#reindex();
    return true;
  }

  /** @param {Updated} update @returns {boolean} */
  updateParticipant({ index, media }) {
    const participant = this.#participants.get(index);
    if (!participant) return false;
    if (media) this.#participants.set(index, { ...participant, media });
    return true;
  }

  /** @param {number} index @returns {string | null} the join id of who left */
  removeParticipant(index) {
    const participant = this.#participants.get(index);
    this.#participants.delete(index);
    this.#reindex();
    return participant?.join ?? null;
  }

  clear() {
    this.#members.clear();
    this.#own = "";
    this.setParticipants([]);
  }

  /**
   * @param {SlotAssignment[]} slots all that are taken; the others are free
   * @param {number | null} screen
   */
  assign(slots, screen) {
    this.#slots = slots;
    this.#screen = screen;
    this.#reindex();
  }

  /** Slot number of a person, if they have one. @param {string} key */
  slotOf(key) {
    const index = this.indexOf(key);
    return index === null ? null : this.#slots.find((slot) => slot.index === index)?.slot ?? null;
  }

  /** @returns {{ slot: number, index: number, key: string }[]} */
  get seated() {
    return this.#slots.flatMap(({ slot, index }) => {
      const key = this.#memberAt(index);
      return key === null || index === null ? [] : [{ slot, index, key }];
    });
  }

  /**
   * What the interface shows, in the order of coming. Objects of people who did not change are kept, so that `===`
   * tells.
   * @param {(slot: number) => MediaStream | null} streamOf
   * @param {readonly Person[]} before
   * @returns {Person[]}
   */
  people(streamOf, before) {
    const old = new Map(before.map((person) => [person.key, person]));
    return [...this.#members.values()].map(({ introduced: _, ...person }) => {
      const slot = this.slotOf(person.key);
      /** @type {Person} */
      const next = {
        ...person,
        index: this.indexOf(person.key) ?? -1,
        media: this.media(person.key),
        stream: slot === null ? null : streamOf(slot),
        lost: this.indexOf(person.key) === null,
      };
      const previous = old.get(person.key);
      return previous && sameFields(previous, next) ? previous : next;
    });
  }

  /** @param {number | null} index */
  #memberAt(index) {
    const join = index === null ? null : this.joinOf(index);
    return join !== null && this.#members.has(join) ? join : null;
  }

  #reindex() {
    this.#indices = new Map([...this.#participants.values()].map(({ join, index }) => [join, index]));
    this.#slots = this.#slots.filter(({ index }) => index !== null && this.#participants.has(index));
    if (this.#screen !== null && !this.#participants.has(this.#screen)) this.#screen = null;
  }
}

/** @param {Member} member @returns {Standing} */
export function standing(member) {
  return /** @type {Standing} */ (Object.fromEntries(
    Object.entries(PLAIN).map(([field, plain]) => [field, member[/** @type {keyof Standing} */ (field)] ?? plain]),
  ));
}

/** @param {string} key @returns {Entry} */
function entry(key) {
  return {
    key,
    ...PLAIN,
    alike: null,
    presence: "present",
    name: null,
    introduced: false,
    hand: false,
    trust: "new",
    level: 0,
    speaking: false,
    undecryptable: false,
    weak: false,
  };
}

/** @param {Person} a @param {Person} b */
function sameFields(a, b) {
  return /** @type {(keyof Person)[]} */ (Object.keys(b)).every((key) => a[key] === b[key]);
}
