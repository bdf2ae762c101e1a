// @ts-check
import { furnish, h, setAttribute, setText } from "./dom.js";
import { t } from "./i18n.js";
import { icon, redraw } from "./icons.js";
import { View } from "./view.js";
import { connectionWords, modeWords, qualityWords } from "./words.js";
/** @typedef {import("../app/types.js").Quality} Quality */

/** How the connection is, in two words; behind them the figures. */
export class Signal extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    this.picture = icon("signal");
    this.text = h("span", { class: "connection-text" });
    this.button = h(
      "button",
      {
        class: "connection",
        testid: "connection-state",
        attrs: { type: "button", "aria-haspopup": "dialog" },
        on: { click: () => context.set({ sheet: "details" }) },
      },
      this.picture,
      this.text,
    );
    this.spoken = h("p", { class: "unseen", testid: "quality-spoken", attrs: { role: "status" } });
    /** @type {Quality | null} */
    this.told = null;
    furnish(this, { class: "signal" }, [this.button, this.spoken]);
  }

  /** @override @param {Readonly<import("../app/types.js").State>} state */
  render({ connection, quality, mode }) {
    const { short } = connectionWords(connection, Date.now());
    const stands = short === "connection.connected";
    const measured = stands ? qualityWords(quality) : null;
    const state = t(measured?.short ?? short);
    const saves = mode !== "full" && stands;
    const trouble = !stands || (quality !== null && quality !== "good");
    // Beside a mode that the person chose, only what is not well is worth a word.
    const words = saves ? [t(modeWords(mode).short), trouble ? state : ""].filter(Boolean).join(" · ") : state;
    setText(this.text, words);
    redraw(this.picture, measured?.icon ?? (stands ? "signal" : "signal-none"));
    setAttribute(this.button, "aria-label", `${words}. ${t("details.title")}`);
    setAttribute(this.button, "data-state", connection.state);
    setAttribute(this.button, "data-quality", stands ? quality : null);
    setAttribute(this.button, "data-calm", !trouble && !saves);
    this.#speak(quality);
  }

  /** A change is said once, after the first measure. @param {Quality | null} quality */
  #speak(quality) {
    if (quality === this.told) return;
    if (this.told !== null && quality !== null) setText(this.spoken, t(qualityWords(quality)?.long ?? ""));
    this.told = quality;
  }
}
customElements.define("tertulia-signal", Signal);
