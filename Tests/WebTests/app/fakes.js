// @ts-check
import { NO_RULES, PLAIN } from "../../../Web/app/store.js";

/** A clock that moves only when told, and the node and media as a test wants them. */

/** @typedef {import("../../../Web/app/clock.js").Clock} Clock */
/** @typedef {import("../../../Web/app/media-session.js").MediaSession} MediaSession */
/** @typedef {import("../../../Web/app/media-session.js").MediaSessionEvents} MediaSessionEvents */

/** @implements {Clock} */
export class FakeClock {
  #now = 0;
  #next = 0;
  /** @type {Map<number, { at: number, run: () => void }>} */
  #timers = new Map();

  now = () => this.#now;
  date = () => 1_700_000_000_000 + this.#now;
  random = () => 0.5;

  /** @param {number} milliseconds @param {() => void} run */
  after = (milliseconds, run) => {
    const id = this.#next++;
    this.#timers.set(id, { at: this.#now + milliseconds, run });
    return () => this.#timers.delete(id);
  };

  /** Runs what falls due on the way, in order; promises settle in between. @param {number} milliseconds */
  async advance(milliseconds) {
    const end = this.#now + milliseconds;
    await settle();
    while (true) {
      const due = [...this.#timers].filter(([, { at }]) =>
        at <= end
      ).sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#now = Math.max(this.#now, due[1].at);
      due[1].run();
      await settle();
    }
    this.#now = end;
  }
}

/** Lets every promise that can settle do so. */
export async function settle() {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

/** The node's side of sockets. */
export class FakeNode {
  /** @type {FakeSocket[]} */
  sockets = [];

  connect = () => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return /** @type {WebSocket} */ (/** @type {unknown} */ (socket));
  };

  get socket() {
    return this.sockets[this.sockets.length - 1];
  }
}

export class FakeSocket {
  readyState = 0;
  /** @type {Record<string, unknown>[]} */
  received = [];
  /** @type {(() => void) | null} */
  onopen = null;
  /** @type {((event: { data: unknown }) => void) | null} */
  onmessage = null;
  /** @type {(() => void) | null} */
  onclose = null;

  /** @param {string} text */
  send(text) {
    this.received.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  async accept() {
    this.readyState = 1;
    this.onopen?.();
    await settle();
  }

  /** @param {object} message */
  say(message) {
    this.onmessage?.({ data: JSON.stringify({ v: 1, ...message }) });
  }

  fail() {
    this.readyState = 3;
    this.onclose?.();
  }

  /** @param {string} type */
  last(type) {
    return this.received.findLast((message) => message.type === type);
  }

  /** @param {string} type */
  count(type) {
    return this.received.filter((message) => message.type === type).length;
  }
}

export const quiet = { mic: false, camera: false, screen: false, screenAudio: false };

/** @param {number} number */
export const joinId = (number) => `${String(number).padStart(21, "A")}A`;

/** @param {number} index @param {object} [more] */
export const participant = (index, more = {}) => ({ index, join: joinId(index), media: quiet, ...more });

/** @param {number} index @param {object} [more] */
export const welcome = (index, more = {}) => ({
  type: "welcome",
  index,
  resume: "resume-token",
  resumed: false,
  participants: [],
  limits: { participants: 100, message: 24576 },
  instance: "first",
  sender_key: "s".repeat(42) + "A",
  ...more,
});

/** @param {number} number @param {object} [more] a member as the group tells of them */
export const member = (number, more = {}) => ({
  join: joinId(number),
  leaf: number,
  role: "speaker",
  isSelf: false,
  presence: "present",
  ...more,
});

/** A group that does what the test says, and notes what it is told. Boxes are the words themselves. */
export class FakeSecure extends EventTarget {
  gate = "g".repeat(43);
  join = joinId(900);
  joins = 0;
  closed = false;
  epoch = 1;
  /** @type {[string, ...unknown[]][]} */
  told = [];
  /** @type {any[]} */
  said = [];
  /** @type {string[]} */
  roster = [];
  /** @type {import("../../../Web/app/secure-session.js").TransformCounters[]} */
  counted = [];

  newJoin() {
    this.joins += 1;
    this.join = joinId(900 + this.joins);
    return Promise.resolve(this.join);
  }

  /** What `helloExtras` gives. @type {import("../../../Web/app/wire.js").HelloExtras} */
  extras = {};

  /** @param {string} name */
  helloExtras(name) {
    this.#tell("helloExtras", name);
    return Promise.resolve(this.extras);
  }

  /** @param {string[]} joins */
  setRoster(joins) {
    this.roster = joins;
  }

  /** @param {object} message */
  say(message) {
    this.said.push(message);
    return Promise.resolve({ box: `box${this.said.length}`, epoch: this.epoch });
  }

  enter = (/** @type {object} */ welcome) => this.#tell("enter", welcome);
  /** The next invitation that is made; null: it is not ours to invite. @type {any} */
  made = null;

  /** @param {object} wish */
  createInvitation(wish) {
    this.#tell("createInvitation", wish);
    return Promise.resolve(this.made);
  }

  readLabel = (/** @type {string} */ box) => Promise.resolve(box === "broken" ? null : `label ${box}`);
  useInvitation = (/** @type {string} */ chain) => this.#tell("useInvitation", chain);
  disconnect = () => this.#tell("disconnect");
  deliver = (/** @type {object} */ message, /** @type {string | null} */ from) => this.#tell("deliver", message, from);
  setProfile = (/** @type {object} */ profile) => this.#tell("setProfile", profile);
  remove = (/** @type {string | string[]} */ joins) => this.#tell("remove", joins);
  setRules = (/** @type {object} */ patch) => this.#tell("setRules", patch);
  /** Whether a password can be stretched here. */
  stretches = true;
  setPassword = (/** @type {string} */ room, /** @type {string} */ password) => {
    this.#tell("setPassword", room, password);
    return Promise.resolve(this.stretches);
  };
  freeze = () => this.#tell("freeze");
  letIn = (/** @type {string[]} */ joins) => this.#tell("letIn", joins);
  vouch = (/** @type {string} */ join) => this.#tell("vouch", join);
  order = (/** @type {object} */ order) => this.#tell("order", order);
  /** Of who knocks: the box is the name itself. */
  readKnock = (/** @type {string} */ box) => Promise.resolve(box === "UNREADABLE" ? null : { name: box });
  compare = (/** @type {string} */ join) => this.#tell("compare", join);
  acceptComparison = () => this.#tell("acceptComparison");
  answerComparison = (/** @type {boolean} */ same) => this.#tell("answerComparison", same);
  cancelComparison = () => this.#tell("cancelComparison");
  wake = () => this.#tell("wake");
  attachSender = () => {};
  attachReceiver = () => {};
  checkTransforms = () => Promise.resolve();
  counters = () => Promise.resolve(this.counted);

  close() {
    this.closed = true;
  }

  /** @param {string} what @returns {unknown[]} of the last time */
  last(what) {
    return this.told.findLast(([name]) => name === what)?.slice(1) ?? [];
  }

  /** @param {string} what */
  count(what) {
    return this.told.filter(([name]) => name === what).length;
  }

  /** @param {string} type @param {object} [detail] */
  emit(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /**
   * The group is these people and us.
   * @param {number[]} others
   * @param {object} [own]
   */
  holds(others, own = {}) {
    const members = [
      { ...member(0), join: this.join, isSelf: true, ...own },
      ...others.map((number) => member(number)),
    ];
    this.emit("members", { members });
    this.rule({ members: members.length });
  }

  /** What the group says of the room. @param {object} [more] */
  rule(more = {}) {
    this.emit("security", {
      epoch: this.epoch,
      digits: "0".repeat(30),
      members: 1,
      locked: false,
      ...NO_RULES,
      ...more,
    });
  }

  /** What somebody says. @param {number} number @param {object} message @param {object} [more] */
  says(number, message, more = {}) {
    this.emit("said", { from: joinId(number), message, kind: "chat", permissions: PLAIN.permissions, ...more });
  }

  /** We are let in. @param {...number} others */
  admit(...others) {
    this.emit("joined");
    this.holds(others);
  }

  /** @param {number} number @param {string} name @param {object} [more] */
  introduce(number, name, more = {}) {
    this.emit("profile", { join: joinId(number), profile: { name, hand: false, ...more }, trust: "new" });
  }

  /** @param {string} name @param {...unknown} values */
  #tell(name, ...values) {
    this.told.push([name, ...values]);
  }
}

/** Media that connects when the test says so. */
export class FakeMedia {
  /** @type {FakeMediaSession[]} */
  sessions = [];

  /** @param {MediaSessionEvents} events */
  create = (events) => {
    const session = new FakeMediaSession(events, this.sessions.length);
    this.sessions.push(session);
    return /** @type {MediaSession} */ (/** @type {unknown} */ (session));
  };

  get session() {
    return this.sessions[this.sessions.length - 1];
  }
}

class FakeMediaSession {
  connected = false;
  closed = false;
  interrupted = false;
  /** @type {string | null} */
  answered = null;
  /** @type {Record<string, unknown>} */
  tracks = {};
  /** @type {Record<string, [readonly boolean[], boolean]>} */
  layers = {};
  mode = "";
  /** @type {any[]} */
  stats = [];
  mids = new Map([["0", "mic"], ["1", "camera"], ["4", "slot0/audio"], ["5", "slot0/video"], ["6", "slot1/audio"]]);

  /** @param {MediaSessionEvents} events @param {number} number */
  constructor(events, number) {
    this.events = events;
    this.number = number;
    const receiver = { getSynchronizationSources: () => [], getStats: () => Promise.resolve(new Map()) };
    const slot = (/** @type {string} */ name) => ({ name, audio: { receiver }, video: { receiver }, stream: { name } });
    this.slots = Array.from({ length: 9 }, (_, at) => slot(`slot${at}`));
    this.screenSlot = slot("screen");
  }

  offer() {
    return Promise.resolve({ sdp: `offer ${this.number}`, mids: {} });
  }

  /** @param {string} sdp */
  answer(sdp) {
    this.answered = sdp;
  }

  /** @param {string} kind @param {unknown} track */
  setTrack(kind, track) {
    this.tracks[kind] = track;
    return Promise.resolve();
  }

  /** @param {string} kind @param {readonly boolean[]} layers @param {boolean} scalable */
  setLayers(kind, layers, scalable) {
    this.layers[kind] = [layers, scalable];
  }

  /** @param {string} mode */
  setMode(mode) {
    this.mode = mode;
  }

  names() {
    return this.mids;
  }

  report() {
    return Promise.resolve(new Map(this.stats.map((one) => [one.id, one])));
  }

  packets() {
    return {};
  }

  close() {
    this.closed = true;
  }

  connect() {
    this.connected = true;
    this.events.connected();
  }

  /** @param {"disconnected" | "failed"} reason */
  lose(reason) {
    this.closed = true;
    this.events.lost(reason);
  }
}

/** @param {"audio" | "video"} kind */
export function fakeTrack(kind) {
  return {
    kind,
    enabled: true,
    stopped: false,
    contentHint: "",
    /** @type {(() => void) | null} */
    onended: null,
    stop() {
      this.stopped = true;
    },
    getSettings: () => ({ deviceId: `${kind}-1` }),
  };
}

/** Cameras and microphones that never refuse, unless told to. */
export class FakeDevices extends EventTarget {
  /** @type {string | null} */
  refuses = null;
  /** @type {ReturnType<typeof fakeTrack>[]} */
  opened = [];

  /** @param {MediaStreamConstraints} constraints */
  getUserMedia({ audio, video }) {
    if (this.refuses) return Promise.reject(new DOMException("", this.refuses));
    return Promise.resolve(this.#stream(audio ? fakeTrack("audio") : null, video ? fakeTrack("video") : null));
  }

  getDisplayMedia() {
    if (this.refuses) return Promise.reject(new DOMException("", this.refuses));
    return Promise.resolve(this.#stream(null, fakeTrack("video")));
  }

  enumerateDevices() {
    return Promise.resolve([{ kind: "audioinput", deviceId: "audio-1", label: "Microphone" }]);
  }

  /** @param {ReturnType<typeof fakeTrack> | null} audio @param {ReturnType<typeof fakeTrack> | null} video */
  #stream(audio, video) {
    for (const track of [audio, video]) if (track) this.opened.push(track);
    return { getAudioTracks: () => audio ? [audio] : [], getVideoTracks: () => video ? [video] : [] };
  }
}
