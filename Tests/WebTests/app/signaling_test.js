// @ts-check
import { deepEqual, equal, ok } from "node:assert/strict";
import { Signaling } from "../../../Web/app/signaling.js";
import { FakeClock, FakeNode, welcome } from "./fakes.js";

function start() {
  const clock = new FakeClock();
  const node = new FakeNode();
  /** @type {string[]} */
  const heard = [];
  /** @type {number[]} */
  const lostFor = [];
  let losses = 0;
  const signaling = new Signaling(
    {
      opened: (time) => {
        lostFor.push(time);
        return Promise.resolve([{ type: "hello", room: "R", gate: "G", join: "J" }]);
      },
      greeted: () => {},
      message: (message) => heard.push(message.type),
      lost: () => losses += 1,
    },
    clock,
    node.connect,
  );
  signaling.start();
  return { clock, node, heard, lostFor, signaling, losses: () => losses };
}

Deno.test("the greeting goes first", async () => {
  const { node, signaling } = start();
  equal(signaling.send({ type: "leave" }), false);
  await node.socket.accept();
  signaling.send({ type: "leave" });
  deepEqual(node.socket.received.map(({ type }) => type), ["hello", "leave"]);
});

Deno.test("a lost socket is replaced after a quarter of a second, then ever more slowly", async () => {
  const { clock, node } = start();
  await node.socket.accept();
  node.socket.say(welcome(0));
  /** @type {number[]} */
  const waits = [];
  for (let attempt = 0; attempt < 14; attempt += 1) {
    const before = clock.now();
    const count = node.sockets.length;
    node.socket.fail();
    while (node.sockets.length === count) await clock.advance(50);
    waits.push(clock.now() - before);
  }
  deepEqual(waits, [250, 250, 500, 1000, ...Array(9).fill(1500), 5000]);
});

Deno.test("how long there was no node is told with each greeting", async () => {
  const { clock, node, lostFor } = start();
  await node.socket.accept();
  node.socket.say(welcome(0));
  node.socket.fail();
  await clock.advance(250);
  await node.socket.accept();
  deepEqual(lostFor, [Infinity, 250]);
});

Deno.test("a socket that answers no ping is dead after ten seconds", async () => {
  const { clock, node, losses } = start();
  await node.socket.accept();
  node.socket.say(welcome(0));
  await clock.advance(5_000);
  equal(node.socket.count("ping"), 1);
  await clock.advance(9_999);
  equal(losses(), 0);
  await clock.advance(1);
  equal(losses(), 1);
});

Deno.test("pings that are answered keep the socket", async () => {
  const { clock, node, losses, heard } = start();
  await node.socket.accept();
  node.socket.say(welcome(0));
  for (let turn = 0; turn < 20; turn += 1) {
    await clock.advance(5_000);
    node.socket.say({ type: "pong" });
  }
  equal(losses(), 0);
  equal(node.sockets.length, 1);
  deepEqual(heard, ["welcome"]);
});

Deno.test("waking with a dead socket finds out within two seconds", async () => {
  const { clock, node, signaling, losses } = start();
  await node.socket.accept();
  node.socket.say(welcome(0));
  await clock.advance(100);
  signaling.wake();
  await clock.advance(2_000);
  equal(losses(), 1);
});

Deno.test("waking without a socket tries at once", async () => {
  const { clock, node, signaling } = start();
  for (let turn = 0; turn < 6; turn += 1) {
    node.socket.fail();
    await clock.advance(5_000);
  }
  node.socket.fail();
  const count = node.sockets.length;
  signaling.wake();
  equal(node.sockets.length, count + 1);
});

Deno.test("a node that takes the socket but never welcomes is given up after eight seconds", async () => {
  const { clock, node, losses } = start();
  await node.socket.accept();
  await clock.advance(8_000);
  equal(losses(), 1);
});

Deno.test("what is unknown or broken is counted and passed over", async () => {
  const { node, signaling, heard } = start();
  await node.socket.accept();
  node.socket.say({ type: "fountain" });
  node.socket.say({ type: "left", index: -1 });
  node.socket.onmessage?.({ data: "nonsense" });
  node.socket.say(welcome(0));
  deepEqual(signaling.counters, { unknown: 1, invalid: 0 });
  deepEqual(heard, ["welcome"]);
});

Deno.test("a node that sends only rubbish is left", async () => {
  const { node, losses } = start();
  await node.socket.accept();
  for (let turn = 0; turn < 51; turn += 1) node.socket.onmessage?.({ data: "nonsense" });
  equal(losses(), 1);
});

Deno.test("after the end nothing comes back", async () => {
  const { clock, node, signaling, losses } = start();
  await node.socket.accept();
  signaling.stop();
  node.socket.fail();
  await clock.advance(60_000);
  equal(node.sockets.length, 1);
  equal(losses(), 0);
  ok(!signaling.open);
});
