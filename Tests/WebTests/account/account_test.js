// @ts-check
import { Account } from "../../../Web/account/account.js";
import { AccountAPI } from "../../../Web/account/api.js";
import { PersonalVault } from "../../../Web/account/vault.js";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { FakeAccounts } from "./fake-node.js";

const PASSWORD = "marea alta en otoño";
const ROOM = { room: "ABCDEFGH1234", fragment: "1AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAA", seed: null, name: "Asamblea" };

/** A passkey that computes the same secret each time, or none. @param {boolean} prf */
function authenticator(prf) {
  const results = prf ? { prf: { results: { first: new Uint8Array(32).fill(7).buffer } } } : {};
  const part = new Uint8Array(4).buffer;
  const response = { clientDataJSON: part, attestationObject: part, authenticatorData: part, signature: part };
  const answer = () =>
    Promise.resolve(/** @type {any} */ ({ id: "k", response, getClientExtensionResults: () => results }));
  /** @type {any} */
  const fake = {
    asked: [],
    create: answer,
    get: answer,
    parseCreation: (/** @type {any} */ json) => json,
    parseRequest: (/** @type {any} */ json) => json,
  };
  return fake;
}

const COMMON = () => Promise.resolve(new Set(["contraseña", "qwerty"]));

/**
 * A browser that may be one of several at the same node.
 * @param {FakeAccounts} node @param {any} [key] @param {() => Promise<ReadonlySet<string>>} [common]
 */
function browser(node, key = null, common = COMMON) {
  /** @type {any} */
  let held = null;
  const marks = /** @type {boolean[]} */ ([]);
  const api = new AccountAPI(node.fetch);
  let code = 0;
  const account = new Account({
    api,
    keyring: {
      get: () => Promise.resolve(held),
      put: (next) => Promise.resolve(void (held = next)),
      clear: () => Promise.resolve(void (held = null)),
    },
    authenticator: key,
    host: "tertulia.example",
    device: "Firefox, Linux",
    mark: (signedIn) => marks.push(signedIn),
    common,
    createCode: () => `0H2K4N6Q8SAVCXEZ7W5R3T9${code++}`,
  });
  return { account, api, marks, held: () => held };
}

/** @param {any} [key] */
async function registered(key) {
  const node = new FakeAccounts();
  const page = browser(node, key);
  await page.account.start("good");
  await page.account.register("Nawal ", PASSWORD, "good");
  const codes = page.account.state.codes;
  await page.account.keptCodes();
  return { node, codes, ...page };
}

Deno.test("making an account shows its recovery codes, sends neither them nor the password, and is inside", async () => {
  const node = new FakeAccounts();
  const { account, marks, held } = browser(node);
  await account.start("good");
  equal(account.state.step, "register");
  ok(await account.register("Nawal ", PASSWORD, "good"));
  equal(account.state.step, "codes");
  equal(account.state.codes.length, 8);
  const sent = JSON.stringify(node.heard);
  for (const secret of [PASSWORD, ...account.state.codes]) ok(!sent.includes(secret));
  equal(node.account?.name, "nawal");
  await account.keptCodes();
  deepEqual([account.state.step, account.state.codes, account.state.rooms], ["home", [], []]);
  deepEqual(marks, [false, true]);
  equal(held().name, "nawal");
});

Deno.test("a password that anybody would try first is refused here, wherever one is chosen, and nothing of it is sent", async () => {
  const { node, account } = await registered();
  node.heard.length = 0;
  equal(await account.changePassword(PASSWORD, "Contraseña2026!"), false);
  equal(account.state.problem, "common_password");
  equal(await account.changePassword(PASSWORD, "nawal.tertulia.example"), false);
  equal(account.state.problem, "context_password");
  ok(!node.heard.some(([path]) => path === "password"));
  const fresh = browser(new FakeAccounts()).account;
  await fresh.start("good");
  equal(await fresh.register("ana", "qwertyqwerty", "good"), false);
  equal(fresh.state.problem, "common_password");
});

Deno.test("without the list of common passwords none is chosen: the node does not answer", async () => {
  const node = new FakeAccounts();
  const { account } = browser(node, null, () => Promise.reject(new TypeError("network")));
  await account.start("good");
  equal(await account.register("nawal", PASSWORD, "good"), false);
  equal(account.state.problem, "offline");
  equal(node.last("register"), undefined);
});

Deno.test("what goes wrong is said, and the person is where they were", async () => {
  const node = new FakeAccounts();
  const { account } = browser(node);
  await account.start();
  equal(account.state.step, "signin");
  account.go("register");
  equal(await account.register("nawal", PASSWORD, "bad"), false);
  deepEqual([account.state.step, account.state.problem, account.state.busy], ["register", "no_invitation", false]);
  node.offline = true;
  await account.register("nawal", PASSWORD, "good");
  equal(account.state.problem, "offline");
  node.offline = false;
  node.next = { status: 429, body: '{"error":"too_many"}', headers: { "Retry-After": "90" } };
  await account.register("nawal", PASSWORD, "good");
  deepEqual([account.state.problem, account.state.after], ["too_many", 90]);
  node.next = { status: 502, body: "<html>" };
  await account.register("nawal", PASSWORD, "good");
  equal(account.state.problem, "unavailable");
});

Deno.test("signing in on another device opens the same rooms; a wrong password opens nothing", async () => {
  const { node, api, held } = await registered();
  await new PersonalVault(api, held().key).keepRoom(ROOM);
  node.signedIn = false;
  const other = browser(node);
  await other.account.start();
  await other.account.signIn("nawal", "marea baja");
  deepEqual([other.account.state.step, other.account.state.problem, other.held()], ["signin", "wrong", null]);
  await other.account.signIn("NAWAL", PASSWORD);
  deepEqual([other.account.state.step, other.account.state.rooms], ["home", [ROOM]]);
  ok(!JSON.stringify(node.account).includes("Asamblea"));
});

Deno.test("a second step stands between the password and the account", async () => {
  const { node, account } = await registered();
  await account.beginTOTP(PASSWORD);
  match(account.state.totp?.uri ?? "", /^otpauth:/);
  await account.confirmTOTP("000000");
  deepEqual([account.state.problem, account.state.account?.totp], ["wrong_code", false]);
  await account.confirmTOTP("123 456");
  deepEqual([account.state.totp, account.state.account?.totp], [null, true]);
  await account.signOut();
  await account.signIn("nawal", PASSWORD);
  deepEqual([account.state.step, account.state.steps, node.signedIn], ["second", ["totp"], false]);
  await account.giveCode("000000");
  deepEqual([account.state.step, account.state.problem], ["second", "wrong"]);
  await account.giveCode("123456");
  deepEqual([account.state.step, account.state.rooms], ["home", []]);
});

Deno.test("a second step that took too long begins again", async () => {
  const { node, account } = await registered();
  if (node.account) node.account.totp = true;
  await account.signOut();
  await account.signIn("nawal", PASSWORD);
  node.next = { status: 401, body: '{"error":"expired"}' };
  await account.giveCode("123456");
  deepEqual([account.state.step, account.state.problem], ["signin", "expired"]);
});

Deno.test("a passkey that computes a secret opens account and vault alone", async () => {
  const { node, account } = await registered(authenticator(true));
  ok(await account.addPasskey(PASSWORD, "Llave azul"));
  deepEqual(account.state.account?.passkeys.map(({ label, opens }) => [label, opens]), [["Llave azul", true]]);
  await account.signOut();
  const other = browser(node, authenticator(true));
  await other.account.start();
  await other.account.givePasskey();
  deepEqual([other.account.state.step, other.account.state.rooms], ["home", []]);
});

Deno.test("a passkey that does not leaves the vault closed until the password is there", async () => {
  const { node, account } = await registered(authenticator(false));
  await account.addPasskey(PASSWORD, "Llave azul");
  equal(node.last("passkeys/finish")?.key, undefined);
  await account.signOut();
  await account.givePasskey();
  deepEqual([account.state.step, account.state.rooms], ["home", null]);
  equal(await account.unlock("marea baja"), false);
  ok(await account.unlock(PASSWORD));
  deepEqual(account.state.rooms, []);
});

Deno.test("a recovery code opens once, asks for a new password, and loses nothing", async () => {
  const { node, api, held, codes, account } = await registered();
  await new PersonalVault(api, held().key).keepRoom(ROOM);
  await account.signOut();
  await account.recover("no code at all");
  equal(account.state.problem, "no_code");
  await account.recover(codes[0].toLowerCase());
  equal(account.state.step, "renew");
  await account.renewPassword("otra marea distinta");
  deepEqual([account.state.step, account.state.rooms, account.state.account?.recovery], ["home", [ROOM], 7]);
  equal(node.last("password")?.vault, undefined);
  await account.signOut();
  await account.recover(codes[0]);
  equal(account.state.problem, "wrong");
  await account.signIn("nawal", "otra marea distinta");
  deepEqual(account.state.rooms, [ROOM]);
});

Deno.test("a code of the operator opens the account but no vault: a new one is begun, and said to be empty", async () => {
  const { node, codes, account } = await registered();
  for (const entry of node.account?.recovery ?? []) delete entry.key;
  await account.signOut();
  await account.recover(codes[1]);
  equal(account.state.step, "renew");
  await account.renewPassword("otra marea distinta");
  ok(node.last("password")?.vault);
  deepEqual([account.state.step, account.state.rooms], ["home", []]);
});

Deno.test("what matters is confirmed with the password, and a wrong one is not sent", async () => {
  const { node, account } = await registered();
  const heard = node.heard.length;
  equal(await account.delete("marea baja"), false);
  deepEqual([account.state.problem, node.heard.slice(heard).map(([path]) => path)], ["wrong", ["vault"]]);
  ok(await account.changePassword(PASSWORD, "otra marea distinta"));
  equal(account.state.done, "password_changed");
  ok(await account.renewCodes("otra marea distinta"));
  equal(account.state.step, "codes");
  await account.keptCodes();
  ok(await account.delete("otra marea distinta"));
  deepEqual([node.account, account.state.step, account.state.done], [null, "signin", "deleted"]);
});

Deno.test("signing out, and a session that has ended elsewhere, leave nothing behind", async () => {
  const { node, account, held, marks } = await registered();
  node.signedIn = false;
  await account.endOthers();
  deepEqual([account.state.step, account.state.done, account.state.rooms], ["signin", "session_over", null]);
  deepEqual([held(), marks[marks.length - 1]], [null, false]);
});

Deno.test("two devices that write the vault at once both get there", async () => {
  const { node, api, held } = await registered();
  const vault = new PersonalVault(api, held().key);
  node.conflicts = 1;
  await vault.keepRoom(ROOM);
  await vault.keepSettings({ "tertulia.theme": "dark" });
  deepEqual(await vault.read(), { rooms: [ROOM], settings: { "tertulia.theme": "dark" } });
  await vault.forgetRoom(ROOM.room);
  deepEqual((await vault.read()).rooms, []);
});

Deno.test("a vault that another program wrote is taken with care", async () => {
  const { account, api, held } = await registered();
  const odd = {
    rooms: [{ ...ROOM, room: "<b>" }, { ...ROOM, fragment: 7 }, null, { ...ROOM, seed: "short" }],
    settings: { evil: "x" },
  };
  await new PersonalVault(api, held().key).change(() => /** @type {any} */ (odd));
  await account.start();
  deepEqual([account.state.rooms, account.state.settings], [[ROOM], {}]);
});

for (
  const [what, body] of [
    ["no JSON", "<html>"],
    ["a list", "[]"],
    ["a policy that is none", '{"registration":"maybe"}'],
    ["too much", `{"registration":"open","x":"${"a".repeat(70_000)}"}`],
  ]
) {
  Deno.test(`an answer that is ${what} is no answer`, async () => {
    const node = new FakeAccounts();
    const { account } = browser(node);
    node.next = { status: 200, body };
    await account.start();
    deepEqual([account.state.step, account.state.problem], ["unavailable", "invalid"]);
  });
}
