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
/** @typedef {{ join: string, leaf: number, role: Role, isSelf: boolean, presence: "present" | "unheard" | "ghost" }} Member */

/**
 * @typedef {{ type: "send", message: Upload }
 *   | { type: "joined" }
 *   | { type: "expelled", by: "node" | "host" }
 *   | { type: "members", members: Member[] }
 *   | { type: "security", epoch: number, digits: string, members: number, locked: boolean }
 *   | { type: "added", join: string, by: string }
 *   | { type: "removed", join: string, by: "node" | "host" }
 *   | { type: "said", from: string, content: Bytes }
 *   | { type: "profile", join: string, body: Bytes }
 *   | { type: "comparison", status: Comparison | null }
 *   | { type: "alarm" | "recovered", code: string }
 *   | { type: "notice", code: number }
 *   | { type: "newKeys" }} Effect
 */

/**
 * What goes to the node; here a message names its receivers by join id.
 * @typedef {{ type: "key_package" | "group" | "commit", box: string } | { type: "sync", epoch?: number }
 *   | { type: "ready" | "refuse", epoch: number } | { type: "message", box: string, to?: string[] }} Upload
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
]);
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
  /** @param {Bytes} content @param {Bytes[] | null} to */
  say: (content, to) => input(15, (w) => (to ? w.uint8(1).vector(list(to)) : w.uint8(0)).opaque(content)),
  /** @param {Bytes} body */
  setProfile: (body) => input(16, (w) => w.opaque(body)),
  /** @param {Bytes} join */
  remove: (join) => input(17, (w) => w.raw(join)),
  /** @param {{ join: Bytes, role: Role }[]} roles @param {boolean} locked */
  setRoles: (roles, locked) =>
    input(18, (w) =>
      w.vector((inner) => roles.forEach(({ join, role }) => inner.raw(join).uint8(ROLES.indexOf(role))))
        .uint8(Number(locked))),
  /** @param {Bytes} join */
  compare: (join) => input(19, (w) => w.raw(join)),
  acceptComparison: () => input(20),
  /** @param {boolean} same */
  comparisonResult: (same) => input(21, (w) => w.uint8(Number(same))),
  cancelComparison: () => input(22),
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
    const to = r.optional((inner) => inner.vector(join));
    const box = encode(r.opaque());
    return send(to === null ? { type: "message", box } : { type: "message", box, to });
  },
  8: () => ({ type: "joined" }),
  9: (r) => ({ type: "expelled", by: remover(r) }),
  10: (r) => ({ type: "members", members: r.vector(member) }),
  11: (r) => ({
    type: "security",
    epoch: r.uint64(),
    digits: text(r.opaque()),
    members: r.uint16(),
    locked: r.uint8() === 1,
  }),
  12: (r) => ({ type: "added", join: join(r), by: join(r) }),
  13: (r) => ({ type: "removed", join: join(r), by: remover(r) }),
  14: (r) => ({ type: "said", from: join(r), content: r.opaque() }),
  15: (r) => ({ type: "profile", join: join(r), body: r.opaque() }),
  16: (r) => ({
    type: "comparison",
    status: r.optional((one) => ({ join: join(one), step: STEPS[one.uint8()], digits: text(one.opaque()) || null })),
  }),
  17: (r) => ({ type: "alarm", code: ALARMS[r.uint8() - 1] }),
  18: (r) => ({ type: "recovered", code: ALARMS[r.uint8() - 1] }),
  19: (r) => ({ type: "notice", code: r.uint8() }),
  20: () => ({ type: "newKeys" }),
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
  return {
    join: join(reader),
    leaf: reader.uint16(),
    role: ROLES[reader.uint8()],
    isSelf: reader.uint8() === 1,
    presence: PRESENCE[reader.uint8()],
  };
}

/** @param {Bytes} ascii */
const text = (ascii) => String.fromCharCode(...ascii);
