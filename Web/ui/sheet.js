// @ts-check
import { furnish, h } from "./dom.js";
import { icon } from "./icons.js";
import { View } from "./view.js";
/** @typedef {import("./view.js").Look} Look */

/** Milliseconds within which a double click or a held key repeats itself. */
const SETTLE = 350;

/** A modal dialog. The browser keeps the focus inside and gives it back. */
export class Sheet extends View {
  /**
   * @param {import("./view.js").Context} context
   * @param {NonNullable<Look["sheet"]>} name
   * @param {string} title key
   */
  constructor(context, name, title) {
    super(context);
    this.name = name;
    /** What receives the focus when it opens. @type {HTMLElement | null} */
    this.first = null;
    this.heading = h("h2", { id: `sheet-${name}`, t: title });
    const close = h("button", {
      class: "round",
      testid: `close-${name}`,
      label: "panel.close",
      attrs: { type: "button" },
      on: { click: () => this.dialog.close() },
    }, icon("close"));
    this.body = h("div", { class: "sheet-body" });
    this.dialog = h(
      "dialog",
      { class: `sheet sheet-${name}`, testid: `sheet-${name}`, attrs: { "aria-labelledby": `sheet-${name}` } },
      h("header", { class: "sheet-head" }, this.heading, close),
      this.body,
    );
    this.opened = 0;
    // A click on the dialog itself, not on what is in it, is a click beside it.
    this.dialog.addEventListener(
      "click",
      (event) => event.target === this.dialog && this.settled && this.dialog.close(),
    );
    this.dialog.addEventListener("close", () => {
      if (context.look().sheet === name) context.set({ sheet: null });
    });
    furnish(this, {}, [this.dialog]);
  }

  /** Open long enough that a press is meant for the dialog, and is not the second half of the one that opened it. */
  get settled() {
    return performance.now() - this.opened > SETTLE;
  }

  /** Opens or closes as the look says; tells whether it is open. @param {Readonly<Look>} look */
  follow(look) {
    const wanted = look.sheet === this.name;
    if (wanted && !this.dialog.open) {
      this.dialog.showModal();
      this.opened = performance.now();
      this.first?.focus();
    }
    if (!wanted && this.dialog.open) this.dialog.close();
    return wanted;
  }
}
