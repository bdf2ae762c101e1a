// @ts-check
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { decode, encode, WireError } from "../../../Web/app/wire.js";
import { joinId, participant, quiet, welcome } from "./fakes.js";

const text = (/** @type {object} */ message) => JSON.stringify({ v: 1, ...message });

/** @param {unknown} data @param {"unknown" | "invalid"} code */
function refused(data, code) {
  throws(() => decode(data), (error) => error instanceof WireError && error.code === code);
}

Deno.test("every message carries the version", () => {
  deepEqual(JSON.parse(encode({ type: "ping" })), { v: 1, type: "ping" });
});

Deno.test("a welcome is read with its people", () => {
  const message = decode(text(welcome(3, { participants: [participant(1)] })));
  equal(message.type, "welcome");
  deepEqual(message.type === "welcome" && message.participants, [
    { index: 1, join: joinId(1), media: quiet },
  ]);
});

Deno.test("fields that nobody knows are left behind", () => {
  deepEqual(decode(text({ type: "closing", reason: "restart", extra: "x", __proto__: null })), {
    type: "closing",
    reason: "restart",
  });
});

for (
  const message of [
    { type: "create_group" },
    { type: "commit_request", packages: ["AAAA", "BBBB"] },
    { type: "commit_request", packages: [] },
    { type: "proposal", box: "AAAA" },
    { type: "commit", epoch: 7, from: 3, box: "AAAA" },
    { type: "commit_refused", epoch: 7 },
    { type: "group_welcome", welcome: "AAAA", tree: "BBBB" },
    { type: "group_info", info: "AAAA", tree: "BBBB" },
    { type: "resync" },
    { type: "ready", epoch: 7 },
    { type: "frozen", box: "AAAA" },
    { type: "message", from: 3, box: "AAAA", seq: 1 },
  ]
) {
  Deno.test(`of the group: ${message.type} is read as it is`, () => {
    deepEqual(decode(text({ ...message, extra: true })), message);
  });
}

for (
  const message of [
    { type: "layers", kind: "camera", layers: [true, false, false], scalable: true },
    { type: "layers", kind: "screen", layers: [false], scalable: false },
    { type: "path", state: "limited", down: 420, proposal: "low_data" },
    { type: "path", state: "good", down: 0, proposal: "none" },
  ]
) {
  Deno.test(`of the way: ${JSON.stringify(message)} is read as it is`, () => {
    deepEqual(decode(text({ ...message, extra: true })), message);
  });
}

const knock = { type: "knock", id: 7, join: joinId(8), box: "AAAA", device: joinId(9), again: false };
const invited = { id: joinId(1), box: "AAAA", label: "BBBB", used: 1, devices: 1, revoked: false };

for (
  const message of [
    { type: "lobby", state: "waiting" },
    { type: "lobby", state: "no_host" },
    knock,
    { type: "knock_gone", id: 7 },
    { type: "invitations", list: [invited, { ...invited, id: joinId(2), label: "", revoked: true }] },
  ]
) {
  Deno.test(`of the door: ${message.type} is read as it is`, () => {
    deepEqual(decode(text({ ...message, extra: true })), message);
  });
}

Deno.test("a welcome brings the invitation that was used, if one was", () => {
  const message = decode(text(welcome(3, { invitation: "AAAA" })));
  equal(message.type === "welcome" && message.invitation, "AAAA");
  ok(!("invitation" in decode(text(welcome(3)))));
});

Deno.test("types of later versions are unknown, not invalid", () => {
  refused(text({ type: "fountain" }), "unknown");
  refused(text({ type: "constructor" }), "unknown");
  refused(text({ type: "__proto__" }), "unknown");
});

const LAYERS = { type: "layers", kind: "camera", layers: [true], scalable: false };

for (
  const [what, data] of /** @type {[string, unknown][]} */ ([
    ["bytes", new ArrayBuffer(4)],
    ["no JSON", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["another version", JSON.stringify({ v: 2, type: "pong" })],
    ["no version", JSON.stringify({ type: "pong" })],
    ["an index beyond the room", text(welcome(1024))],
    ["a negative index", text({ type: "left", index: -1, reason: "left" })],
    ["half an index", text({ type: "left", index: 0.5, reason: "left" })],
    ["an index as text", text({ type: "left", index: "1", reason: "left" })],
    ["an unknown reason", text({ type: "left", index: 1, reason: "eaten" })],
    ["one person twice", text(welcome(0, { participants: [participant(1), participant(1)] }))],
    ["too many people", text(welcome(0, { participants: Array(1025).fill(participant(1)) }))],
    ["a short join id", text({ type: "joined", participant: participant(1, { join: "AAAA" }) })],
    ["a box with other letters", text({ type: "message", from: 1, box: "<b>", seq: 0 })],
    ["a box without end", text({ type: "message", from: 1, box: "A".repeat(32_769), seq: 0 })],
    ["a node without a key", text({ ...welcome(0), sender_key: undefined })],
    ["a node's key of another length", text(welcome(0, { sender_key: "AAAA" }))],
    ["an epoch below zero", text({ type: "ready", epoch: -1 })],
    ["half an epoch", text({ type: "commit", epoch: 0.5, from: 1, box: "AAAA" })],
    ["more newcomers than one commit takes", text({ type: "commit_request", packages: Array(101).fill("AAAA") })],
    ["a welcome without its tree", text({ type: "group_welcome", welcome: "AAAA" })],
    ["an answer without end", text({ type: "answer", sdp: "v=0\r\n".repeat(20_000) })],
    ["one person in two slots", text({ type: "slots", slots: [{ slot: 0, index: 1 }, { slot: 1, index: 1 }] })],
    ["two people in one slot", text({ type: "slots", slots: [{ slot: 0, index: 1 }, { slot: 0, index: 2 }] })],
    ["a slot out of range", text({ type: "slots", slots: [{ slot: 32, index: 1 }], screen: null })],
    ["layers of a microphone", text({ ...LAYERS, kind: "mic" })],
    ["no layers", text({ ...LAYERS, layers: [] })],
    ["more layers than there are", text({ ...LAYERS, layers: [true, true, true, true] })],
    ["layers that are no flags", text({ ...LAYERS, layers: [1, 0, 0] })],
    ["layers that are no list", text({ ...LAYERS, layers: "true" })],
    ["layers that do not say whether they may be scalable", text({ ...LAYERS, scalable: undefined })],
    ["layers whose scalability is no flag", text({ ...LAYERS, scalable: 1 })],
    ["a way that nobody knows", text({ type: "path", state: "wet", down: 1, proposal: "none" })],
    ["a rate below nothing", text({ type: "path", state: "good", down: -1, proposal: "none" })],
    ["a rate beyond every wire", text({ type: "path", state: "good", down: 1e9, proposal: "none" })],
    ["a proposal that nobody knows", text({ type: "path", state: "poor", down: 1, proposal: "leave" })],
    ["a way without a proposal", text({ type: "path", state: "poor", down: 1 })],
    ["a lobby that nobody knows", text({ type: "lobby", state: "open" })],
    ["somebody at the door without a device", text({ ...knock, device: undefined })],
    ["a device of another length", text({ ...knock, device: "AAAA" })],
    ["a name without end at the door", text({ ...knock, box: "A".repeat(801) })],
    ["a call to freeze without end", text({ type: "frozen", box: "A".repeat(1_367) })],
    ["more invitations than a room has", text({ type: "invitations", list: Array(257).fill(invited) })],
    ["an invitation used less than never", text({ type: "invitations", list: [{ ...invited, used: -1 }] })],
    ["an invitation of another length", text(welcome(3, { invitation: "A".repeat(2_732) }))],
    ["a code with markup", text({ type: "error", code: "<b>", fatal: false })],
    ["flags that are no flags", text({ type: "updated", index: 1, media: { ...quiet, mic: 1 } })],
  ])
) {
  Deno.test(`refused: ${what}`, () => refused(data, "invalid"));
}
