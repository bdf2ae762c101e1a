// @ts-check
/** @typedef {import("./figures.js").Figures} Figures */
/** @typedef {import("./types.js").Quality} Quality */

/**
 * What the judgement rests on: figures of a few seconds, and what the node measures on its way to us.
 * @typedef {Pick<Figures, "available" | "roundTrip" | "lossUp" | "lossDown" | "frozen" | "invented" | "limitation"> &
 *   { path: "good" | "limited" | "poor" | null }} Measured
 */

/** How bad each is; of two equally bad ones the later counts. @type {Record<Quality, number>} */
const GRAVITY = { good: 0, busy: 1, weak_up: 1, weak: 2, unsteady: 2, poor: 3 };

/** Milliseconds: a browser begins low and finds out within this what the network carries. */
const SETTLING = 8_000;
/** Milliseconds for which it has to be worse, or better, before that is said. */
const WORSE_FOR = 4_000;
const BETTER_FOR = 10_000;

/**
 * The connection at this moment.
 * @param {Measured} measured
 * @returns {Quality}
 */
export function judge({ path, available, roundTrip, lossUp, lossDown, frozen, invented, limitation }) {
  const loss = Math.max(lossUp ?? 0, lossDown ?? 0);
  if (path === "poor" || loss > 0.15) return "poor";
  // What is lost is asked for again, or made up from what is left: people notice stops, gaps, and half a second of wait.
  if (loss > 0.05 || frozen > 0.08 || invented > 0.1 || (roundTrip ?? 0) > 0.5) return "unsteady";
  if (path === "limited") return "weak";
  if (limitation === "bandwidth" && available !== null && available < 350_000) return "weak_up";
  return limitation === "cpu" ? "busy" : "good";
}

/** Keeps the word steady: one bad second is not a bad connection, and one good second does not mend it. */
export class QualityMeter {
  /** @type {Quality | null} */
  #current = null;
  /** @type {{ judged: Quality, since: number } | null} */
  #pending = null;
  #settled = 0;

  /** A connection begins. @param {number} now milliseconds */
  restart(now) {
    this.#settled = now + SETTLING;
    this.#pending = null;
  }

  /**
   * @param {Measured} measured
   * @param {number} now milliseconds
   * @returns {Quality | null} null until the first connection has settled
   */
  look(measured, now) {
    if (now < this.#settled) return this.#current;
    const judged = judge(measured);
    if (judged === this.#current) {
      this.#pending = null;
      return this.#current;
    }
    const current = this.#current === null ? -1 : GRAVITY[this.#current];
    const worse = GRAVITY[judged] > current;
    if (!this.#pending || worse !== GRAVITY[this.#pending.judged] > current) {
      this.#pending = { judged, since: now };
    }
    // Said is what held all the time: on the way down the mildest, on the way up the gravest.
    if (GRAVITY[judged] < GRAVITY[this.#pending.judged] === worse) this.#pending.judged = judged;
    if (now - this.#pending.since < (worse ? WORSE_FOR : BETTER_FOR)) return this.#current;
    this.#current = this.#pending.judged;
    this.#pending = null;
    return this.#current;
  }
}
