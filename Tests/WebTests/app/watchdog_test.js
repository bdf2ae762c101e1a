// @ts-check
import { deepEqual, equal } from "node:assert/strict";
import { Watchdog } from "../../../Web/app/watchdog.js";

/** @param {number} came @param {number} out @param {string | null} lastJoin */
const audio = (came, out, lastJoin) => [{ name: "slot0/audio", in: came, out, lastJoin }];
/** @param {number} came @param {number} out @param {string | null} lastJoin */
const video = (came, out, lastJoin) => [{ name: "slot0/video", in: came, out, lastJoin }];
const seats = [{ key: "ana", audio: "slot0/audio", video: "slot0/video" }];

Deno.test("frames that are opened raise no alarm", () => {
  const watchdog = new Watchdog();
  for (let look = 1; look < 9; look += 1) {
    const seen = watchdog.look(audio(look * 50, look * 50, "ana"), seats);
    deepEqual([...seen.opened], ["ana"]);
    equal(seen.undecryptable.size, 0);
    equal(seen.swapped, false);
  }
});

Deno.test("frames that come and cannot be opened are noticed at the third look", () => {
  const watchdog = new Watchdog();
  const seen = [1, 2, 3].map((look) => watchdog.look(audio(look * 50, 0, null), seats).undecryptable.size);
  deepEqual(seen, [0, 0, 1]);
});

Deno.test("silence is no failure", () => {
  const watchdog = new Watchdog();
  for (let look = 0; look < 9; look += 1) equal(watchdog.look(audio(50, 0, null), seats).undecryptable.size, 0);
});

Deno.test("a slot that goes on carrying somebody else is noticed, a change of hands is not", () => {
  const watchdog = new Watchdog();
  equal(watchdog.look(video(50, 50, "eva"), seats).swapped, false);
  equal(watchdog.look(video(100, 100, "ana"), seats).swapped, false);
  const seen = [3, 4, 5].map((look) => watchdog.look(video(look * 50, look * 50, "eva"), seats).swapped);
  deepEqual(seen, [false, false, true]);
});

Deno.test("sound of somebody who is not seen is lent, not swapped", () => {
  const watchdog = new Watchdog();
  for (let look = 1; look < 9; look += 1) {
    equal(watchdog.look(audio(look * 50, look * 50, "eva"), seats).swapped, false);
  }
});

Deno.test("a transform attached anew counts from nothing", () => {
  const watchdog = new Watchdog();
  watchdog.look(audio(5_000, 5_000, "ana"), seats);
  deepEqual([...watchdog.look(audio(10, 10, "ana"), seats).opened], ["ana"]);
});
