// @ts-check
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { decode, encode } from "../../Web/worker/base64url.js";
import { CoreError } from "../../Web/worker/core.js";
import { Door } from "../../Web/worker/door.js";
import { Input } from "../../Web/worker/meeting-codec.js";
import { RoomKeys } from "../../Web/worker/room-keys.js";
import { memoryVault } from "../WebTests/worker/fakes.js";
import { build, start } from "./module.js";
import { Node, Person, SECRET } from "./people.js";

/** A room with a host on the module that browsers run: who is let in, by what they show. */

const ROOM = "0123456789ABCDEF";
const module = await build("tests");
const decoded = (/** @type {string} */ text) => /** @type {Uint8Array<ArrayBuffer>} */ (decode(text));

/** @param {string} fragment @param {Uint8Array | null} [seed] */
async function comer(fragment, seed) {
  const person = new Person((await start(module)).core, fragment, seed);
  return { person, door: new Door(person.core, new RoomKeys(memoryVault()), ROOM) };
}

async function governed() {
  const { seed, digest } = (await start(module)).core.createHost();
  const link = `${SECRET}.${encode(digest)}`;
  const node = new Node();
  const host = await comer(link, seed);
  node.enter(host.person);
  node.settle();
  return { node, host, link, digest };
}

const WISH = /** @type {const} */ ({ role: "listener", uses: 1, expires: 0, delegates: true, label: "for the lawyer" });

Deno.test("a host's key and what a link names it by belong together, and to nobody else", async () => {
  const { core } = await start(module);
  const [one, other] = [core.createHost(), core.createHost()];
  ok(core.isHostKey(one.seed, encode(one.digest)));
  ok(!core.isHostKey(one.seed, encode(other.digest)));
  ok(!core.isHostKey(new Uint8Array(31), encode(one.digest)));
  ok(!core.isHostKey(new Uint8Array(), encode(one.digest)));
});

Deno.test("a hello shows the host's key where there is one, and a name that only the room reads", async () => {
  const { host, link, digest } = await governed();
  const guest = await comer(link);
  const said = await guest.door.hello("Ana");
  equal(said.governed, encode(digest));
  deepEqual([said.host, said.invitation], [undefined, undefined]);
  deepEqual(host.door.knock(/** @type {string} */ (said.knock), encode(guest.person.join)), { name: "Ana" });
  equal(host.door.knock(/** @type {string} */ (said.knock), encode(host.person.join)), null);
  const { host: proof } = await host.door.hello("Berta");
  equal(decoded(/** @type {any} */ (proof).key).length, 32);
  equal(decoded(/** @type {any} */ (proof).signature).length, 64);
  deepEqual(await (await comer(SECRET)).door.hello("Ana"), {});
});

Deno.test("who was invited is let in by whoever is there, with the role and the branch that they were given", async () => {
  const { node, host } = await governed();
  const made = /** @type {any} */ (host.door.invite(WISH));
  equal(host.door.label(made.label), "for the lawyer");
  const guest = await comer(made.fragment);
  ok((await guest.door.hello("Ana")).invitation);
  guest.person.hear(Input.invited(decoded(made.chain)));
  node.enter(guest.person);
  const shown = host.person.last("members").members.find((/** @type {any} */ one) =>
    one.join === encode(guest.person.join)
  );
  deepEqual([shown.role, shown.invitation, shown.invitedBy, shown.named], ["listener", made.id, null, false]);
  equal(guest.person.last("members").members.length, 2);
});

Deno.test("an invitation that is not the link's own is not used, and a chain that is none does no harm", async () => {
  const { host } = await governed();
  const [one, other] = [host.door.invite(WISH), host.door.invite(WISH)].map((made) => /** @type {any} */ (made));
  const guest = await comer(one.fragment);
  guest.person.hear(Input.invited(decoded(other.chain)));
  equal(guest.person.last("notice").code, 8);
  guest.person.hear(Input.invited(new Uint8Array(70)));
  equal(guest.person.events.filter(({ type }) => type === "notice").length, 2);
});

Deno.test("whoever has only the link invites nobody", async () => {
  const { link } = await governed();
  equal((await comer(link)).door.invite(WISH), null);
});

Deno.test("a link that asks for a password opens with one; another password is another door", async () => {
  const { digest } = (await start(module)).core.createHost();
  const link = `2${SECRET.slice(1)}.${encode(digest)}`;
  /** @param {Uint8Array | null} password */
  const gate = async (password) => encode((await start(module)).core.open(link, null, password).gate);
  equal(await gate(new Uint8Array(32).fill(1)), await gate(new Uint8Array(32).fill(1)));
  notEqual(await gate(new Uint8Array(32).fill(1)), await gate(new Uint8Array(32).fill(2)));
  try {
    await gate(null);
  } catch (error) {
    return equal(/** @type {CoreError} */ (error).code, "password_needed");
  }
  throw new Error("it was opened");
});

Deno.test("what cannot be read at the door does not break the module", async () => {
  const { host } = await governed();
  for (const box of ["", "AAAA", encode(new Uint8Array(284)), encode(new Uint8Array(5000))]) {
    equal(host.door.label(box), null);
    equal(host.door.knock(box, encode(host.person.join)), null);
  }
  ok(!host.person.core.broken);
});

Deno.test("the host changes the password: everybody inside has the gate that a link with it opens with, and no other", async () => {
  const { node, host, link } = await governed();
  const inside = await comer(link);
  host.person.hear(Input.admit([inside.person.join]));
  node.enter(inside.person);
  node.settle();
  const password = Uint8Array.from({ length: 32 }, (_, at) => at);
  const opened = (await start(module)).core.open(link.replace("1", "2"), null, password);
  for (const [key, gate, asks] of [[password, opened.gate, true], [new Uint8Array(), null, false]]) {
    host.person.hear(Input.setPassword(/** @type {any} */ (key)));
    node.settle();
    for (const { person } of [host, inside]) {
      const told = /** @type {any} */ (person.events.findLast(({ type }) => type === "link"));
      equal(told.password, asks);
      if (gate) equal(told.gate, encode(/** @type {any} */ (gate)));
      else notEqual(told.gate, encode(opened.gate));
    }
  }
  inside.person.hear(Input.setPassword(password));
  node.settle();
  equal(inside.person.events.filter(({ type }) => type === "link").length, 2);
});
