// @ts-check
/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").Notice} Notice */

const KEPT = 20;

/** Passing notes: what happened, for the interface to say in words. */
export class Notices {
  #store;
  #clock;
  #next = 1;

  /** @param {Store} store @param {Clock} clock */
  constructor(store, clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** @param {string} code @param {Notice["params"]} [params] */
  add(code, params = {}) {
    const notice = { id: this.#next++, code, params, at: this.#clock.date() };
    this.#store.update(({ notices }) => ({ notices: [...notices, notice].slice(-KEPT) }));
  }

  /** @param {number} id */
  dismiss(id) {
    this.#store.update(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
  }
}
