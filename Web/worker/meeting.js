// @ts-check
import { decode, encode } from "./base64url.js";
import { CoreError } from "./core.js";
import { Epochs } from "./epochs.js";
import { MediaKeys } from "./media-keys.js";
import { Input } from "./meeting-codec.js";
import { Profiles } from "./profiles.js";

/** @typedef {import("./core.js").Core} Core */
/** @typedef {import("./device.js").Devices} Devices */
/** @typedef {import("./meeting-codec.js").Effect} Effect */
/** @typedef {import("./meeting-codec.js").Upload} Upload */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{ box: string, to?: string[], epoch: number }} SealedMessage */

/**
 * Messages of the node about the group, as Web/app/wire.js reads them.
 * @typedef {import("../app/wire.js").GroupMessage} GroupMessage
 * @typedef {import("../app/secure-session.js").RulesPatch} RulesPatch
 */

/** What is said waits at most in this number for the group to take it. */
const MOST_WAITING = 256;
/** The longest that a timer sleeps: what a browser puts off beyond that it forgets. Milliseconds. */
const LONGEST_SLEEP = 60_000;

/** @typedef {import("./meeting-codec.js").SaidKind} SaidKind */
/** @typedef {{ content: Bytes, kind: SaidKind, to: Bytes[] | null, resolve: (sealed: SealedMessage | null) => void }} Waiting */

/**
 * The meeting and its time: hands inputs to the core, carries out what follows, and comes back when the core has
 * something to do.
 */
export class Meeting {
  #core;
  #post;
  #profiles;
  #epoch = 0;
  /** @type {Waiting[]} */
  #waiting = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** While what somebody says is sealed: the box that comes of it. @type {Upload | null} */
  #sealed = null;
  #sealing = false;

  /** Told when senders are to begin with a key frame. */
  onNewKeys = () => {};

  epochs = new Epochs();
  /** @type {MediaKeys} */
  keys;

  /** @param {Core} core @param {Devices} devices @param {(event: string, detail: object) => void} post */
  constructor(core, devices, post) {
    this.#core = core;
    this.#post = post;
    this.keys = new MediaKeys(core);
    this.#profiles = new Profiles(devices, {
      publish: (body) => this.#handle(Input.setProfile(body)),
      show: (join, profile, trust) => post("profile", { join, profile, trust }),
    });
  }

  /** Our join id. */
  get join() {
    return encode(this.#core.join);
  }

  /** Draws a fresh join id: the group we were in is given up. */
  newJoin() {
    this.#handle(Input.newJoin());
    this.#leaveGroup();
    return this.join;
  }

  /** @param {boolean} resumed @param {string} senderKey */
  enter(resumed, senderKey) {
    this.#handle(Input.entered(resumed, bytes(senderKey)));
  }

  /** @param {GroupMessage} message @param {string | null} from join id of the author, by the node's word */
  deliver(message, from) {
    switch (message.type) {
      case "create_group":
        return this.#handle(Input.createGroup());
      case "commit_request":
        return this.#handle(Input.commitRequest(message.packages.map(bytes)));
      case "proposal":
        return this.#handle(Input.proposal(bytes(message.box)));
      case "commit":
        return this.#handle(Input.commit(message.epoch, bytes(message.box)));
      case "commit_refused":
        return this.#handle(Input.commitRefused(message.epoch));
      case "group_welcome":
        return this.#handle(Input.groupWelcome(bytes(message.welcome), bytes(message.tree)));
      case "group_info":
        return this.#handle(Input.groupInfo(bytes(message.info), bytes(message.tree)));
      case "resync":
        return this.#handle(Input.resync());
      case "ready":
        return this.#handle(Input.ready(message.epoch));
      case "frozen":
        return this.#handle(Input.frozen(bytes(message.box)));
      case "message":
        return this.#handle(Input.message(bytes(message.box), from === null ? null : bytes(from)));
    }
  }

  disconnect() {
    this.#handle(Input.disconnected());
  }

  /** @param {string[]} joins */
  setRoster(joins) {
    this.#handle(Input.roster(joins.map(bytes)));
  }

  /**
   * Seals it as soon as the group takes it.
   * @param {object} message
   * @param {string[] | null} to
   * @param {SaidKind} [kind]
   * @returns {Promise<SealedMessage | null>} null when the group changed under it
   */
  say(message, to, kind = kindOf(message, to)) {
    const content = new TextEncoder().encode(JSON.stringify(message));
    return new Promise((resolve) => {
      if (this.#waiting.length >= MOST_WAITING) return resolve(null);
      this.#waiting.push({ content, kind, to: to?.map(bytes) ?? null, resolve });
      this.#sayWaiting();
    });
  }

  /** @param {Record<string, unknown>} profile */
  setProfile(profile) {
    this.#profiles.setOwn(profile);
  }

  /** All of them in one commit. @param {string[]} joins */
  remove(joins) {
    this.#handle(Input.remove(joins.map(bytes)));
  }

  /** @param {RulesPatch} patch */
  setRules({ entries, revoke, ban, ...patch }) {
    this.#handle(Input.setRules({
      ...patch,
      entries: entries?.map(({ join, ...entry }) => ({ ...entry, join: bytes(join) })),
      revoke: revoke?.map(bytes),
      ban: ban?.map(bytes),
    }));
  }

  /** For the host. @param {Bytes} key what the room's new password was stretched to; empty for none */
  setPassword(key) {
    this.#handle(Input.setPassword(key));
  }

  freeze() {
    this.#handle(Input.freeze());
  }

  /** Who is let in of those at the door: the group is told before the node is. @param {string[]} joins */
  letIn(joins) {
    this.#handle(Input.admit(joins.map(bytes)));
  }

  /** @param {string} join */
  vouch(join) {
    this.#handle(Input.vouch(bytes(join)));
  }

  /** A moderator's word to everybody's page, or to those of `to`. @param {object} order */
  order(order) {
    const { to, ...rest } = /** @type {{ to?: string[] }} */ (order);
    const content = new TextEncoder().encode(JSON.stringify({ t: "order", v: 1, ...rest }));
    this.#handle(Input.say(content, "order", to?.map(bytes) ?? null));
  }

  /** The chain of the invitation that we came by. @param {string} chain */
  useInvitation(chain) {
    this.#handle(Input.invited(bytes(chain)));
  }

  /** @param {string} join */
  compare(join) {
    this.#handle(Input.compare(bytes(join)));
  }

  acceptComparison() {
    this.#handle(Input.acceptComparison());
  }

  /** @param {boolean} same */
  answerComparison(same) {
    this.#handle(Input.comparisonResult(same));
  }

  cancelComparison() {
    this.#handle(Input.cancelComparison());
  }

  /** Time has passed, maybe a long one. */
  wake() {
    this.#run(() => this.#core.advance(time()));
  }

  /** @param {import("./meeting-codec.js").Input} input */
  #handle(input) {
    this.#run(() => this.#core.handle(input, time()));
  }

  /** @param {() => Effect[]} body */
  #run(body) {
    if (this.#core.broken) return;
    try {
      for (const effect of body()) this.#perform(effect);
      this.keys.retire();
    } catch (error) {
      // Of an input that the core cannot read nothing follows; of a core that broke down nothing good can follow.
      if (error instanceof CoreError && !this.#core.broken) return;
      this.#break();
      return;
    }
    this.#sleep();
    if (!this.#sealing) this.#sayWaiting();
  }

  #sayWaiting() {
    while (this.#waiting.length > 0 && this.#core.canSay) {
      const { content, kind, to, resolve } = /** @type {Waiting} */ (this.#waiting.shift());
      this.#sealing = true;
      this.#sealed = null;
      this.#handle(Input.say(content, kind, to));
      this.#sealing = false;
      const { box, to: receivers } = /** @type {{ box?: string, to?: string[] }} */ (this.#sealed ?? {});
      resolve(box === undefined ? null : { box, epoch: this.#epoch, ...receivers ? { to: receivers } : {} });
    }
  }

  /** @param {Effect} effect */
  #perform(effect) {
    switch (effect.type) {
      case "send":
        if (this.#sealing && !this.#sealed && effect.message.type === "message") this.#sealed = effect.message;
        else this.#post("send", { message: effect.message });
        return;
      case "said": {
        const message = object(effect.content);
        const { from, kind, permissions } = effect;
        if (message) this.#post("said", { from, message, kind, permissions });
        return;
      }
      case "profile": {
        const profile = readProfile(effect.body);
        if (profile) this.#profiles.learn(effect.join, profile, this.#core.group);
        return;
      }
      case "joined":
        this.#post("joined", {});
        this.#profiles.enter(this.#core.group, this.#core.join);
        this.onNewKeys();
        return;
      case "newKeys":
        this.onNewKeys();
        return;
      case "members":
        this.epochs.setMembers(effect.members);
        this.#profiles.keepOnly(new Set(effect.members.map(({ join }) => join)));
        break;
      case "security":
        if (effect.epoch !== this.#epoch) this.epochs.begin();
        this.#epoch = effect.epoch;
        break;
      case "comparison":
        if (effect.status?.step === "matched") this.#profiles.verify(effect.status.join);
        break;
      case "expelled":
        this.#leaveGroup();
        break;
      case "notice":
        return;
    }
    const { type, ...detail } = effect;
    this.#post(type, detail);
  }

  #leaveGroup() {
    this.#epoch = 0;
    this.epochs.setMembers([]);
    this.#profiles.leave();
    for (const { resolve } of this.#waiting.splice(0)) resolve(null);
  }

  #sleep() {
    clearTimeout(this.#timer);
    const { deadline } = this.#core;
    if (deadline === Infinity) return;
    this.#timer = setTimeout(() => this.wake(), Math.min(Math.max(deadline - performance.now(), 0), LONGEST_SLEEP));
  }

  #break() {
    clearTimeout(this.#timer);
    this.keys.clear();
    this.#leaveGroup();
    this.#post("alarm", { code: "worker_failed" });
  }
}

/** What it needs leave for, by what it is and for whom. @param {object} message @param {string[] | null} to @returns {SaidKind} */
function kindOf(message, to) {
  switch (/** @type {{ t?: unknown }} */ (message).t) {
    case "chat":
      return to ? "direct" : "chat";
    case "reaction":
    case "file":
    case "whiteboard":
      return /** @type {{ t: SaidKind }} */ (message).t;
    default:
      return "other";
  }
}

function time() {
  return { now: performance.now(), wallClock: Date.now() / 1000 };
}

/** @param {string} text base64url that was checked before */
function bytes(text) {
  const decoded = decode(text);
  if (!decoded) throw new CoreError("bad_argument");
  return decoded;
}

/**
 * The name stands before a zero byte: the core sees to it that only those change theirs who may.
 * @param {Bytes} body @returns {Record<string, unknown> | null}
 */
function readProfile(body) {
  const at = body.indexOf(0);
  const [name, more] = at < 0 ? [body, null] : [body.subarray(0, at), object(body.subarray(at + 1))];
  return more && { ...more, name: new TextDecoder().decode(name) };
}

/** @param {Bytes} content @returns {Record<string, unknown> | null} null when it is no JSON object */
function object(content) {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
