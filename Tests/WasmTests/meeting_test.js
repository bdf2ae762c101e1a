// @ts-check
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { encode } from "../../Web/worker/base64url.js";
import { CoreError } from "../../Web/worker/core.js";
import { Input } from "../../Web/worker/meeting-codec.js";
import { build, start } from "./module.js";
import { meet, Node, Person, SECRET } from "./people.js";

/** Meetings of several instances of the module that browsers run, over a node that does what it should. */

const text = (/** @type {string} */ words) => new TextEncoder().encode(words);
/** @param {Uint8Array} bytes */
const words = (bytes) => new TextDecoder().decode(bytes);
const module = await build("tests");

/** @param {string} [fragment] @param {Uint8Array | null} [seed] */
const person = async (fragment, seed) => new Person((await start(module)).core, fragment, seed);

Deno.test("who has the link is let in, and all see the same people and digits", async () => {
  const { people } = await meet(module, 4);
  const digits = people.map((one) => one.last("security").digits);
  equal(new Set(digits).size, 1);
  ok(/^\d{30}$/.test(digits[0]));
  for (const one of people) {
    equal(one.last("security").members, 4);
    deepEqual(
      one.last("members").members.map((/** @type {any} */ { join }) => join).sort(),
      people.map(({ join }) => encode(join)).sort(),
    );
    equal(one.last("alarm"), undefined);
  }
});

Deno.test("who has another link is not let in", async () => {
  const { node, people: [ana] } = await meet(module, 1);
  const eve = await person(`${SECRET.slice(0, -1)}Q`);
  node.enter(eve);
  equal(eve.last("joined"), undefined);
  equal(eve.last("said"), undefined);
  equal(ana.last("alarm")?.code, undefined);
});

Deno.test("what one says all others hear, and only once", async () => {
  const { node, people: [ana, ben, carla] } = await meet(module, 3);
  ana.hear(Input.say(text("hello"), "chat", null));
  const [message] = ana.sent;
  node.settle();
  for (const one of [ben, carla]) {
    equal(words(one.last("said").content), "hello");
    equal(one.last("said").from, encode(ana.join));
  }
  ana.sent.push(message);
  node.settle();
  equal(ben.events.filter(({ type }) => type === "said").length, 1);
});

Deno.test("what is said to one, the others do not even get", async () => {
  const { node, people: [ana, ben, carla] } = await meet(module, 3);
  ana.hear(Input.say(text("psst"), "direct", [ben.join]));
  node.settle();
  equal(words(ben.last("said").content), "psst");
  equal(carla.last("said"), undefined);
});

Deno.test("names reach those who are there and those who come later", async () => {
  const { node, people: [ana, ben] } = await meet(module, 2);
  ana.hear(Input.setProfile(text('{"name":"Ana"}')));
  node.settle();
  equal(words(ben.last("profile").body), '{"name":"Ana"}');
  const carla = await person();
  node.enter(carla);
  equal(words(carla.last("profile").body), '{"name":"Ana"}');
});

Deno.test("the host removes somebody, who is told and can read nothing more", async () => {
  const made = (await start(module)).core.createHost();
  const link = `${SECRET}.${encode(made.digest)}`;
  const node = new Node();
  const [host, ben, carla] = [await person(link, made.seed), await person(link), await person(link)];
  node.enter(host);
  host.hear(Input.admit([ben.join, carla.join]));
  for (const one of [ben, carla]) node.enter(one);
  equal(host.last("members").members.find((/** @type {any} */ { isSelf }) => isSelf).role, "host");
  host.hear(Input.remove([ben.join]));
  node.settle();
  deepEqual(ben.last("expelled"), { type: "expelled", by: "host" });
  equal(carla.last("security").members, 2);
  deepEqual(carla.last("removed"), { type: "removed", join: encode(ben.join), by: "host" });
  host.hear(Input.say(text("among us"), "chat", null));
  node.settle();
  equal(words(carla.last("said").content), "among us");
  equal(ben.last("said"), undefined);
});

Deno.test("a seed that is not the link's makes nobody a host", async () => {
  const [made, other] = [(await start(module)).core.createHost(), (await start(module)).core.createHost()];
  const node = new Node();
  const mallory = await person(`${SECRET}.${encode(made.digest)}`, other.seed);
  node.enter(mallory);
  node.enter(await person(`${SECRET}.${encode(made.digest)}`));
  notEqual(mallory.last("members").members.find((/** @type {any} */ { isSelf }) => isSelf).role, "host");
});

Deno.test("two compare six digits, and both are told when they match", async () => {
  const { node, people: [ana, ben] } = await meet(module, 2);
  ana.hear(Input.compare(ben.join));
  node.settle();
  equal(ben.last("comparison").status.step, "offered");
  ben.hear(Input.acceptComparison());
  node.settle();
  const [here, there] = [ana, ben].map((one) => one.last("comparison").status);
  deepEqual([here.step, there.step], ["compare", "compare"]);
  ok(/^\d{6}$/.test(here.digits));
  equal(here.digits, there.digits);
  ana.hear(Input.comparisonResult(true));
  node.settle();
  equal(ana.last("comparison").status.step, "confirming");
  ben.hear(Input.comparisonResult(true));
  node.settle();
  deepEqual([ana, ben].map((one) => one.last("comparison").status.step), ["matched", "matched"]);
  ana.hear(Input.cancelComparison());
  equal(ana.last("comparison").status, null);
});

Deno.test("nothing that was secret stays in the mailbox", async () => {
  const { core, exports } = await start(module);
  const node = new Node();
  const ana = new Person(core);
  node.enter(ana);
  ana.hear(Input.say(text("a secret of ours"), "chat", null));
  const memory = new Uint8Array(/** @type {WebAssembly.Memory} */ (exports.memory).buffer);
  const address = /** @type {() => number} */ (exports.mailbox_address)();
  ok(memory.subarray(address, address + 32 * 1024).every((byte) => byte === 0));
});

Deno.test("the mailbox grows with what it has to hold, up to a bound", async () => {
  const { core } = await start(module);
  core.open(SECRET, null);
  const time = { now: 0, wallClock: 1_700_000_000 };
  core.handle(Input.groupWelcome(new Uint8Array(64), new Uint8Array(1 << 20)), time);
  try {
    core.handle(Input.groupWelcome(new Uint8Array(64), new Uint8Array(5 << 20)), time);
  } catch (error) {
    equal(/** @type {CoreError} */ (error).code, "too_large");
    ok(!core.broken);
    return;
  }
  throw new Error("five megabytes were taken");
});

Deno.test("any bytes are an input or none; the module does not break", async () => {
  const { core } = await start(module);
  core.open(SECRET, null);
  let seed = 0x2545f491;
  const random = () => (seed = Math.imul(seed ^ seed >>> 15, 0x2c1b3c6d) >>> 0) / 2 ** 32;
  for (let round = 0; round < 2_000; round += 1) {
    const bytes = Uint8Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 256));
    try {
      core.handle({ kind: Math.floor(random() * 28), bytes }, { now: round, wallClock: 1_700_000_000 });
    } catch (error) {
      equal(/** @type {CoreError} */ (error).code, "malformed");
    }
  }
  ok(!core.broken);
});

for (
  const link of ["", "1", `2${SECRET.slice(1)}`, SECRET.slice(0, -1), `${SECRET}A`, `${SECRET}.AAAA`, "1".repeat(4_000)]
) {
  Deno.test(`no link: ${link.slice(0, 30)}`, async () => {
    const { core } = await start(module);
    try {
      core.open(link, null);
    } catch (error) {
      return equal(/** @type {CoreError} */ (error).code, "bad_link");
    }
    throw new Error("it was taken");
  });
}
