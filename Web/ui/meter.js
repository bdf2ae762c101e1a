// @ts-check
import { furnish, h, setAttribute, setStyle } from "./dom.js";
import { View } from "./view.js";

/** How loud the own microphone is: a bar, quiet for screen readers. */
export class Meter extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    furnish(this, { class: "meter", attrs: { "aria-hidden": "true" } }, [h("span", { class: "meter-fill" })]);
  }

  /**
   * @override
   * @param {Readonly<import("../app/types.js").State>} state
   */
  render({ self }) {
    // Speech sits low on a linear scale; the root spreads it over the bar.
    const level = self.mic ? Math.min(1, Math.sqrt(Math.max(0, self.level))) : 0;
    setStyle(this, "--level", level.toFixed(2));
    setAttribute(this, "data-on", self.mic);
  }
}
customElements.define("tertulia-meter", Meter);
