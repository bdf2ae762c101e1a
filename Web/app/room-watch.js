// @ts-check
import { every } from "./clock.js";
import { meter, SpeechDetector } from "./level.js";
import { mark } from "./marks.js";
import { Watchdog } from "./watchdog.js";

/** @typedef {import("./alarms.js").Alarms} Alarms */
/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./measure.js").Measure} Measure */
/** @typedef {import("./media-keeper.js").MediaKeeper} MediaKeeper */
/** @typedef {import("./media-session.js").MediaSession} MediaSession */
/** @typedef {import("./participation.js").SecureRoom} SecureRoom */
/** @typedef {import("./people.js").People} People */

const LEVEL_PERIOD = 250;
const CHECK_PERIOD = 1_000;
/** Every so many looks the packets are counted too: that costs more. */
const PACKET_CHECKS = 2;
const FIRST_FRAME_PERIOD = 15;
const FIRST_FRAME_TRIES = 1_000;

/** Looks at media while it runs: who speaks, and whether all of it passes through encryption. */
export class RoomWatch {
  #people;
  #media;
  #secure;
  #clock;
  #alarms;
  #measure;
  #watchdog = new Watchdog();
  /** @type {Map<string, SpeechDetector>} */
  #speech = new Map();
  /** Whose voice a slot carried last, by proof of the keys. @type {Map<string, string | null>} */
  #voices = new Map();
  /** Totals of the last look. @type {WeakMap<RTCRtpReceiver, { energy: number, duration: number }>} */
  #energies = new WeakMap();
  /** @type {(() => void)[]} */
  #stops = [];
  #sawFrame = false;
  #checks = 0;

  /**
   * @param {People} people
   * @param {MediaKeeper} media
   * @param {SecureRoom} secure
   * @param {Clock} clock
   * @param {Alarms} alarms
   * @param {Measure} measure
   */
  constructor(people, media, secure, clock, alarms, measure) {
    this.#people = people;
    this.#media = media;
    this.#secure = secure;
    this.#clock = clock;
    this.#alarms = alarms;
    this.#measure = measure;
  }

  start() {
    this.#stops = [
      every(this.#clock, LEVEL_PERIOD, () => this.#hear()),
      every(this.#clock, CHECK_PERIOD, () => this.#check()),
    ];
  }

  stop() {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** Media began to flow: the first picture is about to come. */
  connected() {
    if (this.#sawFrame) return;
    let tries = 0;
    const stop = every(this.#clock, FIRST_FRAME_PERIOD, async () => {
      tries += 1;
      if (await this.#decoded()) {
        this.#sawFrame = true;
        mark("first-frame");
      }
      if (this.#sawFrame || tries > FIRST_FRAME_TRIES) stop();
    });
    this.#stops.push(stop);
  }

  async #decoded() {
    for (const { slot } of this.#people.roster.seated) {
      const report = await this.#media.session?.slots[slot]?.video.receiver.getStats();
      for (const stats of report?.values() ?? []) {
        if (stats.type === "inbound-rtp" && stats.framesDecoded > 0) return true;
      }
    }
    return false;
  }

  async #hear() {
    const { session } = this.#media;
    const changes = await Promise.all(this.#people.roster.seated.map(async ({ slot, key }) => {
      const person = this.#people.roster.get(this.#voices.get(`slot${slot}/audio`) ?? key);
      const receiver = session?.slots[slot]?.audio.receiver;
      if (!person || !receiver) return false;
      const loud = this.#people.roster.media(person.key).mic ? await this.#loudness(receiver) : 0;
      const speech = this.#speech.get(person.key) ?? new SpeechDetector();
      this.#speech.set(person.key, speech);
      const { level, speaking } = person;
      person.level = meter(loud);
      person.speaking = speech.speaking(loud, this.#clock.now());
      return person.level !== level || person.speaking !== speaking;
    }));
    if (changes.includes(true)) this.#people.publish();
  }

  /**
   * From what was decoded, not from what a packet says of itself: the node could write that.
   * @param {RTCRtpReceiver} receiver
   * @returns {Promise<number>} root of the mean square since the last time, 0...1
   */
  async #loudness(receiver) {
    const inbound = [...(await receiver.getStats()).values()].find(({ type }) => type === "inbound-rtp");
    const now = { energy: inbound?.totalAudioEnergy ?? 0, duration: inbound?.totalSamplesDuration ?? 0 };
    const before = this.#energies.get(receiver) ?? now;
    this.#energies.set(receiver, now);
    const duration = now.duration - before.duration;
    return duration > 0 ? Math.sqrt(Math.max(0, now.energy - before.energy) / duration) : 0;
  }

  /** @param {MediaSession} session */
  async #count(session) {
    const report = await session.report();
    if (session !== this.#media.session) return;
    this.#measure.take(session, report);
    await this.#secure.checkTransforms(session.packets(report));
  }

  async #check() {
    const { session } = this.#media;
    if (!session?.connected) return;
    const { roster } = this.#people;
    const seats = roster.seated.map(({ slot, key }) => {
      return { key, audio: `slot${slot}/audio`, video: `slot${slot}/video` };
    });
    const counters = await this.#secure.counters();
    this.#voices = new Map(counters.map(({ name, lastJoin }) => [name, lastJoin]));
    const { undecryptable, opened, swapped } = this.#watchdog.look(counters, seats);
    for (const key of roster.keys) {
      const person = roster.get(key);
      if (person && undecryptable.has(key)) person.undecryptable = true;
      else if (person && opened.has(key)) person.undecryptable = false;
    }
    this.#people.publish();
    if (swapped) this.#alarms.raise("swapped_media");
    if (undecryptable.size > 0 && opened.size === 0) this.#alarms.raise("cannot_decrypt");
    else if (opened.size > 0) this.#alarms.clear("cannot_decrypt");
    if (this.#checks++ % PACKET_CHECKS === 0) await this.#count(session);
  }
}
