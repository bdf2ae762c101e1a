// @ts-check
// Which words say what of a room's rules. Pure.
import { isModerator, may } from "../app/permissions.js";
import { t } from "./i18n.js";
import { heldText, personName } from "./words.js";
/** @typedef {import("../app/types.js").PermissionName} PermissionName */
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("./icons.js").IconName} IconName */

/** What there is in the page to be allowed or not. @type {readonly PermissionName[]} */
export const SHOWN = ["microphone", "camera", "screen", "chat", "links", "reactions", "invite"];

/** @type {Record<PermissionName, string>} */
const NAMES = {
  microphone: "may.microphone",
  camera: "may.camera",
  screen: "may.screen",
  chat: "may.chat",
  directMessages: "may.chat",
  links: "may.links",
  files: "may.chat",
  whiteboard: "may.screen",
  reactions: "may.reactions",
  recording: "may.screen",
  rename: "may.chat",
  invite: "may.invite",
  trusted: "may.trusted",
};

/** What a permission is called (a key). @param {PermissionName} name */
export function permissionWords(name) {
  return NAMES[name];
}

/**
 * Names one after the other, as the language does it.
 * @param {readonly string[]} names
 */
function list(names) {
  return new Intl.ListFormat(document.documentElement.lang || "en", { type: "conjunction" }).format(names);
}

/** Who hosts now, or who stands in, or that nobody does; null in a room without rules. @param {Readonly<State>} state */
export function hostWords({ self, people, security }) {
  if (security.counter === 0) return null;
  const own = self.name ? t("person.you_named", { name: self.name }) : t("person.you");
  const everybody = [{ ...self, name: own }, ...people.map((one) => ({ ...one, name: personName(one.name) }))];
  const hosts = everybody.filter(({ role }) => isModerator(role)).map(({ name }) => name);
  if (hosts.length > 0) return t("hosts.now", { names: list(hosts) });
  const trusted = everybody.filter(({ permissions }) => may(permissions, "trusted")).map(({ name }) => name);
  return trusted.length > 0 ? t("hosts.stand_in", { names: list(trusted) }) : t("hosts.nobody");
}

/** Why something is held, and who can change it. @param {Readonly<State>} state @param {PermissionName} what */
export function heldWords({ security, people }, what) {
  const hosts = people.filter(({ role }) => isModerator(role)).map(({ name }) => personName(name));
  return heldText({ what, frozen: security.frozen, names: list(hosts) });
}

/** @param {"same" | "alike"} alike */
export function alikeWords(alike) {
  return alike === "same" ? "alike.same" : "alike.alike";
}

/** Whether the person may freeze, vouch and see who is at the door. @param {State["self"]} self */
export function mayFreeze({ role, permissions }, /** @type {State["security"]} */ { counter }) {
  return counter > 0 && (isModerator(role) || may(permissions, "trusted"));
}
