// @ts-check
import { MODES } from "../app/modes.js";
import { furnish, h, say } from "./dom.js";
import { View } from "./view.js";
import { modeWords } from "./words.js";

let made = 0;

/** How much data to spend: one of three, and what that means. */
export class ModePicker extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    made += 1;
    const name = `mode-${made}`;
    this.choices = MODES.map((mode) => {
      const attrs = { type: "radio", name, value: mode, "aria-describedby": `${name}-text` };
      const on = { change: () => context.call.setMode(mode) };
      const input = h("input", { id: `${name}-${mode}`, testid: `mode-${mode}`, class: "unseen", attrs, on });
      const label = h("span", { t: modeWords(mode).short });
      return { mode, input, box: h("label", { class: "segment", attrs: { for: input.id } }, input, label) };
    });
    this.text = h("p", { class: "mode-text", id: `${name}-text`, testid: "mode-text" });
    furnish(this, { class: "mode-picker" }, [
      h(
        "fieldset",
        {},
        h("legend", { t: "mode.title" }),
        h("div", { class: "segments" }, ...this.choices.map(({ box }) => box)),
      ),
      this.text,
    ]);
  }

  /** @override @param {Readonly<import("../app/types.js").State>} state */
  render({ mode }) {
    for (const choice of this.choices) choice.input.checked = choice.mode === mode;
    say(this.text, modeWords(mode).long);
  }
}
customElements.define("tertulia-mode-picker", ModePicker);
