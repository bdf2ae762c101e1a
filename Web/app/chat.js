// @ts-check
import { cleanChat } from "./text.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").ChatMessage} ChatMessage */

/**
 * @typedef {object} ChatDoors
 * @property {(message: object) => Promise<string>} seal
 * @property {(from: number, box: string) => Promise<unknown>} open
 * @property {(box: string) => boolean} send false: there is no way out now
 * @property {(index: number) => string | null} nameOf
 * @property {(index: number) => string} keyOf
 * @property {(code: "message_too_long" | "message_failed") => void} notice
 */

const KEPT = 1_000;
/** A node that took a message echoes it; no echo for so long means that it did not. */
const ECHO_TIMEOUT = 8_000;

/**
 * Sealed text to everybody in the room. Nobody but the sender's device keeps what could not be sent: it stays on screen
 * as failed until the person sends it again.
 */
export class Chat {
  #store;
  #doors;
  #clock;
  #next = 1;
  /** Own messages without an echo yet, by the box that the node will echo. @type {Map<string, { id: string, cancel: () => void }>} */
  #pending = new Map();

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
    const id = this.#add({ key, from: index, name, text, own: true, state: "sending" });
    await this.#deliver(id, text);
  }

  /** @param {string} id */
  async again(id) {
    const message = this.#store.get().chat.find((candidate) => candidate.id === id);
    if (message?.state !== "failed") return;
    for (const [box, own] of this.#pending) if (own.id === id) this.#pending.delete(box);
    this.#setState(id, "sending");
    await this.#deliver(id, message.text);
  }

  /**
   * A sealed application message arrived.
   * @param {number} from
   * @param {string} box
   * @returns {Promise<boolean>} false when it could not be opened
   */
  async receive(from, box) {
    const own = this.#pending.get(box);
    if (own && from === this.#store.get().self.index) {
      this.#pending.delete(box);
      own.cancel();
      this.#setState(own.id, "sent");
      return true;
    }
    /** @type {unknown} */
    let message;
    try {
      message = await this.#doors.open(from, box);
    } catch {
      return false;
    }
    const text = chatText(message);
    // Types of later versions pass in silence: they are no fault of the sender.
    if (text === null) return true;
    const name = this.#doors.nameOf(from);
    this.#add({ key: this.#doors.keyOf(from), from, name, text, own: false, state: "sent" });
    this.#store.update(({ unread }) => ({ unread: unread + 1 }));
    return true;
  }

  /** No echo will come any more: what was on its way failed. */
  fail() {
    for (const box of [...this.#pending.keys()]) this.#expire(box);
    this.#pending.clear();
  }

  markRead() {
    this.#store.update(() => ({ unread: 0 }));
  }

  /** @param {string} id @param {string} text */
  async #deliver(id, text) {
    try {
      const box = await this.#doors.seal({ t: "chat", v: 1, text });
      this.#pending.set(box, { id, cancel: this.#clock.after(ECHO_TIMEOUT, () => this.#expire(box)) });
      if (!this.#doors.send(box)) this.#expire(box);
    } catch {
      this.#setState(id, "failed");
      this.#doors.notice("message_failed");
    }
  }

  /** @param {string} box */
  #expire(box) {
    const own = this.#pending.get(box);
    own?.cancel();
    // The entry stays: a node that kept the message while we were away echoes it late.
    const message = this.#store.get().chat.find(({ id }) => id === own?.id);
    if (message?.state !== "sending") return;
    this.#setState(message.id, "failed");
    this.#doors.notice("message_failed");
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

/** @param {unknown} message @returns {string | null} */
function chatText(message) {
  if (typeof message !== "object" || message === null) return null;
  const { t, text } = /** @type {Record<string, unknown>} */ (message);
  return t === "chat" ? cleanChat(text) : null;
}
