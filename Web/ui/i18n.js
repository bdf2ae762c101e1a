// @ts-check
// The words. One JSON file a language, loaded when it is needed; plurals by Intl.PluralRules.

/** @typedef {string | Record<string, string>} Message a text, or one text for each plural category */

/** Languages with a file in /i18n, with the name each gives itself. */
export const LANGUAGES = { en: "English", es: "Español", fr: "Français", pt: "Português" };
/** @typedef {keyof typeof LANGUAGES} Language */

const CHOSEN = "tertulia.language";
/** @type {Language} */
let current = "en";
/** @type {Record<string, Message>} */
let messages = {};
/** Parts of the page that have words of their own, which most visits do not need. @type {Set<string>} */
const parts = new Set();
let rules = new Intl.PluralRules("en");

/** The language in use. */
export function language() {
  return current;
}

/**
 * The text for a key, with `{name}` replaced from params; `count` chooses the plural.
 * An unknown key comes back as itself, so a gap is seen and not silent.
 * @param {string} key
 * @param {Record<string, string | number>} [params]
 */
export function t(key, params = {}) {
  const message = messages[key];
  if (message === undefined) return key;
  const text = typeof message === "string"
    ? message
    : message[rules.select(Number(params.count ?? 0))] ?? message.other ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}

/**
 * The language chosen earlier on this device, else the first of the browser's that we speak, else English.
 * @param {readonly string[]} wanted such as navigator.languages
 * @param {string | null} chosen
 * @returns {Language}
 */
export function pickLanguage(wanted, chosen) {
  for (const tag of [chosen ?? "", ...wanted]) {
    const base = tag.toLowerCase().split("-")[0];
    if (base in LANGUAGES) return /** @type {Language} */ (base);
  }
  return "en";
}

/** Loads the words for the first time. */
export function startLanguage() {
  return loadLanguage(pickLanguage(navigator.languages, remembered(CHOSEN)));
}

/**
 * A choice made by the person, the only thing about language that is kept.
 * @param {Language} next
 */
export async function chooseLanguage(next) {
  await loadLanguage(next);
  remember(CHOSEN, next);
}

/** @param {Language} next */
async function loadLanguage(next) {
  const words = await Promise.all([next, ...[...parts].map((part) => `${part}/${next}`)].map(load));
  useMessages(next, Object.assign({}, ...words));
}

/** Loads the words of a part of the page, now and in every language that is chosen later. @param {string} part */
export async function loadWords(part) {
  parts.add(part);
  messages = { ...messages, ...await load(`${part}/${current}`) };
}

/** @param {string} name @returns {Promise<Record<string, Message>>} */
async function load(name) {
  const response = await fetch(`/i18n/${name}.json`);
  if (!response.ok) throw new Error(`i18n ${name}: ${response.status}`);
  return response.json();
}

/**
 * Takes a language into use; also the door for tests.
 * @param {Language} next
 * @param {Record<string, Message>} dictionary
 */
export function useMessages(next, dictionary) {
  current = next;
  messages = dictionary;
  rules = new Intl.PluralRules(next);
}

/** The browser's own variant of the language in use, for dates and times. */
export function locale() {
  return navigator.languages.find((tag) => tag.toLowerCase().split("-")[0] === current) ?? current;
}

/** A setting of this device; storage may be refused (private windows), and then there is none. @param {string} key */
export function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string | null} value */
export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Nothing is lost but the convenience.
  }
}
