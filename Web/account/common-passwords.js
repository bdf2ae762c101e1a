// @ts-check
/**
 * Passwords that somebody would try first. Judged in this browser: neither a password nor any part of it is sent for that.
 */

/** Shorter than this a password is guessed, however slowly. */
export const SHORTEST = 10;

/** Shorter words are in half of all sentences. */
const SHORTEST_WORD = 4;

/**
 * The list that `tools/build-passwords` makes, one a line.
 * @param {typeof fetch} [send]
 * @returns {Promise<ReadonlySet<string>>}
 * @throws {TypeError} the node does not answer
 */
export async function commonPasswords(send = fetch) {
  const response = await send(new URL("./common-passwords.txt", import.meta.url));
  if (!response.ok) throw new TypeError("no list");
  return new Set((await response.text()).split("\n"));
}

/**
 * Whether a password is one of the list, alone or with digits or signs around it, or one part again and again.
 * @param {string} password @param {ReadonlySet<string>} common
 */
export function isCommon(password, common) {
  const typed = password.normalize("NFKC").toLowerCase();
  const core = typed.replace(/^\P{L}+|\P{L}+$/gu, "");
  const texts = core.length < SHORTEST_WORD ? [typed] : [typed, core];
  return texts.some((text) => common.has(text) || isRepeated(text));
}

/**
 * Whether little is left of a password without the words that anybody would try here: the account's name, the program's and the
 * host's.
 * @param {string} password @param {{ name: string, host: string }} context `name` as `accountName` gives it
 */
export function isOfContext(password, { name, host }) {
  const words = [name, "tertulia", ...host.split(".").filter((part) => part.length >= SHORTEST_WORD)];
  const text = plain(password);
  const left = words.map(plain).filter(Boolean).reduce((rest, word) => rest.replaceAll(word, ""), text);
  return left !== text && [...left].length < SHORTEST;
}

/** Letters and digits alone, small. @param {string} text */
function plain(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/** @param {string} text */
function isRepeated(text) {
  // A text that repeats a part of itself is found in the middle of itself twice.
  return (text + text).indexOf(text, 1) < text.length;
}
