// @ts-check
import { deepEqual, equal, ok } from "node:assert/strict";
import {
  bits,
  DEFAULTS,
  EVERYTHING,
  forPerson,
  forRole,
  giveToAll,
  isSwept,
  may,
  owned,
  PERMISSIONS,
  PLAIN_ROLES,
  SWEEPS,
  takeFromAll,
} from "../../../Web/app/permissions.js";
import { initialState } from "../../../Web/app/store.js";

/** @typedef {import("../../../Web/app/permissions.js").Sweep} Sweep */

const security = initialState().security;
const person = { key: "a", role: /** @type {const} */ ("speaker"), granted: 0, denied: 0 };
const sweeps = /** @type {Sweep[]} */ (Object.keys(SWEEPS));

Deno.test("every permission is one bit, in the order that the core knows", () => {
  deepEqual(PERMISSIONS.map((name) => bits([name])), PERMISSIONS.map((_, at) => 2 ** at));
  equal(bits(PERMISSIONS), EVERYTHING);
});

Deno.test("a listener is not heard, a newcomer writes no links, and nobody records or is trusted by default", () => {
  ok(!may(DEFAULTS.listener, "microphone") && may(DEFAULTS.listener, "chat"));
  ok(!may(DEFAULTS.newcomer, "links") && may(DEFAULTS.newcomer, "camera"));
  for (const role of PLAIN_ROLES) ok(!may(DEFAULTS[role], "recording") && !may(DEFAULTS[role], "trusted"));
});

for (const sweep of sweeps) {
  Deno.test(`taken from everybody and given back: ${sweep}`, () => {
    const taken = { ...security, ...takeFromAll(security, [], sweep) };
    ok(isSwept(taken, sweep) && !isSwept(security, sweep));
    for (const other of sweeps.filter((other) => other !== sweep)) ok(!isSwept(taken, other));
    const given = { ...taken, ...giveToAll(taken, sweep) };
    for (const role of PLAIN_ROLES) equal(given[role], DEFAULTS[role]);
  });
}

Deno.test("who was given the floor alone loses it too when all are muted", () => {
  const listener = { key: "b", role: /** @type {const} */ ("listener"), granted: bits(["microphone"]), denied: 0 };
  const { entries } = takeFromAll(security, [person, listener], "microphone");
  deepEqual(entries, [{ join: "b", granted: 0 }]);
});

Deno.test("a moderator is not muted by what is taken from everybody", () => {
  const host = { key: "h", role: /** @type {const} */ ("host"), granted: EVERYTHING, denied: 0 };
  equal(takeFromAll(security, [host], "microphone").entries, undefined);
});

Deno.test("giving back never gives a role more than it had in the first place", () => {
  const given = giveToAll({ ...security, listener: 0 }, "microphone");
  ok(!may(given.listener ?? -1, "microphone"));
});

Deno.test("what one role may do changes by one bit", () => {
  const { speaker } = forRole(security, "speaker", "invite", true);
  equal((speaker ?? 0) ^ security.speaker, bits(["invite"]));
  deepEqual(forRole({ ...security, speaker: speaker ?? 0 }, "speaker", "invite", false), { speaker: security.speaker });
});

Deno.test("what one person may do is written against the room's word", () => {
  const muted = forPerson(security, person, "microphone", false);
  deepEqual(muted.entries, [{ join: "a", granted: 0, denied: bits(["microphone"]) }]);
  const trusted = forPerson(security, person, "trusted", true);
  deepEqual(trusted.entries, [{ join: "a", granted: bits(["trusted"]), denied: 0 }]);
  const both = { ...person, granted: bits(["trusted"]), denied: bits(["microphone"]) };
  deepEqual(forPerson(security, both, "microphone", true).entries, [
    { join: "a", granted: bits(["trusted"]), denied: 0 },
  ]);
});

Deno.test("what is somebody's own is told by the rules, for every role and permission, also while everything stands still", () => {
  const frozen = { ...security, frozen: true };
  for (const role of PLAIN_ROLES) {
    for (const name of PERMISSIONS) {
      const own = { key: "a", role, granted: 0, denied: 0 };
      equal(may(owned(frozen, own), name), may(DEFAULTS[role], name), `${role} ${name}`);
      for (const allowed of [true, false]) {
        const [entry] = forPerson(frozen, own, name, allowed).entries ?? [];
        const after = { ...own, granted: entry.granted ?? 0, denied: entry.denied ?? 0 };
        equal(owned(frozen, after) ^ owned(frozen, own), may(DEFAULTS[role], name) === allowed ? 0 : bits([name]));
      }
    }
  }
  equal(owned(frozen, { key: "a", role: "cohost", granted: 0, denied: EVERYTHING }), EVERYTHING);
});
