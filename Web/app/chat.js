// @ts-check
import { cleanChat, hasLinks } from "./text.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./secure-session.js").SealedMessage} SealedMessage */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").ChatMessage} ChatMessage */

/**
 * @typedef {object} ChatDoors
 * @property {(message: object, kind: "chat" | "linkedChat") => Promise<SealedMessage | null>} seal null: the group takes
 *   nothing now
 * @property {() => boolean} mayLink whether what we write may lead somewhere
 * @property {(sealed: SealedMessage) => boolean} send false: there is no way out now
 * @property {() => number} epoch that the node has reached, as far as it has told
 * @property {(key: string) => { name: string | null, index: number }} author
 * @property {(code: "message_too_long" | "message_failed") => void} notice
 */

/**
 * @typedef {object} Pending an own message that the node has not echoed yet
 * @property {string} id of the entry in the store
 * @property {string} said what receivers know the message by, however often it is sent
 * @property {string} text
 * @property {SealedMessage | null} sealed as it was sent last
 * @property {() => void} cancel
 */

const KEPT = 1_000;
/** A node that took a message echoes it; no echo for so long means that it did not. */
const ECHO_TIMEOUT = 8_000;
/** How long a message may wait for a way out: for signalling, and for the group to let us in. */
const WAY_OUT_TIMEOUT = 30_000;
/** Messages that may arrive twice, because their author could not know that they had arrived. */
const REMEMBERED = 1_000;

/**
 * Text to everybody in the group. What could not be sent waits for the next chance, sealed anew; what finds none in time
 * stays on screen as failed until the person sends it again.
 */
export class Chat {
  #store;
  #doors;
  #clock;
  #next = 1;
  /** By the id of the entry. @type {Map<string, Pending>} */
  #pending = new Map();
  /** What others have said already. @type {Set<string>} */
  #heard = new Set();

  /** @param {Store} store @param {ChatDoors} doors @param {Clock} clock */
  constructor(store, doors, clock) {
    this.#store = store;
    this.#doors = doors;
    this.#clock = clock;
  }

  /** @param {unknown} typed */
  async say(typed) {
    const text = cleanChat(typed);
    if (text === null) {
      if (typeof typed === "string" && typed.trim() !== "") this.#doors.notice("message_too_long");
      return;
    }
    const { key, index, name } = this.#store.get().self;
    const id = this.#add({ key, from: index, name, text, own: true, state: "sending", links: true });
    await this.#begin(id, text, crypto.randomUUID());
  }

  /** @param {string} id */
  async again(id) {
    const message = this.#store.get().chat.find((candidate) => candidate.id === id);
    if (message?.state !== "failed") return;
    this.#setState(id, "sending");
    await this.#begin(id, message.text, this.#pending.get(id)?.said ?? crypto.randomUUID());
  }

  /** The node echoes what it took from us. @param {string} box */
  echo(box) {
    const own = [...this.#pending.values()].find(({ sealed }) => sealed?.box === box);
    if (!own?.sealed) return;
    // Sealed before a commit and handed on after it: nobody could open it any more.
    if (own.sealed.epoch < this.#doors.epoch()) return void this.#deliver(own);
    own.cancel();
    this.#pending.delete(own.id);
    this.#setState(own.id, "sent");
  }

  /**
   * A member's message.
   * @param {string} from @param {{ id?: unknown, text?: unknown }} message
   * @param {boolean} [links] may lead somewhere
   */
  receive(from, { id, text: said }, links = true) {
    const text = cleanChat(said);
    if (text === null || typeof id !== "string" || id.length > 64 || this.#heard.has(id)) return;
    this.#heard.add(id);
    if (this.#heard.size > REMEMBERED) this.#heard.delete([...this.#heard][0]);
    const { name, index } = this.#doors.author(from);
    this.#add({ key: from, from: index, name, text, own: false, state: "sent", links });
    this.#store.update(({ unread }) => ({ unread: unread + 1 }));
  }

  /** A host has wiped the table: nothing of it stays, nor is anything on its way said after it. */
  clear() {
    for (const { cancel } of this.#pending.values()) cancel();
    this.#pending.clear();
    this.#store.update(() => ({ chat: [], unread: 0 }));
  }

  /** There is a way out again, or the group has moved on: whatever was not echoed is said anew. */
  flush() {
    for (const own of this.#pending.values()) if (this.#isSending(own.id)) this.#deliver(own);
  }

  /** No echo will come any more: what was on its way failed. */
  fail() {
    for (const own of this.#pending.values()) this.#expire(own);
  }

  /** @param {string} id @param {string} text @param {string} said */
  #begin(id, text, said) {
    this.#pending.get(id)?.cancel();
    /** @type {Pending} */
    const own = { id, said, text, sealed: null, cancel: () => {} };
    own.cancel = this.#clock.after(WAY_OUT_TIMEOUT, () => this.#expire(own));
    this.#pending.set(id, own);
    return this.#deliver(own);
  }

  /** @param {Pending} own */
  async #deliver(own) {
    try {
      own.sealed = null;
      const kind = hasLinks(own.text) && this.#doors.mayLink() ? "linkedChat" : "chat";
      const sealed = await this.#doors.seal({ t: "chat", v: 1, id: own.said, text: own.text }, kind);
      // Another attempt may have begun, or the time have run out, while this one was sealed.
      if (!sealed || own.sealed || !this.#isSending(own.id) || !this.#doors.send(sealed)) return;
      own.sealed = sealed;
      own.cancel();
      own.cancel = this.#clock.after(ECHO_TIMEOUT, () => this.#expire(own));
    } catch {
      this.#expire(own);
    }
  }

  /** @param {Pending} own */
  #expire(own) {
    own.cancel();
    // The entry stays: a node that kept the message while we were away echoes it late.
    if (!this.#isSending(own.id)) return;
    this.#setState(own.id, "failed");
    this.#doors.notice("message_failed");
  }

  /** @param {string} id */
  #isSending(id) {
    return this.#store.get().chat.some((message) => message.id === id && message.state === "sending");
  }

  /** @param {Omit<ChatMessage, "id" | "at">} message */
  #add(message) {
    const id = `m${this.#next++}`;
    this.#store.update(({ chat }) => ({ chat: [...chat, { ...message, id, at: this.#clock.date() }].slice(-KEPT) }));
    return id;
  }

  /** @param {string} id @param {ChatMessage["state"]} state */
  #setState(id, state) {
    this.#store.update(({ chat }) => ({ chat: chat.map((entry) => entry.id === id ? { ...entry, state } : entry) }));
  }
}
