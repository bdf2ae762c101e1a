// @ts-check
/**
 * The page's side of the secure session. Keys, the link secret, the group and every frame live in a worker; this class
 * starts it, attaches it to senders and receivers, and passes commands. What comes of them are events: `GroupEvents` says
 * which, and
 * - `alarm` {code, name?}: something is wrong until `recovered`. Of the transforms, by their name: `transform_idle` (media
 *   flows past one), `cannot_decrypt` (a receiver has seen only frames it cannot open for two seconds). `worker_failed`.
 *   All others are the group's.
 * - `source` {name, join}: whose frames, by proof and not by the server's word, the transform opens from now on.
 */

/** @typedef {import("../worker/frame-transform.js").TransformCounters} TransformCounters */
/** @typedef {import("../worker/frame-transform.js").TransformOptions} TransformOptions */
/** @typedef {import("../worker/meeting.js").SealedMessage} SealedMessage */
/** @typedef {import("../worker/meeting-codec.js").Comparison} Comparison */
/** @typedef {import("../worker/meeting-codec.js").Upload} Upload */
/** @typedef {import("./roster.js").Member} Member */
/** @typedef {import("./types.js").Trust} Trust */
/** @typedef {import("./wire.js").GroupMessage} GroupMessage */
/** @typedef {"mic" | "camera" | "screen" | "screenAudio"} Stream */

/**
 * What the group tells, people being named by their join id.
 * @typedef {object} GroupEvents
 * @property {{ message: Upload }} send this to the node; receivers of a message are join ids
 * @property {{}} joined we are a member now
 * @property {{ by: "node" | "host" }} expelled the keys are gone
 * @property {{ members: Member[] }} members all of them, ourselves included
 * @property {{ epoch: number, digits: string, members: number, locked: boolean }} security
 * @property {{ join: string, by: string }} added
 * @property {{ join: string, by: "node" | "host" }} removed
 * @property {{ from: string, message: Record<string, unknown> }} said fields are still to be checked
 * @property {{ join: string, profile: { name: unknown, hand: unknown }, trust: Trust }} profile fields are still to be
 *   checked
 * @property {{ status: Comparison | null }} comparison null: it is over and seen
 * @property {{ code: string, name?: string }} alarm
 * @property {{ code: string, name?: string }} recovered
 */

const WORKER_PATH = "/worker/e2ee-worker.js";

/** RTP packets without a single frame that mean a transform is not in the path; receivers may miss parts of frames. */
const IDLE_PACKETS = { seal: 20, open: 200 };

export class SecureSessionError extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export class SecureSession extends EventTarget {
  #worker;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #pending = new Map();
  #lastID = 0;
  /** @type {Map<string, "seal" | "open">} */
  #attached = new Map();
  /** @type {Set<string>} transforms that were reported as idle */
  #idle = new Set();
  #failed = false;

  /** Proof of holding the link, for the server; base64url of 32 bytes. */
  gate = "";
  /** This join's id; base64url of 16 bytes. */
  join = "";

  /** @param {Worker} worker */
  constructor(worker) {
    super();
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = () => this.#fail();
    worker.onmessageerror = () => this.#fail();
  }

  /** Whether this browser can transform encoded frames in a worker; one that cannot must not join. */
  static isSupported() {
    return typeof globalThis.RTCRtpScriptTransform === "function" && typeof WebAssembly === "object" &&
      typeof Worker === "function" && typeof globalThis.crypto?.subtle === "object";
  }

  /**
   * @param {{ room: string, secret: string }} options the link's room and its fragment, without #
   * @returns {Promise<SecureSession>}
   * @throws {SecureSessionError} `unsupported_browser`, `bad_link` or `wasm_failed`
   */
  static async open({ room, secret }) {
    if (!SecureSession.isSupported()) throw new SecureSessionError("unsupported_browser");
    const session = SecureSession.#start();
    try {
      Object.assign(session, await session.#ask("open", { room, secret }));
    } catch (error) {
      session.close();
      throw new SecureSessionError(codeOf(error) === "bad_link" ? "bad_link" : "wasm_failed");
    }
    return session;
  }

  /**
   * Makes this device the host of a new room, as long as it keeps what it is given.
   * @param {string} room
   * @returns {Promise<string | null>} the digest of the host's key, for the link; null where nothing can be kept
   */
  static async createHost(room) {
    if (!SecureSession.isSupported()) return null;
    const session = SecureSession.#start();
    try {
      return await session.#ask("createHost", { room });
    } catch {
      return null;
    } finally {
      session.close();
    }
  }

  static #start() {
    return new SecureSession(new Worker(scriptURL(WORKER_PATH), { type: "module", name: "e2ee" }));
  }

  /**
   * Draws a fresh join id, for every join that is not a resumption; the group is left.
   * @returns {Promise<string>} the new `join`
   */
  async newJoin() {
    this.join = await this.#ask("newJoin");
    return this.join;
  }

  /** The node let us into the room. @param {{ resumed: boolean, senderKey: string }} welcome */
  enter({ resumed, senderKey }) {
    this.#tell("enter", { resumed, senderKey });
  }

  /** The connection to the node is lost. */
  disconnect() {
    this.#tell("disconnect");
  }

  /** @param {GroupMessage} message of the node @param {string | null} from join id of the author, by the node's word */
  deliver(message, from) {
    this.#tell("deliver", { message, from });
  }

  /** Everybody else whom the node names, each time the whole list. @param {string[]} joins */
  setRoster(joins) {
    this.#tell("setRoster", { joins });
  }

  /**
   * Seals a message for the group, as soon as the group takes one.
   * @param {object} message
   * @param {string[] | null} [to] join ids; else everybody
   * @returns {Promise<SealedMessage | null>} for the node; null when the group has changed under it
   */
  say(message, to = null) {
    return this.#ask("say", { message, to });
  }

  /** What we say of ourselves; whoever joins later hears it too. @param {{ name: string, hand: boolean }} profile */
  setProfile(profile) {
    this.#tell("setProfile", { profile });
  }

  /** @param {string} join */
  remove(join) {
    this.#tell("remove", { join });
  }

  /** @param {boolean} locked */
  lock(locked) {
    this.#tell("lock", { locked });
  }

  /** @param {string} join */
  compare(join) {
    this.#tell("compare", { join });
  }

  acceptComparison() {
    this.#tell("acceptComparison");
  }

  /** @param {boolean} same */
  answerComparison(same) {
    this.#tell("answerComparison", { same });
  }

  cancelComparison() {
    this.#tell("cancelComparison");
  }

  /** The device may have slept. */
  wake() {
    this.#tell("wake");
  }

  /**
   * Attach before a track can send: a late transform is ignored by Chromium.
   * @param {RTCRtpSender} sender
   * @param {Stream} stream
   */
  attachSender(sender, stream) {
    const kind = stream === "mic" || stream === "screenAudio" ? "audio" : "video";
    sender.transform = this.#transform({ operation: "seal", kind, name: stream, stream });
  }

  /**
   * The transform's name is `slotName/kind`.
   * @param {RTCRtpReceiver} receiver
   * @param {"audio" | "video"} kind
   * @param {string} slotName
   */
  attachReceiver(receiver, kind, slotName) {
    receiver.transform = this.#transform({ operation: "open", kind, name: `${slotName}/${kind}` });
  }

  /** @returns {Promise<TransformCounters[]>} */
  counters() {
    return this.#ask("counters");
  }

  /**
   * Compares what the transforms saw with what the network saw, and raises `transform_idle` for every transform that
   * saw nothing. Call it every few seconds.
   * @param {Record<string, number>} packets RTP packets sent or received so far, by the transform's name
   */
  async checkTransforms(packets) {
    const seen = new Map((await this.counters()).map((counters) => [counters.name, counters.in]));
    for (const [name, operation] of this.#attached) {
      if ((packets[name] ?? 0) < IDLE_PACKETS[operation] || (seen.get(name) ?? 0) > 0 || this.#idle.has(name)) continue;
      this.#idle.add(name);
      this.#emit("alarm", { code: "transform_idle", name });
    }
  }

  /** Ends the worker; close the connections first. */
  close() {
    this.#worker.terminate();
    this.#failed = true;
    for (const { reject } of this.#pending.values()) reject(new SecureSessionError("closed"));
    this.#pending.clear();
  }

  /** @param {TransformOptions} options */
  #transform(options) {
    this.#attached.set(options.name, options.operation);
    this.#idle.delete(options.name);
    return new RTCRtpScriptTransform(this.#worker, options);
  }

  /** What comes of it are events; what breaks is told by an alarm. @param {string} command @param {object} [arguments_] */
  #tell(command, arguments_) {
    this.#ask(command, arguments_).catch(() => {});
  }

  /** @param {string} command @param {object} [arguments_] @returns {Promise<any>} */
  #ask(command, arguments_ = {}) {
    if (this.#failed) return Promise.reject(new SecureSessionError("closed"));
    const id = ++this.#lastID;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, command, arguments: arguments_ });
    });
  }

  /** @param {{ id?: number, result?: unknown, error?: string, event?: string, detail?: object }} message */
  #receive({ id, result, error, event, detail }) {
    if (event) return this.#emit(event, detail ?? {});
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (id === undefined || !pending) return;
    this.#pending.delete(id);
    if (error) pending.reject(new SecureSessionError(error));
    else pending.resolve(result);
  }

  #fail() {
    this.close();
    this.#emit("alarm", { code: "worker_failed" });
  }

  /** @param {string} type @param {object} detail */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof SecureSessionError ? error.code : "internal";
}

/** @type {{ createScriptURL(path: string): string } | undefined} */
let policy;

/**
 * A worker's address under Trusted Types: only the constant path of our own worker passes.
 * @param {string} path
 */
function scriptURL(path) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  policy ??= types?.createPolicy("tertulia", {
    createScriptURL(/** @type {string} */ candidate) {
      if (candidate !== WORKER_PATH) throw new TypeError("not a script of this application");
      return candidate;
    },
  });
  return policy ? policy.createScriptURL(path) : path;
}
