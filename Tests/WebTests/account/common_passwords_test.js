// @ts-check
import { commonPasswords, isCommon, isOfContext, SHORTEST } from "../../../Web/account/common-passwords.js";
import { equal, ok, rejects } from "node:assert/strict";

const ROOT = new URL("../../../", import.meta.url);
const built = await new Deno.Command(new URL("tools/build-passwords", ROOT), {
  args: [new URL(".build/passwords-test", ROOT).pathname],
  stderr: "inherit",
}).output();
ok(built.success);
const text = await Deno.readTextFile(new URL(".build/passwords-test/common-passwords.txt", ROOT));
const list = await commonPasswords(() => Promise.resolve(new Response(text)));

Deno.test("the list holds more than 3,000 entries that are long enough to be passwords, and no other form of one", () => {
  ok([...list].filter((entry) => [...entry].length >= SHORTEST).length > 3_000);
  for (const entry of list) equal(entry, entry.toLowerCase());
  equal(text, [...list].join("\n"), "nothing twice");
});

Deno.test("common passwords are refused: as they are, in capitals, in another width, with digits and signs around, repeated", () => {
  for (
    const password of [
      "1234567890",
      "qwertyuiop",
      "Qwertyuiop",
      "ＱＷＥＲＴＹＵＩＯＰ",
      "iloveyou2026!",
      "!!!dragon!!!",
      "1qaz2wsx3edc",
      "california",
      "christopher1",
      "dragondragon",
      "monkeymonkey99",
      "1111111111",
      "abcabcabcabc",
    ]
  ) ok(isCommon(password, list), password);
});

Deno.test("passwords of any composition are taken that nobody would try first", () => {
  for (
    const password of [
      "marea alta en otoño",
      "correct horse battery",
      "48271936025517",
      "!?&%$§+*#_-:;,",
      "кот пьёт молоко",
      "dragon y lámpara",
      "猫が牛乳を飲んでいるのです",
      "Vq7x2mZpL0",
    ]
  ) ok(!isCommon(password, list) && !isOfContext(password, { name: "ana", host: "meet.example" }), password);
});

const CONTEXT = { name: "ana-ruiz", host: "meet.example.org" };
Deno.test("a password that is made of the words at hand is refused, and one that only holds one of them is not", () => {
  for (
    const password of [
      "ana-ruiz-ana-ruiz",
      "Ana Ruiz 2026",
      "tertulia123",
      "Tertulia Tertulia",
      "meet.example.org",
      "example-2026-tertulia",
      "anaruizmeet12345",
    ]
  ) ok(isOfContext(password, CONTEXT), password);
  for (const password of ["la tertulia de los jueves", "mañana ruiz compra peras", "otra frase larga"]) {
    ok(!isOfContext(password, CONTEXT), password);
  }
});

Deno.test("a list that does not come is an error, not an empty list", async () => {
  await rejects(commonPasswords(() => Promise.resolve(new Response("no such page", { status: 404 }))), TypeError);
});
