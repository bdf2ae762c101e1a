// @ts-check
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { EVERYTHING } from "../../../Web/app/permissions.js";
import { joinId, member, participant, settle, welcome } from "./fakes.js";
import { heard, open } from "./page.js";

const HOST = { role: "host", permissions: EVERYTHING };
const RULES = { counter: 3, hosts: 1, door: "lobby", veil: true };

/** A host's page in a room with these, or a guest's. @param {object} own @param {...number} others */
const meet = (own, ...others) => meetIn({}, own, ...others);

/** @param {Parameters<typeof open>[0]} more @param {object} own @param {...number} others */
async function meetIn(more, own, ...others) {
  const page = open(more);
  await settle();
  page.call.setName("Ana");
  await page.call.requestDevices();
  page.call.join();
  await settle();
  await page.node.socket.accept();
  await heard(page);
  page.node.socket.say(welcome(0, { participants: others.map((number) => participant(number)) }));
  page.node.socket.say({ type: "answer", sdp: "answer" });
  await settle();
  const [secure] = page.secures;
  secure.emit("joined");
  hold(secure, own, others);
  secure.rule({ ...RULES, members: others.length + 1 });
  const [socket] = page.node.sockets;
  return { ...page, secure, socket, state: () => page.store.get(), move: () => page.store.get().move };
}

/** @param {import("./fakes.js").FakeSecure} secure @param {object} own @param {number[]} others */
function hold(secure, own, others) {
  const members = [{ ...member(0), join: secure.join, isSelf: true, ...own }, ...others.map((other) => member(other))];
  secure.emit("members", { members });
}

/** The page has gone to another room, and is let in there. @param {Awaited<ReturnType<typeof meet>>} page @param {object} own */
async function letIn(page, own) {
  await page.clock.advance(0);
  await page.node.socket.accept();
  await heard(page);
  page.node.socket.say(welcome(0));
  page.node.socket.say({ type: "answer", sdp: "answer" });
  await settle();
  const secure = page.secures[page.secures.length - 1];
  secure.join = joinId(901);
  secure.emit("joined");
  hold(secure, own, []);
  secure.rule({ ...RULES, counter: 1 });
  await page.clock.advance(100);
  return secure;
}

Deno.test("a host moves everybody but one: new room, door open, removal, order, and the door shut behind them", async () => {
  const page = await meet(HOST, 1, 2, 3);
  const [link, old] = [page.state().link, page.location.pathname];
  page.call.hosting.move([joinId(2)]);
  await settle();
  deepEqual(page.move(), { step: "making", expected: 2, arrived: 0 });
  const next = await letIn(page, HOST);
  equal(page.node.sockets.length, 2);
  equal(page.state().people.length, 3, "what is shown is the old room still");
  deepEqual({ .../** @type {any} */ (next.last("setRules")[0]), speaker: 0, listener: 0, newcomer: 0 }, {
    door: "open",
    veil: false,
    speaker: 0,
    listener: 0,
    newcomer: 0,
  });
  next.rule({ ...RULES, counter: 2, door: "open", veil: false });
  await page.clock.advance(100);
  equal(page.move()?.step, "removing");
  deepEqual(page.secure.last("remove"), [[joinId(2)]]);
  equal(page.secure.count("order"), 0, "nobody is called before the intruder is out");

  deepEqual(page.secure.last("setRules"), [{ door: "locked" }]);
  hold(page.secure, HOST, [1, 3]);
  await page.clock.advance(100);
  equal(page.secure.count("order"), 0, "nor before the door is locked behind them");
  // The one who was removed is back as somebody else, or a friend has come instead.
  hold(page.secure, HOST, [1, 3, 4]);
  page.secure.rule({ ...RULES, counter: 4, door: "locked" });
  await page.clock.advance(100);
  deepEqual(page.secure.last("remove"), [[joinId(4)]]);
  equal(page.secure.count("remove"), 2, "each is removed once");
  equal(page.secure.count("order"), 0);

  hold(page.secure, HOST, [1, 3]);
  await page.clock.advance(100);
  const [order] = /** @type {any[]} */ (page.secure.last("order"));
  equal(page.move()?.step, "calling");
  match(order.move.room, /^[0-9A-Z]{16}$/);
  match(order.move.fragment, /^1[\w-]{22}\.HHHHHHHHHHHHHA$/);
  equal(page.location.pathname, `/r/${order.move.room}`);
  notEqual(page.location.pathname, old);
  notEqual(page.state().link, link);
  equal(page.state().people.length, 0);
  equal(page.socket.count("leave"), 0, "the old room is not left before all have come");

  hold(next, HOST, [11, 13]);
  await page.clock.advance(100);
  equal(page.move(), null);
  equal(page.state().people.length, 2);
  deepEqual(next.last("setRules"), [{
    door: "lobby",
    veil: true,
    entries: [{ join: joinId(11), role: "speaker" }, { join: joinId(13), role: "speaker" }],
  }]);
  equal(page.socket.count("leave"), 1);
  ok(page.secure.closed && !next.closed);
});

Deno.test("devices follow into the new room and are heard in no other", async () => {
  const page = await meet(HOST, 1);
  ok(page.media.sessions[0].tracks.mic);
  page.call.hosting.move([]);
  await settle();
  const next = await letIn(page, HOST);
  const [first, second] = page.media.sessions;
  ok(!second.tracks.mic && first.tracks.mic, "behind, nothing is sent");
  next.rule({ ...RULES, counter: 2, door: "open", veil: false });
  await page.clock.advance(100);
  page.secure.rule({ ...RULES, counter: 4, door: "locked" });
  await page.clock.advance(100);
  ok(second.tracks.mic && !first.tracks.mic);
  ok(page.state().self.mic);
  deepEqual(page.socket.last("media"), {
    v: 1,
    type: "media",
    mic: false,
    camera: false,
    screen: false,
    screenAudio: false,
  });
});

for (
  const [what, breakIt] of /** @type {[string, (page: Awaited<ReturnType<typeof meet>>) => Promise<void>][]} */ ([
    ["the new room refuses us", async (page) => {
      await page.clock.advance(0);
      await page.node.socket.accept();
      await heard(page);
      page.node.socket.say({ type: "error", code: "server_full", fatal: true });
      await page.clock.advance(100);
    }],
    ["the new room never lets us in", async (page) => {
      await page.clock.advance(25_000);
    }],
    ["somebody cannot be removed", async (page) => {
      const next = await letIn(page, HOST);
      next.rule({ ...RULES, counter: 2, door: "open", veil: false });
      await page.clock.advance(10_000);
    }],
  ])
) {
  Deno.test(`the old room goes on when ${what}, and the move can be tried again`, async () => {
    const page = await meet(HOST, 1, 2);
    page.call.hosting.move([joinId(2)]);
    await settle();
    await breakIt(page);
    equal(page.move()?.step, "failed");
    equal(page.state().phase, "call");
    equal(page.state().people.length, 2);
    equal(page.secure.count("order"), 0);
    ok(!page.secure.closed && page.secures[1].closed);
    if (page.secure.count("setRules") > 0) deepEqual(page.secure.last("setRules"), [{ door: "lobby" }], "as it was");
    page.call.hosting.moveAgain();
    await settle();
    equal(page.move()?.step, "making");
    equal(page.secures.length, 3);
  });
}

Deno.test("where this device keeps nothing there is no new room, and nobody is removed", async () => {
  const page = await meetIn({ createHost: () => Promise.resolve(null) }, HOST, 1);
  page.call.hosting.move([joinId(1)]);
  await settle();
  equal(page.move()?.step, "failed");
  deepEqual([page.secure.count("remove"), page.secure.count("order")], [0, 0]);
  page.call.hosting.dismissMove();
  equal(page.move(), null);
});

Deno.test("outside of a room nobody is moved", async () => {
  const page = open();
  await settle();
  page.call.hosting.move([]);
  await settle();
  equal(page.store.get().move, null);
});

Deno.test("whoever has not come after half a minute can be called again, and the door opens for them", async () => {
  const page = await meet(HOST, 1, 2);
  page.call.hosting.move([]);
  await settle();
  const next = await letIn(page, HOST);
  next.rule({ ...RULES, counter: 2, door: "open", veil: false });
  await page.clock.advance(100);
  page.secure.rule({ ...RULES, counter: 4, door: "locked" });
  await page.clock.advance(100);
  hold(next, HOST, [11]);
  await page.clock.advance(31_000);
  deepEqual(page.move(), { step: "late", expected: 2, arrived: 1 });
  next.rule({ ...RULES, counter: 3, door: "lobby" });
  // Somebody got into the old room meanwhile, which another host had opened.
  hold(page.secure, HOST, [2, 5]);
  page.call.hosting.moveAgain();
  await page.clock.advance(100);
  deepEqual(page.secure.last("remove"), [[joinId(5)]]);
  notEqual(
    /** @type {any} */ (next.last("setRules")[0]).door,
    "open",
    "the new door stays shut until the stranger is out",
  );
  hold(page.secure, HOST, [2]);
  await page.clock.advance(100);
  deepEqual(next.last("setRules"), [{ door: "open" }]);
  next.rule({ ...RULES, counter: 4, door: "open" });
  await page.clock.advance(100);
  equal(page.secure.count("order"), 2);
  hold(next, HOST, [11, 12]);
  await page.clock.advance(100);
  equal(page.move(), null);
  ok(page.secure.closed);
});

Deno.test("leaving in the middle of a move leaves both rooms", async () => {
  const page = await meet(HOST, 1);
  page.call.hosting.move([]);
  await settle();
  await letIn(page, HOST);
  page.call.leave();
  await settle();
  equal(page.state().phase, "left");
  ok(page.secures.every(({ closed }) => closed));
  deepEqual(page.node.sockets.map((socket) => socket.count("leave")), [1, 1]);
});

const ORDER = { t: "order", v: 1, move: { room: "NEWR00M12345", fragment: "1BBBBBBBBBBBBBBBBBBBBBA.HHHHHHHHHHHHHA" } };

Deno.test("who is asked to move is in the new room before the old one is left", async () => {
  const page = await meet({}, 1, 2);
  page.secure.says(1, ORDER, { kind: "order" });
  await settle();
  equal(page.move()?.step, "moving");
  equal(page.socket.count("leave"), 0);
  const next = await letIn(page, {});
  equal(page.move(), null);
  equal(page.socket.count("leave"), 1);
  equal(page.location.pathname, "/r/NEWR00M12345");
  ok(page.secure.closed && !next.closed);
  equal(page.state().phase, "call");
  equal(page.store.get().notices.at(-1)?.code, "moved");
  equal(page.node.sockets[1].received[0].room, "NEWR00M12345");
});

Deno.test("the way to the new room is lost in the middle: the old one goes on, and the way is offered again", async () => {
  const page = await meet({}, 1, 2);
  page.secure.says(1, ORDER, { kind: "order" });
  await page.clock.advance(21_000);
  equal(page.move()?.step, "failed");
  equal(page.state().people.length, 2);
  ok(!page.secure.closed);
  page.call.hosting.moveAgain();
  await letIn(page, {});
  equal(page.location.pathname, "/r/NEWR00M12345");
});

for (
  const [what, said, more] of /** @type {[string, object, object][]} */ ([
    ["as mere words", ORDER, { kind: "chat" }],
    ["to no room", { t: "order", move: { room: "../evil", fragment: ORDER.move.fragment } }, { kind: "order" }],
    ["to another site", { t: "order", move: { room: "https://evil.example/", fragment: "x" } }, { kind: "order" }],
    ["without a secret", { t: "order", move: { room: "NEWR00M12345", fragment: "" } }, { kind: "order" }],
    ["to where we are", { t: "order", move: { room: "ABCDEFGH1234", fragment: ORDER.move.fragment } }, {
      kind: "order",
    }],
    ["in other shapes", { t: "order", move: ["NEWR00M12345"] }, { kind: "order" }],
  ])
) {
  Deno.test(`an order to move is passed over: ${what}`, async () => {
    const page = await meet({}, 1);
    page.secure.says(1, said, more);
    await page.clock.advance(1_000);
    equal(page.move(), null);
    equal(page.secures.length, 1);
  });
}
