// @ts-check
import { forPerson, forRole, giveToAll, isModerator, may, takeFromAll } from "./permissions.js";

/** @typedef {import("./local-media.js").LocalMedia} LocalMedia */
/** @typedef {import("./notices.js").Notices} Notices */
/** @typedef {import("./permissions.js").PlainRole} PlainRole */
/** @typedef {import("./permissions.js").Sweep} Sweep */
/** @typedef {import("./secure-session.js").GroupEvents} GroupEvents */
/** @typedef {import("./secure-session.js").SecureSession} SecureSession */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").PermissionName} PermissionName */
/** @typedef {import("./types.js").Person} Person */
/** @typedef {import("./types.js").Role} Role */
/** @typedef {import("./types.js").Security} Security */
/** @typedef {import("./types.js").Standing} Standing */
/** @typedef {import("./wire.js").HostMessage} HostMessage */

/**
 * @typedef {object} GovernanceDoors
 * @property {Store} store
 * @property {Notices} notices
 * @property {Pick<SecureSession, "setRules" | "freeze" | "vouch" | "remove" | "order">} group
 * @property {Pick<LocalMedia, "mute" | "closeCamera" | "stopScreen">} local
 * @property {(key: string) => number | null} indexOf what the node calls somebody
 * @property {(message: HostMessage) => boolean} send to the node
 */

/** What a person hears of when it is taken from them or given back. @type {readonly PermissionName[]} */
const HEARD = ["microphone", "camera", "screen", "chat"];

/** The rules of the room: what a host changes of them, and what they mean for this device. */
export class Governance {
  #doors;
  /** A call to freeze stands, that the rules may not know of yet. */
  #called = false;

  /** @param {GovernanceDoors} doors */
  constructor(doors) {
    this.#doors = doors;
  }

  /** The group's word on ourselves. @param {Standing} standing */
  stand(standing) {
    const { store } = this.#doors;
    const { self } = store.get();
    const before = self.permissions;
    store.update(({ self }) => ({ self: { ...self, ...standing, canRemove: this.#canRemove(standing) } }));
    if (before !== standing.permissions) this.#keep(before, standing.permissions);
  }

  /** @param {GroupEvents["security"]} rules */
  rule({ counter, door, frozen, veil, hosts, standIns, speaker, listener, newcomer }) {
    const { store } = this.#doors;
    if (!frozen && counter > store.get().security.counter) this.#called = false;
    const rules = { counter, door, veil, hosts, standIns, speaker, listener, newcomer };
    this.#freeze(frozen || this.#called, store.get().security.frozenBy, rules);
    const { self } = store.get();
    const canRemove = this.#canRemove(self);
    if (canRemove !== self.canRemove) store.update(({ self }) => ({ self: { ...self, canRemove } }));
  }

  /** @param {GroupEvents["frozen"]} call */
  frozen({ by, on }) {
    this.#called = on;
    this.#freeze(on, on ? by ?? this.#doors.store.get().security.frozenBy : null, {});
  }

  /** We are outside of every group. */
  forget() {
    this.#called = false;
  }

  /** @param {import("./secure-session.js").RulesPatch} patch */
  change(patch) {
    // A call that no document knows of yet would end with the next one.
    const still = this.#doors.store.get().security.frozen ? { frozen: true } : {};
    this.#doors.group.setRules({ ...still, ...patch });
  }

  /** @param {Sweep} sweep @param {boolean} allowed */
  sweep(sweep, allowed) {
    const { security, people } = this.#doors.store.get();
    this.change(allowed ? giveToAll(security, sweep) : takeFromAll(security, people, sweep));
  }

  /** @param {PlainRole} role @param {PermissionName} name @param {boolean} allowed */
  allowRole(role, name, allowed) {
    this.change(forRole(this.#doors.store.get().security, role, name, allowed));
  }

  /** @param {string} key @param {PermissionName} name @param {boolean} allowed */
  allowPerson(key, name, allowed) {
    const person = this.#person(key);
    if (person) this.change(forPerson(this.#doors.store.get().security, person, name, allowed));
  }

  /** @param {string} key @param {Role} role */
  setRole(key, role) {
    this.change({ entries: [{ join: key, role }] });
  }

  /** Lifts the veil. @param {...string} keys */
  vouch(...keys) {
    const { store, group } = this.#doors;
    if (isModerator(store.get().self.role)) this.change({ entries: keys.map((join) => ({ join, role: "speaker" })) });
    else for (const key of keys) group.vouch(key);
  }

  freeze() {
    if (!this.#doors.store.get().security.frozen) this.#doors.group.freeze();
  }

  /** Everybody goes on. */
  resume() {
    const entries = this.#doors.store.get().people.filter(({ goesOn }) => goesOn)
      .map(({ key }) => ({ join: key, goesOn: false }));
    this.change({ frozen: false, ...entries.length > 0 ? { entries } : {} });
  }

  /** One goes on while the others wait, or waits again. @param {string} key @param {boolean} goesOn */
  resumeOne(key, goesOn) {
    this.change({ frozen: true, entries: [{ join: key, goesOn }] });
  }

  /**
   * Removes somebody and keeps their device out; where they came by an invitation, it ends too, and with it all that were
   * made of it.
   * @param {string} key
   */
  ban(key) {
    const { indexOf, send, group } = this.#doors;
    const index = indexOf(key);
    const invitation = this.#person(key)?.invitation ?? null;
    if (index !== null) send({ type: "ban", index, branch: invitation !== null });
    group.remove([key]);
    if (invitation !== null && isModerator(this.#doors.store.get().self.role)) this.change({ revoke: [invitation] });
  }

  clearChat() {
    this.#doors.group.order({ clear: true });
  }

  /** @param {string} key */
  #person(key) {
    return this.#doors.store.get().people.find((person) => person.key === key);
  }

  /** @param {Standing} standing */
  #canRemove({ role, permissions }) {
    const { hosts, counter } = this.#doors.store.get().security;
    // Nobody hosts now: whoever the host trusted stands in (succession by rule).
    return isModerator(role) || counter > 0 && hosts === 0 && may(permissions, "trusted");
  }

  /** @param {boolean} frozen @param {string | null} by @param {Partial<Security>} more */
  #freeze(frozen, by, more) {
    const { store } = this.#doors;
    store.update(({ security }) => ({ security: { ...security, ...more, frozen, frozenBy: frozen ? by : null } }));
  }

  /**
   * What was taken stops here too, and the person sees it off. Given back, it stays off until they switch it on: nobody
   * is to be heard who believes that they are not.
   * @param {number} before @param {number} now
   */
  #keep(before, now) {
    const { store, local, notices } = this.#doors;
    const { self, security } = store.get();
    if (!may(now, "microphone") && self.mic) local.mute();
    if (!may(now, "camera") && self.camera) local.closeCamera();
    if (!may(now, "screen") && self.screen) local.stopScreen();
    // The frozen room says so itself, larger than a note.
    if (security.frozen || security.counter === 0 || self.key === "") return;
    const changed = HEARD.filter((name) => may(before, name) !== may(now, name));
    const [only] = changed;
    if (changed.length === 1) notices.add(may(now, only) ? "given" : "taken", { what: only });
  }
}
