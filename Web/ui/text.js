// @ts-check
// What the interface makes of text that other people wrote (`Web/app/text.js` has cleaned it before). It reaches the
// page only as text nodes.
import { parsePlace, roomPath, splitHostSeed } from "../app/link.js";

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;

/**
 * One or two initials.
 * @param {string} name
 */
export function initials(name) {
  const words = name.split(/[^\p{L}\p{N}\p{Extended_Pictographic}]+/u).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return picked.map((word) => [...word][0].toLocaleUpperCase()).join("");
}

/**
 * A name as part of a sentence: one written from right to left must not turn the words around it.
 * @param {string} name
 */
export function isolated(name) {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}

/** @typedef {{ text: string, href: string | null }} Segment */

/**
 * Cuts a text into plain pieces and https links. Anything else (http, javascript, bare domains, addresses that carry a
 * user name) stays plain text.
 * @param {string} text
 * @returns {Segment[]}
 */
export function linkify(text) {
  /** @type {Segment[]} */
  const segments = [];
  let end = 0;
  for (const match of text.matchAll(/https:\/\/[^\s<>"'`]+/giu)) {
    const raw = withoutPunctuation(match[0]);
    const href = safeLink(raw);
    if (!href) continue;
    if (match.index > end) segments.push({ text: text.slice(end, match.index), href: null });
    segments.push({ text: raw, href });
    end = match.index + raw.length;
  }
  if (end < text.length) segments.push({ text: text.slice(end), href: null });
  return segments;
}

/**
 * What follows a link belongs to the sentence, a closing bracket too unless the link opened one.
 * @param {string} link
 */
function withoutPunctuation(link) {
  const end = link.includes("(") ? /[.,;:!?…]+$/u : /[).,;:!?…]+$/u;
  return link.replace(end, "");
}

/**
 * The normalised address when it is https without credentials, else null.
 * @param {string} text
 */
export function safeLink(text) {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === "https:" && !url.username && !url.password ? url.href : null;
}

/**
 * Path and fragment of a pasted invitation to this very node, with spaces that mail put in and without a scheme that
 * it took away; null for anything else.
 * @param {string} text
 * @param {string} origin such as location.origin
 */
export function invitationPath(text, origin) {
  const compact = text.replace(/\s+/gu, "");
  const absolute = /^https?:\/\//iu.test(compact) ? compact : `${new URL(origin).protocol}//${compact}`;
  if (!URL.canParse(absolute)) return null;
  const url = new URL(absolute);
  const [hash, seed] = splitHostSeed(url.hash);
  const place = parsePlace({ pathname: url.pathname, hash });
  if (url.origin !== origin || place.kind !== "room") return null;
  return roomPath(place) + (seed === null ? "" : `!${seed}`);
}
