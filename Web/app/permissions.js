// @ts-check
/**
 * What somebody may do in a room, as bits of a number, and the changes that a host makes to it. Pure: the core judges
 * by the same bits (docs/sealing.md), the page only shows them and asks for others.
 */

/** @typedef {import("./types.js").PermissionName} PermissionName */
/** @typedef {import("./types.js").Person} Person */
/** @typedef {import("./secure-session.js").RulesPatch} RulesPatch */
/** @typedef {import("./types.js").Role} Role */
/** @typedef {import("./types.js").Security} Security */

/** @type {readonly PermissionName[]} in the order of their bits */
export const PERMISSIONS = Object.freeze([
  "microphone",
  "camera",
  "screen",
  "chat",
  "directMessages",
  "links",
  "files",
  "whiteboard",
  "reactions",
  "recording",
  "rename",
  "invite",
  "trusted",
]);

/** @typedef {"speaker" | "listener" | "newcomer"} PlainRole a role whose permissions a host sets for the whole room */
/** @type {readonly PlainRole[]} */
export const PLAIN_ROLES = Object.freeze(["speaker", "listener", "newcomer"]);

export const EVERYTHING = (1 << PERMISSIONS.length) - 1;

/** @param {readonly PermissionName[]} names */
export function bits(names) {
  return names.reduce((all, name) => all | 1 << PERMISSIONS.indexOf(name), 0);
}

/** What a room gives before a host changes it. @type {Readonly<Record<PlainRole, number>>} */
export const DEFAULTS = Object.freeze({
  speaker: EVERYTHING & ~bits(["recording", "trusted", "invite"]),
  listener: bits(["chat", "directMessages", "reactions", "rename"]),
  newcomer: bits(["microphone", "camera", "screen", "chat", "reactions"]),
});

/** @param {number} permissions @param {PermissionName} name */
export function may(permissions, name) {
  return (permissions & bits([name])) !== 0;
}

/** @param {Role} role */
export function isModerator(role) {
  return role === "host" || role === "cohost";
}

/** @typedef {Pick<Person, "key" | "role" | "granted" | "denied">} Ranked */

/** What a host takes from everybody in one step. @typedef {"microphone" | "camera" | "screen" | "chat"} Sweep */
/** @type {Readonly<Record<Sweep, readonly PermissionName[]>>} */
export const SWEEPS = Object.freeze({
  microphone: ["microphone"],
  camera: ["camera"],
  screen: ["screen"],
  chat: ["chat", "directMessages"],
});

/** Whether nobody but moderators may do it by the room's word. @param {Readonly<Security>} security @param {Sweep} sweep */
export function isSwept(security, sweep) {
  return PLAIN_ROLES.every((role) => (security[role] & bits(SWEEPS[sweep])) === 0);
}

/**
 * Mute all, stop all video, nobody shares, chat off: also for those who were given it alone.
 * @param {Readonly<Security>} security @param {readonly Ranked[]} people @param {Sweep} sweep
 * @returns {RulesPatch}
 */
export function takeFromAll(security, people, sweep) {
  const taken = bits(SWEEPS[sweep]);
  const entries = people.filter(({ role, granted }) => !isModerator(role) && (granted & taken) !== 0)
    .map(({ key, granted }) => ({ join: key, granted: granted & ~taken }));
  return { ...forRoles((role) => security[role] & ~taken), ...entries.length > 0 ? { entries } : {} };
}

/** Each role gets back what it has in a room that nobody changed. @param {Readonly<Security>} security @param {Sweep} sweep */
export function giveToAll(security, sweep) {
  return forRoles((role) => security[role] | DEFAULTS[role] & bits(SWEEPS[sweep]));
}

/**
 * @param {Readonly<Security>} security @param {PlainRole} role @param {PermissionName} name @param {boolean} allowed
 * @returns {RulesPatch}
 */
export function forRole(security, role, name, allowed) {
  const bit = bits([name]);
  return { [role]: allowed ? security[role] | bit : security[role] & ~bit };
}

/**
 * What is somebody's by the room's word and their own, whether everything stands still or not.
 * @param {Readonly<Security>} security @param {Ranked} person
 */
export function owned(security, { role, granted, denied }) {
  return isModerator(role) ? EVERYTHING : security[/** @type {PlainRole} */ (role)] & ~denied | granted;
}

/**
 * What one person may do beyond the room's word, or may not in spite of it.
 * @param {Readonly<Security>} security @param {Ranked} person @param {PermissionName} name @param {boolean} allowed
 * @returns {RulesPatch}
 */
export function forPerson(security, person, name, allowed) {
  const bit = bits([name]);
  const room = isModerator(person.role) ? EVERYTHING : security[/** @type {PlainRole} */ (person.role)];
  const wanted = allowed ? owned(security, person) | bit : owned(security, person) & ~bit;
  return { entries: [{ join: person.key, granted: wanted & ~room, denied: room & ~wanted }] };
}

/** @param {(role: PlainRole) => number} of @returns {RulesPatch} */
function forRoles(of) {
  return { speaker: of("speaker"), listener: of("listener"), newcomer: of("newcomer") };
}
