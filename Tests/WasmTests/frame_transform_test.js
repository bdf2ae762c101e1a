// @ts-check
import { FrameTransform } from "../../Web/worker/frame-transform.js";
import { encode } from "../../Web/worker/base64url.js";
import { Input } from "../../Web/worker/meeting-codec.js";
import { meet, Person } from "./people.js";
import { build, start } from "./module.js";

/** @typedef {import("../../Web/worker/frame-transform.js").TransformOptions} TransformOptions */
/** @typedef {{ data: ArrayBuffer, type?: string, getMetadata(): { synchronizationSource?: number } }} Frame */

/** The worker's transforms over the real module, with frames that no browser made. */

/** @type {TransformOptions} */
const MIC = { operation: "seal", kind: "audio", name: "mic", stream: "mic" };
/** @type {TransformOptions} */
const CAMERA = { operation: "seal", kind: "video", name: "camera", stream: "camera" };
/** @type {TransformOptions} */
const EAR = { operation: "open", kind: "audio", name: "slot0/audio" };
/** @type {TransformOptions} */
const EYE = { operation: "open", kind: "video", name: "slot0/video" };

/** Two members of one group. */
async function pair() {
  const { people: [ana, ben], node } = await meet(await build("tests"), 2);
  return { ana, ben, node };
}

/**
 * @param {Person} end
 * @param {TransformOptions} options
 * @param {Frame[]} frames
 */
async function pass({ core, keys, epochs }, options, frames) {
  /** @type {object[]} */
  const events = [];
  const transform = new FrameTransform(core, keys, epochs, options, (event, detail) => {
    events.push({ event, ...detail });
  });
  /** @type {any[]} */
  const out = [];
  let requests = 0;
  await transform.run({
    readable: ReadableStream.from(/** @type {any[]} */ (frames)),
    writable: new WritableStream({ write: (frame) => void out.push(frame) }),
    sendKeyFrameRequest: () => Promise.resolve(void (requests += 1)),
  });
  return { out, events, requests, counters: transform.counters };
}

/** @param {number[]} bytes @param {string} [type] @param {number} [ssrc] @returns {Frame} */
function frame(bytes, type, ssrc = 1) {
  return { data: Uint8Array.from(bytes).buffer, type, getMetadata: () => ({ synchronizationSource: ssrc }) };
}

/** @param {Frame[]} frames */
const contents = (frames) => frames.map(({ data }) => [...new Uint8Array(data)].join());

Deno.test("frames come out in the order they went in, and as they were", async () => {
  const { ana, ben } = await pair();
  const spoken = Array.from({ length: 100 }, (_, index) => Array(1 + index % 7).fill(index));
  const sealed = await pass(ana, MIC, spoken.map((bytes) => frame(bytes)));
  const opened = await pass(ben, EAR, sealed.out);
  same(contents(opened.out), spoken.map(String));
  const join = encode(ana.join);
  same([sealed.counters.out, opened.counters.out, opened.counters.lastJoin], [100, 100, join]);
  same(opened.events, [{ event: "source", name: "slot0/audio", join }]);
});

Deno.test("what cannot be sealed or opened is dropped and counted by reason", async () => {
  const { ana, ben } = await pair();
  const key = Array(20).fill(0);
  const sealed = await pass(ana, CAMERA, [
    frame(key, "key"),
    frame([1, 2], "key"),
    frame([], "delta"),
    frame(key, "empty"),
  ]);
  same([sealed.counters.in, sealed.counters.out, sealed.counters.dropped.malformed], [4, 1, 3]);
  const [{ data }] = sealed.out;
  const forged = new Uint8Array(data.slice(0));
  forged[forged.length - 1] ^= 1;
  const { counters, out } = await pass(ben, EYE, [
    frame([...forged], "key"),
    frame([...new Uint8Array(data)], "delta"),
    frame([...new Uint8Array(data)], "key"),
    frame([...new Uint8Array(data)], "key"),
    frame(key, "delta"),
  ]);
  same(contents(out), [String(key)]);
  same([counters.dropped.badTag, counters.dropped.replay, counters.dropped.malformed], [1, 1, 2]);
});

Deno.test("simulcast layers have keys of their own, and receivers need not know which is which", async () => {
  const { ana, ben } = await pair();
  const frames = [30, 10, 20, 30, 10, 20].map((ssrc, index) => frame([...Array(10).fill(0), index], "key", ssrc));
  const sealed = await pass(ana, CAMERA, frames);
  const keyIDs = sealed.out.map(({ data }) => [...new Uint8Array(data, 10, 4)].join());
  same(new Set(keyIDs.slice(0, 3)).size, 3);
  const opened = await pass(ben, EYE, sealed.out.slice().reverse());
  same(opened.counters.out, 6);
});

Deno.test("after frames that could not be opened, a picture that builds on them is asked for anew", async () => {
  const { ana, ben } = await pair();
  const pictures = [frame(Array(20).fill(0), "key"), frame([1, 1], "delta"), frame([1, 2], "delta")];
  const { out } = await pass(ana, CAMERA, pictures);
  new Uint8Array(out[0].data)[15] ^= 1;
  const { counters, requests } = await pass(ben, EYE, out);
  same([counters.out, requests], [2, 1]);
});

Deno.test("a core that trapped seals and opens nothing more", async () => {
  const { exports } = await start(await build("tests"));
  const broken = Object.assign(Object.create(null), exports, {
    frame_plan_seal: () => {
      throw new Error("trap");
    },
  });
  const { people: [ana] } = await meet(await build("tests"), 1);
  const core = new (/** @type {any} */ (ana.core.constructor))(broken);
  const { counters, out } = await pass(new Person(core), MIC, [frame([1]), frame([2])]);
  same([out.length, counters.dropped.internal], [0, 2]);
});

Deno.test("nothing is sealed outside a group", async () => {
  const alone = new Person((await start(await build("tests"))).core);
  const { counters, out } = await pass(alone, MIC, [frame([1]), frame([2])]);
  same([out.length, counters.dropped.noKey], [0, 2]);
});

Deno.test("a frame that comes before its epoch waits for it", async () => {
  const { ana, ben, node } = await pair();
  const module = await build("tests");
  // Carla's coming reaches Ana, who seals for it, before it reaches Ben.
  /** @type {import("../../Web/worker/meeting-codec.js").Input[]} */
  const withheld = [];
  ben.hear = (input) => void withheld.push(input);
  node.enter(new Person((await start(module)).core));
  ana.wait(1_000);
  const { out } = await pass(ana, MIC, [frame([1]), frame([2])]);
  const next = ben.epochs.next.bind(ben.epochs);
  ben.epochs.next = (milliseconds) => {
    queueMicrotask(() => withheld.forEach((input) => Person.prototype.hear.call(ben, input)));
    return next(milliseconds);
  };
  same(contents((await pass(ben, EAR, out)).out), ["1", "2"]);
});

Deno.test("an epoch that nobody begins is awaited once, and not for long", async () => {
  const { ana, ben, node } = await pair();
  ben.hear = () => {};
  node.enter(new Person((await start(await build("tests"))).core));
  ana.wait(1_000);
  const { out } = await pass(ana, MIC, Array.from({ length: 200 }, (_, index) => frame([index])));
  const { counters } = await pass(ben, EAR, out);
  same([counters.out, counters.dropped.noKey], [0, 200]);
});

Deno.test("who has left is not opened any more, and their keys are gone", async () => {
  const { ana, ben } = await pair();
  const { out } = await pass(ana, MIC, [frame([1]), frame([2])]);
  same((await pass(ben, EAR, out.slice(0, 1))).counters.out, 1);
  ben.hear(Input.newJoin());
  const { counters } = await pass(ben, EAR, out.slice(1));
  same([counters.out, ben.keys.size], [0, 0]);
});

/** @param {unknown} actual @param {unknown} expected */
function same(actual, expected) {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${a} is not ${b}`);
}
