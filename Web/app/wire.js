// @ts-check
/**
 * Messages of `tertulia.1` (docs/protocol.md). The node is not trusted: whatever it says becomes one of these shapes
 * within these bounds, or is refused as a whole.
 */

export const SUBPROTOCOL = "tertulia.1";
const VERSION = 1;

const MAX_TEXT = 4 << 20;
const MAX_SDP = 65_536;
const MAX_INDEX = 1023;
const MAX_PEOPLE = 1024;
const MAX_SLOTS = 32;
/** Layers of one source. */
const MAX_LAYERS = 3;
/** Kilobits a second: no way to a person is wider. */
const MAX_RATE = 10_000_000;
/** Sizes in base64url of what the node may carry in bytes: 4 kB, 24 kB, 128 kB, 320 kB and 1 MB. */
const MAX_PACKAGE_BOX = 5_462;
const MAX_MESSAGE_BOX = 32_768;
const MAX_INFO_BOX = 174_763;
const MAX_COMMIT_BOX = 436_907;
const MAX_TREE_BOX = 1_398_102;
/** Newcomers that one commit takes in. */
const MAX_PACKAGES = 100;
/** Invitations of one room. */
const MAX_INVITATIONS = 256;
/** Sizes in base64url of 600 bytes, 1 kB and 2 kB: what somebody who knocks is called, a label, and a chain. */
const MAX_KNOCK_BOX = 800;
const MAX_LABEL_BOX = 1_366;
const MAX_CHAIN_BOX = 2_731;
/** Somebody's call to freeze, of 1 kB. */
const MAX_FREEZE_BOX = 1_366;

/** @typedef {import("./types.js").MediaFlags} MediaFlags */

/** @typedef {{ index: number, join: string, media: MediaFlags }} Participant */
/** @typedef {{ slot: number, index: number | null }} SlotAssignment */
/** @typedef {{ audio: string, video: string }} MidPair */

/**
 * @typedef {object} OfferedMids m-line identifiers of an offer
 * @property {string} mic
 * @property {string} camera
 * @property {string} screen
 * @property {string} screenAudio
 * @property {MidPair[]} slots
 * @property {MidPair} screenSlot
 */

/**
 * Messages of the group (RFC 9420) that the node orders and hands on; boxes are base64url.
 * @typedef {{ type: "key_package", box: string }
 *   | { type: "group", box: string }
 *   | { type: "commit", box: string }
 *   | { type: "sync", epoch?: number }
 *   | { type: "ready", epoch: number }
 *   | { type: "refuse", epoch: number }
 *   | { type: "freeze", box: string }
 *   | { type: "message", box: string, to?: number[], control?: boolean }} GroupUpload
 *
 * @typedef {{ type: "create_group" }
 *   | { type: "commit_request", packages: string[] }
 *   | { type: "proposal", box: string }
 *   | { type: "commit", epoch: number, from: number, box: string }
 *   | { type: "commit_refused", epoch: number }
 *   | { type: "group_welcome", welcome: string, tree: string }
 *   | { type: "group_info", info: string, tree: string }
 *   | { type: "resync" }
 *   | { type: "ready", epoch: number }
 *   | { type: "frozen", box: string }
 *   | { type: "message", from: number, box: string, seq: number }} GroupMessage
 */

/**
 * What somebody shows at the door of a room that has a host. Keys and signatures are base64url of 32, 65 and 64 bytes.
 * @typedef {object} HelloExtras
 * @property {string} [governed] digest of the host's key, 10 bytes
 * @property {{ key: string, signature: string }} [host]
 * @property {{ key: string, signature: string }} [device]
 * @property {string} [knock] box
 * @property {{ key: string, signature: string }} [invitation]
 */

/**
 * @typedef {{ id: number, join: string, box: string, device: string, again: boolean }} Knock somebody at the door: an
 *   id for `admit` and `turn_away`, their sealed name, the digest of their device's key (16 bytes in base64url)
 * @typedef {{ id: string, box: string, label: string, used: number, devices: number, revoked: boolean }} InvitationEntry
 */

/**
 * What hosts, and people they trust, ask of the node.
 * @typedef {{ type: "admit", ids: number[] }
 *   | { type: "turn_away", ids: number[], ban: boolean }
 *   | { type: "ban", index: number, branch: boolean }
 *   | { type: "invite", box: string, label: string }
 *   | { type: "revoke", ids: string[] }
 *   | { type: "invitations" }
 *   | { type: "keep", kept: boolean }} HostMessage
 */

/**
 * @typedef {{ type: "hello", room: string, gate: string, join: string, resume?: string } & HelloExtras} Hello
 * @typedef {{ slot: number, index: number | null, height: number, priority: number }} ViewSlot
 * @typedef {Hello
 *   | { type: "offer", sdp: string, mids: OfferedMids }
 *   | ({ type: "media" } & MediaFlags)
 *   | { type: "view", slots: ViewSlot[] }
 *   | GroupUpload
 *   | HostMessage
 *   | { type: "leave" }
 *   | { type: "ping" }} ClientMessage
 */

/**
 * @typedef {{ type: "welcome", index: number, resume: string, resumed: boolean, participants: Participant[],
 *   instance: string, senderKey: string, invitation?: string }} Welcome `invitation`: the chain of the one that was used
 * @typedef {{ type: "updated", index: number, media?: MediaFlags }} Updated
 * @typedef {{ type: "layers", kind: "camera" | "screen", layers: boolean[], scalable: boolean }} Layers which layers
 *   somebody takes, smallest first; `scalable`: they may be spatial layers of one VP9 stream, for everybody decodes it
 * @typedef {{ type: "path", state: "good" | "limited" | "poor", down: number, proposal: "none" | "low_data" | "audio_only"
 *   }} Path what the node measures on its way to us; `down` in kilobits a second
 * @typedef {Welcome
 *   | { type: "answer", sdp: string }
 *   | { type: "joined", participant: Participant }
 *   | Updated
 *   | { type: "left", index: number, reason: "left" | "lost" | "removed" }
 *   | { type: "slots", slots: SlotAssignment[], screen: number | null }
 *   | GroupMessage
 *   | { type: "lobby", state: "waiting" | "no_host" }
 *   | ({ type: "knock" } & Knock)
 *   | { type: "knock_gone", id: number }
 *   | { type: "invitations", list: InvitationEntry[] }
 *   | Layers
 *   | Path
 *   | { type: "connection", state: "connected" | "lost" }
 *   | { type: "error", code: string, fatal: boolean, detail: string | null }
 *   | { type: "closing", reason: string }
 *   | { type: "pong" }} ServerMessage
 */

/** @param {ClientMessage} message */
export function encode(message) {
  return JSON.stringify({ v: VERSION, ...message });
}

/** Why a text from the node was not taken: `unknown` is a type of a later version, `invalid` breaks the rules. */
export class WireError extends Error {
  /** @param {"unknown" | "invalid"} code @param {string} what */
  constructor(code, what) {
    super(what);
    this.code = code;
  }
}

/**
 * @param {unknown} data of a WebSocket message
 * @returns {ServerMessage}
 * @throws {WireError}
 */
export function decode(data) {
  if (typeof data !== "string" || data.length > MAX_TEXT) throw new WireError("invalid", "frame");
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(data);
  } catch {
    throw new WireError("invalid", "json");
  }
  const object = record(value);
  check(object.v === VERSION, "v");
  const read = typeof object.type === "string" && Object.hasOwn(readers, object.type) ? readers[object.type] : null;
  if (!read) throw new WireError("unknown", "type");
  return read(object);
}

/** @type {Record<string, (object: Record<string, unknown>) => ServerMessage>} */
const readers = {
  welcome: (o) => {
    const participants = array(o.participants, MAX_PEOPLE).map(participant);
    check(new Set(participants.map(({ index }) => index)).size === participants.length, "participants");
    /** @type {Welcome} */
    const message = {
      type: "welcome",
      index: index(o.index),
      resume: token(o.resume),
      resumed: boolean(o.resumed),
      participants,
      instance: token(o.instance),
      senderKey: key(o.sender_key),
    };
    if (present(o.invitation)) message.invitation = box(o.invitation, MAX_CHAIN_BOX);
    return message;
  },
  answer: (o) => ({ type: "answer", sdp: string(o.sdp, MAX_SDP) }),
  joined: (o) => ({ type: "joined", participant: participant(o.participant) }),
  updated: (o) => {
    /** @type {Updated} */
    const message = { type: "updated", index: index(o.index) };
    if (present(o.media)) message.media = media(o.media);
    return message;
  },
  left: (o) => ({ type: "left", index: index(o.index), reason: oneOf(o.reason, ["left", "lost", "removed"]) }),
  slots: (o) => {
    const slots = array(o.slots, MAX_SLOTS).map((value) => {
      const entry = record(value);
      return { slot: integer(entry.slot, MAX_SLOTS - 1), index: indexOrNull(entry.index) };
    });
    const people = slots.map((entry) => entry.index).filter((entry) => entry !== null);
    // One person in two slots, or two people in one, would let the node put a face under another name.
    check(new Set(people).size === people.length, "slots");
    check(new Set(slots.map((entry) => entry.slot)).size === slots.length, "slots");
    return { type: "slots", slots, screen: indexOrNull(o.screen) };
  },
  create_group: () => ({ type: "create_group" }),
  commit_request: (o) => ({
    type: "commit_request",
    packages: array(o.packages, MAX_PACKAGES).map((value) => box(value, MAX_PACKAGE_BOX)),
  }),
  proposal: (o) => ({ type: "proposal", box: box(o.box, MAX_PACKAGE_BOX) }),
  commit: (o) => ({
    type: "commit",
    epoch: integer(o.epoch, Number.MAX_SAFE_INTEGER),
    from: index(o.from),
    box: box(o.box, MAX_COMMIT_BOX),
  }),
  commit_refused: (o) => ({ type: "commit_refused", epoch: integer(o.epoch, Number.MAX_SAFE_INTEGER) }),
  group_welcome: (o) => ({
    type: "group_welcome",
    welcome: box(o.welcome, MAX_INFO_BOX),
    tree: box(o.tree, MAX_TREE_BOX),
  }),
  group_info: (o) => ({ type: "group_info", info: box(o.info, MAX_INFO_BOX), tree: box(o.tree, MAX_TREE_BOX) }),
  resync: () => ({ type: "resync" }),
  ready: (o) => ({ type: "ready", epoch: integer(o.epoch, Number.MAX_SAFE_INTEGER) }),
  frozen: (o) => ({ type: "frozen", box: box(o.box, MAX_FREEZE_BOX) }),
  lobby: (o) => ({ type: "lobby", state: oneOf(o.state, ["waiting", "no_host"]) }),
  knock: (o) => ({
    type: "knock",
    id: integer(o.id, Number.MAX_SAFE_INTEGER),
    join: digest(o.join),
    box: box(o.box, MAX_KNOCK_BOX),
    device: digest(o.device),
    again: boolean(o.again),
  }),
  knock_gone: (o) => ({ type: "knock_gone", id: integer(o.id, Number.MAX_SAFE_INTEGER) }),
  invitations: (o) => ({ type: "invitations", list: array(o.list, MAX_INVITATIONS).map(invitation) }),
  message: (o) => ({
    type: "message",
    from: index(o.from),
    box: box(o.box, MAX_MESSAGE_BOX),
    seq: integer(o.seq, Number.MAX_SAFE_INTEGER),
  }),
  layers: (o) => {
    const layers = array(o.layers, MAX_LAYERS).map(boolean);
    check(layers.length > 0, "layers");
    return { type: "layers", kind: oneOf(o.kind, ["camera", "screen"]), layers, scalable: boolean(o.scalable) };
  },
  path: (o) => ({
    type: "path",
    state: oneOf(o.state, ["good", "limited", "poor"]),
    down: integer(o.down, MAX_RATE),
    proposal: oneOf(o.proposal, ["none", "low_data", "audio_only"]),
  }),
  connection: (o) => ({ type: "connection", state: oneOf(o.state, ["connected", "lost"]) }),
  error: (o) => ({
    type: "error",
    code: word(o.code),
    fatal: boolean(o.fatal),
    detail: present(o.detail) ? word(o.detail) : null,
  }),
  closing: (o) => ({ type: "closing", reason: word(o.reason) }),
  pong: () => ({ type: "pong" }),
};

/** @param {unknown} value @returns {Participant} */
function participant(value) {
  const o = record(value);
  return { index: index(o.index), join: digest(o.join), media: media(o.media) };
}

/** @param {unknown} value @returns {InvitationEntry} */
function invitation(value) {
  const o = record(value);
  return {
    id: digest(o.id),
    box: box(o.box, MAX_CHAIN_BOX),
    label: o.label === "" ? "" : box(o.label, MAX_LABEL_BOX),
    used: integer(o.used, MAX_PEOPLE),
    devices: integer(o.devices, MAX_PEOPLE),
    revoked: boolean(o.revoked),
  };
}

/** @param {unknown} value @returns {MediaFlags} */
function media(value) {
  const o = record(value);
  return {
    mic: boolean(o.mic),
    camera: boolean(o.camera),
    screen: boolean(o.screen),
    screenAudio: boolean(o.screenAudio),
  };
}

/** @param {boolean} holds @param {string} what @returns {asserts holds} */
function check(holds, what) {
  if (!holds) throw new WireError("invalid", what);
}

/** @param {unknown} value */
const present = (value) => value !== undefined && value !== null;

/** @param {unknown} value @returns {Record<string, unknown>} */
function record(value) {
  check(typeof value === "object" && value !== null && !Array.isArray(value), "object");
  return /** @type {Record<string, unknown>} */ (value);
}

/** @param {unknown} value @param {number} most @returns {unknown[]} */
function array(value, most) {
  check(Array.isArray(value) && value.length <= most, "array");
  return value;
}

/** @param {unknown} value @param {number} most */
function string(value, most) {
  check(typeof value === "string" && value.length <= most, "string");
  return value;
}

/** @param {unknown} value @param {number} most */
function box(value, most) {
  const text = string(value, most);
  check(/^[A-Za-z0-9_-]+$/.test(text), "box");
  return text;
}

/** 16 bytes: a join id, or the digest of a key. @param {unknown} value */
function digest(value) {
  const text = string(value, 22);
  check(/^[A-Za-z0-9_-]{21}[AQgw]$/.test(text), "digest");
  return text;
}

/** 32 bytes. @param {unknown} value */
function key(value) {
  const text = string(value, 43);
  check(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text), "key");
  return text;
}

/** @param {unknown} value */
function token(value) {
  const text = string(value, 128);
  check(/^[\x21-\x7e]+$/.test(text), "token");
  return text;
}

/** @param {unknown} value */
function word(value) {
  const text = string(value, 48);
  check(/^[a-z0-9_]+$/.test(text), "word");
  return text;
}

/** @param {unknown} value */
function boolean(value) {
  check(typeof value === "boolean", "boolean");
  return value;
}

/** @param {unknown} value @param {number} most */
function integer(value, most) {
  check(typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most, "integer");
  return value;
}

/** @param {unknown} value */
const index = (value) => integer(value, MAX_INDEX);

/** @param {unknown} value */
const indexOrNull = (value) => present(value) ? index(value) : null;

/**
 * @template {string} T
 * @param {unknown} value
 * @param {readonly T[]} words
 * @returns {T}
 */
function oneOf(value, words) {
  const found = words.find((candidate) => candidate === value);
  check(found !== undefined, "word");
  return found;
}
