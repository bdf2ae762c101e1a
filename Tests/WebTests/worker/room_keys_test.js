// @ts-check
import { deepEqual, equal, notDeepEqual, notEqual, ok } from "node:assert/strict";
import { decode } from "../../../Web/worker/base64url.js";
import { RoomKeys } from "../../../Web/worker/room-keys.js";
import { memoryVault, noVault } from "./fakes.js";

const JOIN = new Uint8Array(16).fill(7);
const DAY = 24 * 60 * 60 * 1000;

/** As a node checks it. @param {{ key: string, signature: string }} proof @param {string} room @param {Uint8Array} join */
async function isGood({ key, signature }, room, join) {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const raw = /** @type {Uint8Array<ArrayBuffer>} */ (decode(key));
  const publicKey = await crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"]);
  const statement = Uint8Array.of(...new TextEncoder().encode(`tertulia knock 1${room}`), ...join);
  const signed = /** @type {Uint8Array<ArrayBuffer>} */ (decode(signature));
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, publicKey, signed, statement);
}

Deno.test("a device is the same at one door, and another at the next", async () => {
  const vault = memoryVault();
  const first = await new RoomKeys(vault).prove("ROOM", JOIN);
  const again = await new RoomKeys(vault).prove("ROOM", JOIN);
  const elsewhere = await new RoomKeys(vault).prove("OTHER", JOIN);
  equal(first.proof.key, again.proof.key);
  deepEqual(first.digest, again.digest);
  equal(first.digest.length, 16);
  notEqual(first.proof.key, elsewhere.proof.key);
  notDeepEqual(first.digest, elsewhere.digest);
});

Deno.test("a proof holds for one join into one room", async () => {
  const { proof } = await new RoomKeys(memoryVault()).prove("ROOM", JOIN);
  ok(await isGood(proof, "ROOM", JOIN));
  ok(!await isGood(proof, "OTHER", JOIN));
  ok(!await isGood(proof, "ROOM", new Uint8Array(16)));
});

Deno.test("no script can read the key", async () => {
  const vault = memoryVault();
  await new RoomKeys(vault).prove("ROOM", JOIN);
  const { privateKey } = vault.stores.rooms.get("ROOM").pair;
  equal(privateKey.extractable, false);
  await crypto.subtle.exportKey("pkcs8", privateKey).then(() => {
    throw new Error("it was read");
  }, () => {});
});

Deno.test("where nothing is kept the device is the same as long as the page is open", async () => {
  const keys = new RoomKeys(noVault());
  equal((await keys.prove("ROOM", JOIN)).proof.key, (await keys.prove("ROOM", JOIN)).proof.key);
});

Deno.test("rooms are forgotten after 90 days without a visit, and bounded", async () => {
  const vault = memoryVault();
  let now = 0;
  const keys = new RoomKeys(vault, () => now);
  await keys.prove("OLD", JOIN);
  await keys.prove("USED", JOIN);
  now = 60 * DAY;
  await keys.prove("USED", JOIN);
  now = 91 * DAY;
  await keys.prove("NEW", JOIN);
  deepEqual([...vault.stores.rooms.keys()].sort(), ["NEW", "USED"]);
  for (let number = 0; number < 520; number += 1, now += 1) vault.stores.rooms.set(`R${number}`, { at: now });
  await keys.prove("LAST", JOIN);
  equal(vault.stores.rooms.size, 500);
  ok(vault.stores.rooms.has("LAST") && !vault.stores.rooms.has("R0"));
});
