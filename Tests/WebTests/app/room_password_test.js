// @ts-check
import { deepEqual, equal } from "node:assert/strict";
import { participant, settle, welcome } from "./fakes.js";
import { heard, HOSTED, knock, open } from "./page.js";

const PATH = `https://example.org${HOSTED.pathname}`;
const NEW_LINK = "#2AAAAAAAAAAAAAAAAAAAAAA.HHHHHHHHHHHHHA";
const GATE = "n".repeat(43);

/** In the room, as its host. @param {Parameters<typeof open>[0]} [more] */
async function inside(more) {
  /** @type {object[]} */
  const followed = [];
  const page = open({ followRoom: (address) => void followed.push(address), ...more });
  const { secure, socket } = await knock(page);
  socket.say(welcome(3, { participants: [participant(1)] }));
  secure.admit(1);
  await page.clock.advance(400);
  const codes = () => page.store.get().notices.map(({ code }) => code);
  /** @param {boolean} password @param {string} [gate] */
  const change = async (password, gate = GATE) => {
    secure.gate = gate;
    secure.emit("link", { gate, password });
    await settle();
  };
  return { ...page, secure, codes, change, followed };
}

Deno.test("a password that is set is done when the group has it; link and address say so, and so does the account", async () => {
  const page = await inside();
  const done = page.call.changePassword("sobremesa larga");
  await settle();
  deepEqual(page.secure.last("setPassword"), ["ABCDEFGH1234", "sobremesa larga"]);
  equal(page.store.get().password, false);
  await page.change(true);
  equal(await done, true);
  const { link, password, phase } = page.store.get();
  deepEqual({ link, password, phase }, { link: PATH + NEW_LINK, password: true, phase: "call" });
  equal(page.location.hash, NEW_LINK);
  equal(page.call.password, "sobremesa larga");
  deepEqual(page.followed, [{ room: "ABCDEFGH1234", fragment: NEW_LINK.slice(1) }]);
  deepEqual(page.codes(), ["password_set"]);
});

Deno.test("who is inside hears which change it was, and shows the link of now", async () => {
  const page = await inside();
  await page.change(true);
  await page.change(true, "m".repeat(43));
  await page.change(false);
  deepEqual(page.codes(), ["password_set", "password_changed", "password_removed"]);
  equal(page.store.get().link, PATH + HOSTED.hash);
  equal(page.call.password, "");
});

Deno.test("a change that nobody hears of fails after a while, and may come about all the same", async () => {
  const page = await inside();
  const done = page.call.changePassword("sobremesa larga");
  await settle();
  equal(await page.call.changePassword("another one"), false);
  equal(page.secure.count("setPassword"), 1);
  await page.clock.advance(20_000);
  equal(await done, false);
  equal(page.call.password, "");
  await page.change(true);
  equal(page.store.get().password, true);
  const again = page.call.changePassword("");
  await settle();
  await page.change(false);
  equal(await again, true);
});

Deno.test("where a password cannot be stretched nothing changes", async () => {
  const page = await inside();
  page.secure.stretches = false;
  equal(await page.call.changePassword("sobremesa larga"), false);
  equal(page.store.get().password, false);
});

Deno.test("outside of a room there is no password to change", async () => {
  equal(await open().call.changePassword("sobremesa larga"), false);
});

Deno.test("who comes back after a loss comes with the gate of now, and with what a room with a host asks for", async () => {
  const page = await inside();
  await page.change(true);
  page.node.socket.fail();
  await page.clock.advance(300);
  await page.node.socket.accept();
  await heard(page);
  const { gate, resume, governed, device, join } = page.node.socket.received[0];
  deepEqual({ gate, resume, governed }, { gate: GATE, resume: "resume-token", governed: "HHHHHHHHHHHHHA" });
  deepEqual({ device, join }, { device: page.secure.extras.device, join: page.secure.join });
});

Deno.test("who was away for too long is told that the password was changed, and keeps nothing", async () => {
  const page = await inside();
  await page.change(true, "");
  const { phase, blocked } = page.store.get();
  deepEqual({ phase, blocked }, { phase: "blocked", blocked: { code: "password_changed" } });
  await settle();
  equal(page.secure.closed, true);
  equal(page.location.hash, HOSTED.hash);
});

Deno.test("a personal invitation stays in the address, and out of the link to pass on", async () => {
  const invitation = ".IIIIIIIIIIIIIIIIIIIIIA";
  const page = await inside({ location: { ...HOSTED, hash: HOSTED.hash + invitation } });
  await page.change(true);
  equal(page.location.hash, NEW_LINK + invitation);
  equal(page.store.get().link, PATH + NEW_LINK);
});
