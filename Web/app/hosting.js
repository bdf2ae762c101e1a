// @ts-check
/** @typedef {import("./mover.js").Mover} Mover */
/** @typedef {import("./participation.js").Participation} Participation */
/** @typedef {import("./permissions.js").PlainRole} PlainRole */
/** @typedef {import("./permissions.js").Sweep} Sweep */
/** @typedef {import("./types.js").PermissionName} PermissionName */
/** @typedef {import("./types.js").Role} Role */

/** What hosts, and the people they trust, do with a room. Outside of one nothing happens. */
export class Hosting {
  #participation;
  #mover;

  /** @param {() => Participation | null} participation @param {() => Mover | null} mover */
  constructor(participation, mover) {
    this.#participation = participation;
    this.#mover = mover;
  }

  /** Everything stops at once, for everybody but hosts. */
  freeze() {
    this.#rules?.freeze();
  }

  /** Everybody goes on. */
  resume() {
    this.#rules?.resume();
  }

  /** @param {string} key @param {boolean} goesOn */
  resumeOne(key, goesOn) {
    this.#rules?.resumeOne(key, goesOn);
  }

  /** @param {"open" | "lobby" | "locked"} door */
  setDoor(door) {
    this.#rules?.change({ door });
  }

  /** @param {boolean} veil newcomers are blurred and silent until somebody vouches for them */
  setVeil(veil) {
    this.#rules?.change({ veil });
  }

  /** @param {Sweep} sweep @param {boolean} allowed */
  sweep(sweep, allowed) {
    this.#rules?.sweep(sweep, allowed);
  }

  /** @param {PlainRole} role @param {PermissionName} name @param {boolean} allowed */
  allowRole(role, name, allowed) {
    this.#rules?.allowRole(role, name, allowed);
  }

  /** @param {string} key @param {PermissionName} name @param {boolean} allowed */
  allowPerson(key, name, allowed) {
    this.#rules?.allowPerson(key, name, allowed);
  }

  /** @param {string} key @param {Role} role */
  setRole(key, role) {
    this.#rules?.setRole(key, role);
  }

  /** @param {string} key */
  vouch(key) {
    this.#rules?.vouch(key);
  }

  /** Takes somebody's keys away. @param {string} key */
  remove(key) {
    this.#group?.remove(key);
  }

  /** Removes, and keeps their device out. @param {string} key */
  ban(key) {
    this.#rules?.ban(key);
  }

  clearChat() {
    this.#rules?.clearChat();
  }

  /** @param {number[]} ids of people at the door @param {boolean} [known] no veil: the person vouches for them */
  admit(ids, known = false) {
    this.#group?.door.admit(ids, known);
  }

  /** @param {number[]} ids @param {boolean} ban */
  turnAway(ids, ban) {
    this.#group?.door.turnAway(ids, ban);
  }

  /** Everybody goes to a new room, but these. @param {readonly string[]} intruders keys */
  move(intruders) {
    this.#mover()?.lead(intruders);
  }

  /** Takes up a move that failed, or calls those once more who have not come. */
  moveAgain() {
    this.#mover()?.again();
  }

  dismissMove() {
    this.#mover()?.dismiss();
  }

  get #group() {
    return this.#participation()?.group;
  }

  get #rules() {
    return this.#group?.governance;
  }
}
