// @ts-check
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { Call } from "../../../Web/app/call.js";
import { createStore } from "../../../Web/app/store.js";
import { FakeClock, FakeDevices, FakeMedia, FakeNode, FakeSecure, joinId, participant } from "./fakes.js";
import { quiet, seal, settle, welcome } from "./fakes.js";

/** @typedef {import("../../../Web/app/call.js").Environment} Environment */

const ROOM = { origin: "https://example.org", pathname: "/r/ABCDEFGH1234", hash: "#1AAAAAAAAAAAAAAAAAAAAAA" };

// The page wraps tracks into streams; outside a browser a list of tracks is all there is to a stream.
Object.assign(globalThis, {
  MediaStream: class {
    /** @param {object[]} tracks */
    constructor(tracks) {
      this.tracks = tracks;
    }
  },
});

/** @param {Partial<Environment>} [more] */
function open(more = {}) {
  const clock = new FakeClock();
  const node = new FakeNode();
  const media = new FakeMedia();
  const devices = new FakeDevices();
  /** @type {FakeSecure[]} */
  const secures = [];
  const store = createStore();
  const location = { ...ROOM };
  const meter = /** @type {any} */ ({ attach() {}, read: () => 0, close() {} });
  const call = new Call(store, {
    clock,
    location,
    history: { pushState: (_data, _title, url) => Object.assign(location, split(`${url}`)) },
    secureContext: true,
    online: () => true,
    canChooseSpeaker: true,
    media: /** @type {any} */ (devices),
    copy: () => Promise.resolve(),
    openSecure: () => {
      const secure = new FakeSecure();
      secures.push(secure);
      return Promise.resolve(secure);
    },
    connect: node.connect,
    createMediaSession: (_encryption, events) => media.create(events),
    meter,
    ...more,
  });
  call.open();
  const codes = () => store.get().notices.map(({ code }) => code);
  return { call, clock, node, media, devices, store, secures, codes, location };
}

/** @param {string} url */
function split(url) {
  const { pathname, hash } = new URL(url, ROOM.origin);
  return { pathname, hash };
}

/** @param {ReturnType<typeof open>} page @param {object} [more] */
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

/** The socket breaks, and the next one is accepted. @param {ReturnType<typeof open>} page */
async function reconnect(page) {
  page.node.socket.fail();
  await page.clock.advance(250);
  await page.node.socket.accept();
}

Deno.test("the start page is home, and a new room is one click away", async () => {
  const page = open({ location: { ...ROOM, pathname: "/", hash: "" } });
  equal(page.store.get().phase, "home");
  const made = open();
  made.call.createRoom();
  await settle();
  equal(made.store.get().phase, "prejoin");
  notEqual(made.location.pathname, ROOM.pathname);
  equal(made.store.get().link, ROOM.origin + made.location.pathname + made.location.hash);
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
  page.node.socket.say(welcome(3, { participants: [participant(1, { profile: seal(1, { name: "Berta" }) })] }));
  await settle();
  equal(page.store.get().phase, "joining");
  page.node.socket.say({ type: "answer", sdp: "answer" });
  equal(page.store.get().phase, "call");
  equal(page.secures[0].self, 3);
  deepEqual(page.store.get().people.map(({ index, name }) => ({ index, name })), [{ index: 1, name: "Berta" }]);
  ok(page.node.socket.last("profile"));
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

Deno.test("somebody comes, is named, and goes", async () => {
  const page = open();
  await enter(page);
  page.node.socket.say({ type: "joined", participant: participant(5) });
  page.node.socket.say({ type: "updated", index: 5, profile: seal(5, { name: "Berta" }) });
  await settle();
  deepEqual(page.secures[0].roster, [{ index: 5, join: joinId(5) }]);
  page.node.socket.say({ type: "left", index: 5, reason: "left" });
  deepEqual(page.store.get().notices.map(({ code, params }) => [code, params.name]), [["joined", "Berta"], [
    "left",
    "Berta",
  ]]);
  equal(page.store.get().people.length, 0);
});

Deno.test("who sends no name is announced without one, a moment later", async () => {
  const page = open();
  await enter(page);
  page.node.socket.say({ type: "joined", participant: participant(5) });
  deepEqual(page.codes(), []);
  await page.clock.advance(1_500);
  deepEqual(page.store.get().notices.map(({ code, params }) => [code, params.name]), [["joined", null]]);
});

Deno.test("a name sealed by somebody else is not shown, and the person is marked", async () => {
  const page = open();
  await enter(page);
  page.node.socket.say({ type: "joined", participant: participant(5, { profile: seal(6, { name: "Mallory" }) }) });
  await settle();
  const [person] = page.store.get().people;
  equal(person.name, null);
  ok(person.undecryptable);
});

Deno.test("a slot's stream goes to the person in it", async () => {
  const page = open();
  await enter(page, { participants: [participant(1), participant(2)] });
  page.node.socket.say({ type: "slots", slots: [{ slot: 4, index: 2 }], screen: null });
  const streams = page.store.get().people.map(({ stream }) => /** @type {any} */ (stream)?.name ?? null);
  deepEqual(streams, [null, "slot4"]);
});

Deno.test("what is on screen is asked for once", async () => {
  const page = open();
  await enter(page, { participants: [participant(1)] });
  page.node.socket.say({ type: "slots", slots: [{ slot: 0, index: 1 }], screen: null });
  page.call.setVisibleTiles([{ index: 1, height: 700 }]);
  await page.clock.advance(100);
  const { slots } = /** @type {any} */ (page.node.socket.last("view"));
  deepEqual(slots[0], { slot: 0, index: 1, height: 700, priority: 2 });
  page.call.setVisibleTiles([{ index: 1, height: 700 }]);
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
  await enter(page, { participants: [participant(1)] });
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
  equal(page.secures[0].self, 0);
  equal(page.media.sessions.length, 2);
  ok(page.media.sessions[0].closed);
  deepEqual(page.codes().filter((code) => code !== "message_failed"), ["server_restarted"]);
  equal(page.store.get().chat.length, 1);
});

Deno.test("a node that answers a resumption with another index is not followed", async () => {
  const page = open();
  await enter(page);
  await reconnect(page);
  page.node.socket.say(welcome(4, { resumed: true }));
  await settle();
  equal(page.secures[0].self, 3);
  await page.node.socket.accept();
  equal(page.secures[0].joins, 1);
  equal(page.node.socket.received[0].resume, undefined);
});

Deno.test("a second welcome on one socket changes nothing", async () => {
  const page = open();
  await enter(page);
  page.node.socket.say(welcome(9));
  equal(page.secures[0].self, 3);
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
  equal(page.store.get().screen.index, 3);
  page.devices.opened[0].onended?.();
  equal(page.store.get().screen.index, null);
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
  page.secures[0].dispatchEvent(new CustomEvent("alarm", { detail: { code: "transform_idle" } }));
  const { state, code } = page.store.get().security;
  deepEqual({ state, code }, { state: "alarm", code: "transform_idle" });
  deepEqual(Object.values(page.media.session.tracks).filter(Boolean), []);
});

Deno.test("frames of nobody open: the page says so, and when it has passed", async () => {
  const page = open();
  await enter(page, { participants: [participant(1)] });
  page.node.socket.say({ type: "slots", slots: [{ slot: 0, index: 1 }], screen: null });
  const counted = (
    /** @type {number} */ came,
    /** @type {number} */ out,
  ) => /** @type {any} */ ([{ name: "slot0/audio", in: came, out, lastIndex: out ? 1 : null }]);
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
  equal(page.secures[0].self, 5);
  equal(page.secures[0].joins, 1);
});
