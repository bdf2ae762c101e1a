// @ts-check
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { Devices } from "../../../Web/worker/device.js";
import { Hosts } from "../../../Web/worker/hosts.js";
import { memoryVault, noVault } from "./fakes.js";

const group = Uint8Array.of(1, 2, 3);
const join = new Uint8Array(16).fill(7);
const DAY = 24 * 60 * 60 * 1000;

/** @param {import("../../../Web/worker/vault.js").Vault} [vault] */
async function proof(vault = memoryVault()) {
  const proved = await new Devices(vault).prove(group, join);
  if (!proved) throw new Error("nothing proved");
  return proved;
}

Deno.test("a device is the same device in the next call", async () => {
  const vault = memoryVault();
  equal((await proof(vault)).device, (await proof(vault)).device);
  notEqual((await proof(vault)).device, (await proof()).device);
});

Deno.test("its key cannot be read by anybody", async () => {
  const vault = memoryVault();
  await proof(vault);
  equal(vault.stores.device.get("own").privateKey.extractable, false);
});

Deno.test("a proof holds for one join of one group", async () => {
  const { device, deviceProof } = await proof();
  const devices = new Devices(memoryVault());
  ok(await devices.check(device, deviceProof, group, join));
  equal(await devices.check(device, deviceProof, Uint8Array.of(1, 2, 4), join), null);
  equal(await devices.check(device, deviceProof, group, new Uint8Array(16)), null);
  equal(await devices.check((await proof()).device, deviceProof, group, join), null);
});

for (const value of [undefined, null, 7, "", "AAAA", "A".repeat(87), "*".repeat(87)]) {
  Deno.test(`no proof: ${value}`, async () => {
    const { device, deviceProof } = await proof();
    const devices = new Devices(memoryVault());
    equal(await devices.check(value, deviceProof, group, join), null);
    equal(await devices.check(device, value, group, join), null);
  });
}

Deno.test("a browser that keeps nothing proves nothing, and knows nobody", async () => {
  const devices = new Devices(noVault());
  equal(await devices.prove(group, join), null);
  equal(await devices.meet("somebody"), "new");
  equal(await new Devices(noVault()).meet("somebody"), "new");
});

Deno.test("who was met before has been seen; meeting them again in one call changes nothing", async () => {
  const vault = memoryVault();
  const first = new Devices(vault);
  deepEqual([await first.meet("ana"), await first.meet("ana")], ["new", "new"]);
  equal(await new Devices(vault).meet("ana"), "seen");
});

Deno.test("who was verified stays verified", async () => {
  const vault = memoryVault();
  const first = new Devices(vault);
  await first.meet("ana");
  await first.verify("ana");
  equal(await first.meet("ana"), "verified");
  equal(await new Devices(vault).meet("ana"), "verified");
});

Deno.test("memory of devices is bounded, and verified ones are forgotten last", async () => {
  const vault = memoryVault();
  let now = 0;
  const devices = new Devices(vault, () => now);
  await devices.verify("ana");
  for (now = 1; now <= 2_050; now += 1) await devices.meet(`somebody ${now}`);
  equal(vault.stores.people.size, 2_000);
  ok(vault.stores.people.has("ana"));
  ok(!vault.stores.people.has("somebody 1"));
});

Deno.test("a host stays the host of their room, on this device", async () => {
  const vault = memoryVault();
  const seed = new Uint8Array(32).fill(9);
  ok(await new Hosts(vault).keep("ROOM", seed));
  seed.fill(0);
  deepEqual(await new Hosts(vault).seed("ROOM"), new Uint8Array(32).fill(9));
  equal(await new Hosts(vault).seed("OTHER"), null);
});

Deno.test("a room that nobody visited for a month is forgotten, one that was visited is not", async () => {
  const vault = memoryVault();
  let now = 0;
  const hosts = new Hosts(vault, () => now);
  await hosts.keep("OLD", new Uint8Array(32));
  await hosts.keep("USED", new Uint8Array(32));
  now = 20 * DAY;
  ok(await hosts.seed("USED"));
  now = 40 * DAY;
  equal(await hosts.seed("OLD"), null);
  ok(await hosts.seed("USED"));
  equal(vault.stores.hosts.size, 1);
});

Deno.test("rooms with a host are bounded", async () => {
  const vault = memoryVault();
  let now = 0;
  const hosts = new Hosts(vault, () => now);
  for (; now < 300; now += 1) await hosts.keep(`ROOM${now}`, new Uint8Array(32));
  ok(vault.stores.hosts.size <= 201);
  ok(await hosts.seed("ROOM299"));
});

Deno.test("a browser that keeps nothing makes nobody a host", async () => {
  equal(await new Hosts(noVault()).keep("ROOM", new Uint8Array(32)), false);
});
