// @ts-check
import { deepEqual, equal } from "node:assert/strict";
import { cameraEncodings, scalableEncodings, screenEncodings, SenderTuner } from "../../../Web/app/encodings.js";
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

for (
  const [what, size, taken, mode, whole] of /** @type {[string, object, boolean[], Mode, unknown[]][]} */ ([
    ["all of a large picture", HD, ALL, "full", [true, "L3T1_KEY", 1, 2_350_000, 30]],
    ["up to the half", HD, [true, true, false], "full", [true, "L2T1_KEY", 2, 650_000, 30]],
    ["those below the largest are part of it", HD, [false, true, false], "full", [true, "L2T1_KEY", 2, 650_000, 30]],
    ["only the smallest", HD, [true, false, false], "full", [true, "L1T1", 4, 150_000, 30]],
    ["none when nobody looks", HD, [false, false, false], "full", [false, "L1T1", 4, 150_000, 30]],
    ["two of a small picture", SMALL, ALL, "full", [true, "L2T1_KEY", 1, 650_000, 30]],
    ["the largest of a small picture is its second", SMALL, [false, false, true], "full", [
      true,
      "L2T1_KEY",
      1,
      650_000,
      30,
    ]],
    ["the smaller of a small picture", SMALL, [true, false, false], "full", [true, "L1T1", 2, 150_000, 30]],
    ["with little data the smallest", HD, [false, false, true], "low_data", [true, "L1T1", 4, 150_000, 15]],
    ["with sound only the smallest, for the camera is the person's", HD, ALL, "audio_only", [
      true,
      "L1T1",
      4,
      150_000,
      15,
    ]],
    ["with little data none when nobody looks", HD, [false, false, false], "low_data", [
      false,
      "L1T1",
      4,
      150_000,
      15,
    ]],
  ])
) {
  Deno.test(`spatial layers of one stream: ${what}`, () => {
    const [first, ...others] = scalableEncodings(size, taken, mode);
    const { active, scalabilityMode, scaleResolutionDownBy, maxBitrate, maxFramerate } = first;
    deepEqual([active, scalabilityMode, scaleResolutionDownBy, maxBitrate, maxFramerate], whole);
    deepEqual(others.map((encoding) => encoding.active), [false, false]);
  });
}

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

const CODECS = ["video/VP8", "video/VP9", "video/rtx"].map((mimeType, at) => ({
  mimeType,
  payloadType: 96 + at,
  clockRate: 90_000,
}));

/**
 * As Chromium: of a codec it tells back what makes it one, and goes on with it when none is named any more. All encodings
 * have to name the same.
 */
class ScalableSender extends FakeSender {
  /** @override @type {{ rid: string, active: boolean, scalabilityMode: string | undefined }[]} */
  encodings = ["q", "h", "f"].map((rid) => ({ rid, active: true, scalabilityMode: "L1T2" }));
  codecs = CODECS;
  /** The codec that is sent. */
  sends = "video/VP8";
  /** Modes that it does not make. */
  refuses = /^$/;

  /** @override */
  getParameters() {
    return Object.assign(super.getParameters(), { codecs: this.codecs, degradationPreference: "balanced" });
  }

  /** @param {any} parameters @override */
  async setParameters(parameters) {
    const { encodings } = parameters;
    const named = encodings.map((/** @type {any} */ { codec }) => codec?.mimeType);
    if (new Set(named).size > 1 || this.refuses.test(encodings[0].scalabilityMode)) {
      throw new DOMException("", "OperationError");
    }
    await super.setParameters(parameters);
    this.sends = named[0] ?? this.sends;
    for (const encoding of encodings) {
      if (encoding.codec) encoding.codec = { clockRate: 90_000, mimeType: encoding.codec.mimeType };
    }
  }

  get modes() {
    return this.encodings.map(({ scalabilityMode }) => scalabilityMode);
  }
}

/** @param {SenderTuner} tuner @param {boolean[]} taken @param {boolean} scalable */
const ask = (tuner, taken, scalable) =>
  tuner.want(cameraEncodings(HD, taken, "full"), scalable ? scalableEncodings(HD, taken, "full") : null);

Deno.test("a camera becomes one VP9 stream and three of VP8 again, by one change each", async () => {
  const sender = new ScalableSender();
  const tuner = tune(sender);
  await ask(tuner, ALL, false);
  const { set } = sender;
  deepEqual(sender.encodings.some((encoding) => "codec" in encoding), false);
  await ask(tuner, ALL, true);
  deepEqual([sender.sends, sender.active, sender.modes[0]], ["video/VP9", [true, false, false], "L3T1_KEY"]);
  await ask(tuner, [true, false, false], true);
  deepEqual([sender.sends, sender.active, sender.modes[0]], ["video/VP9", [true, false, false], "L1T1"]);
  await ask(tuner, [true, true, false], false);
  deepEqual([sender.sends, sender.active], ["video/VP8", [true, true, false]]);
  deepEqual(sender.modes, ["L1T2", "L1T2", "L1T2"]);
  equal(sender.set, set + 3);
});

Deno.test("spatial layers that are made already are not asked for again, and nor are those of before", async () => {
  const sender = new ScalableSender();
  const tuner = tune(sender);
  for (const scalable of [true, false]) {
    await ask(tuner, ALL, scalable);
    const { set } = sender;
    await ask(tuner, ALL, scalable);
    await ask(tuner, ALL, scalable);
    equal(sender.set, set);
  }
});

Deno.test("a browser that refuses spatial layers sends VP8, and is not asked again", async () => {
  const sender = new ScalableSender();
  const tuner = tune(sender);
  let asked = 0;
  sender.setParameters = (/** @type {any} */ parameters) => {
    if (parameters.encodings[0].codec) asked += 1;
    return ScalableSender.prototype.setParameters.call(sender, parameters);
  };
  sender.refuses = /_KEY/;
  for (const taken of [[true, true, false], ALL, [false, true, false]]) {
    await ask(tuner, taken, true);
    deepEqual([sender.sends, sender.active], ["video/VP8", taken]);
    deepEqual(sender.modes, ["L1T2", "L1T2", "L1T2"]);
  }
  equal(asked, 2);
});

Deno.test("a change that comes in between does not cost the spatial layers", async () => {
  const sender = new ScalableSender();
  const tuner = tune(sender);
  sender.refusals = 1;
  await ask(tuner, ALL, true);
  equal(sender.sends, "video/VP9");
});

Deno.test("a browser that takes a codec's name without knowing what it is for goes on with its layers", async () => {
  const sender = new ScalableSender();
  sender.setParameters = async (/** @type {any} */ parameters) => {
    for (const encoding of parameters.encodings) delete encoding.codec;
    await ScalableSender.prototype.setParameters.call(sender, parameters);
  };
  await ask(tune(sender), ALL, true);
  deepEqual(sender.active, ALL);
  deepEqual(sender.modes, ["L1T2", "L1T2", "L1T2"]);
});

Deno.test("a browser that says nothing of how it makes layers is not asked for spatial ones", async () => {
  const sender = new ScalableSender();
  sender.encodings = sender.encodings.map(({ rid, active }) => ({ rid, active, scalabilityMode: undefined }));
  /** @type {boolean[][]} */
  const asked = [];
  sender.setParameters = async (/** @type {any} */ parameters) => {
    asked.push(parameters.encodings.map((/** @type {any} */ { active }) => active));
    await ScalableSender.prototype.setParameters.call(sender, parameters);
  };
  await ask(tune(sender), [true, true, false], true);
  deepEqual(asked, [[true, true, false]]);
  deepEqual([sender.sends, ...sender.modes], ["video/VP8", undefined, undefined, undefined]);
});

Deno.test("where VP9 was not negotiated nothing of it is asked for", async () => {
  const sender = new ScalableSender();
  sender.codecs = CODECS.slice(0, 1);
  await ask(tune(sender), [true, true, false], true);
  deepEqual([sender.sends, sender.active], ["video/VP8", [true, true, false]]);
});
