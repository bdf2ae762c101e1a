// @ts-check
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { FakeSecure, joinId, participant, quiet, settle, welcome } from "./fakes.js";
import { open as openPage, ROOM, split } from "./page.js";

/** @typedef {import("../../../Web/app/call.js").Environment} Environment */
/** @typedef {ReturnType<typeof openPage>} Page */

/** @param {Partial<Environment>} [more] */
function open(more) {
  return openPage(more, { room: ROOM, extras: {} });
}

/** @param {Page} page @param {object} [more] */
async function enter(page, more = {}) {
  await settle();
  page.call.join();
  await settle();
  await page.node.socket.accept();
  page.node.socket.say(welcome(3, more));
  page.node.socket.say({ type: "answer", sdp: "answer" });
  await settle();
  page.media.session.connect();
}

/** Enters, and the group is these people and us. @param {Page} page @param {...number} others */
async function meet(page, ...others) {
  await enter(page, { participants: others.map((number) => participant(number)) });
  page.secures[0].admit(...others);
  return page.secures[0];
}

/** The socket breaks, and the next one is accepted. @param {Page} page */
async function reconnect(page) {
  page.node.socket.fail();
  await page.clock.advance(250);
  await page.node.socket.accept();
}

Deno.test("the start page is home, and a new room is one click away", async () => {
  const page = open({ location: { ...ROOM, pathname: "/", hash: "" } });
  equal(page.store.get().phase, "home");
  const made = open();
  await made.call.createRoom();
  await settle();
  equal(made.store.get().phase, "prejoin");
  notEqual(made.location.pathname, ROOM.pathname);
  equal(made.store.get().link, ROOM.origin + made.location.pathname + made.location.hash);
  ok(made.location.hash.endsWith(".HHHHHHHHHHHHHA"));
});

Deno.test("where the browser keeps nothing, a new room has no host", async () => {
  const made = open({ createHost: () => Promise.resolve(null) });
  await made.call.createRoom();
  match(made.location.hash, /^#1[\w-]{22}$/);
});

Deno.test("a link to the room that is open changes nothing; one to another room goes there", async () => {
  const page = open();
  await enter(page);
  page.call.navigate();
  deepEqual({ phase: page.store.get().phase, sessions: page.secures.length }, { phase: "call", sessions: 1 });
  page.location.hash = "#1BBBBBBBBBBBBBBBBBBBBBA";
  page.call.navigate();
  await settle();
  deepEqual({ phase: page.store.get().phase, sessions: page.secures.length }, { phase: "prejoin", sessions: 2 });
});

for (
  const [what, more, code] of /** @type {[string, Partial<Environment>, string][]} */ ([
    ["a link without secret", { location: { ...ROOM, hash: "" } }, "no_secret"],
    ["a broken link", { location: { ...ROOM, hash: "#2" } }, "bad_link"],
    ["no HTTPS", { secureContext: false }, "insecure_context"],
    ["no capture at all", { media: undefined }, "unsupported_browser"],
    [
      "a browser without transforms",
      { openSecure: () => Promise.reject({ code: "unsupported_browser" }) },
      "unsupported_browser",
    ],
  ])
) {
  Deno.test(`blocked: ${what}`, async () => {
    const page = open(more);
    await settle();
    deepEqual({ phase: page.store.get().phase, code: page.store.get().blocked?.code }, { phase: "blocked", code });
  });
}

Deno.test("joining says hello, offers without waiting, and enters on the welcome", async () => {
  const page = open();
  await settle();
  page.call.setName(" Ana ");
  page.call.join();
  await settle();
  equal(page.store.get().phase, "joining");
  await page.node.socket.accept();
  deepEqual(page.node.socket.received.map(({ type }) => type), ["hello", "media", "offer"]);
  deepEqual(page.node.socket.received[0], {
    v: 1,
    type: "hello",
    room: "ABCDEFGH1234",
    gate: "g".repeat(43),
    join: joinId(900),
  });
  page.node.socket.say(welcome(3, { participants: [participant(1)] }));
  await settle();
  equal(page.store.get().phase, "joining");
  page.node.socket.say({ type: "answer", sdp: "answer" });
  equal(page.store.get().phase, "call");
  const [secure] = page.secures;
  deepEqual(secure.last("enter"), [{ resumed: false, senderKey: "s".repeat(42) + "A" }]);
  deepEqual(secure.last("setProfile"), [{ name: "Ana", hand: false }]);
  deepEqual(secure.roster, [joinId(1)]);
  equal(page.store.get().self.key, joinId(900));
});

Deno.test("the secret is in nothing that is sent", async () => {
  const page = open();
  await enter(page);
  await page.call.sendChat("hello");
  ok(!JSON.stringify(page.node.sockets.map(({ received }) => received)).includes("AAAAAAAAAAAAAAAAAAAAAA"));
});

Deno.test("connected means signalling and media", async () => {
  const page = open();
  await settle();
  page.call.join();
  await settle();
  await page.node.socket.accept();
  page.node.socket.say(welcome(3));
  equal(page.store.get().connection.state, "connecting");
  page.node.socket.say({ type: "answer", sdp: "answer" });
  page.media.session.connect();
  equal(page.store.get().connection.state, "connected");
});

for (
  const [code, blocked] of [
    ["wrong_gate", "wrong_secret"],
    ["room_full", "room_full"],
    ["server_full", "server_full"],
    ["removed", "removed"],
    [
      "unknown_version",
      "unknown_version",
    ],
  ]
) {
  Deno.test(`${code} ends the attempt and lets go of devices and keys`, async () => {
    const page = open();
    await page.call.requestDevices();
    page.call.join();
    await settle();
    await page.node.socket.accept();
    page.node.socket.say({ type: "error", code, fatal: true });
    page.node.socket.fail();
    await page.clock.advance(60_000);
    equal(page.store.get().blocked?.code, blocked);
    equal(page.node.sockets.length, 1);
    ok(page.secures[0].closed);
    ok(page.devices.opened.every(({ stopped }) => stopped));
  });
}

Deno.test("the people are those of the group; whom only the node names waits at the door", async () => {
  const page = open();
  await enter(page, { participants: [participant(1), participant(2)] });
  equal(page.security().state, "joining");
  deepEqual(page.store.get().people, []);
  page.secures[0].admit(1);
  deepEqual(page.store.get().people.map(({ key }) => key), [joinId(1)]);
  const { state, members, waiting, digits } = page.security();
  deepEqual({ state, members, waiting, digits }, { state: "ok", members: 2, waiting: 1, digits: "0".repeat(30) });
});

Deno.test("somebody is let in, is named, and goes", async () => {
  const page = open();
  const secure = await meet(page, 1);
  secure.introduce(1, "Ana");
  page.node.socket.say({ type: "joined", participant: participant(5) });
  equal(page.security().waiting, 1);
  secure.emit("added", { join: joinId(5), by: joinId(1) });
  secure.holds([1, 5]);
  secure.introduce(5, "Berta");
  equal(page.security().waiting, 0);
  page.node.socket.say({ type: "left", index: 5, reason: "left" });
  ok(page.store.get().people.find(({ key }) => key === joinId(5))?.lost);
  secure.emit("removed", { join: joinId(5), by: "node" });
  secure.holds([1]);
  deepEqual(page.store.get().notices.map(({ code, params }) => [code, params.name, params.by]), [
    ["member_added", "Berta", "Ana"],
    ["left", "Berta", undefined],
  ]);
  equal(page.store.get().people.length, 1);
});

for (const by of ["host", "node"]) {
  Deno.test(`who is removed by the ${by} is gone, and everybody is told`, async () => {
    const page = open();
    const secure = await meet(page, 1);
    secure.introduce(1, "Berta");
    secure.emit("removed", { join: joinId(1), by });
    secure.holds([]);
    deepEqual(page.store.get().notices.map(({ code, params }) => [code, params]), [
      ["member_removed", { name: "Berta", by }],
    ]);
    deepEqual(page.store.get().people, []);
  });
}

Deno.test("who sends no name is announced without one, a moment later", async () => {
  const page = open();
  const secure = await meet(page);
  secure.emit("added", { join: joinId(5), by: joinId(900) });
  secure.holds([5]);
  deepEqual(page.codes(), []);
  await page.clock.advance(1_500);
  deepEqual(page.store.get().notices.map(({ code, params }) => [code, params.name]), [["member_added", null]]);
});

Deno.test("a profile tells name, hand and whether we have met", async () => {
  const page = open();
  const secure = await meet(page, 1);
  secure.emit("profile", { join: joinId(1), profile: { name: " Berta\u202E", hand: true }, trust: "seen" });
  const [{ name, hand, trust }] = page.store.get().people;
  deepEqual({ name, hand, trust }, { name: "Berta", hand: true, trust: "seen" });
  deepEqual(page.codes(), ["hand_raised"]);
  secure.emit("profile", { join: joinId(1), profile: { name: 7, hand: "yes" }, trust: "verified" });
  const [person] = page.store.get().people;
  deepEqual([person.name, person.hand, person.trust], [null, false, "verified"]);
});

Deno.test("a profile of a stranger is nobody's", async () => {
  const page = open();
  const secure = await meet(page, 1);
  secure.introduce(9, "Mallory");
  deepEqual(page.store.get().people.map(({ name }) => name), [null]);
});

Deno.test("what the group has to say to the node is sent, to those who are meant", async () => {
  const page = open();
  const secure = await meet(page, 1, 2);
  const send = (/** @type {object} */ message) => secure.emit("send", { message });
  send({ type: "commit", box: "AAAA" });
  deepEqual(page.node.socket.last("commit"), { v: 1, type: "commit", box: "AAAA" });
  send({ type: "message", box: "BBBB", to: [joinId(2), joinId(77)] });
  deepEqual(page.node.socket.last("message"), { v: 1, type: "message", box: "BBBB", to: [2] });
  send({ type: "message", box: "CCCC", to: [joinId(77)] });
  equal(page.node.socket.count("message"), 1);
});

Deno.test("whoever came in by a commit that overtook our name is told it once more", async () => {
  const page = open();
  const secure = await meet(page, 1);
  const { socket } = page.node;
  const send = (/** @type {object} */ message) => secure.emit("send", { message });
  const before = secure.count("setProfile");
  send({ type: "ready", epoch: 3 });
  send({ type: "message", box: "BBBB", control: true });
  send({ type: "message", box: "CCCC" });
  socket.say({ type: "commit", epoch: 3, from: 1, box: "AAAA" });
  socket.say({ type: "message", from: 3, box: "CCCC", seq: 1 });
  equal(secure.count("setProfile"), before, "that was not our name");
  socket.say({ type: "message", from: 3, box: "BBBB", seq: 2 });
  equal(secure.count("setProfile"), before, "in the epoch that is over nobody new would hear it");
  send({ type: "ready", epoch: 4 });
  equal(secure.count("setProfile"), before + 1);
  send({ type: "message", box: "DDDD", control: true });
  socket.say({ type: "message", from: 3, box: "DDDD", seq: 3 });
  socket.say({ type: "commit", epoch: 4, from: 1, box: "AAAA" });
  socket.say({ type: "message", from: 3, box: "BBBB", seq: 4 });
  equal(secure.count("setProfile"), before + 1, "who commits after it has read it, and passes it on");
  send({ type: "message", box: "EEEE", control: true });
  socket.say({ type: "commit", epoch: 5, from: 1, box: "AAAA" });
  send({ type: "ready", epoch: 6 });
  socket.say({ type: "message", from: 3, box: "EEEE", seq: 5 });
  equal(secure.count("setProfile"), before + 2, "the core was there before the echo");
});

Deno.test("what the node says about the group reaches it, with the author by join id", async () => {
  const page = open();
  const secure = await meet(page, 1);
  page.node.socket.say({ type: "commit", epoch: 4, from: 1, box: "AAAA" });
  deepEqual(secure.last("deliver"), [{ type: "commit", epoch: 4, from: 1, box: "AAAA" }, null]);
  page.node.socket.say({ type: "message", from: 1, box: "BBBB", seq: 1 });
  deepEqual(secure.last("deliver"), [{ type: "message", from: 1, box: "BBBB", seq: 1 }, joinId(1)]);
  page.node.socket.say({ type: "message", from: 3, box: "CCCC", seq: 2 });
  equal(secure.count("deliver"), 2);
});

Deno.test("chat goes to the group, and comes from it", async () => {
  const page = open();
  const secure = await meet(page, 1);
  secure.introduce(1, "Berta");
  await page.call.sendChat("hello");
  const [{ t, text }] = secure.said;
  deepEqual({ t, text }, { t: "chat", text: "hello" });
  page.node.socket.say({ type: "message", from: 3, box: "box1", seq: 1 });
  secure.says(1, { t: "chat", v: 1, id: "x", text: "hi" });
  deepEqual(page.store.get().chat.map(({ name, text, state }) => [name, text, state]), [
    ["", "hello", "sent"],
    ["Berta", "hi", "sent"],
  ]);
});

Deno.test("what is said before we are let in goes out when we are", async () => {
  const page = open();
  await enter(page, { participants: [participant(1)] });
  await page.call.sendChat("hello");
  const [secure] = page.secures;
  equal(secure.said.length, 0);
  secure.admit(1);
  await settle();
  equal(page.node.socket.count("message"), 1);
});

Deno.test("a reaction is shown for a moment, here and there", async () => {
  const page = open();
  const secure = await meet(page, 1);
  secure.introduce(1, "Berta");
  await page.call.react("👏");
  await page.call.react("clap");
  secure.says(1, { t: "reaction", emoji: "🎉" }, { kind: "reaction" });
  secure.says(1, { t: "reaction", emoji: "<b>" }, { kind: "reaction" });
  deepEqual(page.store.get().reactions.map(({ key, emoji }) => [key, emoji]), [
    [joinId(900), "👏"],
    [joinId(1), "🎉"],
  ]);
  equal(page.node.socket.count("message"), 1);
  await page.clock.advance(4_000);
  deepEqual(page.store.get().reactions, []);
});

Deno.test("one person's reactions do not fill the page", async () => {
  const page = open();
  const secure = await meet(page, 1);
  for (let count = 0; count < 50; count += 1) {
    secure.says(1, { t: "reaction", emoji: "🎉" }, { kind: "reaction" });
  }
  equal(page.store.get().reactions.length, 5);
});

Deno.test("a raised hand is told with the name, and taken down again", async () => {
  const page = open();
  page.call.setName("Ana");
  const secure = await meet(page);
  page.call.setHand(true);
  deepEqual(secure.last("setProfile"), [{ name: "Ana", hand: true }]);
  ok(page.store.get().self.hand);
  page.call.setHand(false);
  deepEqual(secure.last("setProfile"), [{ name: "Ana", hand: false }]);
});

Deno.test("who is the host may remove and lock", async () => {
  const page = open();
  const secure = await meet(page, 1);
  equal(page.store.get().self.canRemove, false);
  secure.holds([1], { role: "host" });
  equal(page.store.get().self.canRemove, true);
  page.call.hosting.remove(joinId(1));
  page.call.hosting.setDoor("locked");
  deepEqual([secure.last("remove"), secure.last("setRules")], [[[joinId(1)]], [{ door: "locked" }]]);
  secure.rule({ members: 2, locked: true, door: "locked" });
  ok(page.security().locked);
});

Deno.test("two people compare digits, and are verified when both said that they are the same", async () => {
  const page = open();
  const secure = await meet(page, 1);
  secure.introduce(1, "Berta");
  const step = (/** @type {string} */ step, digits = /** @type {string | null} */ (null)) =>
    secure.emit("comparison", { status: { join: joinId(1), step, digits } });
  page.call.compareWith(joinId(1));
  deepEqual(secure.last("compare"), [joinId(1)]);
  step("waiting");
  step("compare", "123456");
  deepEqual(page.store.get().comparison, { key: joinId(1), name: "Berta", step: "compare", digits: "123456" });
  page.call.answerComparison(true);
  deepEqual(secure.last("answerComparison"), [true]);
  step("matched");
  deepEqual(page.codes(), ["verified"]);
  page.call.cancelComparison();
  equal(secure.count("cancelComparison"), 1);
  secure.emit("comparison", { status: null });
  equal(page.store.get().comparison, null);
});

Deno.test("a slot's stream goes to the person in it", async () => {
  const page = open();
  await meet(page, 1, 2);
  page.node.socket.say({ type: "slots", slots: [{ slot: 4, index: 2 }], screen: null });
  const streams = page.store.get().people.map(({ stream }) => /** @type {any} */ (stream)?.name ?? null);
  deepEqual(streams, [null, "slot4"]);
});

Deno.test("what is on screen is asked for once", async () => {
  const page = open();
  await meet(page, 1);
  page.node.socket.say({ type: "slots", slots: [{ slot: 0, index: 1 }], screen: null });
  page.call.setVisibleTiles([{ key: joinId(1), height: 700 }]);
  await page.clock.advance(100);
  const { slots } = /** @type {any} */ (page.node.socket.last("view"));
  deepEqual(slots[0], { slot: 0, index: 1, height: 700, priority: 2 });
  page.call.setVisibleTiles([{ key: joinId(1), height: 700 }]);
  await page.clock.advance(100);
  equal(page.node.socket.count("view"), 1);
});

Deno.test("a socket lost for a moment is resumed, media untouched", async () => {
  const page = open();
  await enter(page, { participants: [participant(1)] });
  await reconnect(page);
  equal(page.node.socket.received[0].resume, "resume-token");
  equal(page.node.socket.received[0].join, joinId(900));
  page.node.socket.say(welcome(3, { resumed: true, participants: [participant(1)] }));
  await settle();
  equal(page.media.sessions.length, 1);
  equal(page.store.get().connection.state, "connected");
  deepEqual(page.codes(), []);
  deepEqual(
    page.secures[0].told.map(([name]) => name).slice(-4),
    ["disconnect", "helloExtras", "enter", "setProfile"],
  );
  deepEqual(page.secures[0].last("enter"), [{ resumed: true, senderKey: "s".repeat(42) + "A" }]);
});

Deno.test("a socket lost for five seconds is told, and its return", async () => {
  const page = open();
  await enter(page);
  page.node.socket.fail();
  equal(page.store.get().connection.state, "reconnecting");
  for (let second = 0; second < 5; second += 1) {
    await page.clock.advance(1_000);
    if (page.node.socket.readyState === 0 && second < 4) page.node.socket.fail();
  }
  page.call.wake();
  await page.clock.advance(5_000);
  await page.node.socket.accept();
  page.node.socket.say(welcome(3, { resumed: true }));
  deepEqual(page.codes(), ["reconnecting", "recovered"]);
  equal(page.media.sessions.length, 1);
});

Deno.test("a node that restarted is joined anew, under a fresh join id, and chat stays", async () => {
  const page = open();
  await meet(page, 1);
  await page.call.sendChat("before");
  await reconnect(page);
  page.node.socket.say(welcome(0, { instance: "second" }));
  await settle();
  ok(page.node.sockets[1].last("leave"));
  await page.node.socket.accept();
  deepEqual(page.node.socket.received.map(({ type }) => type), ["hello", "media", "offer"]);
  equal(page.node.socket.received[0].resume, undefined);
  equal(page.node.socket.received[0].join, joinId(901));
  page.node.socket.say(welcome(0, { instance: "second", participants: [participant(1, { join: joinId(55) })] }));
  await settle();
  deepEqual(page.store.get().people, []);
  equal(page.security().state, "joining");
  equal(page.media.sessions.length, 2);
  ok(page.media.sessions[0].closed);
  page.secures[0].admit(55);
  await settle();
  ok(page.node.socket.last("message"));
  deepEqual(page.codes(), ["server_restarted"]);
  deepEqual(page.store.get().chat.map(({ state }) => state), ["sending"]);
});

Deno.test("a node that answers a resumption with another index is not followed", async () => {
  const page = open();
  await enter(page);
  await reconnect(page);
  page.node.socket.say(welcome(4, { resumed: true }));
  await settle();
  equal(page.secures[0].count("enter"), 1);
  await page.node.socket.accept();
  equal(page.secures[0].joins, 1);
  equal(page.node.socket.received[0].resume, undefined);
});

Deno.test("a second welcome on one socket changes nothing", async () => {
  const page = open();
  await enter(page);
  page.node.socket.say(welcome(9));
  equal(page.secures[0].count("enter"), 1);
  equal(page.store.get().self.index, 3);
});

Deno.test("a place lost for longer than the node keeps it is not asked for", async () => {
  const page = open();
  await enter(page);
  page.node.socket.fail();
  await page.clock.advance(250);
  // The network is gone: attempts neither succeed nor fail.
  await page.clock.advance(15_000);
  await page.node.socket.accept();
  equal(page.node.socket.received[0].resume, undefined);
  equal(page.node.socket.received[0].join, joinId(901));
});

Deno.test("media that is lost is made anew over the same socket", async () => {
  const page = open();
  await enter(page);
  page.media.session.lose("disconnected");
  equal(page.store.get().connection.state, "media_lost");
  await page.clock.advance(0);
  equal(page.node.socket.count("offer"), 2);
  page.node.socket.say({ type: "answer", sdp: "answer" });
  page.media.session.connect();
  equal(page.store.get().connection.state, "connected");
});

Deno.test("an announced restart is told", async () => {
  const page = open();
  await enter(page);
  page.node.socket.say({ type: "closing", reason: "restart" });
  page.node.socket.fail();
  await page.clock.advance(2_000);
  deepEqual(page.codes(), ["server_restarting"]);
  equal(page.store.get().connection.detail, "server_restarting");
});

Deno.test("muting stops sending, and the others are told", async () => {
  const page = open();
  await page.call.requestDevices();
  await enter(page);
  ok(page.media.session.tracks.mic);
  await page.call.toggleMic();
  equal(page.media.session.tracks.mic, null);
  deepEqual(page.node.socket.last("media"), { v: 1, type: "media", ...quiet, camera: true });
  await page.call.toggleMic();
  ok(page.media.session.tracks.mic);
});

Deno.test("a camera that is off is released", async () => {
  const page = open();
  await page.call.requestDevices();
  await page.call.toggleCamera();
  ok(page.devices.opened.find(({ kind }) => kind === "video")?.stopped);
  equal(page.store.get().self.stream, null);
});

Deno.test("refused devices are told, and one can join without", async () => {
  const page = open();
  page.devices.refuses = "NotAllowedError";
  await page.call.requestDevices();
  const { permission, micError, cameraError } = page.store.get().self;
  deepEqual({ permission, micError, cameraError }, {
    permission: "denied",
    micError: "denied",
    cameraError: "denied",
  });
  await enter(page);
  equal(page.store.get().phase, "call");
});

Deno.test("devices that are granted after leaving are released at once", async () => {
  const page = open();
  await enter(page);
  const asking = page.call.toggleCamera();
  page.call.leave();
  await asking;
  ok(page.devices.opened.every(({ stopped }) => stopped));
});

Deno.test("a screen is shared, and stopped from the browser's own bar", async () => {
  const page = open();
  await enter(page);
  await page.call.startScreen();
  ok(page.media.session.tracks.screen);
  equal(page.store.get().screen.key, joinId(900));
  page.devices.opened[0].onended?.();
  equal(page.store.get().screen.key, null);
  deepEqual(page.codes(), ["screen_started", "screen_stopped"]);
});

Deno.test("a screen that comes second is stopped", async () => {
  const page = open();
  await enter(page);
  await page.call.startScreen();
  page.node.socket.say({ type: "error", code: "screen_busy", fatal: false });
  equal(page.store.get().self.screen, false);
  ok(page.codes().includes("screen_busy"));
});

Deno.test("thinking better of sharing a screen is no failure", async () => {
  const page = open();
  await enter(page);
  page.devices.refuses = "NotAllowedError";
  await page.call.startScreen();
  deepEqual(page.codes(), []);
});

Deno.test("media past the encryption stops everything that is sent", async () => {
  const page = open();
  await page.call.requestDevices();
  await enter(page);
  page.secures[0].emit("alarm", { code: "transform_idle", name: "mic" });
  const { state, code } = page.store.get().security;
  deepEqual({ state, code }, { state: "alarm", code: "transform_idle" });
  deepEqual(Object.values(page.media.session.tracks).filter(Boolean), []);
});

Deno.test("while something is wrong in the group nothing is sent; the gravest of it is shown", async () => {
  const page = open();
  await page.call.requestDevices();
  const secure = await meet(page, 1);
  secure.emit("alarm", { code: "not_let_in" });
  ok(page.media.session.tracks.mic);
  secure.emit("alarm", { code: "ghost" });
  secure.emit("alarm", { code: "of_a_later_version" });
  equal(page.security().code, "ghost");
  equal(page.media.session.tracks.mic, null);
  await page.call.sendChat("hello");
  equal(secure.said.length, 0);
  secure.emit("recovered", { code: "ghost" });
  equal(page.security().code, "not_let_in");
  ok(page.media.session.tracks.mic);
  secure.emit("recovered", { code: "not_let_in" });
  equal(page.security().state, "ok");
});

Deno.test("a worker that broke down is not trusted again", async () => {
  const page = open();
  const secure = await meet(page, 1);
  secure.emit("alarm", { code: "worker_failed" });
  secure.emit("recovered", { code: "worker_failed" });
  equal(page.security().code, "worker_failed");
});

Deno.test("who is removed from the group is out at once, and the keys are gone", async () => {
  const page = open();
  await page.call.requestDevices();
  const secure = await meet(page, 1);
  secure.emit("expelled", { by: "host" });
  equal(page.store.get().blocked?.code, "removed");
  await settle();
  ok(secure.closed);
  ok(page.media.session.closed);
  ok(page.devices.opened.every(({ stopped }) => stopped));
});

Deno.test("frames of nobody open: the page says so, and when it has passed", async () => {
  const page = open();
  await meet(page, 1);
  page.node.socket.say({ type: "slots", slots: [{ slot: 0, index: 1 }], screen: null });
  const counted = (
    /** @type {number} */ came,
    /** @type {number} */ out,
  ) => /** @type {any} */ ([{ name: "slot0/audio", in: came, out, lastJoin: out ? joinId(1) : null }]);
  for (let second = 1; second <= 4; second += 1) {
    page.secures[0].counted = counted(second * 50, 0);
    await page.clock.advance(1_000);
  }
  equal(page.store.get().security.code, "cannot_decrypt");
  ok(page.store.get().people[0].undecryptable);
  page.secures[0].counted = counted(300, 50);
  await page.clock.advance(1_000);
  equal(page.store.get().security.state, "ok");
  ok(!page.store.get().people[0].undecryptable);
});

Deno.test("leaving tells the node, lets go of devices and keys, and can be taken back", async () => {
  const page = open();
  await page.call.requestDevices();
  await enter(page);
  page.call.leave();
  await settle();
  equal(page.store.get().phase, "left");
  ok(page.node.socket.last("leave"));
  ok(page.media.session.closed);
  ok(page.secures[0].closed);
  ok(page.devices.opened.every(({ stopped }) => stopped));
  page.call.retry();
  await settle();
  equal(page.store.get().phase, "prejoin");
  equal(page.secures.length, 2);
});

Deno.test("who is removed is told", async () => {
  const page = open();
  await enter(page);
  page.node.socket.say({ type: "left", index: 3, reason: "removed" });
  equal(page.store.get().blocked?.code, "removed");
});

Deno.test("without a network the page says that it is offline", async () => {
  let online = true;
  const page = open({ online: () => online });
  await enter(page);
  online = false;
  page.node.socket.fail();
  deepEqual(page.store.get().connection.detail, "offline");
});

Deno.test("media that was away for long is told when it is back", async () => {
  const page = open();
  await enter(page);
  page.media.session.lose("disconnected");
  await page.clock.advance(2_000);
  page.node.socket.say({ type: "answer", sdp: "answer" });
  page.media.session.connect();
  deepEqual(page.codes(), ["media_recovered"]);
});

Deno.test("a node that is slow to agree on media does not keep people at the door", async () => {
  const page = open();
  await settle();
  page.call.join();
  await settle();
  await page.node.socket.accept();
  page.node.socket.say(welcome(3));
  await page.clock.advance(300);
  equal(page.store.get().phase, "call");
});

Deno.test("a page that said goodbye and stayed joins again by itself", async () => {
  const page = open();
  await enter(page);
  page.call.sayGoodbye();
  ok(page.node.socket.last("leave"));
  await reconnect(page);
  page.node.socket.say(welcome(4));
  await settle();
  await page.node.socket.accept();
  page.node.socket.say(welcome(5));
  equal(page.store.get().phase, "call");
  equal(page.store.get().self.index, 5);
  equal(page.secures[0].joins, 1);
});

/** @param {Page} page @param {string} state @param {string} proposal @param {number} [down] */
const path = (page, state, proposal, down = 300) => {
  page.node.socket.say({ type: "path", state, down, proposal });
  return page.clock.advance(0);
};

Deno.test("layers that nobody takes are switched off, nonsense changes nothing", async () => {
  const page = open();
  await meet(page, 1);
  page.node.socket.say({ type: "layers", kind: "camera", layers: [true, false, false], scalable: true });
  page.node.socket.say({ type: "layers", kind: "camera", layers: [], scalable: false });
  page.node.socket.say({ type: "layers", kind: "mic", layers: [false], scalable: false });
  deepEqual(page.media.session.layers, { camera: [[true, false, false], true] });
  equal(page.store.get().phase, "call");
});

Deno.test("with little data four small pictures are asked for, with sound only none, and all of them again", async () => {
  const page = open();
  await meet(page, 1, 2, 4, 5, 6, 7);
  const slots = [1, 2, 4, 5, 6, 7].map((index, slot) => ({ slot, index }));
  page.node.socket.say({ type: "slots", slots, screen: null });
  page.call.setVisibleTiles([1, 2, 4, 5, 6, 7].map((number) => ({ key: joinId(number), height: 300 })));
  const heights = async () => {
    await page.clock.advance(100);
    const view = /** @type {any} */ (page.node.socket.last("view"));
    return [view.slots.slice(0, 6).map((/** @type {any} */ slot) => slot.height).join(), view.slots[9].height];
  };
  deepEqual(await heights(), ["300,300,300,300,300,300", 2160]);
  page.call.setMode("low_data");
  deepEqual(await heights(), ["150,150,150,150,0,0", 2160]);
  page.call.setMode("audio_only");
  deepEqual(await heights(), ["0,0,0,0,0,0", 0]);
  equal(page.media.session.mode, "audio_only");
  page.node.socket.say({ type: "updated", index: 1, media: { ...quiet, screen: true } });
  page.node.socket.say({ type: "slots", slots, screen: 1 });
  deepEqual(await heights(), ["0,0,0,0,0,0", 0]);
  page.call.openScreen();
  deepEqual(await heights(), ["0,0,0,0,0,0", 2160]);
  page.call.setMode("full");
  deepEqual(await heights(), ["300,300,300,300,300,300", 2160]);
});

Deno.test("a chosen mode is there before the first request, and next time", async () => {
  const page = open();
  page.call.setMode("audio_only");
  await meet(page, 1);
  page.node.socket.say({ type: "slots", slots: [{ slot: 0, index: 1 }], screen: null });
  await page.clock.advance(100);
  equal(/** @type {any} */ (page.node.socket.last("view")).slots[0].height, 0);
  equal(page.kept.get("mode"), "audio_only");
  page.call.leave();
  page.call.open();
  equal(page.store.get().mode, "audio_only");
});

Deno.test("nothing is kept on the device unless somebody chooses", async () => {
  const page = open();
  await meet(page, 1);
  await path(page, "limited", "low_data");
  page.call.answerQuestion(true);
  equal(page.store.get().mode, "low_data");
  deepEqual([...page.kept], []);
});

Deno.test("a proposal is put once, followed by one press, and offers the way back when all is well", async () => {
  const page = open();
  await meet(page, 1);
  await path(page, "limited", "low_data");
  equal(page.store.get().question, "low_data");
  page.call.answerQuestion(true);
  deepEqual([page.store.get().mode, page.store.get().question], ["low_data", null]);
  await path(page, "limited", "none");
  equal(page.store.get().question, null);
  await path(page, "good", "none", 4_000);
  equal(page.store.get().question, "restore");
  page.call.answerQuestion(true);
  deepEqual([page.store.get().mode, page.store.get().question], ["full", null]);
});

Deno.test("who does not want to go back is not asked again", async () => {
  const page = open();
  await meet(page, 1);
  await path(page, "limited", "low_data");
  page.call.answerQuestion(true);
  await path(page, "good", "none");
  page.call.answerQuestion(false);
  await path(page, "limited", "none");
  await path(page, "good", "none");
  deepEqual([page.store.get().mode, page.store.get().question], ["low_data", null]);
});

Deno.test("a proposal that was dismissed is not made for five minutes, then again if it still stands", async () => {
  const page = open();
  await meet(page, 1);
  await path(page, "limited", "low_data");
  page.call.answerQuestion(false);
  await path(page, "poor", "audio_only");
  await page.clock.advance(4 * 60_000);
  equal(page.store.get().question, null);
  await page.clock.advance(61_000);
  equal(page.store.get().question, "audio_only");
});

Deno.test("a proposal that the node takes back is gone", async () => {
  const page = open();
  await meet(page, 1);
  await path(page, "limited", "low_data");
  await path(page, "good", "none");
  equal(page.store.get().question, null);
});

Deno.test("the camera goes off only when the person says so, and may come back", async () => {
  const page = open();
  await page.call.requestDevices();
  await meet(page, 1);
  page.call.setMode("audio_only");
  await page.clock.advance(0);
  deepEqual([page.store.get().question, page.store.get().self.camera], ["camera_off", true]);
  page.call.answerQuestion(true);
  await page.clock.advance(0);
  deepEqual([page.store.get().question, page.store.get().self.camera], [null, false]);
  page.call.setMode("full");
  await page.clock.advance(0);
  deepEqual([page.store.get().question, page.store.get().self.camera], ["camera_on", false]);
  page.call.answerQuestion(true);
  await page.clock.advance(0);
  deepEqual([page.store.get().question, page.store.get().self.camera], [null, true]);
});

Deno.test("who keeps the camera on is asked once", async () => {
  const page = open();
  await page.call.requestDevices();
  await meet(page, 1);
  page.call.setMode("audio_only");
  await page.clock.advance(0);
  page.call.answerQuestion(false);
  page.call.setMode("full");
  page.call.setMode("audio_only");
  await page.clock.advance(0);
  deepEqual([page.store.get().question, page.store.get().self.camera], [null, true]);
});

Deno.test("what was measured of one way says nothing of the next", async () => {
  const page = open();
  await meet(page, 1);
  await path(page, "limited", "low_data");
  page.node.socket.say({ type: "connection", state: "lost" });
  await settle();
  page.node.socket.say({ type: "answer", sdp: "answer" });
  await page.clock.advance(0);
  equal(page.store.get().question, null);
});

/** Statistics of a call in which so many packets of sound came to us. @param {number} packets @param {number} lost */
const heard = (packets, lost) => [
  { id: "T", type: "transport", selectedCandidatePairId: "P", bytesSent: packets * 50, bytesReceived: packets * 100 },
  { id: "P", type: "candidate-pair", localCandidateId: "L", currentRoundTripTime: 0.04 },
  { id: "L", type: "local-candidate", protocol: "udp" },
  {
    id: "A",
    type: "inbound-rtp",
    kind: "audio",
    mid: "4",
    packetsReceived: packets,
    packetsLost: lost,
    bytesReceived: 1,
  },
];

Deno.test("the connection gets its word from what is measured, and loses it with the call", async () => {
  const page = open();
  await meet(page, 1);
  page.media.session.stats = heard(0, 0);
  equal(page.store.get().quality, null);
  for (let second = 1; second <= 16; second += 1) {
    page.media.session.stats = heard(second * 50, 0);
    await page.clock.advance(1_000);
  }
  equal(page.store.get().quality, "good");
  for (let second = 17; second <= 32; second += 1) {
    page.media.session.stats = heard(second * 50, (second - 16) * 10);
    await page.clock.advance(1_000);
  }
  equal(page.store.get().quality, "poor");
  page.call.leave();
  equal(page.store.get().quality, null);
});

Deno.test("figures are made each second while somebody looks, and not a moment longer", async () => {
  const page = open();
  const secure = await meet(page, 1);
  const dropped = { noKey: 1, badTag: 0, replay: 0, malformed: 0, notAllowed: 0, internal: 0 };
  const counter = { kind: /** @type {const} */ ("audio"), in: 11, lastJoin: null };
  secure.counted = [
    { ...counter, name: "mic", operation: "seal", out: 11, dropped: { ...dropped, noKey: 0 } },
    { ...counter, name: "slot0/audio", operation: "open", out: 10, dropped },
  ];
  await path(page, "good", "none", 1_200);
  page.media.session.stats = heard(100, 0);
  page.call.watchDetails(true);
  await settle();
  page.media.session.stats = heard(150, 0);
  await page.clock.advance(1_000);
  const details = page.store.get().details;
  deepEqual(
    details &&
      [details.down, details.up, details.protocol, details.sealed, details.opened, details.refused, details.node],
    [40_000, 20_000, "udp", 11, 10, 1, 1_200],
  );
  page.call.watchDetails(false);
  equal(page.store.get().details, null);
  await page.clock.advance(3_000);
  equal(page.store.get().details, null);
});

const HOST = "AAAAAAAAAAAAAA";
const SEED = "s".repeat(42) + "A";

/** Opens the link that a node prints for whoever runs it. @param {boolean} keeps */
function openAsOperator(keeps) {
  /** @type {string[]} */
  const steps = [];
  const location = { ...ROOM, hash: `${ROOM.hash}.${HOST}!${SEED}` };
  const page = open({
    location,
    history: {
      pushState: () => {},
      replaceState: (_data, _title, url) => {
        steps.push("strip");
        Object.assign(location, split(`${url}`));
      },
    },
    importHost: (room, seed, host) => {
      steps.push(`keep ${room} ${seed} ${host}`);
      return Promise.resolve(keeps);
    },
    openSecure: ({ fragment }) => {
      steps.push(`open ${fragment}`);
      return Promise.resolve(new FakeSecure());
    },
  });
  return { page, steps, location };
}

for (const keeps of [true, false]) {
  Deno.test(`a link with the host's key makes its reader the host first, then opens the room (kept: ${keeps})`, async () => {
    const { page, steps, location } = openAsOperator(keeps);
    await settle();
    const fragment = `${ROOM.hash.slice(1)}.${HOST}`;
    deepEqual(steps, ["strip", `keep ABCDEFGH1234 ${SEED} ${HOST}`, `open ${fragment}`]);
    equal(location.hash, `#${fragment}`);
    equal(page.store.get().phase, "prejoin");
    equal(page.store.get().link?.includes(SEED), false);
  });
}

Deno.test("the same link again, while the room is open, changes neither room nor address", async () => {
  const { page, steps, location } = openAsOperator(true);
  await settle();
  location.hash += `!${SEED}`;
  page.call.navigate();
  await settle();
  equal(location.hash.includes("!"), false);
  equal(steps.filter((step) => step.startsWith("open")).length, 1);
});

Deno.test("a host's key behind a room that nobody governs is dropped", async () => {
  const location = { ...ROOM, hash: `${ROOM.hash}!${SEED}` };
  const page = open({
    location,
    history: { pushState: () => {}, replaceState: (_data, _title, url) => Object.assign(location, split(`${url}`)) },
    importHost: () => Promise.reject(new Error("there is nothing to be host of")),
  });
  await settle();
  equal(page.store.get().phase, "prejoin");
  equal(location.hash, ROOM.hash);
});
