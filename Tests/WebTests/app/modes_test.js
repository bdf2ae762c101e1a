// @ts-check
import { deepEqual, equal } from "node:assert/strict";
import { limitPictures, parseMode, question, Spotlight } from "../../../Web/app/modes.js";

/** @typedef {import("../../../Web/app/modes.js").Situation} Situation */

const tiles = ["a", "b", "c", "d", "e", "f"].map((key) => ({ key, height: 400 }));

Deno.test("a mode leaves all, four small, or no pictures", () => {
  deepEqual(limitPictures("full", tiles), tiles);
  deepEqual(limitPictures("low_data", tiles).map(({ key, height }) => `${key}${height}`), [
    "a150",
    "b150",
    "c150",
    "d150",
  ]);
  deepEqual(limitPictures("audio_only", tiles), []);
  deepEqual(limitPictures("low_data", [{ key: "a", height: 90 }]), [{ key: "a", height: 90 }]);
});

Deno.test("a word that is no mode, as any kept on a device may be, means full", () => {
  for (const word of [null, "", "none", "constructor"]) equal(parseMode(word), "full");
  equal(parseMode("audio_only"), "audio_only");
});

/** @param {string} keys @param {string} [speaking] */
const seen = (keys, speaking = "") => [...keys].map((key) => ({ key, speaking: speaking.includes(key) }));
/** @param {Set<string>} lit */
const names = (lit) => [...lit].sort().join("");

Deno.test("whoever speaks is seen, in place of who has been silent longest", () => {
  const spotlight = new Spotlight();
  equal(names(spotlight.choose("low_data", seen("abcdef"))), "abcd");
  for (const key of "acd") spotlight.choose("low_data", seen("abcdef", key));
  equal(names(spotlight.choose("low_data", seen("abcdef", "e"))), "acde");
  equal(names(spotlight.choose("low_data", seen("abcdef"))), "acde");
  equal(names(spotlight.choose("low_data", seen("bcdef"))), "bcde");
  equal(names(spotlight.choose("audio_only", seen("bcdef", "b"))), "");
  equal(names(spotlight.choose("full", seen("bcdef"))), "bcdef");
});

/** @type {Situation} */
const CALM = {
  mode: "full",
  inCall: true,
  camera: true,
  path: { state: "good", proposal: "none" },
  quiet: false,
  before: null,
  asked: false,
  tookCamera: false,
};
const weak = /** @type {const} */ ({ state: "limited", proposal: "low_data" });
const awful = /** @type {const} */ ({ state: "poor", proposal: "audio_only" });

for (
  const [what, situation, asked] of /** @type {[string, Partial<Situation>, string | null][]} */ ([
    ["nothing when all is well", {}, null],
    ["nothing before the node has said anything", { path: null }, null],
    ["what the node proposes", { path: weak }, "low_data"],
    ["the graver proposal of a mode that saves already", { path: awful, mode: "low_data" }, "audio_only"],
    ["nothing that is so already", { path: weak, mode: "low_data" }, null],
    ["nothing that would mean more data", { path: weak, mode: "audio_only", asked: true }, null],
    ["nothing for a while after a no", { path: weak, quiet: true }, null],
    ["nothing outside a call", { path: weak, inCall: false }, null],
    [
      "whether to go back, when a proposal was followed and all is well",
      { mode: "low_data", before: "full" },
      "restore",
    ],
    ["not to go back while it is not well", { mode: "low_data", before: "full", path: weak }, null],
    [
      "not to go back while the way is only bearable",
      { mode: "low_data", before: "full", path: { state: "limited", proposal: "none" } },
      null,
    ],
    ["not to go back from what the person chose", { mode: "low_data" }, null],
    ["about the camera, when others are not seen", { mode: "audio_only" }, "camera_off"],
    ["about the camera once", { mode: "audio_only", asked: true }, null],
    ["nothing about a camera that is off", { mode: "audio_only", camera: false }, null],
    ["about the camera again when there are pictures", { camera: false, tookCamera: true }, "camera_on"],
    ["nothing about a camera that was off anyway", { camera: false }, null],
  ])
) {
  Deno.test(`asked is ${what}`, () => equal(question({ ...CALM, ...situation }), asked));
}
