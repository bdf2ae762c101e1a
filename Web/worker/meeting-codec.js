// @ts-check
import { encode } from "./base64url.js";
import { TLSReader, TLSWriter } from "./tls.js";

/**
 * Inputs and effects of the meeting as Sources/ClientWasm/MeetingInput+Wire.swift and MeetingEffect+Wire.swift have
 * them. People are named by their join id, in base64url.
 */

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {"listener" | "speaker" | "cohost" | "host" | "newcomer"} Role */
/** What somebody said, by what it needs leave for. @typedef {typeof SAID_KINDS[number]} SaidKind */
/** @typedef {typeof DOORS[number]} Door */

/**
 * @typedef {object} Member
 * @property {string} join
 * @property {number} leaf
 * @property {Role} role
 * @property {boolean} isSelf
 * @property {"present" | "unheard" | "ghost"} presence
 * @property {number} permissions as bits (docs/sealing.md), in effect now
 * @property {number} granted what the rules give them beyond their role, whether the room is frozen or not
 * @property {number} denied what the rules take of their role's
 * @property {boolean} veiled
 * @property {boolean} goesOn while the room is frozen
 * @property {boolean} named by the rules
 * @property {string | null} invitation that they came by
 * @property {string | null} invitedBy the invitation that this one comes from; null: the host
 */

/**
 * @typedef {object} Security
 * @property {number} epoch
 * @property {string} digits
 * @property {number} members
 * @property {boolean} locked
 * @property {Door} door
 * @property {boolean} frozen
 * @property {boolean} veil
 * @property {number} hosts moderators who are members
 * @property {number} standIns trusted members while no moderator is there
 * @property {number} speaker permissions of the roles in this room
 * @property {number} listener
 * @property {number} newcomer
 * @property {number} counter of the rules in force; 0 without
 */

/**
 * Join ids, invitations and digests as bytes; what is absent stays.
 * @typedef {object} Patch
 * @property {Door} [door]
 * @property {boolean} [frozen]
 * @property {boolean} [veil]
 * @property {number} [speaker]
 * @property {number} [listener]
 * @property {number} [newcomer]
 * @property {{ join: Bytes, role?: Role, granted?: number, denied?: number, goesOn?: boolean }[]} [entries]
 * @property {Bytes[]} [revoke]
 * @property {Bytes[]} [ban]
 */

/**
 * @typedef {{ type: "send", message: Upload }
 *   | { type: "joined" }
 *   | { type: "expelled", by: "node" | "host" }
 *   | { type: "members", members: Member[] }
 *   | ({ type: "security" } & Security)
 *   | { type: "frozen", by: string | null, on: boolean }
 *   | { type: "added", join: string, by: string }
 *   | { type: "removed", join: string, by: "node" | "host" }
 *   | { type: "said", from: string, kind: SaidKind, permissions: number, content: Bytes }
 *   | { type: "profile", join: string, body: Bytes }
 *   | { type: "comparison", status: Comparison | null }
 *   | { type: "alarm" | "recovered", code: string }
 *   | { type: "notice", code: number }
 *   | { type: "newKeys" }
 *   | { type: "link", gate: string, password: boolean }} Effect `gate` is empty where ours opens nothing any more
 */

/**
 * What goes to the node; here a message names its receivers by join id.
 * @typedef {{ type: "key_package" | "group" | "commit", box: string } | { type: "sync", epoch?: number }
 *   | { type: "ready" | "refuse", epoch: number } | { type: "freeze", box: string }
 *   | { type: "message", box: string, to?: string[], control?: true }} Upload `control`: nobody said it
 */

/** @typedef {{ join: string, step: Step, digits: string | null }} Comparison */
/** @typedef {"offered" | "waiting" | "compare" | "confirming" | "matched" | "mismatch" | "failed"} Step */

/** @type {Role[]} */
export const ROLES = ["listener", "speaker", "cohost", "host", "newcomer"];
export const SAID_KINDS = /** @type {const} */ ([
  "chat",
  "direct",
  "reaction",
  "file",
  "whiteboard",
  "order",
  "other",
  "linkedChat",
]);
export const DOORS = /** @type {const} */ (["open", "lobby", "locked"]);
/** @type {Member["presence"][]} */
const PRESENCE = ["present", "unheard", "ghost"];
/** @type {Step[]} */
const STEPS = ["offered", "waiting", "compare", "confirming", "matched", "mismatch", "failed"];
/** From 1 on. */
const ALARMS = [
  "forked",
  "ghost",
  "bad_commit",
  "withheld",
  "bad_welcome",
  "not_let_in",
  "wrong_clock",
  "stranger",
];
const JOIN_BYTES = 16;

/** @typedef {{ kind: number, bytes: Bytes }} Input */

/** @param {number} kind @param {(writer: TLSWriter) => unknown} [body] @returns {Input} */
function input(kind, body = () => {}) {
  const writer = new TLSWriter();
  body(writer);
  return { kind, bytes: writer.bytes };
}

/** One byte that says what is absent, where a role or a door could be. */
const ABSENT = 255;

/** @param {boolean | undefined} value */
const flag = (value) => value === undefined ? 0 : value ? 2 : 1;

/** @param {TLSWriter} writer @param {number | undefined} bits */
const permissions = (writer, bits) => bits === undefined ? writer.uint8(0) : writer.uint8(1).uint32(bits);

/** @param {TLSWriter} writer @param {Patch} patch */
function writePatch(writer, { door, frozen, veil, speaker, listener, newcomer, entries = [], revoke = [], ban = [] }) {
  writer.uint8(door === undefined ? ABSENT : DOORS.indexOf(door)).uint8(flag(frozen)).uint8(flag(veil));
  for (const bits of [speaker, listener, newcomer]) permissions(writer, bits);
  writer.uint16(entries.length);
  for (const { join, role, granted, denied, goesOn } of entries) {
    writer.raw(join).uint8(role === undefined ? ABSENT : ROLES.indexOf(role));
    permissions(permissions(writer, granted), denied).uint8(flag(goesOn));
  }
  writer.vector(list(revoke)).vector(list(ban));
}

/** @param {Bytes[]} joins */
const list = (joins) => (/** @type {TLSWriter} */ writer) => joins.forEach((join) => writer.raw(join));

/** Inputs by name. */
export const Input = Object.freeze({
  /** @param {boolean} resumed @param {Bytes} senderKey */
  entered: (resumed, senderKey) => input(1, (w) => w.uint8(Number(resumed)).opaque(senderKey)),
  /** @param {Bytes[]} joins */
  roster: (joins) => input(2, (w) => w.vector(list(joins))),
  createGroup: () => input(3),
  /** @param {Bytes[]} packages */
  commitRequest: (packages) => input(4, (w) => w.vector((inner) => packages.forEach((one) => inner.opaque(one)))),
  /** @param {Bytes} proposal */
  proposal: (proposal) => input(5, (w) => w.opaque(proposal)),
  /** @param {number} epoch @param {Bytes} commit */
  commit: (epoch, commit) => input(6, (w) => w.uint64(epoch).opaque(commit)),
  /** @param {number} epoch */
  commitRefused: (epoch) => input(7, (w) => w.uint64(epoch)),
  /** @param {Bytes} welcome @param {Bytes} tree */
  groupWelcome: (welcome, tree) => input(8, (w) => w.opaque(welcome).opaque(tree)),
  /** @param {Bytes} info @param {Bytes} tree */
  groupInfo: (info, tree) => input(9, (w) => w.opaque(info).opaque(tree)),
  resync: () => input(10),
  /** @param {number} epoch */
  ready: (epoch) => input(11, (w) => w.uint64(epoch)),
  /** @param {Bytes} message @param {Bytes | null} from */
  message: (message, from) => input(12, (w) => (from ? w.uint8(1).raw(from) : w.uint8(0)).opaque(message)),
  disconnected: () => input(13),
  newJoin: () => input(14),
  /** @param {Bytes} content @param {SaidKind} kind @param {Bytes[] | null} to */
  say: (content, kind, to) =>
    input(15, (w) => (to ? w.uint8(1).vector(list(to)) : w.uint8(0)).uint8(SAID_KINDS.indexOf(kind)).opaque(content)),
  /** @param {Bytes} body */
  setProfile: (body) => input(16, (w) => w.opaque(body)),
  /** @param {Bytes[]} joins */
  remove: (joins) => input(17, (w) => w.vector(list(joins))),
  /** @param {Patch} patch */
  setRules: (patch) => input(18, (w) => writePatch(w, patch)),
  /** @param {Bytes} join */
  compare: (join) => input(19, (w) => w.raw(join)),
  acceptComparison: () => input(20),
  /** @param {boolean} same */
  comparisonResult: (same) => input(21, (w) => w.uint8(Number(same))),
  cancelComparison: () => input(22),
  freeze: () => input(23),
  /** @param {Bytes} join */
  vouch: (join) => input(24, (w) => w.raw(join)),
  /** @param {Bytes} call of somebody, as the node passes it on */
  frozen: (call) => input(25, (w) => w.opaque(call)),
  /** @param {Bytes} chain of our invitation */
  invited: (chain) => input(26, (w) => w.opaque(chain)),
  /** @param {Bytes[]} joins of people at the door */
  admit: (joins) => input(27, (w) => w.vector(list(joins))),
  /** @param {Bytes} key what Argon2id made of it; empty for none */
  setPassword: (key) => input(28, (w) => w.opaque(key)),
});

/** @type {Record<number, (reader: TLSReader) => Effect>} */
const EFFECTS = {
  1: (r) => send({ type: "key_package", box: encode(r.opaque()) }),
  2: (r) => send({ type: "group", box: encode(r.opaque()) }),
  3: (r) => send({ type: "commit", box: encode(r.opaque()) }),
  4: (r) => {
    const epoch = r.optional((inner) => inner.uint64());
    return send(epoch === null ? { type: "sync" } : { type: "sync", epoch });
  },
  5: (r) => send({ type: "ready", epoch: r.uint64() }),
  6: (r) => send({ type: "refuse", epoch: r.uint64() }),
  7: (r) => {
    const isControl = r.uint8() === 1;
    const to = r.optional((inner) => inner.vector(join));
    const box = encode(r.opaque());
    return send({ type: "message", box, ...to ? { to } : {}, ...isControl ? { control: true } : {} });
  },
  8: () => ({ type: "joined" }),
  9: (r) => ({ type: "expelled", by: remover(r) }),
  10: (r) => ({ type: "members", members: r.vector(member) }),
  11: (r) => ({ type: "security", ...security(r) }),
  12: (r) => ({ type: "added", join: join(r), by: join(r) }),
  13: (r) => ({ type: "removed", join: join(r), by: remover(r) }),
  14: (r) => ({
    type: "said",
    from: join(r),
    kind: SAID_KINDS[r.uint8()],
    permissions: r.uint32(),
    content: r.opaque(),
  }),
  15: (r) => ({ type: "profile", join: join(r), body: r.opaque() }),
  16: (r) => ({
    type: "comparison",
    status: r.optional((one) => ({ join: join(one), step: STEPS[one.uint8()], digits: text(one.opaque()) || null })),
  }),
  17: (r) => ({ type: "alarm", code: ALARMS[r.uint8() - 1] }),
  18: (r) => ({ type: "recovered", code: ALARMS[r.uint8() - 1] }),
  19: (r) => ({ type: "notice", code: r.uint8() }),
  20: () => ({ type: "newKeys" }),
  21: (r) => ({ type: "frozen", on: r.uint8() === 1, by: r.optional(join) }),
  22: (r) => send({ type: "freeze", box: encode(r.opaque()) }),
  23: (r) => ({ type: "link", password: r.uint8() === 1, gate: encode(r.opaque()) }),
};

/** @param {Bytes} bytes the core's list @returns {Effect[]} */
export function readEffects(bytes) {
  const reader = new TLSReader(bytes);
  const effects = [];
  while (!reader.isAtEnd) effects.push(EFFECTS[reader.uint8()](reader));
  return effects;
}

/** @param {Upload} message @returns {Effect} */
const send = (message) => ({ type: "send", message });

/** @param {TLSReader} reader */
const join = (reader) => encode(reader.raw(JOIN_BYTES));

/** @param {TLSReader} reader @returns {"node" | "host"} */
const remover = (reader) => reader.uint8() === 0 ? "node" : "host";

/** @param {TLSReader} reader @returns {Member} */
function member(reader) {
  const [id, leaf, role, flags] = [join(reader), reader.uint16(), ROLES[reader.uint8()], reader.uint8()];
  return {
    join: id,
    leaf,
    role,
    isSelf: (flags & 1) !== 0,
    veiled: (flags & 2) !== 0,
    goesOn: (flags & 4) !== 0,
    named: (flags & 8) !== 0,
    presence: PRESENCE[reader.uint8()],
    permissions: reader.uint32(),
    granted: reader.uint32(),
    denied: reader.uint32(),
    invitation: reader.optional(join),
    invitedBy: reader.optional(join),
  };
}

/** @param {TLSReader} reader @returns {Security} */
function security(reader) {
  const [epoch, digits, members] = [reader.uint64(), text(reader.opaque()), reader.uint16()];
  const [door, flags] = [DOORS[reader.uint8()], reader.uint8()];
  return {
    epoch,
    digits,
    members,
    door,
    locked: door === "locked",
    frozen: (flags & 1) !== 0,
    veil: (flags & 2) !== 0,
    hosts: reader.uint16(),
    standIns: reader.uint16(),
    speaker: reader.uint32(),
    listener: reader.uint32(),
    newcomer: reader.uint32(),
    counter: reader.uint64(),
  };
}

/** @param {Bytes} ascii */
const text = (ascii) => String.fromCharCode(...ascii);
