// @ts-check
import { furnish, h, setText } from "./dom.js";
import { t } from "./i18n.js";
import { View } from "./view.js";
import { personName } from "./words.js";
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("../app/types.js").Reaction} Reaction */

/** Emoji and what a screen reader calls the button. @type {[emoji: string, words: string][]} */
export const REACTIONS = [
  ["👍", "reaction.agree"],
  ["👏", "reaction.applause"],
  ["💜", "reaction.love"],
  ["✊", "reaction.strength"],
  ["😂", "reaction.laugh"],
  ["😮", "reaction.surprise"],
];

/** Milliseconds between two announcements: a room that applauds must not drown out who speaks. */
const QUIET = 5000;

/** The row of emoji to choose from. @param {(emoji: string) => void} choose */
export function palette(choose) {
  const buttons = REACTIONS.map(([emoji, words]) =>
    h("button", {
      class: "emoji",
      testid: "react-with",
      label: words,
      title: words,
      attrs: { type: "button" },
      on: { click: () => choose(emoji) },
    }, emoji)
  );
  return h("div", { class: "palette", id: "palette", label: "tool.react", attrs: { role: "group" } }, ...buttons);
}

/** An emoji on its way up. @param {Reaction} reaction */
export function floating({ id, emoji }) {
  return h(
    "span",
    { class: "reaction", testid: "reaction", attrs: { "aria-hidden": "true", "data-lane": id % 3 } },
    emoji,
  );
}

/** Says reactions, many together and not too often. */
export class ReactionVoice extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    this.heard = 0;
    /** @type {Reaction[]} */
    this.unsaid = [];
    this.timer = 0;
    furnish(this, { class: "unseen", attrs: { role: "status" } });
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** @override @param {Readonly<State>} state */
  render({ reactions }) {
    const fresh = reactions.filter(({ id }) => id > this.heard);
    if (fresh.length === 0) return;
    this.heard = fresh[fresh.length - 1].id;
    this.unsaid.push(...fresh);
    if (this.timer === 0) this.#say();
  }

  #say() {
    this.timer = 0;
    const [first] = this.unsaid;
    if (!first) return;
    const count = this.unsaid.length;
    const one = { name: personName(first.name), emoji: first.emoji };
    setText(this, count === 1 ? t("reaction.one", one) : t("reaction.many", { count }));
    this.unsaid = [];
    this.timer = setTimeout(() => this.#say(), QUIET);
  }
}
customElements.define("tertulia-reactions", ReactionVoice);
