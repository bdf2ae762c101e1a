// @ts-check
import { deepEqual, equal } from "node:assert/strict";
import { Chat } from "../../../Web/app/chat.js";
import { createStore, initialState } from "../../../Web/app/store.js";
import { CHAT_UNITS } from "../../../Web/app/text.js";
import { FakeClock, FakeSecure, joinId, seal } from "./fakes.js";

function start() {
  const state = initialState();
  const store = createStore({ ...state, self: { ...state.self, index: 3, name: "Ana" } });
  const clock = new FakeClock();
  const secure = new FakeSecure();
  secure.self = 3;
  secure.roster = [{ index: 5, join: joinId(5) }];
  const node = { up: true, boxes: /** @type {string[]} */ ([]) };
  /** @type {string[]} */
  const notices = [];
  const chat = new Chat(store, {
    seal: (message) => secure.sealMessage(message),
    open: (from, box) => secure.openMessage(from, box),
    send: (box) => {
      if (node.up) node.boxes.push(box);
      return node.up;
    },
    nameOf: () => "Berta",
    keyOf: () => "berta",
    notice: (code) => notices.push(code),
  }, clock);
  const states = () => store.get().chat.map(({ state }) => state);
  return { store, clock, chat, node, notices, states };
}

Deno.test("what is said shows at once, and is sent when the node echoes it", async () => {
  const { chat, node, states, store } = start();
  await chat.say(" hello ");
  deepEqual(states(), ["sending"]);
  await chat.receive(3, node.boxes[0]);
  deepEqual(states(), ["sent"]);
  deepEqual(store.get().chat.map(({ text, own, name }) => ({ text, own, name })), [
    { text: "hello", own: true, name: "Ana" },
  ]);
  equal(store.get().unread, 0);
});

Deno.test("an echo under another index is no echo", async () => {
  const { chat, node, states } = start();
  await chat.say("hello");
  equal(await chat.receive(5, node.boxes[0]), false);
  deepEqual(states(), ["sending"]);
});

Deno.test("no echo in eight seconds means failed, and may be sent again", async () => {
  const { chat, clock, node, notices, states, store } = start();
  await chat.say("hello");
  await clock.advance(8_000);
  deepEqual(states(), ["failed"]);
  deepEqual(notices, ["message_failed"]);
  await chat.again(store.get().chat[0].id);
  await chat.receive(3, node.boxes[1]);
  deepEqual(states(), ["sent"]);
});

Deno.test("without a node a message fails at once", async () => {
  const { chat, node, states } = start();
  node.up = false;
  await chat.say("hello");
  deepEqual(states(), ["failed"]);
});

Deno.test("somebody's message is shown and counted until read", async () => {
  const { chat, store } = start();
  await chat.receive(5, seal(5, { t: "chat", v: 1, text: "hi\u202E" }));
  deepEqual(store.get().chat.map(({ text, own, from, name }) => ({ text, own, from, name })), [
    { text: "hi", own: false, from: 5, name: "Berta" },
  ]);
  equal(store.get().unread, 1);
});

Deno.test("a message sealed by one and passed off as another's is refused", async () => {
  const { chat, store } = start();
  equal(await chat.receive(5, seal(6, { t: "chat", v: 1, text: "hi" })), false);
  equal(store.get().chat.length, 0);
});

for (const message of [{ t: "poll" }, { t: "chat" }, { t: "chat", text: 7 }, [], null, "text"]) {
  Deno.test(`passed over: ${JSON.stringify(message)}`, async () => {
    const { chat, store } = start();
    equal(await chat.receive(5, seal(5, /** @type {object} */ (message))), true);
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

Deno.test("history is bounded", async () => {
  const { chat, store } = start();
  for (let count = 0; count < 1_005; count += 1) await chat.receive(5, seal(5, { t: "chat", text: `${count}` }));
  equal(store.get().chat.length, 1_000);
  equal(store.get().chat[0].text, "5");
});

Deno.test("an echo that comes late turns failed into sent", async () => {
  const { chat, clock, node, states } = start();
  await chat.say("hello");
  await clock.advance(8_000);
  await chat.receive(3, node.boxes[0]);
  deepEqual(states(), ["sent"]);
});
