// @ts-check
/** What others wrote, made safe to lay out: it stays text, and can neither reorder nor flood the page around it. */

const NAME_GRAPHEMES = 64;
const NAME_UNITS = 256;

/** Whether a text leads somewhere, as pages see it. @param {string} text */
export function hasLinks(text) {
  return /https?:\/\//i.test(text);
}

/** Longest chat text in UTF-16 units: in UTF-8 with its envelope it stays below the 16 kB that the group takes. */
export const CHAT_UNITS = 4000;

/** Controls, bidirectional overrides, embeddings, isolates and marks, line separators, and unassigned or private ones. */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;

/** As above, but a chat text may hold line feeds. */
const UNPRINTABLE_BUT_LINES =
  /[^\P{Cc}\n]|[\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFFF9-\uFFFB]/gu;

/** Something that leaves ink: a letter, digit, punctuation or symbol. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * @param {unknown} value
 * @returns {string | null} null when nothing printable is left
 */
export function cleanName(value) {
  if (typeof value !== "string") return null;
  // Cutting first bounds the work on a hostile name of any length.
  const text = value.slice(0, NAME_UNITS * 4).replace(/[\t\n\r]/g, " ").replace(UNPRINTABLE, "").normalize("NFC")
    .replace(/\s+/gu, " ").trim();
  let name = "";
  let count = 0;
  for (const { segment } of graphemes.segment(text)) {
    // A grapheme may carry marks without end, which would paint over the lines around it.
    const short = segment.replace(/(\p{M}{4})\p{M}+/gu, "$1");
    if (count === NAME_GRAPHEMES || name.length + short.length > NAME_UNITS) break;
    name += short;
    count += 1;
  }
  name = name.trim();
  return VISIBLE.test(name) ? name : null;
}

/**
 * @param {unknown} value
 * @returns {string | null} null when it is no text, empty, or longer than anybody may send
 */
export function cleanChat(value) {
  if (typeof value !== "string" || value.length > CHAT_UNITS) return null;
  const text = value.replace(/\r\n?/g, "\n").replace(UNPRINTABLE_BUT_LINES, "").replace(/\n{4,}/g, "\n\n\n").trim();
  return text === "" ? null : text;
}
