// @ts-check
import { deepEqual, equal, notEqual } from "node:assert/strict";
import { Chat } from "../../../Web/app/chat.js";
import { createStore, initialState } from "../../../Web/app/store.js";
import { CHAT_UNITS } from "../../../Web/app/text.js";
import { FakeClock, settle } from "./fakes.js";

function start() {
  const state = initialState();
  const store = createStore({ ...state, self: { ...state.self, key: "ana", name: "Ana" } });
  const clock = new FakeClock();
  const group = { open: true, epoch: 1, said: /** @type {any[]} */ ([]) };
  const node = { up: true, epoch: 1, boxes: /** @type {string[]} */ ([]) };
  /** @type {string[]} */
  const notices = [];
  const chat = new Chat(store, {
    mayLink: () => true,
    seal: (message) => {
      if (!group.open) return Promise.resolve(null);
      group.said.push(message);
      return Promise.resolve({ box: `box${group.said.length}`, epoch: group.epoch });
    },
    send: ({ box }) => {
      if (node.up) node.boxes.push(box);
      return node.up;
    },
    epoch: () => node.epoch,
    author: () => ({ name: "Berta", index: 5 }),
    notice: (code) => notices.push(code),
  }, clock);
  const states = () => store.get().chat.map(({ state }) => state);
  return { store, clock, chat, group, node, notices, states };
}

Deno.test("what is said shows at once, and is sent when the node echoes it", async () => {
  const { chat, node, states, store } = start();
  await chat.say(" hello ");
  deepEqual(states(), ["sending"]);
  chat.echo(node.boxes[0]);
  deepEqual(states(), ["sent"]);
  deepEqual(store.get().chat.map(({ text, own, name, key }) => ({ text, own, name, key })), [
    { text: "hello", own: true, name: "Ana", key: "ana" },
  ]);
  equal(store.get().unread, 0);
});

Deno.test("a box that is not ours is no echo", async () => {
  const { chat, states } = start();
  await chat.say("hello");
  chat.echo("another");
  deepEqual(states(), ["sending"]);
});

Deno.test("no echo in eight seconds means failed, and may be sent again under the same id", async () => {
  const { chat, clock, group, node, notices, states, store } = start();
  await chat.say("hello");
  await clock.advance(8_000);
  deepEqual(states(), ["failed"]);
  deepEqual(notices, ["message_failed"]);
  await chat.again(store.get().chat[0].id);
  equal(group.said[1].id, group.said[0].id);
  chat.echo(node.boxes[1]);
  deepEqual(states(), ["sent"]);
});

Deno.test("what was handed on after its epoch had ended is sealed anew", async () => {
  const { chat, group, node, states } = start();
  await chat.say("hello");
  node.epoch = group.epoch = 2;
  chat.echo(node.boxes[0]);
  await settle();
  deepEqual(states(), ["sending"]);
  chat.echo(node.boxes[1]);
  deepEqual(states(), ["sent"]);
});

Deno.test("without a node a message waits, and goes out when there is one", async () => {
  const { chat, clock, node, states } = start();
  node.up = false;
  await chat.say("hello");
  await clock.advance(20_000);
  deepEqual(states(), ["sending"]);
  node.up = true;
  chat.flush();
  await settle();
  chat.echo(node.boxes[0]);
  deepEqual(states(), ["sent"]);
});

Deno.test("before the group lets us in a message waits, but not for ever", async () => {
  const { chat, clock, group, notices, states } = start();
  group.open = false;
  await chat.say("hello");
  await clock.advance(30_000);
  deepEqual(states(), ["failed"]);
  deepEqual(notices, ["message_failed"]);
});

Deno.test("somebody's message is shown and counted until read", () => {
  const { chat, store } = start();
  chat.receive("berta", { id: "1", text: "hi\u202E" });
  deepEqual(store.get().chat.map(({ text, own, key, name }) => ({ text, own, key, name })), [
    { text: "hi", own: false, key: "berta", name: "Berta" },
  ]);
  equal(store.get().unread, 1);
});

Deno.test("what arrives twice is shown once", () => {
  const { chat, store } = start();
  for (const id of ["1", "1", "2"]) chat.receive("berta", { id, text: "hi" });
  equal(store.get().chat.length, 2);
});

for (const message of [{}, { id: "1" }, { id: "1", text: 7 }, { text: "hi" }, { id: "x".repeat(65), text: "hi" }]) {
  Deno.test(`passed over: ${JSON.stringify(message).slice(0, 40)}`, () => {
    const { chat, store } = start();
    chat.receive("berta", message);
    equal(store.get().chat.length, 0);
  });
}

Deno.test("a text beyond the limit is not sent, and the person is told", async () => {
  const { chat, node, notices } = start();
  await chat.say("x".repeat(CHAT_UNITS + 1));
  equal(node.boxes.length, 0);
  deepEqual(notices, ["message_too_long"]);
});

Deno.test("nothing said is nothing sent", async () => {
  const { chat, node, notices } = start();
  await chat.say("  \n ");
  equal(node.boxes.length + notices.length, 0);
});

Deno.test("history is bounded", () => {
  const { chat, store } = start();
  for (let count = 0; count < 1_005; count += 1) chat.receive("berta", { id: `${count}`, text: `${count}` });
  equal(store.get().chat.length, 1_000);
  equal(store.get().chat[0].text, "5");
});

Deno.test("two messages have two ids", async () => {
  const { chat, group } = start();
  await chat.say("one");
  await chat.say("two");
  notEqual(group.said[0].id, group.said[1].id);
});

Deno.test("an echo that comes late turns failed into sent", async () => {
  const { chat, clock, node, states } = start();
  await chat.say("hello");
  await clock.advance(8_000);
  chat.echo(node.boxes[0]);
  deepEqual(states(), ["sent"]);
});
