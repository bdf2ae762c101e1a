// @ts-check
import { doneWords, problemWords } from "../../../Web/account/parts.js";
import { LANGUAGES } from "../../../Web/ui/i18n.js";
import { deviceLabel } from "../../../Web/account/device-label.js";
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

const WEB = new URL("../../../Web/", import.meta.url);
/** @typedef {Record<string, string | Record<string, string>>} Dictionary */
/** @type {Record<string, Dictionary>} */
const dictionaries = Object.fromEntries(
  Object.keys(LANGUAGES).map((
    code,
  ) => [code, JSON.parse(readFileSync(new URL(`i18n/account/${code}.json`, WEB), "utf8"))]),
);
const sources = readdirSync(new URL("account/", WEB)).map((name) =>
  readFileSync(new URL(`account/${name}`, WEB), "utf8")
);
const used = new Set(sources.flatMap((text) => [...text.matchAll(/"(account\.[a-z_]+)"/g)].map((match) => match[1])));

/** @param {string | Record<string, string>} message */
const texts = (message) => typeof message === "string" ? [message] : Object.values(message);
/** @param {string | Record<string, string>} message */
const holes = (message) => [...new Set(texts(message).join(" ").match(/\{\w+\}/g) ?? [])].sort();

for (const [code, dictionary] of Object.entries(dictionaries)) {
  Deno.test(`${code} says everything of an account that English says, with the same gaps`, () => {
    deepEqual(Object.keys(dictionary).sort(), Object.keys(dictionaries.en).sort());
    for (const [key, message] of Object.entries(dictionary)) {
      deepEqual(holes(message), holes(dictionaries.en[key]), key);
    }
  });

  Deno.test(`${code}: texts of an account are whole, and have all their plurals`, () => {
    const categories = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
    for (const [key, message] of Object.entries(dictionary)) {
      for (const text of texts(message)) ok(text.trim() === text && text !== "" && !/ {2}|"|\p{Cc}/u.test(text), key);
      if (typeof message !== "string") deepEqual(Object.keys(message).sort(), [...categories].sort(), key);
    }
  });
}

Deno.test("every word of the account pages exists, and is used", () => {
  deepEqual([...used].filter((key) => !(key in dictionaries.en)), []);
  deepEqual(Object.keys(dictionaries.en).filter((key) => !used.has(key)), []);
});

Deno.test("every error of the protocol that a person can meet has words of its own", () => {
  const codes = "wrong expired taken bad_name closed no_invitation too_many busy unavailable offline limit conflict";
  for (const code of codes.split(" ")) notEqual(problemWords(code), "account.problem_other", code);
  equal(problemWords("constructor_"), "account.problem_other");
  equal(doneWords(null), null);
});

Deno.test("a device is known by browser and system, and by nothing finer", () => {
  equal(deviceLabel("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox, Linux");
  equal(
    deviceLabel(
      "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36",
    ),
    "Chrome, Android",
  );
  equal(deviceLabel("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"), "Safari, iOS");
  equal(deviceLabel(""), "Browser");
});
