// @ts-check
/** @typedef {Pick<import("./secure-session.js").TransformCounters, "name" | "in" | "out" | "lastIndex">} Counted */

/** @typedef {{ index: number, audio: string, video: string }} Seat whom the node says a slot shows, and its transforms */

/** Looks that must agree before an alarm: keys and slots change hands within the first. */
const LOOKS = 3;

/**
 * Holds what the node says about media against what the keys say. Called about once a second.
 */
export class Watchdog {
  /** @type {Map<string, Counted>} */
  #last = new Map();
  /** @type {Map<number, number>} */
  #unopened = new Map();
  /** @type {Map<number, number>} */
  #foreign = new Map();

  /**
   * @param {Counted[]} counters
   * @param {Seat[]} seats
   * @returns {{ undecryptable: Set<number>, opened: Set<number>, swapped: boolean }} of whom frames arrive but cannot be
   *   opened, of whom some were opened since the last look, and whether a slot carries somebody else than the node says
   */
  look(counters, seats) {
    const now = new Map(counters.map((counter) => [counter.name, counter]));
    const opened = new Set();
    const undecryptable = new Set();
    let swapped = false;
    for (const { index, audio, video } of seats) {
      const [sound, picture] = [this.#moved(now.get(audio)), this.#moved(now.get(video))];
      const came = sound.came + picture.came > 0;
      if (sound.out + picture.out > 0) opened.add(index);
      const unopened = came && !opened.has(index);
      if (this.#count(this.#unopened, index, unopened) >= LOOKS) undecryptable.add(index);
      // Only pictures: in a crowded room a slot lends its sound to whoever speaks, seen or not.
      const foreign = picture.out > 0 && picture.from !== index;
      if (this.#count(this.#foreign, index, foreign) >= LOOKS) swapped = true;
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
    return { came: counter.in - base.in, out: counter.out - base.out, from: counter.lastIndex };
  }

  /** @param {Map<number, number>} tally @param {number} index @param {boolean} again */
  #count(tally, index, again) {
    const count = again ? (tally.get(index) ?? 0) + 1 : 0;
    tally.set(index, count);
    return count;
  }
}
