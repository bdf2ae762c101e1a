// @ts-check
import { furnish, h, say, setAttribute, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon, redraw } from "./icons.js";
import { advice } from "./shield.js";
import { groups, spelled } from "./trust.js";
import { View } from "./view.js";
import { comparisonWords, personName } from "./words.js";
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("../app/types.js").Comparison} Comparison */
/** @typedef {import("./words.js").DialogStep} DialogStep */

const GROUP = 3;

/**
 * Two people make sure of each other. An offer is a card that takes neither the focus nor the screen, so that nobody
 * can be interrupted with it; what one has begun oneself, or accepted, is a dialog.
 */
export class ComparisonView extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    this.offer = this.#offer();
    this.heading = h("h2", { id: "comparison-title", attrs: { tabindex: "-1" } });
    this.picture = icon("compare");
    this.digits = h("p", { class: "compare-digits", testid: "comparison-digits" });
    this.text = h("p", { id: "comparison-text" });
    this.way = advice(context);
    this.buttons = this.#buttons();
    const words = h(
      "div",
      { class: "compare-words", attrs: { "aria-live": "polite", "aria-atomic": "true" } },
      this.heading,
      this.digits,
      this.text,
    );
    const { same, different, again, close } = this.buttons;
    const answers = h("div", { class: "answers" }, same, different);
    const actions = h("div", { class: "stack" }, answers, again, close);
    const body = h("div", { class: "sheet-body compare" }, this.picture, words, this.way, actions);
    const attrs = { "aria-labelledby": "comparison-title" };
    this.dialog = h("dialog", { class: "sheet sheet-compare", testid: "comparison", attrs }, body);
    this.dialog.addEventListener("cancel", () => context.call.cancelComparison());
    this.step = "";
    furnish(this, { class: "comparison" }, [this.offer.spoken, this.offer.box, this.dialog]);
  }

  #offer() {
    const { call } = this.context;
    const text = h("p");
    const attrs = { type: "button" };
    const yes = { class: "button small primary", testid: "comparison-accept", t: "comparison.accept", attrs };
    const no = { class: "button small", testid: "comparison-refuse", t: "comparison.refuse", attrs };
    const buttons = h(
      "div",
      { class: "actions" },
      h("button", { ...yes, on: { click: () => call.acceptComparison() } }),
      h("button", { ...no, on: { click: () => call.cancelComparison() } }),
    );
    // Always there: a region that appears together with its words is not read out.
    const spoken = h("p", { class: "unseen", attrs: { role: "status" } });
    const box = h("section", { class: "offer", label: "comparison.title", testid: "comparison-offer" }, text, buttons);
    return { box, text, spoken };
  }

  #buttons() {
    const { call, store } = this.context;
    const button = (
      /** @type {string} */ testid,
      /** @type {string} */ key,
      /** @type {string} */ tone,
      /** @type {() => void} */ click,
    ) => h("button", { class: `button large ${tone}`, testid, t: key, attrs: { type: "button" }, on: { click } });
    const again = () => {
      const { comparison } = store.get();
      call.cancelComparison();
      if (comparison) call.compareWith(comparison.key);
    };
    return {
      same: button("comparison-same", "comparison.same", "", () => call.answerComparison(true)),
      different: button("comparison-different", "comparison.different", "", () => call.answerComparison(false)),
      again: button("comparison-again", "comparison.again", "", again),
      close: button("comparison-close", "comparison.close", "", () => call.cancelComparison()),
    };
  }

  /** @override @param {Readonly<State>} state */
  render({ comparison }) {
    const offered = comparison?.step === "offered";
    show(this.offer.box, offered);
    const words = offered ? t("comparison.offered", { name: personName(comparison.name) }) : "";
    for (const part of [this.offer.text, this.offer.spoken]) setText(part, words);
    if (comparison !== null && comparison.step !== "offered") return this.#show(comparison.step, comparison);
    this.step = "";
    if (this.dialog.open) this.dialog.close();
  }

  /** @param {DialogStep} step @param {Comparison} comparison */
  #show(step, { name, digits }) {
    const words = comparisonWords(step);
    const params = { name: personName(name) };
    setAttribute(this.dialog, "data-step", step);
    redraw(this.picture, words.icon);
    setText(this.heading, t(words.title, params));
    setText(this.text, t(words.text, params));
    const shown = digits !== null && (step === "compare" || step === "confirming");
    show(this.digits, shown);
    if (shown && this.digits.dataset.digits !== digits) this.#write(digits);
    show(this.way, step === "mismatch");
    const { same, different, again, close } = this.buttons;
    show(same, step === "compare");
    show(different, step === "compare");
    show(again, step === "failed" || step === "mismatch");
    say(close, words.close);
    close.classList.toggle("quiet", step !== "matched");
    close.classList.toggle("primary", step === "matched");
    if (!this.dialog.open) this.dialog.showModal();
    if (step === this.step) return;
    this.step = step;
    // To the words, not to a button: an answer is given, not slipped into.
    this.heading.focus();
  }

  /** @param {string} digits */
  #write(digits) {
    this.digits.dataset.digits = digits;
    const seen = h(
      "span",
      { attrs: { "aria-hidden": "true" } },
      ...groups(digits, GROUP).map((part) => h("span", {}, part)),
    );
    this.digits.replaceChildren(seen, h("span", { class: "unseen" }, spelled(digits)));
  }
}
customElements.define("tertulia-comparison", ComparisonView);
