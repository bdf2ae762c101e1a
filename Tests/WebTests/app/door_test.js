// @ts-check
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fakeTrack, joinId, participant, settle, welcome } from "./fakes.js";
import { heard, HOSTED, knock, open } from "./page.js";

Deno.test("a hello into a room with a host says whose it is, which device knocks, and under which name", async () => {
  const page = open({ location: { ...HOSTED } });
  const { secure, socket } = await knock(page);
  deepEqual(secure.last("helloExtras"), ["Ana"]);
  const { governed, device, knock: box } = socket.received[0];
  deepEqual({ governed, device, box }, { governed: "HHHHHHHHHHHHHA", device: secure.extras.device, box: "sealed" });
  ok(!JSON.stringify(socket.received).includes("Ana"));
});

Deno.test("at the door nothing of the room is shown, and nothing is sent but that we are there", async () => {
  const page = open({ location: { ...HOSTED } });
  const { socket } = await knock(page);
  const before = socket.received.length;
  await page.clock.advance(4_000);
  const { phase, waiting, people } = page.store.get();
  equal(phase, "waiting");
  deepEqual({ state: waiting?.state, people }, { state: "waiting", people: [] });
  match(waiting?.digits ?? "", /^\d{12}$/);
  deepEqual(socket.received.slice(before), []);
  equal(page.media.session.closed, true);
  deepEqual(page.secures[0].count("enter"), 0);
});

Deno.test("a host takes her time: the socket is not given up while it answers", async () => {
  const page = open({ location: { ...HOSTED } });
  const { socket } = await knock(page);
  for (let minute = 0; minute < 12; minute += 1) {
    await page.clock.advance(5_000);
    socket.say({ type: "pong" });
  }
  equal(page.node.sockets.length, 1);
  equal(page.store.get().phase, "waiting");
});

Deno.test("let in, we enter the group, offer media anew, and the call is shown", async () => {
  const page = open({ location: { ...HOSTED } });
  const { secure, socket } = await knock(page);
  const offers = socket.count("offer");
  const flags = socket.count("media");
  socket.say(welcome(3, { participants: [participant(1)] }));
  await settle();
  equal(socket.count("offer"), offers + 1);
  equal(socket.count("media"), flags + 1);
  deepEqual(secure.count("enter"), 1);
  socket.say({ type: "answer", sdp: "answer" });
  equal(page.store.get().phase, "call");
  equal(page.store.get().waiting, null);
  page.media.session.connect();
  equal(page.store.get().connection.state, "connected");
});

Deno.test("a network lost at the door is found again, with the same device and the same place in time", async () => {
  const page = open({ location: { ...HOSTED } });
  const { secure, socket } = await knock(page);
  const since = page.store.get().waiting?.since;
  await page.clock.advance(3_000);
  socket.fail();
  equal(page.store.get().connection.state, "reconnecting");
  await page.clock.advance(300);
  await page.node.socket.accept();
  await heard(page);
  const hello = page.node.socket.received[0];
  deepEqual({ join: hello.join, device: hello.device }, { join: secure.join, device: secure.extras.device });
  page.node.socket.say({ type: "lobby", state: "no_host" });
  deepEqual(page.store.get().waiting, { state: "no_host", digits: page.store.get().waiting?.digits, since });
  equal(page.store.get().connection.state, "connected");
});

Deno.test("who was in the room and comes back too late stands at the door, and sees nothing of it any more", async () => {
  const page = open({ location: { ...HOSTED } });
  const { secure, socket } = await knock(page);
  socket.say(welcome(3, { participants: [participant(1)] }));
  secure.admit(1);
  secure.introduce(1, "Berta");
  await settle();
  socket.say({ type: "answer", sdp: "answer" });
  equal(page.store.get().people.length, 1);
  socket.fail();
  await page.clock.advance(20_000);
  await page.node.socket.accept();
  await heard(page);
  page.node.socket.say({ type: "lobby", state: "waiting" });
  await settle();
  const { phase, people, self } = page.store.get();
  deepEqual({ phase, people, key: self.key }, { phase: "waiting", people: [], key: "" });
  page.node.socket.say(welcome(4));
  await settle();
  page.node.socket.say({ type: "answer", sdp: "answer" });
  equal(page.store.get().phase, "call");
  equal(page.store.get().self.key, joinId(901));
});

for (
  const code of [
    "refused",
    "banned",
    "room_locked",
    "knock_limit",
    "invitation_used",
    "invitation_over",
    "no_invitation",
  ]
) {
  Deno.test(`the door stays shut: ${code}`, async () => {
    const page = open({ location: { ...HOSTED } });
    const { socket } = await knock(page);
    socket.say({ type: "error", code, fatal: true });
    await settle();
    const { phase, blocked, waiting } = page.store.get();
    deepEqual({ phase, code: blocked?.code, waiting }, { phase: "blocked", code, waiting: null });
    equal(page.secures[0].closed, true);
    await page.clock.advance(60_000);
    equal(page.node.sockets.length, 1);
  });
}

Deno.test("whoever stops waiting says so, and lets go of devices and keys", async () => {
  const page = open({ location: { ...HOSTED } });
  await page.call.requestDevices();
  const { socket } = await knock(page);
  page.call.leave();
  await settle();
  equal(socket.last("leave")?.type, "leave");
  deepEqual([page.store.get().phase, page.store.get().waiting], ["left", null]);
  ok(page.devices.opened.every(({ stopped }) => stopped));
  equal(page.secures[0].closed, true);
  ok(fakeTrack("audio").stopped === false);
});

Deno.test("a personal invitation is shown to the node, told to the group, and never part of what is passed on", async () => {
  const invited = { ...HOSTED, hash: `${HOSTED.hash}.BBBBBBBBBBBBBBBBBBBBBA` };
  const page = open({ location: invited });
  await settle();
  equal(page.store.get().link, HOSTED.origin + HOSTED.pathname + HOSTED.hash);
  const { secure, socket } = await knock(page);
  socket.say(welcome(3, { invitation: "chain" }));
  deepEqual(secure.last("useInvitation"), ["chain"]);
  const order = secure.told.map(([name]) => name);
  ok(order.indexOf("useInvitation") < order.indexOf("enter"));
});

Deno.test("an invitation of no use gives way to the room's own link", async () => {
  const page = open({ location: { ...HOSTED, hash: `${HOSTED.hash}.BBBBBBBBBBBBBBBBBBBBBA` } });
  const { socket } = await knock(page);
  socket.say({ type: "error", code: "invitation_used", fatal: true });
  await settle();
  page.call.dropInvitation();
  await settle();
  equal(page.store.get().phase, "prejoin");
  equal(page.location.hash, HOSTED.hash);
});

const LOCKED = { ...HOSTED, hash: `#2${HOSTED.hash.slice(2)}` };

Deno.test("a link that needs a password opens nothing before it is there", async () => {
  /** @type {object[]} */
  const opened = [];
  const page = open({ location: { ...LOCKED } }, { opening: (address) => opened.push(address) });
  await settle();
  equal(page.store.get().password, true);
  deepEqual(opened, []);
  page.call.setPassword("marea alta");
  await knock(page);
  deepEqual(opened, [{ room: "ABCDEFGH1234", fragment: LOCKED.hash.slice(1), password: "marea alta" }]);
});

Deno.test("whoever doubts the password steps back from the door and types another", async () => {
  /** @type {any[]} */
  const opened = [];
  const page = open({ location: { ...LOCKED } }, { opening: (address) => opened.push(address) });
  page.call.setPassword("marea baja");
  await knock(page);
  page.call.stepBack();
  await settle();
  deepEqual([page.store.get().phase, page.store.get().waiting, page.call.password], ["prejoin", null, "marea baja"]);
  page.call.setPassword("marea alta");
  page.call.join();
  await settle();
  deepEqual(opened.map(({ password }) => password), ["marea baja", "marea alta"]);
});

Deno.test("a password is in nothing that is sent or kept", async () => {
  const page = open({ location: { ...LOCKED } });
  page.call.setPassword("marea alta");
  await knock(page);
  const sent = JSON.stringify(page.node.sockets.map(({ received }) => received));
  ok(!sent.includes("marea") && !JSON.stringify([...page.kept]).includes("marea"));
  ok(!JSON.stringify(page.store.get().link).includes("marea"));
});

Deno.test("a password belongs to its room: the next room asks for its own", async () => {
  const page = open({ location: { ...LOCKED } });
  page.call.setPassword("marea alta");
  page.location.pathname = "/r/ZZZZZZZZ1234";
  page.call.navigate();
  await settle();
  equal(page.call.password, "");
});

Deno.test("a room made with a password has a host, and its maker types it once", async () => {
  const page = open();
  equal(await page.call.createRoom({ password: "marea alta" }), "made");
  await settle();
  match(page.location.hash, /^#2[\w-]{22}\.HHHHHHHHHHHHHA$/);
  deepEqual([page.store.get().password, page.call.password], [true, "marea alta"]);
});

Deno.test("without a key to be host with, no room with a password is made", async () => {
  const page = open({ createHost: () => Promise.resolve(null) });
  const before = page.location.hash;
  equal(await page.call.createRoom({ password: "marea alta" }), "no_host");
  equal(await page.call.createRoom({ keep: true }), "no_host");
  equal(page.location.hash, before);
});

Deno.test("a room to keep goes into the account first, and the node is asked once it knows the host", async () => {
  /** @type {any[]} */
  const kept = [];
  const page = open({ keepRoom: (room) => Promise.resolve(kept.push(room) > 0) });
  equal(await page.call.createRoom({ keep: true, name: "Asamblea" }), "made");
  deepEqual(kept.map(({ name, fragment }) => [name, `#${fragment}`]), [["Asamblea", page.location.hash]]);
  const { secure, socket } = await knock(page);
  socket.say(welcome(0));
  await settle();
  equal(socket.count("keep"), 0);
  secure.emit("joined");
  secure.holds([], { role: "host" });
  secure.rule({ counter: 1 });
  await settle();
  deepEqual(socket.last("keep"), { v: 1, type: "keep", kept: true });
  secure.holds([1], { role: "host" });
  await settle();
  equal(socket.count("keep"), 1);
});

Deno.test("a room that the account did not take is not opened", async () => {
  const page = open({ keepRoom: () => Promise.resolve(false) });
  const before = page.location.hash;
  equal(await page.call.createRoom({ keep: true }), "not_kept");
  equal(page.location.hash, before);
});
