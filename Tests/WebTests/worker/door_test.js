// @ts-check
import { deepEqual, equal, ok } from "node:assert/strict";
import { encode } from "../../../Web/worker/base64url.js";
import { Door } from "../../../Web/worker/door.js";
import { RoomKeys } from "../../../Web/worker/room-keys.js";
import { memoryVault } from "./fakes.js";

const NOTHING = new Uint8Array();
const PROOF = Uint8Array.from({ length: 96 }, (_, at) => at);
const JOIN = new Uint8Array(16).fill(7);
const text = (/** @type {string} */ words) => new TextEncoder().encode(words);

/** @param {Record<string, unknown>} core */
const door = (core) => new Door(/** @type {any} */ ({ join: JOIN, ...core }), new RoomKeys(memoryVault()), "ROOM");

Deno.test("in a room that nobody governs the door asks nothing", async () => {
  deepEqual(await door({ hello: () => null }).hello("Ana"), {});
});

Deno.test("a guest shows the link's host, this device and a sealed name, and no more", async () => {
  /** @type {Uint8Array[]} */
  let told = [];
  const said = await door({
    hello: (/** @type {Uint8Array[]} */ ...arguments_) => {
      told = arguments_;
      return { governed: JOIN.subarray(0, 10), host: NOTHING, knock: JOIN, invitation: NOTHING };
    },
  }).hello('Ana "la de al lado"');
  deepEqual(Object.keys(said).sort(), ["device", "governed", "knock"]);
  equal(told[1].length, 16);
  deepEqual([told[0], told[2]], [text("ROOM"), text('"Ana \\"la de al lado\\""')]);
});

Deno.test("host and invitation are keys with their signatures", async () => {
  const core = { hello: () => ({ governed: JOIN, host: PROOF, knock: NOTHING, invitation: PROOF }) };
  const { host, invitation, knock } = await door(core).hello("Ana");
  deepEqual(host, { key: encode(PROOF.subarray(0, 32)), signature: encode(PROOF.subarray(32)) });
  deepEqual(invitation, host);
  equal(knock, undefined);
});

Deno.test("a name of any length and any characters fits its box", async () => {
  for (const name of ["", "é".repeat(64), "\u0000".repeat(300), "😀".repeat(200), "\ud800".repeat(100)]) {
    let length = 0;
    await door({
      hello: (/** @type {any} */ _room, /** @type {any} */ _device, /** @type {Uint8Array} */ json) => {
        length = json.length;
        ok(typeof JSON.parse(new TextDecoder().decode(json)) === "string");
        return null;
      },
    }).hello(name);
    ok(length >= 2 && length <= 256);
  }
});

Deno.test("what cannot be read at the door is nothing", () => {
  for (const content of [NOTHING, text("{}"), text("7"), text('"Ana'), Uint8Array.of(0xff)]) {
    const one = door({ readDoor: () => content });
    equal(one.knock("AAAA", encode(JOIN)), null);
    equal(one.label("AAAA"), null);
  }
  deepEqual(door({ readDoor: () => text('"Ana"   ') }).knock("AAAA", encode(JOIN)), { name: "Ana" });
  equal(door({ readDoor: () => text('"for the lawyer"') }).label("AAAA"), "for the lawyer");
  equal(door({ readDoor: () => text('"Ana"') }).knock("***", encode(JOIN)), null);
});

Deno.test("an invitation is made of what was wished, or not at all", () => {
  const wish = /** @type {const} */ ({ role: "speaker", uses: 1, expires: 0, delegates: false, label: "the lawyer" });
  equal(door({ invite: () => null }).invite(wish), null);
  /** @type {unknown} */
  let told;
  const made = door({
    invite: (/** @type {unknown} */ what) => {
      told = what;
      return { id: JOIN, fragment: text("1S.H.I"), chain: PROOF, label: PROOF };
    },
  }).invite(wish);
  deepEqual(told, { isSpeaker: true, delegates: false, uses: 1, expires: 0 });
  deepEqual(made, { id: encode(JOIN), fragment: "1S.H.I", chain: encode(PROOF), label: encode(PROOF) });
});
