// @ts-check
import { deepEqual, equal, notEqual } from "node:assert/strict";
import { Roster } from "../../../Web/app/roster.js";
import { joinId, member, participant, quiet } from "./fakes.js";

/** @typedef {import("../../../Web/app/roster.js").Member} Member */
/** @typedef {import("../../../Web/app/wire.js").Participant} Participant */

/** @param {...number} numbers */
const members = (
  ...numbers
) => /** @type {Member[]} */ ([{ ...member(0), isSelf: true }, ...numbers.map((number) => member(number))]);
/** @param {...number} numbers */
const named = (...numbers) => /** @type {Participant[]} */ (numbers.map((number) => participant(number)));
const noStream = () => null;
/** @param {Roster} roster */
const keys = (roster) => roster.people(noStream, []).map(({ key }) => key);

Deno.test("the people are the members of the group, whomever the node names", () => {
  const roster = new Roster();
  roster.setParticipants(named(1, 2, 3));
  roster.setMembers(members(2, 9));
  deepEqual(keys(roster), [joinId(2), joinId(9)]);
});

Deno.test("whom the node names and the group does not know is at the door", () => {
  const roster = new Roster();
  roster.setMembers(members(2));
  roster.setParticipants(named(1, 2, 3));
  equal(roster.waiting, 2);
  roster.setMembers(members(1, 2, 3));
  equal(roster.waiting, 0);
});

Deno.test("a member whom the node does not name is shown as lost", () => {
  const roster = new Roster();
  roster.setMembers(members(1, 2));
  roster.setParticipants(named(2));
  deepEqual(roster.people(noStream, []).map(({ lost }) => lost), [true, false]);
});

Deno.test("who comes later goes last, whatever leaf they have", () => {
  const roster = new Roster();
  roster.setMembers(members(5, 6));
  roster.setMembers(members(2, 5, 6));
  deepEqual(keys(roster), [joinId(5), joinId(6), joinId(2)]);
});

Deno.test("a list of members tells who came and who went", () => {
  const roster = new Roster();
  roster.setMembers(members(1, 2));
  const { came, went } = roster.setMembers(members(2, 3));
  deepEqual(came, [joinId(3)]);
  deepEqual(went.map(({ key }) => key), [joinId(1)]);
});

Deno.test("an index or a join id that is taken is not given twice", () => {
  const roster = new Roster();
  roster.setMembers(members(1, 2));
  roster.setParticipants(named(1));
  const [other] = named(2);
  equal(roster.addParticipant({ ...other, index: 1 }), false);
  equal(roster.addParticipant({ ...other, join: joinId(1) }), false);
  equal(roster.indexOf(joinId(1)), 1);
  equal(roster.indexOf(joinId(2)), null);
});

Deno.test("news of strangers is no news", () => {
  const roster = new Roster();
  equal(roster.updateParticipant({ type: "updated", index: 4, media: quiet }), false);
  equal(roster.removeParticipant(4), null);
});

Deno.test("a slot's stream belongs to whom the slot carries", () => {
  const roster = new Roster();
  const streams = [{}, {}].map((stream) => /** @type {MediaStream} */ (stream));
  roster.setMembers(members(1, 2));
  roster.setParticipants(named(1, 2));
  roster.assign([{ slot: 0, index: 2 }, { slot: 1, index: null }], null);
  const [one, two] = roster.people((slot) => streams[slot], []);
  equal(one.stream, null);
  equal(two.stream, streams[0]);
});

Deno.test("slots of strangers, of people at the door, and of people who left are free", () => {
  const roster = new Roster();
  roster.setMembers(members(1, 2));
  roster.setParticipants(named(1, 2, 7));
  roster.assign([{ slot: 0, index: 1 }, { slot: 1, index: 9 }, { slot: 2, index: 2 }, { slot: 3, index: 7 }], 7);
  equal(roster.screen, null);
  roster.removeParticipant(1);
  deepEqual(roster.seated, [{ slot: 2, index: 2, key: joinId(2) }]);
});

Deno.test("who did not change is the same object", () => {
  const roster = new Roster();
  roster.setMembers(members(1, 2));
  const before = roster.people(noStream, []);
  const entry = roster.get(joinId(2));
  if (entry) entry.speaking = true;
  const after = roster.people(noStream, before);
  equal(after[0], before[0]);
  notEqual(after[1], before[1]);
});
