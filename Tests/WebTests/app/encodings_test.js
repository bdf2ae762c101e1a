// @ts-check
import { deepEqual, equal } from "node:assert/strict";
import { cameraEncodings, screenEncodings, SenderTuner } from "../../../Web/app/encodings.js";
import { settle } from "./fakes.js";

const HD = { width: 1280, height: 720 };
const SMALL = { width: 640, height: 480 };
const ALL = [true, true, true];

/** @typedef {import("../../../Web/app/types.js").Mode} Mode */

for (
  const [what, size, taken, mode, active] of /** @type {[string, object, boolean[], Mode, boolean[]][]} */ ([
    ["all that are taken", HD, ALL, "full", ALL],
    ["only the one that somebody takes", HD, [false, true, false], "full", [false, true, false]],
    ["none when nobody looks", HD, [false, false, false], "full", [false, false, false]],
    ["two of a small picture", SMALL, ALL, "full", [true, true, false]],
    ["the full size of a small picture is its second layer", SMALL, [false, false, true], "full", [false, true, false]],
    ["with little data the smallest, whichever is taken", HD, [false, false, true], "low_data", [true, false, false]],
    ["with sound only the smallest, for the camera is the person's", HD, ALL, "audio_only", [true, false, false]],
    ["with little data none when nobody looks", HD, [false, false, false], "low_data", [false, false, false]],
    ["all before the camera is known", {}, ALL, "full", [true, true, false]],
    ["those that the node has not mentioned", HD, [true], "full", [true, true, true]],
  ])
) {
  Deno.test(`layers that are made: ${what}`, () => {
    deepEqual(cameraEncodings(size, taken, mode).map((encoding) => encoding.active), active);
  });
}

Deno.test("the layers are a quarter, a half and the whole, and little data means every other picture", () => {
  deepEqual(cameraEncodings(HD, ALL, "full").map(({ scaleResolutionDownBy }) => scaleResolutionDownBy), [4, 2, 1]);
  deepEqual(cameraEncodings(HD, ALL, "full").map(({ maxFramerate }) => maxFramerate), [30, 30, 30]);
  deepEqual(cameraEncodings(HD, ALL, "low_data").map(({ maxFramerate }) => maxFramerate), [15, 15, 15]);
});

Deno.test("a screen that nobody takes is not made, one that is shared with little data is made slowly", () => {
  equal(screenEncodings([false], "full")[0].active, false);
  deepEqual(screenEncodings([true], "full").map(({ active, maxFramerate }) => [active, maxFramerate]), [[true, 15]]);
  deepEqual(screenEncodings([true], "low_data").map(({ maxFramerate }) => maxFramerate), [5]);
});

/** A sender with the rule of browsers: only parameters that were given out last are taken back, and once. */
class FakeSender {
  encodings = ["q", "h", "f"].map((rid) => ({ rid, active: true }));
  /** @type {object | null} */
  given = null;
  set = 0;
  refusals = 0;

  getParameters() {
    this.given = { transactionId: `${this.set}`, encodings: this.encodings.map((encoding) => ({ ...encoding })) };
    return this.given;
  }

  /** @param {any} parameters */
  async setParameters(parameters) {
    const valid = parameters === this.given && this.refusals === 0;
    this.given = null;
    this.refusals = Math.max(0, this.refusals - 1);
    await Promise.resolve();
    if (!valid) throw new DOMException("", "InvalidModificationError");
    this.set += 1;
    this.encodings = parameters.encodings;
  }

  get active() {
    return this.encodings.map(({ active }) => active);
  }
}

/** @param {FakeSender} sender */
const tune = (sender) => new SenderTuner(/** @type {any} */ (sender), "balanced");

Deno.test("changes that come at once are made one after the other, and the last one stands", async () => {
  const sender = new FakeSender();
  const tuner = tune(sender);
  tuner.want(cameraEncodings(HD, [true, false, false], "full"));
  tuner.want(cameraEncodings(HD, [true, true, false], "full"));
  await tuner.want(cameraEncodings(HD, [false, true, true], "full"));
  deepEqual(sender.active, [false, true, true]);
  deepEqual(sender.encodings.map(({ rid }) => rid), ["q", "h", "f"]);
  equal(sender.set, 2);
});

Deno.test("what is so already is not asked for again", async () => {
  const sender = new FakeSender();
  const tuner = tune(sender);
  await tuner.want(cameraEncodings(HD, ALL, "full"));
  sender.encodings = sender.encodings.map((encoding) => ({ ...encoding }));
  const before = sender.set;
  Object.assign(sender, { getParameters: parametersOf(sender) });
  await tuner.want(cameraEncodings(HD, ALL, "full"));
  equal(sender.set, before);
});

/** As browsers answer once a preference was set. @param {FakeSender} sender */
function parametersOf(sender) {
  return () => ({
    encodings: sender.encodings.map((encoding) => ({ ...encoding })),
    degradationPreference: "balanced",
  });
}

Deno.test("a refusal is tried again once, a second is borne: the call goes on", async () => {
  const sender = new FakeSender();
  const tuner = tune(sender);
  sender.refusals = 1;
  await tuner.want(cameraEncodings(HD, [true, false, false], "full"));
  deepEqual(sender.active, [true, false, false]);
  sender.refusals = 9;
  await tuner.want(cameraEncodings(HD, ALL, "full"));
  await settle();
  deepEqual(sender.active, [true, false, false]);
  sender.refusals = 0;
  await tuner.want(cameraEncodings(HD, ALL, "full"));
  deepEqual(sender.active, ALL);
});
