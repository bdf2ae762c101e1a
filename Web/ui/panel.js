// @ts-check
import { furnish, h, setAttribute } from "./dom.js";
import { icon } from "./icons.js";
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
    furnish(this, { class: `panel panel-${name}`, attrs: { role: "region", "aria-labelledby": `${name}-title` } }, [
      h("header", { class: "panel-head" }, this.heading, close),
    ]);
    this.hidden = true;
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      this.close();
    });
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
    setAttribute(this, "data-covers", look.width < NARROW);
    if (open && changed) first.focus();
    return open;
  }
}
