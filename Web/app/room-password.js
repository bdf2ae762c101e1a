// @ts-check
/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./secure-session.js").SecureSession} SecureSession */

/** How long the group may take: a commit over a weak connection, after a removal that is under way. Milliseconds. */
const PATIENCE = 20_000;

/** The room's password, while one is in it: the host changes it, and everybody inside goes on. */
export class RoomPassword {
  #group;
  #clock;
  #room;
  #busy = false;

  /**
   * @param {EventTarget & Pick<SecureSession, "setPassword">} group
   * @param {Clock} clock
   * @param {string} room
   */
  constructor(group, clock, room) {
    this.#group = group;
    this.#clock = clock;
    this.#room = room;
  }

  /**
   * @param {string} text empty: the room is to have none
   * @returns {Promise<boolean>} true: the room has it. false: nobody here knows yet, or another change is under way; where it
   *   comes about later, `link` says so
   */
  async set(text) {
    if (this.#busy) return false;
    this.#busy = true;
    const over = new AbortController();
    /** @type {Promise<boolean>} */
    const changed = new Promise((resolve) => {
      this.#group.addEventListener("link", () => resolve(true), { signal: over.signal });
      over.signal.addEventListener("abort", this.#clock.after(PATIENCE, () => resolve(false)));
    });
    try {
      return await this.#group.setPassword(this.#room, text).catch(() => false) && await changed;
    } finally {
      over.abort();
      this.#busy = false;
    }
  }
}
