// @ts-check
import { LANGUAGES, useMessages } from "../../../Web/ui/i18n.js";
import { shortcutFor, SHORTCUTS } from "../../../Web/ui/shortcuts.js";
import {
  alarmWords,
  blockedWords,
  comparisonWords,
  connectionWords,
  noticeWords,
  permissionWords,
} from "../../../Web/ui/words.js";
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";

const WEB = new URL("../../../Web/", import.meta.url);
const english = JSON.parse(readFileSync(new URL("i18n/en.json", WEB), "utf8"));
const types = readFileSync(new URL("app/types.js", WEB), "utf8");
useMessages("en", english);

/** Codes between two marks of the published dictionary of states. @param {RegExp} part @param {RegExp} code */
function codes(part, code) {
  // What stands in brackets are a code's parameters.
  const text = (types.match(part)?.[0] ?? "").replace(/\([^)]*\)/g, "");
  const found = [...text.matchAll(code)].map((match) => match[1]);
  ok(found.length > 2, `codes found in ${part}`);
  return found;
}

Deno.test("every way of being blocked has words of its own", () => {
  for (const code of codes(/@typedef \{"bad_link"[^}]*\}/, /"(\w+)"/g)) {
    const words = blockedWords(code);
    ok(english[words.title] && english[words.text], code);
    if (code !== "internal") notEqual(words.title, "blocked.internal", code);
  }
});

Deno.test("every notice has words, and needs nothing but its parameters", () => {
  for (const code of codes(/Codes: `member_added`[^@]*/, /`(\w+)`/g)) {
    const words = noticeWords({ id: 1, code, params: { name: "Ana", error: "in_use" }, at: 0 });
    ok(words && !/[{}]/.test(words.text), code);
  }
});

Deno.test("a notice about somebody without a name says so, about oneself says you, and an unknown one is not shown", () => {
  equal(
    noticeWords({ id: 1, code: "member_added", params: { name: null }, at: 0 })?.text,
    "Someone is in the room now",
  );
  const own = { name: "Ana", own: true };
  equal(noticeWords({ id: 1, code: "screen_started", params: own, at: 0 })?.text, "You are showing your screen");
  equal(noticeWords({ id: 1, code: "constructor_", params: {}, at: 0 }), null);
});

Deno.test("every alarm has words of its own", () => {
  for (const code of codes(/`alarm` codes[^@]*/, /`(\w+)`/g).filter((code) => code !== "alarm")) {
    notEqual(alarmWords(code), "alarm.other", code);
  }
  equal(alarmWords(undefined), "alarm.other");
});

Deno.test("who was removed by the host was removed, whom the server lost has left", () => {
  const notice = { id: 1, code: "member_removed", at: 0 };
  equal(noticeWords({ ...notice, params: { name: "Ana", by: "host" } })?.text, "Ana was removed");
  equal(noticeWords({ ...notice, params: { name: "Ana", by: "node" } })?.text, "Ana left");
});

Deno.test("every step of a comparison says what is happening and what to do", () => {
  for (const step of codes(/@property \{"offered"[^}]*\} step/, /"(\w+)"/g).filter((step) => step !== "offered")) {
    const { title, text, close } = comparisonWords(/** @type {any} */ (step));
    for (const key of [title, text, close]) ok(english[key], key);
  }
});

Deno.test("what people read of the encryption has no word that only its makers know", () => {
  for (const code of Object.keys(LANGUAGES)) {
    const words = JSON.parse(readFileSync(new URL(`i18n/${code}.json`, WEB), "utf8"));
    for (const [key, message] of Object.entries(words)) {
      if (!/^(shield|advice|comparison|trust|people|remove|presence)\./.test(key)) continue;
      const text = JSON.stringify(message);
      ok(
        !/\b(MLS|epoch|época|époque|leaf|commit|hash|keys?|llaves?|claves?|clés?|chaves?)\b/i.test(text),
        `${code} ${key}`,
      );
    }
  }
});

Deno.test("an interruption of less than a second is not mentioned, a longer one is explained", () => {
  const lost = /** @type {const} */ ({ state: "reconnecting", since: 10_000 });
  deepEqual(connectionWords(lost, 10_400), { short: "connection.connected", long: null, retry: false, wait: 600 });
  equal(connectionWords(lost, 11_000).long, "connection.reconnecting_long");
  equal(connectionWords({ ...lost, detail: "offline" }, 12_000).long, "connection.offline_long");
  equal(connectionWords({ ...lost, detail: "server_restarting" }, 12_000).long, "connection.restarting_long");
  equal(connectionWords({ ...lost, state: "media_lost" }, 12_000).long, "connection.media_lost_long");
  equal(connectionWords({ ...lost, state: "failed" }, 10_000).retry, true);
});

Deno.test("a refused microphone is explained, and a working one is not talked about", () => {
  /** @type {any} */
  const self = { permission: "granted", micError: null, cameraError: null };
  equal(permissionWords(self), null);
  equal(permissionWords({ ...self, permission: "denied" })?.title, "permission.denied");
  equal(permissionWords({ ...self, permission: "none" })?.text, "permission.none_text");
  equal(permissionWords({ ...self, micError: "in_use" })?.text, "problem.in_use");
});

Deno.test("single keys act, but not while typing, with a modifier, or held down", () => {
  const press = { key: "M", ctrlKey: false, altKey: false, metaKey: false, repeat: false, isComposing: false };
  equal(shortcutFor(press, false)?.words, "help.mic");
  equal(shortcutFor(press, true), null);
  for (const modifier of ["ctrlKey", "altKey", "metaKey", "repeat", "isComposing"]) {
    equal(shortcutFor({ ...press, [modifier]: true }, false), null);
  }
  equal(new Set(SHORTCUTS.map(({ key }) => key)).size, SHORTCUTS.length);
});

Deno.test("the page names its languages in a file each", () => {
  for (const code of Object.keys(LANGUAGES)) ok(readFileSync(new URL(`i18n/${code}.json`, WEB)).length > 0);
});
