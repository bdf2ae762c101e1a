// @ts-check
/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./store.js").Store} Store */

const SHOWN_FOR = 4_000;
const KEPT = 30;
/** One person's reactions that are shown at once: whoever sends more floods nobody. */
const KEPT_OF_ONE = 5;
const MAX_UNITS = 32;
const PICTOGRAPH = /[\p{Extended_Pictographic}\p{Regional_Indicator}]/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** @param {unknown} value @returns {string | null} null when it is not one single emoji */
export function cleanEmoji(value) {
  if (typeof value !== "string" || value.length > MAX_UNITS || !PICTOGRAPH.test(value)) return null;
  return [...graphemes.segment(value)].length === 1 ? value : null;
}

/** Emoji that float by. */
export class Reactions {
  #store;
  #clock;
  #next = 1;

  /** @param {Store} store @param {Clock} clock */
  constructor(store, clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** @param {string} key @param {string | null} name @param {string} emoji */
  add(key, name, emoji) {
    const { reactions } = this.#store.get();
    if (reactions.filter((reaction) => reaction.key === key).length >= KEPT_OF_ONE) return;
    const reaction = { id: this.#next++, key, name, emoji, at: this.#clock.date() };
    this.#store.update(() => ({ reactions: [...reactions, reaction].slice(-KEPT) }));
    this.#clock.after(SHOWN_FOR, () => {
      this.#store.update(({ reactions }) => ({ reactions: reactions.filter(({ id }) => id !== reaction.id) }));
    });
  }

  clear() {
    this.#store.update(() => ({ reactions: [] }));
  }
}
