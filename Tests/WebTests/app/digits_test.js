// @ts-check
import { equal, match, notEqual } from "node:assert/strict";
import { deviceDigits } from "../../../Web/app/digits.js";
import { joinId } from "./fakes.js";

Deno.test("a device is twelve digits, the same on both sides, whatever it begins with", () => {
  match(deviceDigits(joinId(1)), /^\d{12}$/);
  equal(deviceDigits(`${"A".repeat(21)}A`), "000000000000");
  equal(deviceDigits(`${"A".repeat(21)}Q`), "000000000001");
  equal(deviceDigits(`${"_".repeat(21)}w`), `${(2n ** 128n - 1n) % 10n ** 12n}`);
  notEqual(deviceDigits(joinId(1)), deviceDigits(joinId(2)));
});
