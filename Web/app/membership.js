// @ts-check
import { Door } from "./door.js";
import { Floods } from "./floods.js";
import { Governance } from "./governance.js";
import { cleanEmoji, Reactions } from "./reactions.js";
import { standing } from "./roster.js";
import { NO_RULES, PLAIN } from "./store.js";

/** @typedef {import("./alarms.js").Alarms} Alarms */
/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./notices.js").Notices} Notices */
/** @typedef {import("./people.js").People} People */
/** @typedef {import("./secure-session.js").GroupEvents} GroupEvents */
/** @typedef {import("./secure-session.js").SealedMessage} SealedMessage */
/** @typedef {import("./secure-session.js").SecureSession} SecureSession */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./wire.js").GroupMessage} GroupMessage */
/** @typedef {import("./wire.js").GroupUpload} GroupUpload */
/** @typedef {import("./wire.js").HostMessage} HostMessage */

/**
 * The part of the secure session that speaks for the group.
 * @typedef {EventTarget & Pick<SecureSession, "join" | "enter" | "disconnect" | "deliver" | "setRoster" | "say"
 *   | "setProfile" | "remove" | "setRules" | "freeze" | "vouch" | "letIn" | "order" | "readKnock" | "compare" | "acceptComparison"
 *   | "answerComparison" | "cancelComparison">} Group
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
 * @property {(message: GroupUpload | HostMessage) => boolean} send to the node
 * @property {import("./governance.js").GovernanceDoors["local"]} local
 * @property {(address: { room: string, fragment: string }) => void} moved a host asks everybody to another room
 * @property {(password: boolean | null) => void} relinked the room's password is another, or there is none any more; null: it
 *   is another, and nobody tells us which
 * @property {() => void} joined the group has let us in
 * @property {() => void} expelled the keys are gone
 */

/** Our place in the encrypted group: what it tells becomes the store, what a person does there becomes its messages. */
export class Membership {
  #doors;
  #reactions;
  #floods;
  #stop = new AbortController();
  #joined = false;
  /** Epoch that the node has reached, as far as the order of its messages tells. */
  #epoch = 0;
  /** The epoch that the core seals in. */
  #own = 0;
  /** What the core has said for us and the node has not echoed: boxes, and the epochs they are of. @type {Map<string, number>} */
  #unheard = new Map();
  /** Our name is to be said once more in the next epoch. */
  #repeats = false;

  /** @param {MembershipDoors} doors */
  constructor(doors) {
    this.#doors = doors;
    this.#reactions = new Reactions(doors.store, doors.clock);
    this.#floods = new Floods(doors.clock);
    this.#on("send", ({ message }) => this.#send(message));
    this.#on("joined", () => this.#letIn());
    this.governance = new Governance({
      store: doors.store,
      notices: doors.notices,
      group: doors.group,
      local: doors.local,
      indexOf: (key) => doors.people.roster.indexOf(key),
      send: doors.send,
    });
    this.door = new Door(doors);
    this.#on("members", ({ members }) => {
      const own = members.find(({ isSelf }) => isSelf);
      this.governance.stand(own ? standing(own) : PLAIN);
      doors.people.setMembers(members);
      const known = this.door.arrived(members.filter(({ veiled }) => veiled).map(({ join }) => join));
      if (known.length > 0) this.governance.vouch(...known);
      this.#showWaiting();
    });
    this.#on("security", (rules) => {
      const { epoch, digits, members, locked } = rules;
      this.#epoch = Math.max(this.#epoch, epoch);
      doors.store.update(({ security }) => ({ security: { ...security, digits, members, locked } }));
      this.governance.rule(rules);
    });
    this.#on("link", ({ gate, password }) => doors.relinked(gate === "" ? null : password));
    this.#on("frozen", (call) => this.governance.frozen(call));
    this.#on("added", ({ join, by }) => doors.people.added(join, doors.people.nameOf(by)));
    this.#on("removed", ({ join, by }) => doors.people.removed(join, by));
    this.#on("profile", ({ join, profile, trust }) => {
      const renamed = doors.people.isRename(join, profile) && !this.#floods.passes("rename", join);
      doors.people.introduce(join, renamed ? { ...profile, name: doors.people.nameOf(join) } : profile, trust);
      this.door.compare();
    });
    this.#on("said", (said) => this.#hear(said));
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
    if (message.from !== this.#doors.store.get().self.index) return group.deliver(message, from);
    chat.echo(message.box);
    this.#heard(message.box);
  }

  /** Whoever was added by a commit that overtook our word cannot open it, and would not know our name. @param {string} box */
  #heard(box) {
    const sealed = this.#unheard.get(box);
    this.#unheard.delete(box);
    if (sealed === undefined || sealed >= this.#epoch) return;
    // Where the core has not come that far yet, it would be overtaken again.
    if (sealed < this.#own) this.introduce();
    else this.#repeats = true;
  }

  /** The core has begun an epoch. @param {number} epoch */
  #begun(epoch) {
    this.#own = epoch;
    if (this.#repeats) this.introduce();
    this.#repeats = false;
  }

  /** @param {string[]} joins whom the node names */
  setRoster(joins) {
    this.#doors.group.setRoster(joins);
    this.#showWaiting();
  }

  /**
   * @param {object} message
   * @param {import("./secure-session.js").SaidKind} [kind] unless the message tells by itself
   * @returns {Promise<SealedMessage | null>}
   */
  async seal(message, kind) {
    return this.open ? await this.#doors.group.say(message, null, kind) : null;
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
    this.#doors.group.remove([key]);
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
    this.#unheard.clear();
    this.#repeats = false;
    this.#doors.alarms.setJoined(false);
    this.#doors.people.setMembers([]);
    this.governance.forget();
    this.door.clear();
    this.#floods.forget();
    this.#doors.store.update(({ security, self }) => ({
      security: { ...security, members: 0, digits: null, waiting: 0, locked: false, ...NO_RULES },
      self: { ...self, ...PLAIN, canRemove: false },
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
    if (message.type === "ready") this.#begun(message.epoch);
    if (message.type !== "message" || !message.to) {
      if ("control" in message && message.control) this.#unheard.set(message.box, this.#own);
      return this.#doors.send(/** @type {GroupUpload} */ (message));
    }
    const { roster } = this.#doors.people;
    const to = message.to.flatMap((join) => typeof join === "number" ? join : roster.indexOf(join) ?? []);
    return to.length > 0 && this.#doors.send({ ...message, to });
  }

  /** @param {GroupEvents["said"]} said types of later versions pass in silence */
  #hear({ from, message, kind }) {
    const { people, chat } = this.#doors;
    if (kind === "order") return this.#obey(from, message);
    // What the kind gave leave for, and nothing that says it is something else.
    if (kind === "chat" || kind === "linkedChat") {
      if (message.t === "chat" && this.#floods.passes("chat", from)) chat.receive(from, message, kind === "linkedChat");
    } else if (kind === "reaction" && message.t === "reaction") {
      const emoji = cleanEmoji(message.emoji);
      if (emoji === null || !this.#floods.passes("reaction", from)) return;
      this.#reactions.add(from, people.nameOf(from), emoji);
    }
  }

  /** The core has seen that a moderator says so. @param {string} from @param {Record<string, unknown>} order */
  #obey(from, { clear, move }) {
    const { people, chat, notices, moved } = this.#doors;
    if (clear === true) {
      chat.clear();
      notices.add("chat_cleared", { name: people.nameOf(from) });
    }
    const { room, fragment } = /** @type {Record<string, unknown>} */ (move ?? {});
    if (typeof room === "string" && typeof fragment === "string") moved({ room, fragment });
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
