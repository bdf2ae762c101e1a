// @ts-check
/**
 * The page's side of the secure session. Keys, the link secret and every frame live in a worker; this class starts it,
 * attaches it to senders and receivers, and passes commands.
 *
 * Events:
 * - `alarm` {code, name?}: `transform_idle` (media flows past a transform), `cannot_decrypt` (a receiver has seen only
 *   frames it cannot open for two seconds), `roster_refused` (the server's list of people is not possible),
 *   `worker_failed`. For the first, third and fourth, stop sending.
 * - `recovered` {code: "cannot_decrypt", name}: frames open again.
 * - `source` {name, index}: whose frames, by proof and not by the server's word, the transform opens from now on.
 */

/** @typedef {import("../worker/frame-transform.js").TransformCounters} TransformCounters */
/** @typedef {import("../worker/frame-transform.js").TransformOptions} TransformOptions */
/** @typedef {"mic" | "camera" | "screen" | "screenAudio"} Stream */

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
   * @param {{ secret: string }} options the link's fragment, without #
   * @returns {Promise<SecureSession>}
   * @throws {SecureSessionError} `unsupported_browser`, `bad_link` or `wasm_failed`
   */
  static async open({ secret }) {
    if (!SecureSession.isSupported()) throw new SecureSessionError("unsupported_browser");
    const session = new SecureSession(new Worker(scriptURL(WORKER_PATH), { type: "module", name: "e2ee" }));
    try {
      Object.assign(session, await session.#ask("open", { secret }));
    } catch (error) {
      session.close();
      throw new SecureSessionError(codeOf(error) === "bad_link" ? "bad_link" : "wasm_failed");
    }
    return session;
  }

  /**
   * Draws a fresh join id, for every join that is not a resumption. Own index and roster are empty until they are set.
   * @returns {Promise<string>} the new `join`
   */
  async newJoin() {
    this.join = await this.#ask("newJoin");
    return this.join;
  }

  /** The index that the server gave us. Nothing is sealed before it is set. @param {number} index */
  async setSelf(index) {
    await this.#setByServer("setSelf", { index });
  }

  /** Everybody else, each time the whole list. @param {{ index: number, join: string }[]} members */
  async setRoster(members) {
    await this.#setByServer("setRoster", { members: members.map(({ index, join }) => ({ index, join })) });
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

  /** @param {object} profile @returns {Promise<string>} a box for the server, at most 2 kB */
  sealProfile(profile) {
    return this.#ask("seal", { label: "profile", content: profile });
  }

  /** @param {number} index @param {string} box @returns {Promise<any>} an object; its fields are still to be checked */
  openProfile(index, box) {
    return this.#openBox("profile", index, box);
  }

  /** @param {object} message @returns {Promise<string>} a box for the server; throws `too_large` */
  sealMessage(message) {
    return this.#ask("seal", { label: "message", content: message });
  }

  /**
   * Our own boxes do not open: we know what we said. A box opens once.
   * @param {number} index
   * @param {string} box
   * @returns {Promise<any>} an object; its fields are still to be checked
   */
  openMessage(index, box) {
    return this.#openBox("message", index, box);
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

  /** @param {string} label @param {number} index @param {string} box */
  async #openBox(label, index, box) {
    try {
      return await this.#ask("openBox", { label, index, box });
    } catch (error) {
      throw new SecureSessionError(codeOf(error) === "closed" ? "closed" : "cannot_decrypt");
    }
  }

  /** @param {string} command @param {object} arguments_ */
  async #setByServer(command, arguments_) {
    try {
      await this.#ask(command, arguments_);
    } catch (error) {
      if (codeOf(error) !== "closed") this.#emit("alarm", { code: "roster_refused", reason: codeOf(error) });
      throw error;
    }
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
