// @ts-check
// What the interface makes of the members of a room: order, marks, numbers to read aloud. Pure.
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("../app/types.js").Person} Person */
/** @typedef {import("../app/types.js").Security} Security */
/** @typedef {import("./icons.js").IconName} IconName */

/** @type {Record<import("../app/types.js").Trust, { icon: IconName, words: string }>} */
const TRUST = {
  new: { icon: "unknown", words: "trust.new" },
  seen: { icon: "seen", words: "trust.seen" },
  verified: { icon: "verified", words: "trust.verified" },
};

/** Picture and words (a key) for how sure this device is of somebody. @param {import("../app/types.js").Trust} trust */
export function trustMark(trust) {
  return TRUST[trust];
}

/** @type {Record<string, string>} */
const ROLES = { host: "role.host", cohost: "role.cohost", listener: "role.listener", newcomer: "role.newcomer" };

/** The words (a key) for a role worth mentioning, else null. @param {import("../app/types.js").Role} role */
export function roleWords(role) {
  return ROLES[role] ?? null;
}

/**
 * What keeps somebody from being heard or trusted, the gravest alone; null when nothing does.
 * @param {Person} person
 * @returns {{ icon: IconName, words: string } | null}
 */
export function troubleMark({ presence, undecryptable, lost }) {
  if (presence === "ghost") return { icon: "alarm", words: "presence.ghost" };
  if (undecryptable) return { icon: "alarm", words: "tile.undecryptable" };
  if (lost) return { icon: "clock", words: "tile.lost" };
  return presence === "unheard" ? { icon: "clock", words: "presence.unheard" } : null;
}

/** @type {Record<Security["state"], { icon: IconName, brief: string, full: string, title: string }>} */
const SHIELD = {
  joining: { icon: "shield-joining", brief: "prejoin.joining", full: "shield.joining", title: "shield.title_joining" },
  ok: { icon: "shield", brief: "shield.brief", full: "shield.short", title: "shield.title" },
  alarm: { icon: "alarm", brief: "shield.alarm_brief", full: "shield.alarm", title: "shield.title_alarm" },
};

/** What the person should know of although nobody can hear more than they should. */
const CAUTION = {
  icon: /** @type {const} */ ("alarm"),
  brief: "shield.caution_brief",
  full: "shield.caution",
  title: "shield.caution",
};
const MILD = ["not_let_in", "wrong_clock", "stranger"];

/** Picture, texts and heading of the shield; the texts count the members. @param {Readonly<Security>} security */
export function shieldMark({ state, code }) {
  return state === "alarm" && MILD.includes(code ?? "") ? CAUTION : SHIELD[state];
}

/**
 * Cuts digits into groups to read aloud.
 * @param {string} digits
 * @param {number} size
 */
export function groups(digits, size) {
  return [...digits.matchAll(new RegExp(`.{1,${size}}`, "g"))].map(([group]) => group);
}

/** A group as a screen reader should say it: digit by digit, not as a number. @param {string} group */
export function spelled(group) {
  return [...group].join(" ");
}

/** What the page itself has seen of a meeting: who came after us, and in which order hands went up. */
export class Company {
  /** @type {Set<string>} */
  #before = new Set();
  /** @type {string[]} keys, first raised first */
  #hands = [];
  #complete = false;

  /** To be told of every state. @param {Readonly<Pick<State, "people" | "security">>} state */
  note({ people, security }) {
    if (security.state === "joining") this.#complete = false;
    if (!this.#complete) this.#before = new Set(people.map(({ key }) => key));
    if (security.state !== "joining" && people.length + 1 >= security.members) this.#complete = true;
    const raised = people.filter(({ hand }) => hand).map(({ key }) => key);
    this.#hands = this.#hands.filter((key) => raised.includes(key));
    this.#hands.push(...raised.filter((key) => !this.#hands.includes(key)));
  }

  /** Somebody who was not here when we came. @param {string} key */
  isNew(key) {
    return !this.#before.has(key);
  }

  /** Raised hands first, in the order they went up; the others as they are. @param {readonly Person[]} people */
  ordered(people) {
    const place = (/** @type {Person} */ { key, hand }) => hand ? this.#hands.indexOf(key) : this.#hands.length;
    return [...people].sort((a, b) => place(a) - place(b));
  }
}
