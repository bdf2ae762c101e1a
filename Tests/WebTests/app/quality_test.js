// @ts-check
import { deepEqual, equal } from "node:assert/strict";
import { judge, QualityMeter } from "../../../Web/app/quality.js";

/** @typedef {import("../../../Web/app/quality.js").Measured} Measured */

/** @type {Measured} */
const WELL = {
  path: "good",
  available: 2_000_000,
  roundTrip: 0.05,
  lossUp: 0,
  lossDown: 0,
  frozen: 0,
  invented: 0,
  limitation: "none",
};
/** @type {Measured} */
const SILENT = {
  ...WELL,
  path: null,
  available: null,
  roundTrip: null,
  lossUp: null,
  lossDown: null,
  limitation: null,
};

for (
  const [what, measured, quality] of /** @type {[string, Partial<Measured>, string][]} */ ([
    ["all is well", {}, "good"],
    ["the node sees that pictures do not fit", { path: "limited" }, "weak"],
    ["the node sees that not even the smallest fit", { path: "poor" }, "poor"],
    ["a fifth is lost on the way here", { lossDown: 0.2 }, "poor"],
    ["a fifth is lost on the way out", { lossUp: 0.2 }, "poor"],
    ["a fifteenth is lost", { lossDown: 0.07 }, "unsteady"],
    ["a fiftieth is lost, and asked for again", { lossDown: 0.02 }, "good"],
    ["pictures stand still a tenth of the time", { frozen: 0.1 }, "unsteady"],
    ["an eighth of the sound is made up", { invented: 0.125 }, "unsteady"],
    ["an answer takes more than half a second", { roundTrip: 0.6 }, "unsteady"],
    ["there is no room for the second layer", { limitation: "bandwidth", available: 200_000 }, "weak_up"],
    ["the browser saves although there is room", { limitation: "bandwidth", available: 900_000 }, "good"],
    ["the device cannot keep up", { limitation: "cpu" }, "busy"],
    ["the network is worse than the device", { limitation: "cpu", path: "limited" }, "weak"],
  ])
) {
  Deno.test(`judged: ${what}`, () => equal(judge({ ...WELL, ...measured }), quality));
}

Deno.test("judged: of what nobody tells nothing bad is assumed", () => equal(judge(SILENT), "good"));

/**
 * What is said while this is measured every two seconds, the connection having settled.
 * @param {Partial<Measured>[]} course
 */
function said(course) {
  const meter = new QualityMeter();
  meter.restart(0);
  for (const now of [8_000, 10_000]) equal(meter.look(WELL, now), null);
  equal(meter.look(WELL, 12_000), "good");
  return course.map((measured, at) => meter.look({ ...WELL, ...measured }, 14_000 + at * 2_000));
}

/** @template T @param {number} times @param {T} value @returns {T[]} */
const times = (times, value) => Array(times).fill(value);
const limited = { path: /** @type {const} */ ("limited") };
const poor = { path: /** @type {const} */ ("poor") };

Deno.test("one bad moment is not mentioned", () => {
  deepEqual(said([limited, limited, {}, {}]), times(4, "good"));
});

Deno.test("four seconds of it are", () => {
  deepEqual(said(times(3, limited)), ["good", "good", "weak"]);
});

Deno.test("what goes up and down is called by the mildest that held all the time", () => {
  deepEqual(said([poor, limited, poor]).at(-1), "weak");
});

Deno.test("it must be well for ten seconds before it is called well", () => {
  deepEqual(said([...times(3, poor), ...times(5, {})]).slice(2), times(6, "poor"));
  equal(said([...times(3, poor), ...times(6, {})]).at(-1), "good");
});

Deno.test("on the way up the gravest of those seconds counts", () => {
  equal(said([...times(3, poor), {}, limited, ...times(4, {})]).at(-1), "weak");
});

Deno.test("a connection on the edge changes its word at most once in ten seconds", () => {
  const course = Array.from({ length: 200 }, (_, at) => at % 3 === 0 ? limited : at % 7 === 0 ? poor : {});
  const words = said(course);
  const changes = words.filter((word, at) => at > 0 && word !== words[at - 1]).length;
  equal(changes <= 200 * 2 / 10, true, `${changes} changes`);
});

Deno.test("while a connection settles nothing is said, and of a second one not the first is forgotten", () => {
  const meter = new QualityMeter();
  meter.restart(0);
  for (const now of [2_000, 4_000, 6_000]) equal(meter.look({ ...WELL, ...poor }, now), null);
  for (const now of [8_000, 12_000]) meter.look(WELL, now);
  meter.restart(20_000);
  for (const now of [22_000, 24_000, 26_000]) equal(meter.look({ ...WELL, ...poor }, now), "good");
});
