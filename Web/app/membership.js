// @ts-check
import { cleanEmoji, Reactions } from "./reactions.js";

/** @typedef {import("./alarms.js").Alarms} Alarms */
/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./notices.js").Notices} Notices */
/** @typedef {import("./people.js").People} People */
/** @typedef {import("./secure-session.js").GroupEvents} GroupEvents */
/** @typedef {import("./secure-session.js").SealedMessage} SealedMessage */
/** @typedef {import("./secure-session.js").SecureSession} SecureSession */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").Role} Role */
/** @typedef {import("./wire.js").GroupMessage} GroupMessage */
/** @typedef {import("./wire.js").GroupUpload} GroupUpload */

/**
 * The part of the secure session that speaks for the group.
 * @typedef {EventTarget & Pick<SecureSession, "join" | "enter" | "disconnect" | "deliver" | "setRoster" | "say"
 *   | "setProfile" | "remove" | "lock" | "compare" | "acceptComparison" | "answerComparison" | "cancelComparison">} Group
 */

/**
 * @typedef {object} MembershipDoors
 * @property {Store} store
 * @property {Clock} clock
 * @property {Notices} notices
 * @property {Group} group
 * @property {People} people
 * @property {Chat} chat
 * @property {Alarms} alarms
 * @property {(message: GroupUpload) => boolean} send to the node
 * @property {() => void} joined the group has let us in
 * @property {() => void} expelled the keys are gone
 */

/** Our place in the encrypted group: what it tells becomes the store, what a person does there becomes its messages. */
export class Membership {
  #doors;
  #reactions;
  #stop = new AbortController();
  #joined = false;
  /** Epoch that the node has reached, as far as the order of its messages tells. */
  #epoch = 0;

  /** @param {MembershipDoors} doors */
  constructor(doors) {
    this.#doors = doors;
    this.#reactions = new Reactions(doors.store, doors.clock);
    this.#on("send", ({ message }) => this.#send(message));
    this.#on("joined", () => this.#letIn());
    this.#on("members", ({ members }) => {
      /** @type {Role} */
      const role = members.find(({ isSelf }) => isSelf)?.role ?? "speaker";
      const canRemove = role === "host" || role === "cohost";
      doors.store.update(({ self }) => ({ self: { ...self, role, canRemove } }));
      doors.people.setMembers(members);
      this.#showWaiting();
    });
    this.#on("security", ({ epoch, digits, members, locked }) => {
      this.#epoch = Math.max(this.#epoch, epoch);
      doors.store.update(({ security }) => ({ security: { ...security, digits, members, locked } }));
    });
    this.#on("added", ({ join, by }) => doors.people.added(join, doors.people.nameOf(by)));
    this.#on("removed", ({ join, by }) => doors.people.removed(join, by));
    this.#on("profile", ({ join, profile, trust }) => doors.people.introduce(join, profile, trust));
    this.#on("said", ({ from, message }) => this.#hear(from, message));
    this.#on("comparison", ({ status }) => this.#compared(status));
    // Of frames that cannot be opened the watch over the whole room tells whether one person or everybody is concerned.
    this.#on("alarm", ({ code, name }) => name !== undefined && code === "cannot_decrypt" || doors.alarms.raise(code));
    this.#on("recovered", ({ code, name }) => name !== undefined || doors.alarms.clear(code));
    this.#on("expelled", () => doors.expelled());
  }

  /** Whether what is said now reaches the group. */
  get open() {
    return this.#joined && !this.#doors.alarms.stopped;
  }

  /** The node's order of commits, for who must know in which epoch a message was handed on. */
  get epoch() {
    return this.#epoch;
  }

  /**
   * The node let us into the room: now the group is to do the same, unless we are still in it.
   * @param {{ resumed: boolean, senderKey: string }} welcome
   */
  enter(welcome) {
    if (!welcome.resumed) this.#outside();
    this.#doors.group.enter(welcome);
    this.introduce();
  }

  /** @param {GroupMessage} message */
  receive(message) {
    const { group, people, chat } = this.#doors;
    if (message.type === "commit") this.#epoch = Math.max(this.#epoch, message.epoch + 1);
    if (message.type !== "message") return group.deliver(message, null);
    const from = people.roster.joinOf(message.from);
    if (message.from === this.#doors.store.get().self.index) chat.echo(message.box);
    else group.deliver(message, from);
  }

  /** @param {string[]} joins whom the node names */
  setRoster(joins) {
    this.#doors.group.setRoster(joins);
    this.#showWaiting();
  }

  /** @param {object} message @returns {Promise<SealedMessage | null>} */
  async seal(message) {
    return this.open ? await this.#doors.group.say(message) : null;
  }

  /** @param {SealedMessage} sealed */
  sendSealed({ box, to }) {
    return this.#send({ type: "message", box, ...to ? { to } : {} });
  }

  /** What we are called, and whether our hand is up. */
  introduce() {
    const { name, hand } = this.#doors.store.get().self;
    this.#doors.group.setProfile({ name, hand });
  }

  /** @param {boolean} raised */
  setHand(raised) {
    this.#doors.store.update(({ self }) => ({ self: { ...self, hand: raised } }));
    this.introduce();
  }

  /** @param {unknown} typed */
  async react(typed) {
    const emoji = cleanEmoji(typed);
    if (emoji === null) return;
    const { key, name } = this.#doors.store.get().self;
    const sealed = await this.seal({ t: "reaction", v: 1, emoji });
    if (sealed && this.sendSealed(sealed)) this.#reactions.add(key, name || null, emoji);
  }

  /** @param {string} key */
  remove(key) {
    this.#doors.group.remove(key);
  }

  /** @param {boolean} locked */
  lock(locked) {
    this.#doors.group.lock(locked);
  }

  /** Nothing while another comparison is under way. @param {string} key */
  compare(key) {
    this.#doors.group.compare(key);
  }

  acceptComparison() {
    this.#doors.group.acceptComparison();
  }

  /** @param {boolean} same */
  answerComparison(same) {
    this.#doors.group.answerComparison(same);
  }

  cancelComparison() {
    this.#doors.group.cancelComparison();
  }

  /** The connection to the node is lost. */
  disconnect() {
    this.#doors.group.disconnect();
  }

  close() {
    this.#stop.abort();
    this.#reactions.clear();
    this.#outside();
  }

  #letIn() {
    this.#joined = true;
    this.#doors.alarms.setJoined(true);
    this.#doors.joined();
    this.#doors.chat.flush();
  }

  #outside() {
    this.#joined = false;
    this.#epoch = 0;
    this.#doors.alarms.setJoined(false);
    this.#doors.people.setMembers([]);
    this.#doors.store.update(({ security, self }) => ({
      security: { ...security, members: 0, digits: null, waiting: 0, locked: false },
      self: { ...self, role: "speaker", canRemove: false },
      comparison: null,
    }));
  }

  #showWaiting() {
    const { waiting } = this.#doors.people.roster;
    const { security } = this.#doors.store.get();
    // Before we are in, those whom we do not know are inside, for all we can tell.
    const shown = this.#joined ? waiting : 0;
    if (security.waiting !== shown) this.#doors.store.update(() => ({ security: { ...security, waiting: shown } }));
  }

  /** @param {GroupUpload | { type: "message", box: string, to?: (string | number)[] }} message */
  #send(message) {
    if (message.type !== "message" || !message.to) return this.#doors.send(/** @type {GroupUpload} */ (message));
    const { roster } = this.#doors.people;
    const to = message.to.flatMap((join) => typeof join === "number" ? join : roster.indexOf(join) ?? []);
    return to.length > 0 && this.#doors.send({ ...message, to });
  }

  /** @param {string} from @param {Record<string, unknown>} message types of later versions pass in silence */
  #hear(from, message) {
    const { people, chat } = this.#doors;
    if (message.t === "chat") chat.receive(from, message);
    if (message.t !== "reaction") return;
    const emoji = cleanEmoji(message.emoji);
    if (emoji !== null) this.#reactions.add(from, people.nameOf(from), emoji);
  }

  /** @param {GroupEvents["comparison"]["status"]} status */
  #compared(status) {
    if (!status) return this.#doors.store.update(() => ({ comparison: null }));
    const { join: key, step, digits } = status;
    const name = this.#doors.people.nameOf(key);
    this.#doors.store.update(() => ({ comparison: { key, name, step, digits } }));
    if (step === "matched") this.#doors.notices.add("verified", { name });
  }

  /**
   * @template {keyof GroupEvents} Type
   * @param {Type} type
   * @param {(detail: GroupEvents[Type]) => void} run
   */
  #on(type, run) {
    this.#doors.group.addEventListener(
      type,
      (event) => run(/** @type {CustomEvent<GroupEvents[Type]>} */ (event).detail),
      { signal: this.#stop.signal },
    );
  }
}
