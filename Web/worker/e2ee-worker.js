// @ts-check
/**
 * The dedicated worker that holds a call's keys. The page sends it commands, the browser sends it encoded frames; plain
 * keys, the link secret and the group stay in here.
 */
import { decode, encode } from "./base64url.js";
import { Core, CoreError } from "./core.js";
import { Devices } from "./device.js";
import { Door } from "./door.js";
import { FrameTransform } from "./frame-transform.js";
import { Hosts } from "./hosts.js";
import { Meeting } from "./meeting.js";
import { passwordKey } from "./password.js";
import { RoomKeys } from "./room-keys.js";
import { openVault } from "./vault.js";

/** @typedef {import("./frame-transform.js").TransformOptions} TransformOptions */
/** @typedef {import("./frame-transform.js").Transformer} Transformer */
/** @typedef {import("./meeting.js").GroupMessage} GroupMessage */

/**
 * The part of the worker's global scope that is used.
 * @typedef {object} Scope
 * @property {(message: object) => void} postMessage
 * @property {((event: MessageEvent) => void) | null} onmessage
 * @property {((event: TransformEvent) => void) | null} onrtctransform
 */

/** @typedef {{ transformer: Transformer & { options: TransformOptions } }} TransformEvent */

const MODULE = "/worker/client.wasm";

const scope = /** @type {Scope} */ (/** @type {unknown} */ (globalThis));
const vault = openVault();
const hosts = new Hosts(vault);
const roomKeys = new RoomKeys(vault);

/** @type {{ core: Core, meeting: Meeting, door: Door } | null} */
let session = null;
/** @type {Map<string, FrameTransform>} the newest transform of each name */
const transforms = new Map();

/** @param {string} event @param {object} detail */
const post = (event, detail) => scope.postMessage({ event, detail });

function opened() {
  if (!session) throw new CoreError("not_open");
  return session.meeting;
}

function door() {
  if (!session) throw new CoreError("not_open");
  return session.door;
}

const commands = {
  /** Makes this device the host of a room. @param {{ room: string }} arguments_ @returns {Promise<string | null>} */
  async createHost({ room }) {
    const { seed, digest } = (await Core.load(MODULE)).createHost();
    const kept = await hosts.keep(room, seed);
    seed.fill(0);
    return kept ? encode(digest) : null;
  },

  /**
   * Makes this device the host of a room whose key it is given.
   * @param {{ room: string, seed: string, host: string }} arguments_
   * @returns {Promise<boolean>}
   */
  async importHost({ room, seed, host }) {
    const bytes = decode(seed);
    const isKey = bytes !== null && (await Core.load(MODULE)).isHostKey(bytes, host);
    const kept = isKey && await hosts.keep(room, bytes);
    bytes?.fill(0);
    return kept;
  },

  /** The key of a room that this device is the host of. @param {{ room: string }} arguments_ */
  async exportHost({ room }) {
    const seed = await hosts.seed(room);
    return seed && encode(seed);
  },

  /**
   * What a room's password is worth. For a worker of its own: frames of a call would wait meanwhile.
   * @param {{ room: string, password: string }} arguments_
   */
  stretch: async ({ room, password }) => encode(await passwordKey(password, room)),

  /** @param {{ room: string, secret: string, password: string }} arguments_ */
  async open({ room, secret, password }) {
    const [core, seed, key] = await Promise.all([
      Core.load(MODULE),
      hosts.seed(room),
      password === "" ? null : passwordKey(password, room),
    ]);
    const { gate, join } = core.open(secret, seed, key);
    seed?.fill(0);
    key?.fill(0);
    const meeting = new Meeting(core, new Devices(vault), post);
    meeting.onNewKeys = () => transforms.forEach((transform) => transform.startOver());
    session = { core, meeting, door: new Door(core, roomKeys, room) };
    return { gate: encode(gate), join: encode(join) };
  },

  newJoin: () => opened().newJoin(),

  /** @param {{ name: string }} arguments_ */
  helloExtras: ({ name }) => door().hello(name),

  /** @param {{ chain: string }} arguments_ */
  useInvitation: ({ chain }) => opened().useInvitation(chain),

  /** @param {import("../app/secure-session.js").InvitationWish} wish */
  createInvitation: (wish) => door().invite(wish),

  /** @param {{ box: string, join: string }} arguments_ */
  readKnock: ({ box, join }) => door().knock(box, join),

  /** @param {{ box: string }} arguments_ */
  readLabel: ({ box }) => door().label(box),

  /** @param {{ resumed: boolean, senderKey: string }} arguments_ */
  enter: ({ resumed, senderKey }) => opened().enter(resumed, senderKey),

  disconnect: () => opened().disconnect(),

  /** @param {{ message: GroupMessage, from: string | null }} arguments_ */
  deliver: ({ message, from }) => opened().deliver(message, from),

  /** @param {{ joins: string[] }} arguments_ */
  setRoster: ({ joins }) => opened().setRoster(joins),

  /** @param {{ message: object, to: string[] | null, kind?: import("./meeting-codec.js").SaidKind }} arguments_ */
  say: ({ message, to, kind }) => opened().say(message, to, kind),

  /** @param {{ profile: Record<string, unknown> }} arguments_ */
  setProfile: ({ profile }) => opened().setProfile(profile),

  /** @param {{ joins: string[] }} arguments_ */
  remove: ({ joins }) => opened().remove(joins),

  /** @param {{ patch: import("../app/secure-session.js").RulesPatch }} arguments_ */
  setRules: ({ patch }) => opened().setRules(patch),

  /** @param {{ key: string }} arguments_ */
  setPassword({ key }) {
    const bytes = decode(key);
    if (!bytes) throw new CoreError("bad_argument");
    opened().setPassword(bytes);
    bytes.fill(0);
  },

  freeze: () => opened().freeze(),

  /** @param {{ joins: string[] }} arguments_ */
  letIn: ({ joins }) => opened().letIn(joins),

  /** @param {{ join: string }} arguments_ */
  vouch: ({ join }) => opened().vouch(join),

  /** @param {{ order: object }} arguments_ */
  order: ({ order }) => opened().order(order),

  /** @param {{ join: string }} arguments_ */
  compare: ({ join }) => opened().compare(join),

  acceptComparison: () => opened().acceptComparison(),

  /** @param {{ same: boolean }} arguments_ */
  answerComparison: ({ same }) => opened().answerComparison(same),

  cancelComparison: () => opened().cancelComparison(),

  wake: () => opened().wake(),

  counters: () => [...transforms.values()].map(({ counters }) => counters),
};

/** @param {MessageEvent} event */
scope.onmessage = async ({ data: { id, command, arguments: arguments_ } }) => {
  try {
    const run = /** @type {(arguments_: object) => unknown} */ (commands[/** @type {keyof commands} */ (command)]);
    scope.postMessage({ id, result: await run(arguments_) });
  } catch (error) {
    scope.postMessage({ id, error: error instanceof CoreError ? error.code : "wasm_failed" });
  }
};

/** @param {TransformEvent} event */
scope.onrtctransform = async ({ transformer }) => {
  const { keys, epochs } = opened();
  const { options } = transformer;
  const { core } = /** @type {{ core: Core }} */ (session);
  const transform = new FrameTransform(core, keys, epochs, options, post);
  transforms.set(options.name, transform);
  // The stream errs when the connection ends in the middle of a frame; there is nobody left to tell.
  await transform.run(transformer).catch(() => {});
  if (transforms.get(options.name) === transform) transforms.delete(options.name);
};
