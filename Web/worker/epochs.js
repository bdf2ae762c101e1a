// @ts-check
/** @typedef {import("./meeting-codec.js").Member} Member */

/** Who sits where in the group, and when that changes: what transforms of frames need to know of it. */
export class Epochs {
  /** @type {Map<number, string>} */
  #joins = new Map();
  /** @type {Set<() => void>} */
  #waiting = new Set();

  /** Counts the epochs that have begun. */
  count = 0;

  /** @param {Member[]} members */
  setMembers(members) {
    this.#joins = new Map(members.map(({ leaf, join }) => [leaf, join]));
  }

  /** @param {number} leaf */
  joinOf(leaf) {
    return this.#joins.get(leaf) ?? null;
  }

  /** Another epoch has begun: its keys are there. */
  begin() {
    this.count += 1;
    for (const go of [...this.#waiting]) go();
  }

  /** Resolves when the next epoch begins, or after `milliseconds`. @param {number} milliseconds @returns {Promise<void>} */
  next(milliseconds) {
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        this.#waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, milliseconds);
      this.#waiting.add(go);
    });
  }
}
