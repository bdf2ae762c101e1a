// @ts-check
import { deepEqual, equal, ok } from "node:assert/strict";
import { MediaKeeper } from "../../../Web/app/media-keeper.js";
import { FakeClock, FakeMedia, settle } from "./fakes.js";

function start() {
  const clock = new FakeClock();
  const media = new FakeMedia();
  const node = { up: true };
  /** @type {string[]} */
  const offers = [];
  const keeper = new MediaKeeper(
    media.create,
    (message) => {
      if (node.up && message.type === "offer") offers.push(message.sdp);
      return node.up;
    },
    { changed: () => {} },
    clock,
  );
  return { clock, media, node, offers, keeper };
}

/** @param {ReturnType<typeof start>} parts */
async function connected({ keeper, media }) {
  keeper.begin();
  await settle();
  keeper.answer("answer");
  media.session.connect();
}

const track = /** @type {MediaStreamTrack} */ ({});

Deno.test("what was prepared before the click is what is offered", async () => {
  const { keeper, media, offers } = start();
  keeper.prepare();
  await settle();
  deepEqual(offers, []);
  keeper.begin();
  await settle();
  deepEqual(offers, ["offer 0"]);
  equal(media.sessions.length, 1);
  keeper.answer("answer");
  equal(media.session.answered, "answer");
  media.session.connect();
  equal(keeper.state, "connected");
});

Deno.test("an offer prepared long ago is made anew", async () => {
  const { keeper, clock, offers, media } = start();
  keeper.prepare();
  await clock.advance(61_000);
  keeper.begin();
  await settle();
  deepEqual(offers, ["offer 1"]);
  ok(media.sessions[0].closed);
});

Deno.test("tracks reach the session, and its successor", async () => {
  const parts = start();
  const { keeper, media } = parts;
  await connected(parts);
  keeper.setTrack("mic", track);
  equal(media.session.tracks.mic, track);
  media.session.lose("failed");
  await parts.clock.advance(0);
  equal(media.sessions.length, 2);
  equal(media.session.tracks.mic, track);
});

Deno.test("a lost session is replaced at once, and failing ones ever more slowly", async () => {
  const parts = start();
  const { keeper, media, clock, offers } = parts;
  await connected(parts);
  media.session.lose("disconnected");
  equal(keeper.state, "lost");
  await clock.advance(0);
  equal(offers.length, 2);
  media.session.lose("failed");
  await clock.advance(499);
  equal(offers.length, 2);
  await clock.advance(1);
  equal(offers.length, 3);
  equal(keeper.failures, 2);
  keeper.answer("one");
  keeper.answer("two");
  media.session.connect();
  equal(keeper.failures, 0);
});

Deno.test("only the answer to the last offer counts", async () => {
  const parts = start();
  const { keeper, media } = parts;
  await connected(parts);
  keeper.renew();
  await settle();
  keeper.renew();
  await settle();
  keeper.answer("to the second");
  equal(media.session.answered, null);
  keeper.answer("to the third");
  equal(media.session.answered, "to the third");
  keeper.answer("to none");
  equal(media.session.answered, "to the third");
});

Deno.test("without signalling media goes on, and nothing is negotiated", async () => {
  const parts = start();
  const { keeper, media, clock, offers } = parts;
  await connected(parts);
  keeper.suspend();
  await clock.advance(5_000);
  equal(keeper.state, "connected");
  media.session.lose("failed");
  await clock.advance(60_000);
  equal(offers.length, 1);
  keeper.resume();
  await settle();
  equal(offers.length, 2);
});

Deno.test("a resumption leaves a healthy session alone", async () => {
  const parts = start();
  await connected(parts);
  parts.keeper.suspend();
  parts.keeper.resume();
  await settle();
  equal(parts.offers.length, 1);
});

Deno.test("an offer whose answer was lost with the socket is made anew", async () => {
  const { keeper, offers, media } = start();
  keeper.begin();
  await settle();
  keeper.suspend();
  keeper.resume();
  await settle();
  deepEqual(offers, ["offer 0", "offer 1"]);
  keeper.answer("answer");
  equal(media.session.answered, "answer");
});

Deno.test("an offer that stays without answer is made anew", async () => {
  const { keeper, clock, offers } = start();
  keeper.begin();
  await clock.advance(6_000);
  deepEqual(offers, ["offer 0", "offer 1"]);
});

Deno.test("another participation gets another session", async () => {
  const parts = start();
  const { keeper, media, offers } = parts;
  await connected(parts);
  keeper.suspend();
  keeper.begin();
  await settle();
  ok(media.sessions[0].closed);
  deepEqual(offers, ["offer 0", "offer 1"]);
});

Deno.test("held back, no track is sent by this session or the next", async () => {
  const parts = start();
  const { keeper, media, clock } = parts;
  await connected(parts);
  keeper.setTrack("mic", track);
  keeper.hold();
  equal(media.session.tracks.mic, null);
  keeper.setTrack("camera", track);
  media.session.lose("failed");
  await clock.advance(0);
  deepEqual(Object.values(media.session.tracks).filter(Boolean), []);
});

Deno.test("layers reach the session that the node has answered to, and no other", async () => {
  const parts = start();
  parts.keeper.begin();
  await settle();
  parts.keeper.setLayers("camera", [true, false, false], true);
  deepEqual(parts.media.session.layers, {});
  parts.keeper.answer("answer");
  parts.keeper.setLayers("camera", [true, false, false], true);
  deepEqual(parts.media.session.layers, { camera: [[true, false, false], true] });
  parts.keeper.renew();
  await settle();
  deepEqual(parts.media.session.layers, {});
});

Deno.test("a mode reaches the session, and its successor", async () => {
  const parts = start();
  await connected(parts);
  parts.keeper.setMode("low_data");
  equal(parts.media.session.mode, "low_data");
  parts.keeper.renew();
  await settle();
  equal(parts.media.sessions.length, 2);
  equal(parts.media.session.mode, "low_data");
});
