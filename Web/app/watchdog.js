// @ts-check
/** @typedef {Pick<import("./secure-session.js").TransformCounters, "name" | "in" | "out" | "lastJoin">} Counted */

/** @typedef {{ key: string, audio: string, video: string }} Seat whom the node says a slot shows, and its transforms */

/** Looks that must agree before an alarm: keys and slots change hands within the first. */
const LOOKS = 3;

/**
 * Holds what the node says about media against what the keys say. Called about once a second.
 */
export class Watchdog {
  /** @type {Map<string, Counted>} */
  #last = new Map();
  /** @type {Map<string, number>} */
  #unopened = new Map();
  /** @type {Map<string, number>} */
  #foreign = new Map();

  /**
   * @param {Counted[]} counters
   * @param {Seat[]} seats
   * @returns {{ undecryptable: Set<string>, opened: Set<string>, swapped: boolean }} of whom frames arrive but cannot be
   *   opened, of whom some were opened since the last look, and whether a slot carries somebody else than the node says
   */
  look(counters, seats) {
    const now = new Map(counters.map((counter) => [counter.name, counter]));
    const opened = new Set();
    const undecryptable = new Set();
    let swapped = false;
    for (const { key, audio, video } of seats) {
      const [sound, picture] = [this.#moved(now.get(audio)), this.#moved(now.get(video))];
      const came = sound.came + picture.came > 0;
      if (sound.out + picture.out > 0) opened.add(key);
      const unopened = came && !opened.has(key);
      if (this.#count(this.#unopened, key, unopened) >= LOOKS) undecryptable.add(key);
      // Only pictures: in a crowded room a slot lends its sound to whoever speaks, seen or not.
      const foreign = picture.out > 0 && picture.from !== key;
      if (this.#count(this.#foreign, key, foreign) >= LOOKS) swapped = true;
    }
    this.#last = now;
    return { undecryptable, opened, swapped };
  }

  /** @param {Counted | undefined} counter */
  #moved(counter) {
    if (!counter) return { came: 0, out: 0, from: null };
    const before = this.#last.get(counter.name);
    // A transform attached anew under the old name counts from nothing.
    const base = before && before.in <= counter.in ? before : { in: 0, out: 0 };
    return { came: counter.in - base.in, out: counter.out - base.out, from: counter.lastJoin };
  }

  /** @param {Map<string, number>} tally @param {string} key @param {boolean} again */
  #count(tally, key, again) {
    const count = again ? (tally.get(key) ?? 0) + 1 : 0;
    tally.set(key, count);
    return count;
  }
}
