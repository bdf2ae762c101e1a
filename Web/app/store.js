// @ts-check
import { bits, DEFAULTS, EVERYTHING } from "./permissions.js";

/** @typedef {import("./types.js").State} State */

/**
 * @typedef {object} Store
 * @property {() => Readonly<State>} get
 * @property {(listener: (state: Readonly<State>) => void) => (() => void)} subscribe called after changes, many
 *   updates of one task together; returns the way to stop
 * @property {(change: (state: Readonly<State>) => Partial<State>) => void} update merges what `change` returns; parts
 *   are replaced, never mutated, so `===` tells what changed
 */

/** Of somebody in a room without rules. @type {Readonly<import("./types.js").Standing>} */
export const PLAIN = Object.freeze({
  role: "speaker",
  permissions: EVERYTHING & ~bits(["trusted"]),
  granted: 0,
  denied: 0,
  veiled: false,
  goesOn: false,
  invitation: null,
  invitedBy: null,
});

/** What a room is like that nobody hosts. */
export const NO_RULES = Object.freeze({
  counter: 0,
  door: /** @type {const} */ ("open"),
  veil: false,
  frozen: false,
  frozenBy: null,
  hosts: 0,
  standIns: 0,
  ...DEFAULTS,
});

/** @returns {State} */
export function initialState() {
  return {
    phase: "home",
    link: "",
    hosted: false,
    password: false,
    waiting: null,
    invitations: null,
    room: "",
    connection: { state: "connecting", since: 0 },
    self: {
      key: "",
      index: -1,
      ...PLAIN,
      hand: false,
      canRemove: false,
      delegates: false,
      name: "",
      mic: false,
      camera: false,
      screen: false,
      stream: null,
      level: 0,
      speaking: false,
      devices: { mics: [], cameras: [], speakers: [], micId: "", cameraId: "", speakerId: "" },
      permission: "unknown",
      micError: null,
      cameraError: null,
    },
    people: [],
    screen: { key: null, stream: null },
    chat: [],
    unread: 0,
    notices: [],
    security: { state: "joining", members: 0, digits: null, waiting: 0, locked: false, ...NO_RULES },
    knocking: [],
    move: null,
    comparison: null,
    reactions: [],
    mode: "full",
    question: null,
    quality: null,
    details: null,
    screenOpen: false,
  };
}

/**
 * The one place that holds what the interface shows.
 * @param {State} [start]
 * @param {(task: () => void) => void} [schedule] when listeners are told; a test hands in its own
 * @returns {Store}
 */
export function createStore(start = initialState(), schedule = queueMicrotask) {
  /** @type {State} */
  let state = start;
  let scheduled = false;
  /** @type {Set<(state: Readonly<State>) => void>} */
  const listeners = new Set();

  const tell = () => {
    scheduled = false;
    for (const listener of [...listeners]) {
      // One broken view must not keep the others, or the call itself, from going on.
      try {
        listener(state);
      } catch (error) {
        reportError(error);
      }
    }
  };

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    update(change) {
      const part = change(state);
      const keys = /** @type {(keyof State)[]} */ (Object.keys(part));
      if (keys.every((key) => part[key] === state[key])) return;
      state = { ...state, ...part };
      if (scheduled) return;
      scheduled = true;
      schedule(tell);
    },
  };
}
