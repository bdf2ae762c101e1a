// @ts-check
/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./media-session.js").MediaSession} MediaSession */
/** @typedef {import("./media-session.js").MediaSessionEvents} MediaSessionEvents */
/** @typedef {import("./media-session.js").SourceKind} SourceKind */
/** @typedef {import("./media-session.js").Tracks} Tracks */
/** @typedef {import("./types.js").Mode} Mode */
/** @typedef {import("./wire.js").ClientMessage} ClientMessage */

/** @type {SourceKind[]} */
const SOURCES = ["mic", "camera", "screen", "screenAudio"];

/**
 * @typedef {object} MediaKeeperEvents
 * @property {() => void} changed `state` or `session` is another
 */

/** An offer made ahead of the click names a network that may have changed since. */
const PREPARED_FOR = 60_000;
const ANSWER_TIMEOUT = 6_000;
/** Milliseconds before each further attempt; the last one counts for all that follow. */
const RETRIES = [0, 500, 1_000, 2_000, 4_000];

/**
 * Keeps one media session standing for as long as there is signalling to negotiate it: `none`, `connecting` (first
 * time), `connected`, or `lost` (a successor is being made). There is one session at a time: keys count the frames of a
 * source, and two senders of it would be two truths.
 */
export class MediaKeeper {
  #create;
  #send;
  #events;
  #clock;
  /** @type {MediaSession | null} */
  #session = null;
  /** @type {Promise<ClientMessage> | null} */
  #offer = null;
  #preparedAt = -Infinity;
  /** Offers that the node has not answered yet; only the answer to the last one counts. */
  #unanswered = 0;
  #answered = false;
  #signalling = false;
  #attempts = 0;
  #cancelRetry = () => {};
  /** @type {Tracks} */
  #tracks = { mic: null, camera: null, screen: null, screenAudio: null };

  #held = false;
  /** @type {Mode} */
  #mode = "full";

  /** @type {"none" | "connecting" | "connected" | "lost"} */
  state = "none";

  /**
   * @param {(events: MediaSessionEvents) => MediaSession} create
   * @param {(message: ClientMessage) => boolean} send
   * @param {MediaKeeperEvents} events
   * @param {Clock} clock
   */
  constructor(create, send, events, clock) {
    this.#create = create;
    this.#send = send;
    this.#events = events;
    this.#clock = clock;
  }

  /** Sessions that failed since one stood. */
  get failures() {
    return this.#attempts;
  }

  get session() {
    return this.#session;
  }

  /** Makes connection and offer ahead of need, so that joining does not wait for them. */
  prepare() {
    if (this.#session && !this.#stale) return;
    this.#session?.close();
    this.#make();
  }

  /** A `hello` went out that begins a participation: the offer follows as soon as it is there. */
  begin() {
    this.#signalling = true;
    this.#unanswered = 0;
    if (this.state !== "none" || this.#stale) this.#discard();
    this.#setState(this.state === "none" ? "connecting" : "lost");
    this.#negotiate();
  }

  /** The participation goes on over a new socket. */
  resume() {
    this.#signalling = true;
    this.#unanswered = 0;
    if (!this.#session || !this.#answered || this.#session.interrupted) this.renew();
  }

  /** The socket is gone: media may go on, but nothing can be negotiated. */
  suspend() {
    this.#signalling = false;
    this.#cancelRetry();
  }

  /** The session is of no use: another takes its place at once, or when there is signalling again. */
  renew() {
    this.#discard();
    this.#setState(this.state === "connecting" ? "connecting" : "lost");
    if (this.#signalling) this.#negotiate();
  }

  /** @param {string} sdp */
  answer(sdp) {
    if (this.#unanswered === 0) return;
    this.#unanswered -= 1;
    if (this.#unanswered > 0 || this.#answered || !this.#session) return;
    this.#answered = true;
    this.#cancelRetry();
    this.#session.answer(sdp);
  }

  /** The node refused the last offer. */
  refused() {
    this.#unanswered = Math.max(0, this.#unanswered - 1);
    this.#retry();
  }

  /** @param {SourceKind} kind @param {MediaStreamTrack | null} track */
  setTrack(kind, track) {
    this.#tracks[kind] = track;
    return this.#held ? undefined : this.#session?.setTrack(kind, track);
  }

  /**
   * What the node said of another session, before it answered to this one, does not count.
   * @param {"camera" | "screen"} kind
   * @param {readonly boolean[]} layers which somebody takes, smallest first
   * @param {boolean} scalable everybody can decode VP9
   */
  setLayers(kind, layers, scalable) {
    if (this.#answered) this.#session?.setLayers(kind, layers, scalable);
  }

  /** @param {Mode} mode */
  setMode(mode) {
    this.#mode = mode;
    this.#session?.setMode(mode);
  }

  /** Nothing is sent any more, whatever is switched on: for when encryption cannot be relied on. */
  hold() {
    this.#held = true;
    for (const kind of SOURCES) this.#session?.setTrack(kind, null);
  }

  /** What was wrong has passed: whatever is switched on is sent again. */
  release() {
    this.#held = false;
    for (const kind of SOURCES) if (this.#tracks[kind]) this.#session?.setTrack(kind, this.#tracks[kind]);
  }

  close() {
    this.#signalling = false;
    this.#discard();
    this.#attempts = 0;
    this.state = "none";
  }

  get #stale() {
    return this.#clock.now() - this.#preparedAt > PREPARED_FOR;
  }

  #make() {
    const session = this.#create({
      connected: () => this.#connected(session),
      lost: () => session === this.#session && this.#retry(),
    });
    this.#session = session;
    this.#answered = false;
    this.#preparedAt = this.#clock.now();
    session.setMode(this.#mode);
    for (const kind of SOURCES) if (this.#tracks[kind] && !this.#held) session.setTrack(kind, this.#tracks[kind]);
    this.#offer = session.offer().then(({ sdp, mids }) => ({ type: "offer", sdp, mids }));
  }

  async #negotiate() {
    this.#cancelRetry();
    if (!this.#session) this.#make();
    const session = this.#session;
    this.#events.changed();
    try {
      const offer = await this.#offer;
      if (!offer || session !== this.#session || !this.#signalling) return;
      if (!this.#send(offer)) return;
      this.#unanswered += 1;
      this.#cancelRetry = this.#clock.after(ANSWER_TIMEOUT, () => this.#retry());
    } catch {
      if (session === this.#session) this.#retry();
    }
  }

  #retry() {
    const delay = RETRIES[Math.min(this.#attempts, RETRIES.length - 1)];
    this.#attempts += 1;
    this.#discard();
    this.#setState(this.state === "connecting" ? "connecting" : "lost");
    if (this.#signalling) this.#cancelRetry = this.#clock.after(delay, () => this.#negotiate());
  }

  /** @param {MediaSession} session */
  #connected(session) {
    if (session !== this.#session) return;
    this.#attempts = 0;
    this.#setState("connected");
  }

  #discard() {
    this.#cancelRetry();
    this.#session?.close();
    this.#session = null;
    this.#offer = null;
  }

  /** @param {"connecting" | "connected" | "lost"} state */
  #setState(state) {
    this.state = state;
    this.#events.changed();
  }
}
