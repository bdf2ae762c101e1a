// @ts-check
import { LANGUAGES, pickLanguage, t, useMessages } from "../../../Web/ui/i18n.js";
import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

const WEB = new URL("../../../Web/", import.meta.url);
/** @typedef {Record<string, import("../../../Web/ui/i18n.js").Message>} Dictionary */
/** @type {Record<string, Dictionary>} */
const dictionaries = Object.fromEntries(
  Object.keys(LANGUAGES).map((code) => [code, JSON.parse(readFileSync(new URL(`i18n/${code}.json`, WEB), "utf8"))]),
);
const keys = Object.keys(dictionaries.en);
const spaces = new Set(keys.map((key) => key.split(".")[0]));
const sources = readdirSync(new URL("ui/", WEB)).filter((name) => name.endsWith(".js"))
  .map((name) => ({ name, text: readFileSync(new URL(`ui/${name}`, WEB), "utf8") }));
const quoted = new Set(
  sources.flatMap(({ text }) => [...text.matchAll(/"([a-z]+\.[a-z_]+)"/g)].map((match) => match[1])),
);

/** @param {import("../../../Web/ui/i18n.js").Message} message */
const texts = (message) => typeof message === "string" ? [message] : Object.values(message);
/** @param {string} text */
const holes = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort();

for (const [code, dictionary] of Object.entries(dictionaries)) {
  Deno.test(`${code} says everything that English says, and nothing else`, () => {
    deepEqual(Object.keys(dictionary).sort(), [...keys].sort());
  });

  Deno.test(`${code} has no empty text, no doubled space, no straight quote mark`, () => {
    for (const [key, message] of Object.entries(dictionary)) {
      for (const text of texts(message)) ok(text.trim() === text && text !== "" && !/ {2}|"/.test(text), key);
    }
  });

  Deno.test(`${code} has no character that cannot be seen`, () => {
    for (const [key, message] of Object.entries(dictionary)) {
      for (const text of texts(message)) ok(!/\p{Cc}|\p{Co}|\ufffd/u.test(text), key);
    }
  });

  Deno.test(`${code} fills the same gaps in each text`, () => {
    for (const key of keys) {
      const wanted = holes(texts(dictionaries.en[key]).join(" "));
      deepEqual(holes(texts(dictionary[key]).join(" ")), wanted, key);
    }
  });

  Deno.test(`${code} has a text for each of its plural categories`, () => {
    const categories = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
    for (const [key, message] of Object.entries(dictionary)) {
      if (typeof message !== "string") deepEqual(Object.keys(message).sort(), [...categories].sort(), key);
    }
  });
}

Deno.test("every key that the code names exists", () => {
  const missing = [...quoted].filter((key) => spaces.has(key.split(".")[0]) && !keys.includes(key))
    .filter((key) => !key.startsWith("tertulia."));
  deepEqual(missing, []);
});

Deno.test("every text is used", () => {
  const unused = keys.filter((key) => !quoted.has(key) && !(key.endsWith("_text") && quoted.has(key.slice(0, -5))));
  deepEqual(unused, []);
});

Deno.test("no words are written into the code", () => {
  for (const { name, text } of sources) {
    const said = [
      ...text.matchAll(/(?:textContent = |setText\([^,]+, |\bh\("\w+", \{[^}]*\}, )"([^"]*[A-Za-z]{3}[^"]*)"/g),
    ]
      .map((match) => match[1]).filter((words) => words !== "Tertulia");
    deepEqual(said, [], name);
  }
});

Deno.test("gaps are filled, plurals chosen, unknown keys shown as they are", () => {
  useMessages("es", { hello: "Hola, {name}", people: { one: "una", many: "{count} de", other: "{count}" } });
  equal(t("hello", { name: "{name} $& Ana" }), "Hola, {name} $& Ana");
  equal(t("people", { count: 1 }), "una");
  equal(t("people", { count: 3 }), "3");
  equal(t("absent"), "absent");
});

Deno.test("the language is the chosen one, else the first of the browser's that is spoken, else English", () => {
  equal(pickLanguage(["en-GB"], "es"), "es");
  equal(pickLanguage(["ca", "es-AR", "en"], null), "es");
  equal(pickLanguage(["de"], "toString"), "en");
  equal(pickLanguage([], null), "en");
});
