// @ts-check
// Vectors computed by another implementation: Python's hashlib and hmac, and OpenSSL by way of `cryptography`.
import {
  accountName,
  createRecoveryCode,
  createVaultKey,
  openVault,
  passkeyWrapKey,
  passwordKeys,
  prfInput,
  readRecoveryCode,
  recoveryKeys,
  sealVault,
  showRecoveryCode,
  unwrap,
  usableKey,
  VaultError,
  wrap,
} from "../../../Web/account/vault-key.js";
import { base64url, fromBase64url } from "../../../Web/app/link.js";
import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";

const WHO = { name: "nawal", password: "marea alta en otoño", host: "tertulia.example" };
const KEYS = await passwordKeys(WHO);
const VAULT_KEY = Uint8Array.from({ length: 32 }, (_, at) => at);
const WRAPPED = "ZGVmZ2hpamtsbW5vEQEhiG75OjsIv2S2r9aZgiBEQwciNQQFB1K3TkCcNdTwwzs0BALH4XKMUIgZ1fNq";

Deno.test("a password becomes the secret that is sent and the key that is not", () => {
  equal(KEYS.secret, "Narqk-j5A99dvTpr981lEqZ8WfGZ9IBrWgEUhKghAJw");
  equal(base64url(KEYS.wrapKey), "gg11LqEXvdRNt5EuMZDjDwHuDaKVvQtZAe8EEpNBl6w");
});

Deno.test("the same password is another secret on another node, and under another name", async () => {
  notEqual((await passwordKeys({ ...WHO, host: "otra.example" })).secret, KEYS.secret);
  notEqual((await passwordKeys({ ...WHO, name: "nawa" })).secret, KEYS.secret);
});

Deno.test("a password typed with combining marks, or in another width, is the same one", async () => {
  equal((await passwordKeys({ ...WHO, password: WHO.password.normalize("NFD") })).secret, KEYS.secret);
});

Deno.test("what another implementation wrapped is unwrapped, and what is wrapped here comes back", async () => {
  deepEqual(await unwrap(KEYS.wrapKey, WRAPPED), VAULT_KEY);
  const wrapped = await wrap(KEYS.wrapKey, VAULT_KEY);
  equal(fromBase64url(wrapped).length, 60);
  notEqual(wrapped, WRAPPED);
  deepEqual(await unwrap(KEYS.wrapKey, wrapped), VAULT_KEY);
});

for (
  const [what, wrapped] of [
    ["a changed bit", WRAPPED.replace(/.$/, (letter) => letter === "q" ? "r" : "q").replace("EQEh", "EQEi")],
    ["nothing", ""],
    ["no base64url", "!".repeat(80)],
    ["too little", "AAAA"],
  ]
) {
  Deno.test(`a wrapped key with ${what} opens nothing`, async () => {
    await rejects(unwrap(KEYS.wrapKey, wrapped), (error) => error instanceof VaultError && error.code === "wrong_key");
  });
}

Deno.test("a recovery code proves itself by one value and opens by another", async () => {
  const { proof, check, wrapKey } = await recoveryKeys("7K2MQ9XV4TBD0HWC");
  equal(proof, "tTJLeyJDyXeKFCO6QeAQ3TzDMHYFZ2ckDbasDMtd9d4");
  equal(check, "OW-1MGbKtJJ__Dy69XT6LbtwyfIaMAw4BOeFL2rwRoE");
  equal(base64url(wrapKey), "92zXkg8P_Z3aJOFcTxbKBI0O4v_2FTzMpZvZ9hmIX78");
});

Deno.test("a passkey is asked for one fixed input, and its answer is a key of its own", async () => {
  equal(base64url(await prfInput()), "aUQgzdY2fdEUR2RiEKs3cL-fvOwBM_my0djBjhnzy8c");
  equal(base64url(await passkeyWrapKey(VAULT_KEY)), "t6PBgOYiUb9c20afQDk5nDFADb7dEQYcF39wJwgsVZI");
});

Deno.test("recovery codes are 24 letters and digits without look-alikes, each another", () => {
  const codes = Array.from({ length: 20 }, () => createRecoveryCode());
  for (const code of codes) match(code, /^[0-9A-HJKMNP-TV-Z]{24}$/);
  equal(new Set(codes).size, 20);
  equal(createRecoveryCode((bytes) => bytes.forEach((_, at) => bytes[at] = at * 17)), "0H2K4N6Q8SAVCXEZG1J3M5P7");
});

Deno.test("a recovery code is read as people type it", () => {
  const code = "0H2K4N1Q8SAVCXEZ7W5R3T9B";
  const shown = showRecoveryCode(code);
  equal(shown, "0H2K-4N1Q-8SAV-CXEZ-7W5R-3T9B");
  for (const typed of [shown, shown.toLowerCase(), "oh2k 4nlq 8sav cxez 7w5r 3t9b", "OH2K4NIQ8SAVCXEZ7W5R3T9B"]) {
    equal(readRecoveryCode(typed), code, typed);
  }
  for (
    const typed of ["", "0H2K-4N1Q-8SAV-CXEZ", `${shown}7`, shown.replace("7", "U"), `<b>${code}</b>`, `${code}';--`]
  ) {
    equal(readRecoveryCode(typed), null, typed);
  }
});

Deno.test("a name is taken as the node knows it", () => {
  equal(accountName("  NAWAL "), "nawal");
  equal(accountName("ＡＮＡ"), "ana");
});

Deno.test("the vault says nothing of what is in it, not even how much, about", async () => {
  const key = await usableKey(VAULT_KEY);
  const one = await sealVault(key, { v: 1, rooms: [], settings: {} });
  const other = await sealVault(key, { v: 1, rooms: [{ name: "a".repeat(400) }], settings: {} });
  equal(one.length, other.length);
  equal(fromBase64url(one).length, 1_024 + 28);
  deepEqual(await openVault(key, one), { v: 1, rooms: [], settings: {} });
  const large = await sealVault(key, { name: "a".repeat(1_100) });
  equal(fromBase64url(large).length, 2_048 + 28);
});

Deno.test("a vault of another key, or one that is too large, is refused", async () => {
  const key = await usableKey(VAULT_KEY);
  const sealed = await sealVault(key, { v: 1 });
  await rejects(openVault(await usableKey(createVaultKey()), sealed), { code: "wrong_key" });
  await rejects(sealVault(key, { name: "a".repeat(9_000) }), { code: "too_large" });
});

Deno.test("the key that is kept on the device cannot be read by scripts", async () => {
  const key = await usableKey(createVaultKey());
  equal(key.extractable, false);
  await rejects(crypto.subtle.exportKey("raw", key));
  ok(key.usages.includes("decrypt"));
});
