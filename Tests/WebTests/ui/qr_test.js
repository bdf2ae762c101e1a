// @ts-check
// fixtures/qr.json: what `qrencode -8 -l M -m 0` draws for the same texts, rows of 1 (dark) and 0.
import { encodeQR, qrPath, QRTooLongError } from "../../../Web/ui/qr.js";
import { equal, ok, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";

/** @type {{ text: string, rows: string[] }[]} */
const known = JSON.parse(readFileSync(new URL("fixtures/qr.json", import.meta.url), "utf8"));

/** @param {import("../../../Web/ui/qr.js").QRCode} code */
function rows({ size, modules }) {
  return Array.from({ length: size }, (_, y) => modules.subarray(y * size, (y + 1) * size).join(""));
}

for (const { text, rows: expected } of known) {
  Deno.test(`a QR code of ${text.length} characters is the one that qrencode draws, under one of the masks`, () => {
    const candidates = [0, 1, 2, 3, 4, 5, 6, 7].map((mask) => rows(encodeQR(text, mask)).join("\n"));
    ok(candidates.includes(expected.join("\n")));
    ok(candidates.includes(rows(encodeQR(text)).join("\n")));
  });
}

Deno.test("a text beyond version 20 is refused, not cut", () => {
  throws(() => encodeQR("x".repeat(667)), QRTooLongError);
  equal(encodeQR("x".repeat(666)).size, 97);
});

Deno.test("the drawn path covers exactly the dark modules", () => {
  const code = encodeQR("tertulia");
  let covered = 0;
  for (const run of qrPath(code, 4).matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    const [x, y, width] = run.slice(1).map(Number);
    for (let i = 0; i < width; i++) equal(code.modules[(y - 4) * code.size + x - 4 + i], 1);
    covered += width;
  }
  equal(covered, code.modules.reduce((sum, bit) => sum + bit, 0));
});
