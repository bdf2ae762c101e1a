// @ts-check
import { deepEqual, equal, ok } from "node:assert/strict";
import { decode, encode } from "../../../Web/worker/base64url.js";
import { CoreError } from "../../../Web/worker/core.js";
import { Devices } from "../../../Web/worker/device.js";
import { Meeting } from "../../../Web/worker/meeting.js";
import { Input, readEffects } from "../../../Web/worker/meeting-codec.js";
import { TLSReader, TLSWriter } from "../../../Web/worker/tls.js";
import { memoryVault } from "./fakes.js";

/** @typedef {import("../../../Web/worker/meeting-codec.js").Effect} Effect */
/** @typedef {import("../../../Web/worker/meeting-codec.js").Input} InputBytes */

const JOIN = Uint8Array.from({ length: 16 }, (_, at) => at);
const ANA = encode(JOIN);
const BERTA = encode(JOIN.map((byte) => byte + 100));

/** A core that answers with what the test has laid out, and notes what it was told. */
class FakeCore {
  broken = false;
  canSay = true;
  deadline = Infinity;
  join = JOIN;
  group = Uint8Array.of(1, 2, 3);
  /** @type {number[]} */
  retired = [];
  /** @type {InputBytes[]} */
  inputs = [];
  /** What follows from each kind of input. @type {Record<number, Effect[]>} */
  effects = {};

  /** @param {InputBytes} input */
  handle(input) {
    if (this.broken) throw new CoreError("broken");
    this.inputs.push(input);
    return this.effects[input.kind] ?? [];
  }

  /** @returns {Effect[]} */
  advance() {
    return [];
  }

  takeRetired() {
    return this.retired;
  }

  kinds() {
    return this.inputs.map(({ kind }) => kind);
  }
}

function start() {
  const core = new FakeCore();
  /** @type {any[]} */
  const events = [];
  const meeting = new Meeting(/** @type {any} */ (core), new Devices(memoryVault()), (event, detail) => {
    events.push({ event, ...detail });
  });
  return { core, meeting, events };
}

/** Signatures are made and checked elsewhere, in their own time. @param {() => boolean} condition */
async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve));
}
/** @param {object} value */
const json = (value) => new TextEncoder().encode(JSON.stringify(value));
/** What the shield is told of a room that nobody governs. @param {number} epoch @returns {Effect} */
const security = (epoch) => ({
  type: "security",
  epoch,
  digits: "1",
  members: 2,
  door: "open",
  locked: false,
  frozen: false,
  veil: false,
  hosts: 0,
  standIns: 0,
  speaker: 0,
  listener: 0,
  newcomer: 0,
  counter: 0,
});
/** @param {string} join @returns {import("../../../Web/worker/meeting-codec.js").Member} */
const member = (join) => ({
  join,
  leaf: 3,
  role: "speaker",
  isSelf: false,
  presence: "present",
  permissions: 8,
  granted: 0,
  denied: 0,
  veiled: false,
  goesOn: false,
  named: false,
  invitation: null,
  invitedBy: null,
});
/** @param {string} box @returns {Effect} */
const message = (box) => ({ type: "send", message: { type: "message", box } });

/** @param {string} name @param {object | null} more @returns {Uint8Array<ArrayBuffer>} */
const profile = (name, more) => new TextEncoder().encode(`${name}\0${JSON.stringify(more)}`);

Deno.test("numbers and vectors are read as they were written", () => {
  for (const length of [0, 1, 63, 64, 16_383, 16_384, 70_000]) {
    const bytes = new Uint8Array(length).fill(5);
    const written = new TLSWriter().uint8(7).uint64(2 ** 40 + 1).opaque(bytes).vector((w) => w.raw(JOIN)).bytes;
    const reader = new TLSReader(written);
    deepEqual([reader.uint8(), reader.uint64()], [7, 2 ** 40 + 1]);
    deepEqual(reader.opaque(), bytes);
    deepEqual(reader.vector((inner) => inner.raw(16)), [JOIN]);
    ok(reader.isAtEnd);
  }
});

Deno.test("what the node says reaches the core", () => {
  const { core, meeting } = start();
  meeting.enter(true, "A".repeat(43));
  meeting.setRoster([ANA, BERTA]);
  meeting.deliver({ type: "commit_request", packages: ["AAAA", "BBBB"] }, null);
  meeting.deliver({ type: "commit", epoch: 5, from: 1, box: "AAAA" }, null);
  meeting.deliver({ type: "message", from: 1, box: "AAAA", seq: 1 }, BERTA);
  meeting.deliver({ type: "message", from: 1, box: "AAAA", seq: 1 }, null);
  deepEqual(core.kinds(), [1, 2, 4, 6, 12, 12]);
  deepEqual([...core.inputs[3].bytes], [0, 0, 0, 0, 0, 0, 0, 5, 3, 0, 0, 0]);
  deepEqual([...core.inputs[2].bytes], [8, 3, 0, 0, 0, 3, 4, 16, 65]);
  equal(core.inputs[4].bytes.length, 1 + 16 + 1 + 3);
  equal(core.inputs[5].bytes.length, 1 + 1 + 3);
});

Deno.test("what is said comes back sealed, with the epoch it was sealed in", async () => {
  const { core, meeting, events } = start();
  core.effects[6] = [security(3)];
  meeting.deliver({ type: "commit", epoch: 2, from: 1, box: "AAAA" }, null);
  core.effects[15] = [message("box"), message("another")];
  deepEqual(await meeting.say({ t: "chat" }, null), { box: "box", epoch: 3 });
  deepEqual(events.filter(({ event }) => event === "send").map((event) => event.message.box), ["another"]);
});

Deno.test("what cannot be sealed yet waits for its turn, in order", async () => {
  const { core, meeting } = start();
  core.canSay = false;
  core.effects[15] = [message("box")];
  const said = [meeting.say({ n: 1 }, null), meeting.say({ n: 2 }, [BERTA])];
  deepEqual(core.kinds(), []);
  core.canSay = true;
  meeting.wake();
  deepEqual((await Promise.all(said)).map((sealed) => sealed?.box), ["box", "box"]);
  deepEqual(core.inputs.map(({ bytes }) => bytes[0]), [0, 1]);
});

Deno.test("who leaves the group has said nothing that waits", async () => {
  const { core, meeting } = start();
  core.canSay = false;
  const said = meeting.say({ n: 1 }, null);
  meeting.newJoin();
  equal(await said, null);
});

Deno.test("our profile goes out when we are in, with a proof of this device", async () => {
  const { core, meeting } = start();
  meeting.setProfile({ name: "Ana", hand: false });
  deepEqual(core.kinds(), []);
  core.effects[8] = [{ type: "joined" }];
  meeting.deliver({ type: "group_welcome", welcome: "AAAA", tree: "AAAA" }, null);
  await until(() => core.inputs.length > 1);
  const { kind, bytes } = core.inputs[1];
  equal(kind, 16);
  const [name, rest] = new TextDecoder().decode(new TLSReader(bytes).opaque()).split("\0");
  const body = JSON.parse(rest);
  deepEqual([name, body.name, body.hand], ["Ana", undefined, false]);
  ok(await new Devices(memoryVault()).check(body.device, body.deviceProof, core.group, JOIN));
});

Deno.test("a member's device is checked before it is believed", async () => {
  const { core, meeting, events } = start();
  const berta = new Devices(memoryVault());
  const proof = await berta.prove(core.group, /** @type {any} */ (decode(BERTA)));
  core.effects[12] = [
    { type: "profile", join: BERTA, body: profile("Berta", { hand: true, ...proof }) },
    { type: "profile", join: ANA, body: profile("Berta too", proof) },
    { type: "profile", join: BERTA, body: new Uint8Array([1, 2]) },
    { type: "comparison", status: { join: BERTA, step: "matched", digits: "123456" } },
  ];
  meeting.deliver({ type: "message", from: 1, box: "AAAA", seq: 1 }, BERTA);
  await until(() => events.filter(({ event }) => event === "profile").length === 3);
  const shown = events.filter(({ event }) => event === "profile").map(({ join, profile, trust }) => [
    join,
    profile.name,
    trust,
  ]);
  deepEqual(shown, [[BERTA, "Berta", "new"], [ANA, "Berta too", "new"], [BERTA, "Berta", "verified"]]);
});

Deno.test("said is what is JSON, and nothing else", () => {
  const { core, meeting, events } = start();
  core.effects[12] = [json({ t: "chat" }), json([1]), new Uint8Array([0xff]), json({ n: 1 })].map((content) => {
    return { type: "said", from: BERTA, kind: "chat", permissions: 8, content };
  });
  meeting.deliver({ type: "message", from: 1, box: "AAAA", seq: 1 }, BERTA);
  deepEqual(events.map((event) => event.message), [{ t: "chat" }, { n: 1 }]);
});

Deno.test("leaves are named, and a new epoch wakes the frames that wait for it", async () => {
  const { core, meeting } = start();
  const next = meeting.epochs.next(60_000);
  core.effects[8] = [
    { type: "members", members: [member(BERTA)] },
    security(1),
  ];
  meeting.deliver({ type: "group_welcome", welcome: "AAAA", tree: "AAAA" }, null);
  await next;
  equal(meeting.epochs.joinOf(3), BERTA);
  equal(meeting.epochs.joinOf(4), null);
});

Deno.test("new keys make senders start over", () => {
  const { core, meeting } = start();
  let starts = 0;
  meeting.onNewKeys = () => starts += 1;
  core.effects[11] = [{ type: "newKeys" }];
  meeting.deliver({ type: "ready", epoch: 4 }, null);
  equal(starts, 1);
});

Deno.test("a core that broke down is told once, and asked nothing more", () => {
  const { core, meeting, events } = start();
  core.broken = true;
  meeting.wake();
  deepEqual(events, []);
  const other = start();
  other.core.handle = () => {
    other.core.broken = true;
    throw new CoreError("broken");
  };
  other.meeting.disconnect();
  other.meeting.disconnect();
  deepEqual(other.events, [{ event: "alarm", code: "worker_failed" }]);
});

Deno.test("an input that the core cannot read changes nothing", () => {
  const { core, meeting, events } = start();
  core.handle = () => {
    throw new CoreError("malformed");
  };
  meeting.deliver({ type: "proposal", box: "AAAA" }, null);
  deepEqual(events, []);
});

Deno.test("a patch of the rules says what is to change and nothing else", () => {
  const { core, meeting } = start();
  meeting.setRules({});
  meeting.setRules({
    door: "lobby",
    veil: true,
    frozen: false,
    speaker: 0x1ff,
    entries: [{ join: BERTA, role: "newcomer", denied: 6, goesOn: true }, { join: ANA }],
    revoke: [ANA],
    ban: [BERTA],
  });
  const [berta, absent] = [JOIN.map((byte) => byte + 100), 255];
  deepEqual(core.kinds(), [18, 18]);
  deepEqual([...core.inputs[0].bytes], [absent, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  deepEqual([...core.inputs[1].bytes], [
    ...[1, 1, 2],
    ...[1, 0, 0, 1, 0xff, 0, 0],
    ...[0, 2, ...berta, 4, 0, 1, 0, 0, 0, 6, 2, ...JOIN, absent, 0, 0, 0],
    ...[16, ...JOIN, 16, ...berta],
  ]);
});

Deno.test("those who are to go go in one commit; a freeze and a vouch are told at once", () => {
  const { core, meeting } = start();
  meeting.remove([ANA, BERTA]);
  meeting.vouch(BERTA);
  core.effects[23] = [{ type: "send", message: { type: "freeze", box: "AAAA" } }, {
    type: "frozen",
    by: ANA,
    on: true,
  }];
  meeting.freeze();
  deepEqual(core.kinds(), [17, 24, 23]);
  equal(core.inputs[0].bytes.length, 1 + 32);
});

Deno.test("a freeze that the node passes on is the core's to judge", () => {
  const { core, meeting, events } = start();
  core.effects[25] = [{ type: "frozen", by: null, on: true }];
  meeting.deliver({ type: "frozen", box: "AAAA" }, null);
  deepEqual(core.kinds(), [25]);
  deepEqual(events, [{ event: "frozen", by: null, on: true }]);
});

Deno.test("what is said is told apart by what it needs leave for", async () => {
  const { core, meeting } = start();
  core.effects[15] = [message("box")];
  for (const t of ["chat", "reaction", "hand"]) await meeting.say({ t }, null);
  await meeting.say({ t: "chat" }, [BERTA]);
  await meeting.say({ t: "chat" }, null, "whiteboard");
  meeting.order({ clear: true });
  meeting.order({ move: { room: "ROOM", fragment: "1" }, to: [BERTA] });
  const kinds = core.inputs.map(({ bytes }) => bytes[0] === 0 ? bytes[1] : bytes[1 + 1 + 16]);
  deepEqual(kinds, [0, 2, 6, 1, 4, 5, 5]);
  const order = JSON.parse(new TextDecoder().decode(core.inputs[5].bytes.slice(3)));
  deepEqual(order, { t: "order", v: 1, clear: true });
});

Deno.test("effects that this page does not know are an error, not a guess", () => {
  let failed = false;
  try {
    readEffects(Uint8Array.of(99));
  } catch {
    failed = true;
  }
  ok(failed);
  equal(Input.createGroup().bytes.length, 0);
});
