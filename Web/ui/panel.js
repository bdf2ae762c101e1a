// @ts-check
import { furnish, h, setAttribute, show } from "./dom.js";
import { icon } from "./icons.js";
import { mayFreeze } from "./rules-words.js";
import { NARROW, View } from "./view.js";
/** @typedef {import("./view.js").Look} Look */

/** A column beside the stage; on a narrow window it covers everything. Escape closes it, focus goes back to its button. */
export class Panel extends View {
  /**
   * @param {import("./view.js").Context} context
   * @param {"chat" | "people"} name
   * @param {string} title key
   */
  constructor(context, name, title) {
    super(context);
    this.panel = name;
    this.heading = h("h2", { id: `${name}-title`, t: title, attrs: { tabindex: "-1" } });
    const close = h("button", {
      class: "round",
      testid: `close-${name}`,
      label: "panel.close",
      attrs: { type: "button" },
      on: { click: () => this.close() },
    }, icon("close"));
    // Where a panel covers the toolbar, what stops everything stays where a thumb is.
    this.freeze = h(
      "button",
      {
        class: "button small freeze",
        testid: `freeze-${name}`,
        attrs: { type: "button" },
        on: { click: () => this.#freeze() },
      },
      icon("freeze"),
      h("span", { t: "freeze.short" }),
    );
    furnish(this, { class: `panel panel-${name}`, attrs: { role: "region", "aria-labelledby": `${name}-title` } }, [
      h("header", { class: "panel-head" }, this.heading, this.freeze, close),
    ]);
    this.hidden = true;
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      this.close();
    });
  }

  /** The way on from there is in the banner, which the panel hides. */
  #freeze() {
    const { call, store, set } = this.context;
    if (!store.get().security.frozen) call.hosting.freeze();
    set({ panel: null });
    queueMicrotask(() => focusOn("resume-all", "freeze"));
  }

  close() {
    this.context.set({ panel: null });
    const opener = document.querySelector(`[data-testid="toggle-${this.panel}"]`);
    const more = document.querySelector('[data-testid="more"]');
    const target = /** @type {HTMLElement | null} */ (opener?.checkVisibility() ? opener : more);
    // The render that makes the button reachable again is queued before this.
    queueMicrotask(() => target?.focus());
  }

  /**
   * Shows or hides the panel; tells whether it is open, and moves the focus when it has just been opened.
   * @param {Readonly<Look>} look
   * @param {HTMLElement} first what receives the focus
   */
  open(look, first) {
    const open = look.panel === this.panel;
    const changed = this.hidden === open;
    this.hidden = !open;
    const covers = look.width < NARROW;
    setAttribute(this, "data-covers", covers);
    const { self, security } = this.context.store.get();
    show(this.freeze, covers && mayFreeze(self, security));
    setAttribute(this.freeze, "aria-pressed", `${security.frozen}`);
    if (open && changed) first.focus();
    return open;
  }
}

/** The first of these that is there to be seen. @param {...string} testids */
function focusOn(...testids) {
  const found = testids.map((testid) => document.querySelector(`[data-testid="${testid}"]`));
  /** @type {HTMLElement | undefined} */ (found.find((element) => element?.checkVisibility()))?.focus();
}
