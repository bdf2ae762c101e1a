// @ts-check
import { initials, invitationPath, isolated, linkify, safeLink } from "../../../Web/ui/text.js";
import { deepEqual, equal } from "node:assert/strict";

for (
  const [name, expected] of [
    ["Ana", "A"],
    ["rosa luxemburg", "RL"],
    ["María de los Ángeles Peña", "MP"],
    ["لجين الهذلول", "لا"],
    ["👩🏾‍🌾 Inés", "👩I"],
    ["<b>", "B"],
    ["...", ""],
    ["", ""],
  ]
) {
  Deno.test(`the initials of «${name}» are «${expected}»`, () => equal(initials(name), expected));
}

Deno.test("a name written from right to left is isolated in a sentence, another is left alone", () => {
  equal(isolated("لجين"), "\u2068لجين\u2069");
  equal(isolated("Ana"), "Ana");
});

for (
  const [text, expected] of /** @type {[string, (string | null)[]][]} */ ([
    ["no link here", [null]],
    ["https://a.example", ["https://a.example/"]],
    ["see https://a.example/b, please", [null, "https://a.example/b", null]],
    ["(https://a.example/b)", [null, "https://a.example/b", null]],
    ["https://a.example/b_(c)", ["https://a.example/b_(c)"]],
    ["http://a.example", [null]],
    ["javascript:alert(1)", [null]],
    ["data:text/html,<script>", [null]],
    ["a.example", [null]],
    ["https://user:word@a.example", [null]],
    ["https://bank.example@evil.example/", [null]],
    ["https://", [null]],
    ['https://a.example/"onmouseover=x', ["https://a.example/", null]],
    ["HTTPS://A.EXAMPLE", ["https://a.example/"]],
  ])
) {
  Deno.test(`«${text}» links to ${JSON.stringify(expected)} and loses no character`, () => {
    const segments = linkify(text);
    deepEqual(segments.map(({ href }) => href), expected);
    equal(segments.map((segment) => segment.text).join(""), text);
  });
}

Deno.test("only https without credentials is a safe link", () => {
  equal(safeLink("https://a.example/x"), "https://a.example/x");
  for (const text of ["ftp://a.example", "https://u@a.example", "blob:https://a.example/1", "x"]) {
    equal(safeLink(text), null);
  }
});

const PATH = "/r/7K2MQ9XV4TBD0HWC#1q83vEjRWeJq83vASNFZ4mg";
/** As a node prints it for whoever runs it: with the host's key. */
const HOSTS_PATH = `${PATH}.AAAAAAAAAAAAAA!${"s".repeat(42)}A`;
for (
  const [pasted, expected] of /** @type {[string, string | null][]} */ ([
    [`https://meet.example${PATH}`, PATH],
    [`  https://meet.example${PATH}\n`, PATH],
    [`meet.example${PATH}`, PATH],
    ["https://meet.example/r/7K2MQ9XV4TBD\n 0HWC#1q83vEjRWeJq83vASNFZ4mg", PATH],
    [`https://other.example${PATH}`, null],
    [`http://meet.example${PATH}`, null],
    ["https://meet.example/r/7K2MQ9XV4TBD0HWC", null],
    ["https://meet.example/r/7K2MQ9XV4TBD0HWC#1short", null],
    [`https://meet.example${HOSTS_PATH}`, HOSTS_PATH],
    ["javascript:alert(1)", null],
    ["", null],
  ])
) {
  Deno.test(`pasting «${pasted.trim()}» leads to ${expected}`, () => {
    equal(invitationPath(pasted, "https://meet.example"), expected);
  });
}
