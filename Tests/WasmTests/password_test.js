// @ts-check
import { equal, notEqual } from "node:assert/strict";
import { argon2id, passwordKey } from "../../Web/worker/password.js";
import { hexOf, ROOT, run } from "./module.js";

const out = `${ROOT}.build-wasm/tests`;
await run(`${ROOT}tools/build-wasm`, out);
const module = new WebAssembly.Module(await Deno.readFile(`${out}/argon2.wasm`));
const load = () => WebAssembly.instantiate(module, {});

/** Of the reference implementation's own tests (src/test.c, Argon2id, version 0x13), one lane. */
const VECTORS = [
  [2, 16, "password", "somesalt", "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"],
  [2, 8, "password", "somesalt", "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"],
  [1, 16, "password", "somesalt", "f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98"],
  [4, 16, "password", "somesalt", "9025d48e68ef7395cca9079da4c4ec3affb3c8911fe4f86d1a2520856f63172c"],
  [2, 16, "differentpassword", "somesalt", "0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde"],
  [2, 16, "password", "diffsalt", "bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c"],
];

for (const [passes, logarithm, password, salt, expected] of VECTORS) {
  Deno.test(`Argon2id of ${password} with ${salt}, ${passes} passes over 2^${logarithm} KiB`, async () => {
    const text = new TextEncoder();
    const kibibytes = 2 ** Number(logarithm);
    const [secret, salted] = [text.encode(String(password)), text.encode(String(salt))];
    equal(hexOf(argon2id(await load(), secret, salted, Number(passes), kibibytes)), expected);
  });
}

Deno.test("a room's password gives another key in another room, and the same however it is typed", async () => {
  const key = hexOf(await passwordKey("café", "0123456789ABCDEF", load));
  // Of libargon2 for this machine, with the salt of docs/sealing.md.
  equal(key, "f6931c595cae9531af605412ece9226f0b1c81f648b31ea59086071054645ae2");
  equal(hexOf(await passwordKey("cafe\u0301", "0123456789ABCDEF", load)), key);
  notEqual(hexOf(await passwordKey("café", "0123456789ABCDEG", load)), key);
  notEqual(hexOf(await passwordKey("cafe", "0123456789ABCDEF", load)), key);
});

Deno.test("the module imports nothing and is small", async () => {
  equal(WebAssembly.Module.imports(module).length, 0);
  const { size } = await Deno.stat(`${out}/argon2.wasm`);
  if (size > 25_000) throw new Error(`${size} bytes`);
});
