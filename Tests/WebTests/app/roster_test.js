// @ts-check
import { deepEqual, equal, notEqual } from "node:assert/strict";
import { Roster } from "../../../Web/app/roster.js";
import { joinId, quiet } from "./fakes.js";

/** @param {number} index @param {string} [join] */
const somebody = (index, join = joinId(index)) => ({ index, join, profile: null, media: quiet });
const noStream = () => null;

Deno.test("people are listed by index", () => {
  const roster = new Roster();
  roster.replace([somebody(5), somebody(2)]);
  deepEqual(roster.people(noStream, []).map(({ index }) => index), [2, 5]);
});

Deno.test("a full list tells who came and who went", () => {
  const roster = new Roster();
  roster.replace([somebody(1), somebody(2)]);
  const change = roster.replace([somebody(2), somebody(3)]);
  deepEqual(change.joined, [3]);
  deepEqual(change.left.map(({ index }) => index), [1]);
});

Deno.test("another join id under a known index is another person", () => {
  const roster = new Roster();
  roster.replace([somebody(1)]);
  const entry = roster.get(1);
  if (entry) entry.name = "Ana";
  const change = roster.replace([somebody(1, joinId(77))]);
  deepEqual(change, { joined: [1], left: [{ index: 1, name: "Ana" }] });
  equal(roster.get(1)?.name, null);
});

Deno.test("an index that is taken is not given twice", () => {
  const roster = new Roster();
  roster.add(somebody(1));
  equal(roster.add(somebody(1, joinId(77))), false);
  deepEqual(roster.identities, [{ index: 1, join: joinId(1) }]);
});

Deno.test("news of strangers is no news", () => {
  const roster = new Roster();
  equal(roster.update({ type: "updated", index: 4, media: quiet }), false);
  equal(roster.remove(4), null);
});

Deno.test("a slot's stream belongs to whom the slot carries", () => {
  const roster = new Roster();
  const streams = [{}, {}].map((stream) => /** @type {MediaStream} */ (stream));
  roster.replace([somebody(1), somebody(2)]);
  roster.assign([{ slot: 0, index: 2 }, { slot: 1, index: null }], null);
  const [one, two] = roster.people((slot) => streams[slot], []);
  equal(one.stream, null);
  equal(two.stream, streams[0]);
});

Deno.test("slots of strangers and of people who left are free", () => {
  const roster = new Roster();
  roster.replace([somebody(1), somebody(2)]);
  roster.assign([{ slot: 0, index: 1 }, { slot: 1, index: 9 }, { slot: 2, index: 2 }], 9);
  equal(roster.screen, null);
  roster.remove(1);
  deepEqual(roster.seated, [{ slot: 2, index: 2 }]);
});

Deno.test("who did not change is the same object", () => {
  const roster = new Roster();
  roster.replace([somebody(1), somebody(2)]);
  const before = roster.people(noStream, []);
  const entry = roster.get(2);
  if (entry) entry.speaking = true;
  const after = roster.people(noStream, before);
  equal(after[0], before[0]);
  notEqual(after[1], before[1]);
});
