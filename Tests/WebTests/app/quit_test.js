// @ts-check
import { deepEqual, equal, ok } from "node:assert/strict";
import { forgetRoom } from "../../../Web/app/forget.js";
import { Haste } from "../../../Web/ui/quit.js";
import { memoryVault } from "../worker/fakes.js";
import { settle, welcome } from "./fakes.js";
import { heard, open } from "./page.js";

/** @param {{ forget?: (room: string) => Promise<void> }} [more] */
async function inCall({ forget = () => Promise.resolve() } = {}) {
  /** @type {string[]} */
  const steps = [];
  const page = open({
    forget: (room) => {
      steps.push(`forget ${room}`);
      return forget(room);
    },
    leaveNoTrace: { hide: () => void steps.push("hide"), go: () => void steps.push("go") },
  });
  await settle();
  page.call.setName("Ana");
  await page.call.requestDevices();
  page.call.join();
  await settle();
  await page.node.socket.accept();
  await heard(page);
  page.node.socket.say(welcome(0));
  await settle();
  return { ...page, steps };
}

Deno.test("leaving in a hurry hides the page, ends the worker and the devices, and puts another page in its place", async () => {
  const page = await inCall();
  const leaving = page.call.quit();
  deepEqual(page.steps, ["hide"], "before anything else nothing is seen");
  await leaving;
  deepEqual(page.steps, ["hide", "go"]);
  ok(page.secures[0].closed);
  ok(page.devices.opened.every(({ stopped }) => stopped));
  equal(page.node.socket.count("leave"), 1);
  equal(page.store.get().chat.length + page.store.get().people.length, 0);
  equal(page.store.get().link, "");
});

Deno.test("where the person chose so, the device forgets the room first", async () => {
  const page = await inCall();
  page.kept.set("quit-forgets", "on");
  await page.call.quit();
  deepEqual(page.steps, ["hide", "forget ABCDEFGH1234", "go"]);
});

Deno.test("a disk that hangs, or fails, keeps nobody here", async () => {
  const hangs = await inCall({ forget: () => new Promise(() => {}) });
  hangs.kept.set("quit-forgets", "on");
  hangs.call.quit();
  await hangs.clock.advance(400);
  equal(hangs.steps.at(-1), "go");
  const fails = await inCall({ forget: () => Promise.reject(new Error("full")) });
  fails.kept.set("quit-forgets", "on");
  await fails.call.quit();
  equal(fails.steps.at(-1), "go");
});

Deno.test("forgetting a room leaves the other rooms and the people met", async () => {
  const vault = memoryVault();
  await vault.put("hosts", "ROOM", { at: 1 });
  await vault.put("hosts", "OTHER", { at: 1 });
  await vault.put("people", "somebody", {});
  await forgetRoom("ROOM", vault);
  deepEqual(await vault.entries("hosts"), [["OTHER", { at: 1 }]]);
  equal((await vault.entries("people")).length, 1);
});

Deno.test("three presses in haste are meant; two, slow ones, a held key or another key between are not", () => {
  const escape = { key: "Escape", repeat: false };
  const press = (/** @type {[object, number][]} */ ...presses) => {
    const haste = new Haste();
    return presses.map(([event, at]) => haste.press(/** @type {any} */ (event), at)).at(-1);
  };
  equal(press([escape, 0], [escape, 200], [escape, 400]), true);
  equal(press([escape, 0], [escape, 200]), false);
  equal(press([escape, 0], [escape, 800], [escape, 1_600]), false);
  equal(press([escape, 0], [escape, 100], [{ key: "Escape", repeat: true }, 200]), false);
  equal(press([escape, 0], [{ key: "a", repeat: false }, 100], [escape, 200], [escape, 300]), false);
  const haste = new Haste();
  haste.press(escape, 0);
  haste.press(escape, 200);
  haste.forget();
  equal(haste.press(escape, 400), false, "a click between them begins the count anew");
});
