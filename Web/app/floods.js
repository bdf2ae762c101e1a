// @ts-check
/** @typedef {import("./clock.js").Clock} Clock */

/**
 * What one person may make this page show at once, and milliseconds until it is one more. The node bounds what comes from
 * a connection; here nobody floods the others whatever node lets it pass.
 * @type {Readonly<Record<"chat" | "reaction" | "rename", { most: number, period: number }>>}
 */
const BOUNDS = Object.freeze({
  chat: { most: 30, period: 500 },
  reaction: { most: 5, period: 200 },
  rename: { most: 10, period: 6_000 },
});
/** A group has 1,024 leaves; people come and go. */
const REMEMBERED = 4_096;

/** Who has said how much of late. */
export class Floods {
  #clock;
  /** When each person would have used up nothing of a bound again. @type {Map<string, number>} */
  #settled = new Map();

  /** @param {Pick<Clock, "now">} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * Counts it, and says whether it is to be shown.
   * @param {keyof typeof BOUNDS} what
   * @param {string} key of a person
   */
  passes(what, key) {
    const { most, period } = BOUNDS[what];
    const now = this.#clock.now();
    const id = `${what} ${key}`;
    const settled = Math.max(this.#settled.get(id) ?? now, now) + period;
    if (settled - now > most * period) return false;
    if (this.#settled.size >= REMEMBERED) this.#settled.clear();
    this.#settled.set(id, settled);
    return true;
  }

  /** Whoever comes next is another. */
  forget() {
    this.#settled.clear();
  }
}
