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
/**
 * A member as the group knows them: `permissions` are those in effect now, `invitation` the id of the one they came by and
 * `invitedBy` that of the one it came from (null: the host), `named` whether the rules name them.
 * @typedef {import("./roster.js").Member & { leaf: number, permissions: number, granted: number, denied: number,
 *   veiled: boolean, goesOn: boolean, invitation: string | null, invitedBy: string | null, named: boolean }} Member
 */
/** @typedef {import("./types.js").Trust} Trust */
/** @typedef {import("./wire.js").GroupMessage} GroupMessage */
/** @typedef {"mic" | "camera" | "screen" | "screenAudio"} Stream */
/** @typedef {"open" | "lobby" | "locked"} Door */
/** @typedef {import("../worker/meeting-codec.js").Role} GroupRole `newcomer` included */
/** @typedef {import("../worker/meeting-codec.js").SaidKind} SaidKind */

/**
 * What a person wants changed of the room's rules; what is left out stays. The core signs the next document and commits it,
 * again where somebody else's commit wins. Permissions are bits, as docs/sealing.md numbers them.
 * @typedef {object} RulesPatch
 * @property {Door} [door]
 * @property {boolean} [veil] newcomers are veiled
 * @property {boolean} [frozen]
 * @property {number} [speaker] permissions of speakers in this room
 * @property {number} [listener]
 * @property {number} [newcomer]
 * @property {EntryPatch[]} [entries]
 * @property {string[]} [revoke] ids of invitations
 * @property {string[]} [ban] digests of devices
 */

/**
 * One person's entry; what is left out stays. `granted` and `denied` are permissions beyond and less than the role's.
 * @typedef {{ join: string, role?: GroupRole, granted?: number, denied?: number, goesOn?: boolean }} EntryPatch
 */

/**
 * What `hello` carries beside room, gate and join; bytes in base64url.
 * @typedef {object} HelloExtras
 * @property {string} [governed] `H` of the link, where the room has a host
 * @property {{ key: string, signature: string }} [host] where we are the host
 * @property {{ key: string, signature: string }} [device] proof of this device's key for this room alone
 * @property {string} [knock] our name, for those who have the link
 * @property {{ key: string, signature: string }} [invitation] where the link is a personal one
 */

/**
 * @typedef {object} InvitationWish
 * @property {"listener" | "speaker"} role
 * @property {number} uses 1 to 65535 devices
 * @property {number} expires seconds since the Unix epoch; 0 never
 * @property {boolean} delegates whether whoever is invited may invite further
 * @property {string} label who it is for, for the host's eyes; at most 100 characters
 */

/**
 * A personal invitation that was made: `chain` and `label` go to the node (`invite` {box: chain, label}), the fragment to
 * the person who is invited, and to nobody else.
 * @typedef {{ id: string, fragment: string, chain: string, label: string }} Invitation
 */

/**
 * What the group tells, people being named by their join id.
 * @typedef {object} GroupEvents
 * @property {{ message: Upload }} send this to the node; receivers of a message are join ids
 * @property {{}} joined we are a member now
 * @property {{ by: "node" | "host" }} expelled the keys are gone
 * @property {{ members: Member[] }} members all of them, ourselves included
 * @property {{ epoch: number, digits: string, members: number, locked: boolean, door: Door, frozen: boolean, veil: boolean,
 *   hosts: number, standIns: number, speaker: number, listener: number, newcomer: number, counter: number }} security
 *   `hosts` are moderators in the group, `standIns` trusted members where there is none; `counter` 0: no rules in force
 * @property {{ by: string | null, on: boolean }} frozen by whose word: null where the rules say it
 * @property {{ gate: string, password: boolean }} link the host has changed the room's password, or taken it away; an empty
 *   `gate`: we were away for too long to be told, and what we have opens nothing any more
 * @property {{ join: string, by: string }} added
 * @property {{ join: string, by: "node" | "host" }} removed
 * @property {{ from: string, message: Record<string, unknown>, kind: SaidKind, permissions: number }} said fields are still
 *   to be checked; what the author may not say is not told, except links in it (permission `links`)
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
   * With a password it takes about a second: it is made expensive to guess.
   * @param {{ room: string, secret: string, password?: string }} options the link's room and its fragment, without #
   * @returns {Promise<SecureSession>}
   * @throws {SecureSessionError} `unsupported_browser`, `bad_link`, `password_needed` (a link of version 2 without one) or
   *   `wasm_failed`
   */
  static async open({ room, secret, password = "" }) {
    if (!SecureSession.isSupported()) throw new SecureSessionError("unsupported_browser");
    const session = SecureSession.#start();
    try {
      Object.assign(session, await session.#ask("open", { room, secret, password }));
    } catch (error) {
      session.close();
      const code = codeOf(error);
      throw new SecureSessionError(code === "bad_link" || code === "password_needed" ? code : "wasm_failed");
    }
    return session;
  }

  /**
   * Makes this device the host of a new room, as long as it keeps what it is given.
   * @param {string} room
   * @returns {Promise<string | null>} the digest of the host's key, for the link; null where nothing can be kept
   */
  static createHost(room) {
    return SecureSession.#askOnce("createHost", { room }, null);
  }

  /**
   * The key of a room that this device is the host of, for the person's sealed account; null where it is not.
   * @param {string} room
   * @returns {Promise<string | null>} base64url of 32 bytes: as secret as the room is
   */
  static exportHost(room) {
    return SecureSession.#askOnce("exportHost", { room }, null);
  }

  /**
   * Makes this device the host of a room whose key it is given.
   * @param {string} room
   * @param {string} seed as `exportHost` gave it
   * @param {string} host digest that the link names the key by: another key would lock this device out of the room
   * @returns {Promise<boolean>} false: nothing can be kept here, or it is not that key
   */
  static importHost(room, seed, host) {
    return SecureSession.#askOnce("importHost", { room, seed, host }, false);
  }

  /**
   * Asks a worker of its own.
   * @template Result
   * @param {string} command
   * @param {object} arguments_
   * @param {Result} otherwise where it cannot run
   * @returns {Promise<any>}
   */
  static async #askOnce(command, arguments_, otherwise) {
    if (!SecureSession.isSupported()) return otherwise;
    const session = SecureSession.#start();
    try {
      return await session.#ask(command, arguments_);
    } catch {
      return otherwise;
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

  /**
   * What `hello` says beyond room, gate and join. Ask after `newJoin`, for every hello: the proofs are for one join.
   * @param {string} name as whoever admits us is to see it
   * @returns {Promise<HelloExtras>} empty in a room without host
   */
  helloExtras(name) {
    return this.#ask("helloExtras", { name });
  }

  /**
   * The node's `welcome` named the chain of the invitation that we came by: tell before `enter`, so that the members see it
   * in our key package.
   * @param {string} chain
   */
  useInvitation(chain) {
    this.#tell("useInvitation", { chain });
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
   * @param {SaidKind} [kind] what it needs leave for; without it told by `message.t` and `to`
   * @returns {Promise<SealedMessage | null>} for the node; null when the group has changed under it
   */
  say(message, to = null, kind) {
    return this.#ask("say", { message, to, kind });
  }

  /** What we say of ourselves; whoever joins later hears it too. @param {{ name: string, hand: boolean }} profile */
  setProfile(profile) {
    this.#tell("setProfile", { profile });
  }

  /** All of them in one commit. @param {string | string[]} joins */
  remove(joins) {
    this.#tell("remove", { joins: [joins].flat() });
  }

  /** @param {boolean} locked */
  lock(locked) {
    this.setRules({ door: locked ? "locked" : "lobby" });
  }

  /** For moderators. @param {RulesPatch} patch */
  setRules(patch) {
    this.#tell("setRules", { patch });
  }

  /**
   * For the host: the link asks for another password from now on. It is told by `link` when the group has it.
   * @param {string} room @param {string} password empty: none
   * @returns {Promise<boolean>} false: it cannot be stretched here
   */
  async setPassword(room, password) {
    const key = password === "" ? "" : await SecureSession.#askOnce("stretch", { room, password }, null);
    if (key === null) return false;
    this.#tell("setPassword", { key });
    return true;
  }

  /** Stops everything, for moderators and whom they trust. What the node is to hear of it comes as `send`. */
  freeze() {
    this.#tell("freeze");
  }

  /**
   * For those who decide at the door, before the node is told: nobody else is added to the group.
   * @param {string[]} joins
   */
  letIn(joins) {
    this.#tell("letIn", { joins });
  }

  /** For moderators and whom they trust: they know this person. @param {string} join */
  vouch(join) {
    this.#tell("vouch", { join });
  }

  /**
   * For moderators: everybody (or those of `to`) clears the chat, or moves to another room. It is heard as `said` of the
   * kind `order`: message {t: "order", v: 1, clear?, move?}.
   * @param {{ clear: true } | { move: { room: string, fragment: string }, to?: string[] }} order
   */
  order(order) {
    this.#tell("order", { order });
  }

  /**
   * Makes a personal invitation: for the host, and for who has the permission and came by an invitation that delegates.
   * @param {InvitationWish} wish
   * @returns {Promise<Invitation | null>} null: it is not ours to invite
   */
  createInvitation(wish) {
    return this.#ask("createInvitation", wish);
  }

  /** @param {string} box of somebody who knocks @param {string} join theirs @returns {Promise<{ name: string } | null>} */
  readKnock(box, join) {
    return this.#ask("readKnock", { box, join });
  }

  /** @param {string} box a label of an invitation @returns {Promise<string | null>} */
  readLabel(box) {
    return this.#ask("readLabel", { box });
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
    if (event === "link") this.gate = /** @type {GroupEvents["link"]} */ (detail).gate;
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
