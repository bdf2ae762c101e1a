// @ts-check
import { equal, ok } from "node:assert/strict";
import { Floods } from "../../../Web/app/floods.js";
import { FakeClock } from "./fakes.js";

/** @param {Floods} floods @param {"chat" | "reaction" | "rename"} what @param {number} times @param {string} [key] */
const passed = (floods, what, times, key = "a") =>
  Array.from({ length: times }, () => floods.passes(what, key)).filter(Boolean).length;

const CASES = /** @type {const} */ ([["chat", 30, 500], ["reaction", 5, 200], ["rename", 10, 6_000]]);
for (const [what, most, period] of CASES) {
  Deno.test(`floods (${what}): one person is shown ${most} at once, one more every ${period} ms, and nobody else less`, async () => {
    const clock = new FakeClock();
    const floods = new Floods(clock);
    equal(passed(floods, what, 1_000), most);
    equal(passed(floods, what, 1_000, "b"), most);
    await clock.advance(period - 1);
    equal(passed(floods, what, 10), 0);
    await clock.advance(1);
    equal(passed(floods, what, 10), 1);
    await clock.advance(most * period);
    equal(passed(floods, what, 1_000), most);
  });
}

Deno.test("floods (renames): at most 20 names of a person are shown in the first minute, 10 in every other", async () => {
  const clock = new FakeClock();
  const floods = new Floods(clock);
  for (const most of [20, 10, 10]) {
    let shown = 0;
    for (let second = 0; second < 60; second += 1) {
      shown += passed(floods, "rename", 5);
      await clock.advance(1_000);
    }
    ok(shown <= most, `${shown}`);
  }
});

Deno.test("floods: people without end fill no memory, and who comes after a meeting starts anew", () => {
  const floods = new Floods(new FakeClock());
  for (let number = 0; number < 20_000; number += 1) ok(floods.passes("reaction", `p${number}`));
  equal(passed(floods, "reaction", 5), 5);
  floods.forget();
  equal(passed(floods, "reaction", 9), 5);
});
