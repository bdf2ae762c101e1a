// @ts-check
import { deepEqual, equal, ok } from "node:assert/strict";
import { bits, DEFAULTS, EVERYTHING } from "../../../Web/app/permissions.js";
import { joinId, member, participant, settle, welcome } from "./fakes.js";
import { heard, open } from "./page.js";

/** Into a room with rules, among these. @param {object} own @param {...object} others */
async function meet(own, ...others) {
  const page = open();
  await settle();
  page.call.setName("Ana");
  await page.call.requestDevices();
  page.call.join();
  await settle();
  await page.node.socket.accept();
  await heard(page);
  page.node.socket.say(welcome(0, { participants: others.map((_, at) => participant(at + 1)) }));
  page.node.socket.say({ type: "answer", sdp: "answer" });
  await settle();
  const secure = page.secures[0];
  secure.emit("joined");
  const hold = (/** @type {object} */ mine, /** @type {object[]} */ theirs = others) =>
    secure.emit("members", {
      members: [
        { ...member(0), join: secure.join, isSelf: true, ...mine },
        ...theirs.map((other, at) => ({ ...member(at + 1), ...other })),
      ],
    });
  hold(own);
  secure.rule({ counter: 1, hosts: 1, members: others.length + 1 });
  return {
    ...page,
    secure,
    hold,
    state: () => page.store.get(),
    codes: () => page.store.get().notices.map(({ code }) => code),
  };
}

const HOST = { role: "host", permissions: EVERYTHING };
const SPEAKER = { role: "speaker", permissions: DEFAULTS.speaker };

Deno.test("a room is frozen by one word to the core, and by one only while it stands still", async () => {
  const page = await meet(HOST, SPEAKER);
  page.call.hosting.freeze();
  equal(page.secure.count("freeze"), 1);
  page.secure.emit("frozen", { by: page.secure.join, on: true });
  ok(page.state().security.frozen);
  equal(page.state().security.frozenBy, page.secure.join);
  page.call.hosting.freeze();
  equal(page.secure.count("freeze"), 1);
});

Deno.test("a call to freeze stands until rules of a higher counter say otherwise", async () => {
  const page = await meet(SPEAKER, HOST);
  page.secure.emit("frozen", { by: joinId(1), on: true });
  page.secure.rule({ counter: 1, hosts: 1 });
  ok(page.state().security.frozen, "an older document does not end it");
  page.secure.rule({ counter: 2, hosts: 1, frozen: true });
  equal(page.state().security.frozenBy, joinId(1));
  page.secure.rule({ counter: 3, hosts: 1 });
  ok(!page.state().security.frozen);
  equal(page.state().security.frozenBy, null);
});

Deno.test("everybody goes on at once, or one alone", async () => {
  const page = await meet(HOST, { ...SPEAKER, permissions: 0, goesOn: true }, { ...SPEAKER, permissions: 0 });
  page.secure.rule({ counter: 2, hosts: 1, frozen: true });
  page.call.hosting.resumeOne(joinId(2), true);
  deepEqual(page.secure.last("setRules"), [{ frozen: true, entries: [{ join: joinId(2), goesOn: true }] }]);
  page.call.hosting.resume();
  deepEqual(page.secure.last("setRules"), [{ frozen: false, entries: [{ join: joinId(1), goesOn: false }] }]);
});

Deno.test("what is taken goes off here too, and stays off when it is given back", async () => {
  const page = await meet(SPEAKER, HOST);
  ok(page.state().self.mic && page.state().self.camera);
  page.hold({ ...SPEAKER, permissions: DEFAULTS.speaker & ~bits(["microphone"]) });
  ok(!page.state().self.mic && page.state().self.camera);
  await page.call.toggleMic();
  ok(!page.state().self.mic, "a press says why, and does nothing");
  page.hold(SPEAKER);
  ok(!page.state().self.mic);
  deepEqual(page.codes().slice(-3), ["taken", "held", "given"]);
  await page.call.toggleMic();
  ok(page.state().self.mic);
});

Deno.test("a frozen room switches devices off and says so once, not in notes", async () => {
  const page = await meet(SPEAKER, HOST);
  page.secure.emit("frozen", { by: joinId(1), on: true });
  page.hold({ ...SPEAKER, permissions: 0 });
  ok(!page.state().self.mic && !page.state().self.camera);
  ok(!page.codes().includes("taken"));
});

Deno.test("who may not write, share or react is told so, and nothing is sent", async () => {
  const page = await meet({ ...SPEAKER, permissions: 0 }, HOST);
  await page.call.sendChat("hello");
  await page.call.react("🎉");
  await page.call.startScreen();
  equal(page.secure.said.length, 0);
  equal(page.state().chat.length, 0);
  deepEqual(page.codes().filter((code) => code === "held").length, 3);
});

Deno.test("links of who may not write any are text, for those who read and for who writes", async () => {
  const page = await meet({ ...SPEAKER, permissions: DEFAULTS.newcomer }, SPEAKER);
  page.secure.says(1, { t: "chat", id: "1", text: "https://a.example" });
  page.secure.says(1, { t: "chat", id: "2", text: "https://a.example" }, { kind: "linkedChat" });
  deepEqual(page.state().chat.map(({ links }) => links), [false, true]);
  await page.call.sendChat("see https://a.example");
  ok(page.codes().includes("no_links"));
  equal(page.state().chat.length, 3);
});

Deno.test("an order is heeded when the core says that it is one, and never as mere words", async () => {
  const page = await meet(SPEAKER, HOST);
  page.secure.says(1, { t: "chat", id: "1", text: "hello" });
  page.secure.says(1, { t: "order", clear: true });
  equal(page.state().chat.length, 1);
  page.secure.says(1, { t: "order", v: 1, clear: true }, { kind: "order" });
  equal(page.state().chat.length, 0);
  ok(page.codes().includes("chat_cleared"));
});

Deno.test("a host vouches in the rules, somebody trusted by their word", async () => {
  const newcomer = { role: "newcomer", permissions: DEFAULTS.newcomer, veiled: true };
  const host = await meet(HOST, newcomer);
  ok(host.state().people[0].veiled);
  host.call.hosting.vouch(joinId(1));
  deepEqual(host.secure.last("setRules"), [{ entries: [{ join: joinId(1), role: "speaker" }] }]);
  const trusted = await meet({ ...SPEAKER, permissions: EVERYTHING }, newcomer);
  trusted.call.hosting.vouch(joinId(1));
  deepEqual(trusted.secure.last("vouch"), [joinId(1)]);
  equal(trusted.secure.count("setRules"), 0);
});

Deno.test("who is banned goes, with their device and what they were invited with", async () => {
  const page = await meet(HOST, { ...SPEAKER, invitation: joinId(77) }, SPEAKER);
  page.call.hosting.ban(joinId(1));
  deepEqual(page.node.socket.last("ban"), { v: 1, type: "ban", index: 1, branch: true });
  deepEqual(page.secure.last("remove"), [[joinId(1)]]);
  deepEqual(page.secure.last("setRules"), [{ revoke: [joinId(77)] }]);
  page.call.hosting.ban(joinId(2));
  deepEqual(page.node.socket.last("ban"), { v: 1, type: "ban", index: 2, branch: false });
});

Deno.test("while nobody hosts, whom the host trusted stands in; with a host there, not", async () => {
  const page = await meet({ ...SPEAKER, permissions: EVERYTHING }, SPEAKER);
  ok(!page.state().self.canRemove);
  page.secure.rule({ counter: 1, hosts: 0, standIns: 1 });
  ok(page.state().self.canRemove);
  page.secure.rule({ counter: 1, hosts: 1 });
  ok(!page.state().self.canRemove);
});

Deno.test("names that look alike are marked as they come, oneself included, and unmarked as they go", async () => {
  const page = await meet(HOST, SPEAKER, SPEAKER);
  page.secure.introduce(1, "Аna");
  page.secure.introduce(2, "Eva");
  deepEqual(page.state().people.map(({ alike }) => alike), ["alike", null]);
  page.secure.introduce(1, "Berta");
  deepEqual(page.state().people.map(({ alike }) => alike), [null, null]);
});

const knock = (/** @type {number} */ id, /** @type {string} */ name, more = {}) => ({
  type: "knock",
  id,
  join: joinId(50 + id),
  box: name,
  device: joinId(70 + id),
  again: false,
  ...more,
});

Deno.test("who knocks is shown with name and device, and marked when called like somebody inside", async () => {
  const page = await meet(HOST, SPEAKER);
  page.secure.introduce(1, "Berta");
  page.node.socket.say(knock(1, "Clara"));
  page.node.socket.say(knock(2, "BERTA", { again: true }));
  page.node.socket.say(knock(3, "UNREADABLE"));
  await settle();
  deepEqual(page.state().knocking.map(({ name, alike, again }) => [name, alike, again]), [
    ["Clara", null, false],
    ["BERTA", "alike", true],
    [null, null, false],
  ]);
  ok(page.state().knocking.every(({ digits }) => /^\d{12}$/.test(digits)));
  page.node.socket.say({ type: "knock_gone", id: 2 });
  deepEqual(page.state().knocking.map(({ id }) => id), [1, 3]);
});

Deno.test("who is let in as known is vouched for when they have come, and nobody else is", async () => {
  const page = await meet(HOST);
  for (const id of [1, 2]) page.node.socket.say(knock(id, `P${id}`));
  await settle();
  page.call.hosting.admit([1], true);
  page.call.hosting.admit([2]);
  deepEqual(page.secure.told.filter(([what]) => what === "letIn"), [["letIn", [joinId(51)]], ["letIn", [joinId(52)]]]);
  equal(page.secure.count("setRules"), 0);
  const newcomer = { role: "newcomer", permissions: DEFAULTS.newcomer, veiled: true };
  page.hold(HOST, [{ ...newcomer, join: joinId(51) }, { ...newcomer, join: joinId(52) }]);
  deepEqual(page.secure.last("setRules"), [{ entries: [{ join: joinId(51), role: "speaker" }] }]);
  page.hold(HOST, [{ ...newcomer, join: joinId(51) }, { ...newcomer, join: joinId(52) }]);
  equal(page.secure.count("setRules"), 1);
});

Deno.test("several are let in as known in one step, by somebody trusted too", async () => {
  const page = await meet({ ...SPEAKER, permissions: EVERYTHING });
  for (const id of [1, 2]) page.node.socket.say(knock(id, `P${id}`));
  await settle();
  page.call.hosting.admit([1, 2], true);
  const newcomer = { role: "newcomer", permissions: DEFAULTS.newcomer, veiled: true };
  page.hold(SPEAKER, [{ ...newcomer, join: joinId(51) }, { ...newcomer, join: joinId(52) }]);
  deepEqual(page.secure.told.filter(([what]) => what === "vouch"), [["vouch", joinId(51)], ["vouch", joinId(52)]]);
});

Deno.test("what a host changes while everything stands still does not set it going again", async () => {
  const page = await meet(HOST, SPEAKER);
  page.secure.emit("frozen", { by: joinId(1), on: true });
  page.call.hosting.allowPerson(joinId(1), "microphone", false);
  deepEqual(page.secure.last("setRules"), [{
    frozen: true,
    entries: [{ join: joinId(1), granted: 0, denied: bits(["microphone"]) }],
  }]);
});

Deno.test("one, some or all are let in or turned away, each answered once", async () => {
  const page = await meet(HOST);
  for (const id of [1, 2, 3, 4]) page.node.socket.say(knock(id, `P${id}`));
  await settle();
  page.call.hosting.admit([1, 2]);
  page.call.hosting.admit([1, 2]);
  deepEqual(page.node.socket.last("admit"), { v: 1, type: "admit", ids: [1, 2] });
  equal(page.node.socket.count("admit"), 1);
  page.call.hosting.turnAway([2, 3], true);
  deepEqual(page.node.socket.last("turn_away"), { v: 1, type: "turn_away", ids: [3], ban: true });
  deepEqual(page.state().knocking.map(({ answered }) => answered), [true, true, true, false]);
});

Deno.test("a node that sends people to the door without end fills no memory", async () => {
  const page = await meet(HOST);
  for (let id = 1; id < 100; id += 1) page.node.socket.say(knock(id, "P"));
  await settle();
  equal(page.state().knocking.length, 32);
});

Deno.test("a name with directions in it turns no words around at the door", async () => {
  const page = await meet(HOST);
  page.secure.readKnock = () => Promise.resolve({ name: "Eva\u202eabc" });
  page.node.socket.say(knock(1, "P"));
  await settle();
  equal(page.state().knocking[0].name, "Evaabc");
});
