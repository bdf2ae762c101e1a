// @ts-check
import { equal, ok } from "node:assert/strict";
import { CHAT_UNITS, cleanChat, cleanName } from "../../../Web/app/text.js";

for (
  const [what, given, shown] of [
    ["a plain name", "Ana María", "Ana María"],
    ["decomposed letters", "Ana Mari\u0301a", "Ana María"],
    ["spaces around and inside", "  Ana \t\n María ", "Ana María"],
    ["controls", "A\u0000n\u001ba", "Ana"],
    ["an override", "\u202Ereversed\u202C", "reversed"],
    ["isolates and marks", "\u2066a\u2069\u200Fb", "ab"],
    ["invisible spaces", "a\u200B\uFEFFb", "ab"],
    ["markup stays text", "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
    ["a family emoji stays whole", "👩‍👩‍👧", "👩‍👩‍👧"],
    ["marks without end", `a${"\u0316".repeat(50)}`, `a${"\u0316".repeat(4)}`],
  ]
) {
  Deno.test(`name: ${what}`, () => equal(cleanName(given), shown));
}

for (const given of ["", "   ", "\u200D", "\u202E\u202C", "\u0301", null, 7, {}]) {
  Deno.test(`name: ${JSON.stringify(given)} is nobody's`, () => equal(cleanName(given), null));
}

Deno.test("a name of 10 kB is cut to 64 characters", () => {
  equal(cleanName("x".repeat(10_000))?.length, 64);
  ok((cleanName("👩‍👩‍👧".repeat(1_000))?.length ?? 999) <= 256);
});

Deno.test("a chat text keeps its lines and loses what would reorder the page", () => {
  equal(cleanChat(" one\r\ntwo\u202E\n\n\n\n\n\nthree \u0007"), "one\ntwo\n\n\nthree");
});

Deno.test("a chat text is refused when empty, too long or no text", () => {
  for (const given of ["", " \n ", "x".repeat(CHAT_UNITS + 1), null, 3, ["x"]]) equal(cleanChat(given), null);
});
