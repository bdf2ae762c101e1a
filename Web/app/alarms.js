// @ts-check
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").AlarmCode} AlarmCode */

/**
 * Every alarm, the gravest first. While one that `stops` lasts, nothing leaves this device; one that is `final` lasts
 * until the room is left.
 * @type {Record<AlarmCode, { stops: boolean, final?: boolean }>}
 */
const ALARMS = {
  worker_failed: { stops: true, final: true },
  transform_idle: { stops: true, final: true },
  swapped_media: { stops: true, final: true },
  forked: { stops: true },
  bad_commit: { stops: true },
  ghost: { stops: true },
  withheld: { stops: true },
  bad_welcome: { stops: false },
  not_let_in: { stops: false },
  wrong_clock: { stops: false },
  cannot_decrypt: { stops: false },
  stranger: { stops: false },
};

const ORDER = /** @type {AlarmCode[]} */ (Object.keys(ALARMS));

/** What is wrong now. The interface shows the gravest of it; sending stops and goes on as it comes and passes. */
export class Alarms {
  #store;
  #hold;
  /** @type {Set<AlarmCode>} */
  #raised = new Set();
  #joined = false;

  /** @param {Store} store @param {(held: boolean) => void} hold */
  constructor(store, hold) {
    this.#store = store;
    this.#hold = hold;
  }

  /** Whether nothing may be sent. */
  get stopped() {
    return [...this.#raised].some((code) => ALARMS[code].stops);
  }

  /** @param {string} code those that nobody knows are for later versions of this page */
  raise(code) {
    if (!Object.hasOwn(ALARMS, code)) return;
    this.#change(() => this.#raised.add(/** @type {AlarmCode} */ (code)));
  }

  /** @param {string} code */
  clear(code) {
    if (!Object.hasOwn(ALARMS, code) || ALARMS[/** @type {AlarmCode} */ (code)].final) return;
    this.#change(() => this.#raised.delete(/** @type {AlarmCode} */ (code)));
  }

  /** The group has let us in, or we are outside of it again. @param {boolean} joined */
  setJoined(joined) {
    this.#change(() => this.#joined = joined);
  }

  /** Another room, where nothing is wrong yet. */
  reset() {
    this.#raised.clear();
    this.#joined = false;
  }

  /** @param {() => void} change */
  #change(change) {
    const before = this.stopped;
    change();
    const code = ORDER.find((candidate) => this.#raised.has(candidate));
    const state = code ? "alarm" : this.#joined ? "ok" : "joining";
    const { security } = this.#store.get();
    if (security.state !== state || security.code !== code) {
      this.#store.update(() => ({ security: { ...security, state, code } }));
    }
    if (this.stopped !== before) this.#hold(this.stopped);
  }
}
