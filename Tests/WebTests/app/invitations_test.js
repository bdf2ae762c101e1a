// @ts-check
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { readChain } from "../../../Web/app/certificates.js";
import { asTree, branch } from "../../../Web/app/invitations.js";
import { base64url, fromBase64url } from "../../../Web/app/link.js";
import { joinId, participant, settle, welcome } from "./fakes.js";
import { bits, DEFAULTS } from "../../../Web/app/permissions.js";
import { HOSTED, knock, open } from "./page.js";

// Written down by another implementation, after the structure in RoomRules.
const ONE =
  "QIkBSEhISEhISEhISAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAAAAAAAAAAAAAAAAAAAAEBAAMAAAAAcT-zAEBAU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTUw";
const TWO =
  "QRIBSEhISEhISEhISAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAAAAAAAAAAAAAAAAAAAAEBAAMAAAAAcT-zAEBAU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTUwFISEhISEhISEhIAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgJyzW6EIsQH-20JhpDxEwt9AAAAAQAAAAAAAAAAQEBTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NT";
const PARENT = "cs1uhCLEB_ttCYaQ8RMLfQ";
const CHILD = "dYd7tB05O1-4RVzmDs2N2g";

Deno.test("a chain tells what its last certificate gives, and by whom", async () => {
  deepEqual(await readChain(ONE), {
    id: PARENT,
    parent: null,
    role: "speaker",
    delegates: true,
    uses: 3,
    expires: 1_900_000_000,
  });
  deepEqual(await readChain(TWO), {
    id: CHILD,
    parent: PARENT,
    role: "listener",
    delegates: false,
    uses: 1,
    expires: 0,
  });
});

Deno.test("a chain cut anywhere, with something behind it, or of another version is none", async () => {
  const bytes = fromBase64url(TWO);
  for (let end = 0; end < bytes.length; end += 1) {
    equal(await readChain(base64url(bytes.slice(0, end))), null, `${end}`);
  }
  equal(await readChain(base64url(new Uint8Array([...bytes, 0]))), null);
  bytes[2] = 2;
  equal(await readChain(base64url(bytes)), null);
  equal(await readChain("<script>"), null);
});

const shown = (/** @type {string} */ id, /** @type {string | null} */ parent) => ({
  id,
  parent,
  label: null,
  role: /** @type {const} */ ("speaker"),
  delegates: true,
  uses: 1,
  devices: 0,
  expires: 0,
  revoked: false,
});

Deno.test("invitations are a tree, parents first; a branch is one with all below it", () => {
  const list = [shown("c", "b"), shown("a", null), shown("b", "a"), shown("d", null), shown("e", "gone")];
  deepEqual(asTree(list).map(({ invitation, depth }) => invitation.id + depth), ["a0", "b1", "c2", "d0", "e0"]);
  deepEqual(branch(list, "a"), ["a", "b", "c"]);
  deepEqual(branch(list, "c"), ["c"]);
});

Deno.test("a loop that a node made up ends", () => {
  const list = [shown("a", "b"), shown("b", "a"), shown("c", "c")];
  deepEqual(asTree(list), []);
  deepEqual(branch(list, "a").sort(), ["a", "b"]);
});

const WISH = { role: /** @type {const} */ ("speaker"), uses: 1, expires: 0, delegates: false, label: "Berta" };
const MADE = { id: PARENT, fragment: "1S.H.I", chain: "chain", label: "sealed" };

/** A host in the room, and two who came by an invitation and by one made with it. */
async function hosting() {
  const page = open({ location: { ...HOSTED } });
  const { secure, socket } = await knock(page);
  socket.say(welcome(0, { participants: [participant(1), participant(2)] }));
  socket.say({ type: "answer", sdp: "answer" });
  secure.emit("joined");
  secure.emit("members", {
    members: [
      { join: secure.join, leaf: 0, role: "host", isSelf: true, presence: "present", permissions: 8191 },
      { join: joinId(1), leaf: 1, role: "speaker", isSelf: false, presence: "present", invitation: PARENT },
      { join: joinId(2), leaf: 2, role: "listener", isSelf: false, presence: "present", invitation: CHILD },
    ],
  });
  secure.rule({ counter: 1, members: 3 });
  await settle();
  const list = [
    { id: PARENT, box: ONE, label: "", used: 1, devices: 2, revoked: false },
    { id: CHILD, box: TWO, label: "AAAA", used: 1, devices: 1, revoked: false },
  ];
  return { page, secure, socket, list };
}

/** Digests are computed beside the turns of promises. @param {() => boolean} done */
async function until(done) {
  for (let turn = 0; turn < 1_000 && !done(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("the node's list is opened, and one under a wrong name is not shown", async () => {
  const { page, socket, list } = await hosting();
  page.call.invitations?.ask();
  equal(socket.last("invitations")?.type, "invitations");
  socket.say({ type: "invitations", list: [...list, { ...list[0], id: CHILD }] });
  await until(() => page.store.get().invitations !== null);
  deepEqual(
    page.store.get().invitations?.map(({ id, parent, label, devices }) => ({ id, parent, label, devices })),
    [{ id: PARENT, parent: null, label: null, devices: 2 }, {
      id: CHILD,
      parent: PARENT,
      label: "label AAAA",
      devices: 1,
    }],
  );
});

Deno.test("an invitation that is made goes to the node sealed, and its link only to the person", async () => {
  const { page, secure, socket, list } = await hosting();
  equal(await page.call.invitations?.create(WISH), null);
  equal(socket.count("invite"), 0);
  secure.made = MADE;
  const made = page.call.invitations?.create(WISH);
  await settle();
  socket.say({ type: "invitations", list });
  equal(await made, "1S.H.I");
  deepEqual(socket.last("invite"), { v: 1, type: "invite", box: "chain", label: "sealed" });
  notEqual(JSON.stringify(socket.received).includes("Berta"), true);
});

Deno.test("a guest's own invitation says whether she may make others, until she is outside", async () => {
  for (const [invitation, delegates] of /** @type {const} */ ([[TWO, false], [ONE, true]])) {
    const page = open({ location: { ...HOSTED } });
    const { socket } = await knock(page);
    socket.say(welcome(1, { invitation }));
    await until(() => page.store.get().self.delegates);
    equal(page.store.get().self.delegates, delegates);
    socket.say({ type: "lobby", state: "waiting" });
    await settle();
    equal(page.store.get().self.delegates, false);
  }
});

Deno.test("who may invite further is given leave to, by whoever may give it", async () => {
  for (const role of /** @type {const} */ (["speaker", "listener"])) {
    const { page, secure, socket, list } = await hosting();
    secure.made = MADE;
    const made = page.call.invitations?.create({ ...WISH, role, delegates: true });
    await settle();
    equal(secure.count("setRules"), 0);
    socket.say({ type: "invitations", list });
    equal(await made, "1S.H.I");
    deepEqual(secure.last("setRules"), [{ [role]: DEFAULTS[role] | bits(["invite"]) }]);
  }
});

/** What keeps the node from having it. @type {[string, (page: Awaited<ReturnType<typeof hosting>>) => unknown][]} */
const FAILURES = [
  ["the node refuses it", ({ socket }) => socket.say({ type: "error", code: "not_allowed", fatal: false })],
  ["the connection is lost", ({ socket }) => socket.fail()],
  ["the node says nothing", ({ page }) => page.clock.advance(10_000)],
  ["the room is left", ({ page }) => page.call.leave()],
];
for (const [what, happen] of FAILURES) {
  Deno.test(`no link is given of an invitation that the node does not have: ${what}`, async () => {
    const room = await hosting();
    room.secure.made = MADE;
    const made = room.page.call.invitations?.create(WISH);
    await settle();
    // A list that was asked for before says nothing of it.
    room.socket.say({ type: "invitations", list: room.list.slice(1) });
    await happen(room);
    equal(await made, null);
    ok(!room.page.store.get().notices.some(({ code }) => code === "not_allowed"), "it is said in the sheet");
  });
}

Deno.test("what the node forbids besides is told as ever", async () => {
  const { page, socket } = await hosting();
  socket.say({ type: "error", code: "not_allowed", fatal: false });
  ok(page.store.get().notices.some(({ code }) => code === "not_allowed"));
});

Deno.test("taking an invitation back takes the whole branch: at the node, in the rules, and who came by it", async () => {
  const { page, secure, socket, list } = await hosting();
  socket.say({ type: "invitations", list });
  await until(() => page.store.get().invitations !== null);
  page.call.invitations?.revoke(PARENT);
  deepEqual(socket.last("revoke"), { v: 1, type: "revoke", ids: [PARENT, CHILD] });
  deepEqual(secure.last("setRules"), [{ revoke: [PARENT, CHILD] }]);
  deepEqual(secure.last("remove"), [[joinId(1), joinId(2)]]);
  page.call.invitations?.revoke(CHILD);
  deepEqual(secure.last("remove"), [[joinId(2)]]);
});

Deno.test("outside the room nothing is left of its invitations", async () => {
  const { page, socket, list } = await hosting();
  socket.say({ type: "invitations", list });
  await until(() => page.store.get().invitations !== null);
  page.call.leave();
  equal(page.store.get().invitations, null);
});
