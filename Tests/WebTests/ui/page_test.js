// @ts-check
import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";

const WEB = new URL("../../../Web/", import.meta.url);
const page = readFileSync(new URL("index.html", WEB), "utf8");
/** @param {string} folder @param {string} ending */
const files = (folder, ending) => readdirSync(new URL(folder, WEB)).filter((name) => name.endsWith(ending)).sort();

Deno.test("the page announces every module of the interface, so that none is found late", () => {
  const announced = [...page.matchAll(/rel="modulepreload" href="\/ui\/([^"]+)"/g)].map((match) => match[1]);
  deepEqual(announced.sort(), files("ui/", ".js"));
});

Deno.test("the page loads every stylesheet, nothing inline and nothing from elsewhere", () => {
  const sheets = [...page.matchAll(/rel="stylesheet" href="\/styles\/([^"]+)"/g)].map((match) => match[1]);
  deepEqual(sheets.sort(), files("styles/", ".css"));
  ok(!/<style|<script(?![^>]*src=)|\son\w+=|\sstyle=|(?:src|href)="(?!\/)/.test(page));
});

Deno.test("the interface writes no markup, no style attribute and no name of another host", () => {
  for (const name of files("ui/", ".js")) {
    const text = readFileSync(new URL(`ui/${name}`, WEB), "utf8");
    ok(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|setAttribute\([^,]*"style"/.test(text), name);
    ok(!/https?:\/\/(?!www\.w3\.org\/2000\/svg)[a-z0-9]/.test(text), name);
  }
});

/** @param {string[]} paths compressed one by one, as they are served */
const weight = (paths) =>
  paths.reduce((sum, path) => sum + brotliCompressSync(readFileSync(new URL(path, WEB))).length, 0);

Deno.test("the interface with its styles and one language stays under 106 kB compressed", () => {
  const code = files("ui/", ".js").map((name) => `ui/${name}`);
  const styles = files("styles/", ".css").map((name) => `styles/${name}`);
  const words = Math.max(...files("i18n/", ".json").map((name) => weight([`i18n/${name}`])));
  const sum = weight([...code, ...styles]) + words;
  ok(sum < 106_000, `${sum} bytes`);
});

Deno.test("every colour is a token, and every token that is used exists", () => {
  const tokens = readFileSync(new URL("styles/tokens.css", WEB), "utf8");
  const defined = new Set([...tokens.matchAll(/(--[\w-]+):/g)].map((match) => match[1]));
  for (const own of ["--x", "--y", "--level", "--cup"]) defined.add(own);
  for (const name of files("styles/", ".css").filter((name) => name !== "tokens.css")) {
    const text = readFileSync(new URL(`styles/${name}`, WEB), "utf8");
    for (const [, token] of text.matchAll(/var\((--[\w-]+)/g)) ok(defined.has(token), `${name}: ${token}`);
    const colours = [...text.matchAll(/#[0-9a-f]{3,8}\b/gi)].map((match) => match[0].toLowerCase());
    equal(colours.filter((colour) => !["#fff", "#000"].includes(colour)).join(), "", name);
  }
});
