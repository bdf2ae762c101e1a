// @ts-check
import { every } from "./clock.js";
import { figures, snapshot, suffering } from "./figures.js";
import { QualityMeter } from "./quality.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./figures.js").Figures} Figures */
/** @typedef {import("./figures.js").Snapshot} Snapshot */
/** @typedef {import("./media-keeper.js").MediaKeeper} MediaKeeper */
/** @typedef {import("./media-session.js").MediaSession} MediaSession */
/** @typedef {import("./participation.js").SecureRoom} SecureRoom */
/** @typedef {import("./people.js").People} People */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./wire.js").Path} Path */

const DETAILS_PERIOD = 1_000;
/** Looks that must agree before somebody's tile says that their sending suffers. */
const LOOKS = 3;

/** Measures the connection: always coarsely, for one word; each second in full while somebody looks at the figures. */
export class Measure {
  #store;
  #people;
  #media;
  #secure;
  #clock;
  #meter = new QualityMeter();
  /** @type {MediaSession | null} */
  #session = null;
  /** @type {Snapshot | null} */
  #last = null;
  /** @type {Snapshot | null} */
  #lastDetails = null;
  /** @type {Map<string, number>} */
  #weak = new Map();
  /** @type {Path | null} */
  #path = null;
  #stopDetails = () => {};

  /**
   * @param {Store} store
   * @param {People} people
   * @param {MediaKeeper} media
   * @param {SecureRoom} secure
   * @param {Clock} clock
   */
  constructor(store, people, media, secure, clock) {
    this.#store = store;
    this.#people = people;
    this.#media = media;
    this.#secure = secure;
    this.#clock = clock;
  }

  /** @param {Path | null} path what the node measures on its way to us; null when that way is another */
  setPath(path) {
    this.#path = path;
  }

  /** Statistics of a connection that stands, every few seconds. @param {MediaSession} session @param {RTCStatsReport} report */
  take(session, report) {
    const now = this.#clock.now();
    this.#follow(session, now);
    const next = snapshot(report, session.names(), now);
    const last = this.#last;
    this.#last = next;
    if (!last) return;
    const found = figures(last, next);
    const quality = this.#meter.look({ ...found, path: this.#path?.state ?? null }, now);
    this.#store.update(() => ({ quality }));
    this.#mark(found);
  }

  /** Somebody looks at the figures, or no longer. @param {boolean} watched */
  watch(watched) {
    this.#stopDetails();
    this.#lastDetails = null;
    this.#stopDetails = watched ? every(this.#clock, DETAILS_PERIOD, () => this.#detail()) : () => {};
    if (watched) this.#detail();
    else this.#store.update(() => ({ details: null }));
  }

  stop() {
    this.watch(false);
    this.#store.update(() => ({ quality: null }));
  }

  async #detail() {
    const { session } = this.#media;
    if (!session?.connected) return this.#store.update(() => ({ details: null }));
    this.#follow(session, this.#clock.now());
    const [report, counters] = await Promise.all([session.report(), this.#secure.counters()]);
    if (session !== this.#session) return;
    const next = snapshot(report, session.names(), this.#clock.now());
    const last = this.#lastDetails;
    this.#lastDetails = next;
    if (!last) return;
    const { slots: _slots, frozen: _frozen, invented: _invented, limitation: _limitation, ...shown } = figures(
      last,
      next,
    );
    const out = (/** @type {"seal" | "open"} */ kind) =>
      counters.filter(({ operation }) => operation === kind).reduce((sum, counter) => sum + counter.out, 0);
    const refused = counters.flatMap(({ dropped }) => Object.values(dropped)).reduce((sum, count) => sum + count, 0);
    const details = { ...shown, sealed: out("seal"), opened: out("open"), refused, node: this.#path?.down ?? null };
    this.#store.update(() => ({ details }));
  }

  /** Totals of another connection compare with nothing. @param {MediaSession} session @param {number} now */
  #follow(session, now) {
    if (session === this.#session) return;
    this.#session = session;
    this.#last = null;
    this.#lastDetails = null;
    this.#weak.clear();
    this.#meter.restart(now);
  }

  /** @param {Figures} found */
  #mark({ slots }) {
    const { roster } = this.#people;
    const suffer = suffering(slots);
    for (const { slot, key } of roster.seated) {
      const person = roster.get(key);
      const looks = suffer.has(`slot${slot}`) ? (this.#weak.get(key) ?? 0) + 1 : 0;
      this.#weak.set(key, looks);
      if (person) person.weak = looks >= LOOKS;
    }
    this.#people.publish();
  }
}
