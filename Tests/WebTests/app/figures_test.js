// @ts-check
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { figures, snapshot, suffering } from "../../../Web/app/figures.js";

const NAMES = new Map([["0", "mic"], ["1", "camera"], ["2", "screen"], ["4", "slot0/audio"], ["5", "slot0/video"]]);

/** What a browser counted in a call of two, two seconds apart. @param {string} browser */
function recorded(browser) {
  const looks = JSON.parse(readFileSync(new URL(`fixtures/stats-${browser}.json`, import.meta.url), "utf8"));
  return { before: report(looks.before), after: report(looks.after) };
}

/** @param {any[]} rows */
function report(rows) {
  return /** @type {RTCStatsReport} */ (/** @type {unknown} */ (new Map(rows.map((row) => [row.id, row]))));
}

/** @param {{ before: RTCStatsReport, after: RTCStatsReport }} looks */
const measure = ({ before, after }) => figures(snapshot(before, NAMES, 10_000), snapshot(after, NAMES, 12_000));

Deno.test("Chromium's counters become figures", () => {
  const { slots, sent, received, ...found } = measure(recorded("chromium"));
  deepEqual(found, {
    up: (6_151_346 - 5_844_378) * 4,
    down: (494_106 - 395_930) * 4,
    available: 1_004_608,
    roundTrip: 0.255173,
    jitter: 0.023,
    lossUp: 0,
    lossDown: 0,
    freezes: 10,
    frozen: 1,
    invented: 0,
    limitation: "bandwidth",
    protocol: "udp",
  });
  deepEqual(sent.map(({ layer, height, codec }) => [layer, height, codec]), [["q", 135, "VP8"], ["h", 270, "VP8"]]);
  deepEqual(received, [{ layer: null, codec: "VP8", width: 960, height: 540, frames: 18.5, rate: 236_816 }]);
  deepEqual(slots, new Map([["slot0", { lost: 0, expected: 202 + 76 }]]));
});

Deno.test("Firefox's counters become figures; what it does not tell is null", () => {
  const found = measure(recorded("firefox"));
  equal(found.available, null);
  equal(found.limitation, null);
  equal(found.protocol, "udp");
  equal(found.roundTrip, 0.0017850000000000001);
  deepEqual(found.sent.map(({ layer, height }) => [layer, height]), [["q", 135], ["h", 270], ["f", 540]]);
  ok(Math.abs(found.frozen - 0.4995) < 1e-9);
  equal(found.down, (308_170 - 230_027) * 4);
});

Deno.test("nothing that is read is an address", () => {
  const rows = [
    { id: "T", type: "transport", selectedCandidatePairId: "P" },
    { id: "P", type: "candidate-pair", localCandidateId: "L", bytesSent: 1 },
    { id: "L", type: "local-candidate", protocol: "tcp", address: "192.0.2.7", port: 4711, url: "stun:192.0.2.8" },
  ];
  const text = JSON.stringify(snapshot(report(rows), NAMES, 0));
  ok(text.includes("tcp") && !/192|4711|stun/.test(text));
});

Deno.test("what is lost counts against what was expected, and what came late after all is not lost", () => {
  const sound = (/** @type {object} */ more) =>
    report([{ id: "A", type: "inbound-rtp", kind: "audio", mid: "4", bytesReceived: 1, ...more }]);
  const before = sound({ packetsReceived: 100, packetsLost: 10 });
  equal(measure({ before, after: sound({ packetsReceived: 190, packetsLost: 20 }) }).lossDown, 0.1);
  equal(measure({ before, after: sound({ packetsReceived: 200, packetsLost: 5 }) }).lossDown, 0);
  equal(measure({ before, after: sound({ packetsReceived: 105, packetsLost: 15 }) }).lossDown, null);
});

Deno.test("a picture in spatial layers is one picture, although each layer is counted as a frame", () => {
  const camera = (/** @type {number} */ frames) =>
    report([
      { id: "V", type: "codec", mimeType: "video/VP9" },
      {
        id: "Q",
        type: "outbound-rtp",
        kind: "video",
        mid: "1",
        rid: "q",
        codecId: "V",
        scalabilityMode: "L3T1_KEY",
        framesSent: frames,
        packetsSent: frames,
        bytesSent: 1_000 * frames,
        frameWidth: 1280,
        frameHeight: 720,
      },
      // The encodings that a simulcast had: they stand still, and do not count.
      {
        id: "H",
        type: "outbound-rtp",
        kind: "video",
        mid: "1",
        rid: "h",
        codecId: "V",
        framesSent: 59,
        packetsSent: 116,
      },
    ]);
  const { sent } = measure({ before: camera(300), after: camera(480) });
  deepEqual(sent, [{ layer: null, codec: "VP9", width: 1280, height: 720, frames: 30, rate: 720_000 }]);
});

Deno.test("silence that was made up is silence", () => {
  const sound = (/** @type {number} */ samples, /** @type {number} */ made, /** @type {number} */ silent) =>
    report([{
      id: "A",
      type: "inbound-rtp",
      kind: "audio",
      mid: "4",
      packetsReceived: samples / 960,
      totalSamplesReceived: samples,
      concealedSamples: made,
      silentConcealedSamples: silent,
    }]);
  equal(measure({ before: sound(96_000, 0, 0), after: sound(192_000, 48_000, 38_400) }).invented, 0.1);
});

Deno.test("a connection that says nothing has no figures, and none are made up", () => {
  const found = measure({ before: report([]), after: report([]) });
  deepEqual([found.up, found.down, found.lossDown, found.roundTrip, found.protocol, found.freezes], [
    0,
    0,
    null,
    null,
    null,
    null,
  ]);
});

for (
  const [what, slots, weak] of /** @type {[string, [string, number, number][], string[]][]} */ ([
    ["one of three loses a tenth", [["slot0", 10, 100], ["slot1", 0, 100], ["slot2", 0, 90]], ["slot0"]],
    ["of two alone nobody can tell", [["slot0", 10, 100]], []],
    ["all lose: it is our own way", [["slot0", 10, 100], ["slot1", 8, 100]], []],
    ["the other says too little to compare with", [["slot0", 10, 100], ["slot1", 0, 3]], []],
    ["a little loss is nothing", [["slot0", 3, 100], ["slot1", 0, 100]], []],
  ])
) {
  Deno.test(`whose sending suffers: ${what}`, () => {
    const found = suffering(new Map(slots.map(([slot, lost, expected]) => [slot, { lost, expected }])));
    deepEqual([...found], weak);
  });
}
