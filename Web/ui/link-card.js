// @ts-check
import { h, setAttribute, setText, show, svg } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { encodeQR, qrPath } from "./qr.js";

/** Modules of white around a QR code (ISO/IEC 18004 §6.3.8). */
const QUIET = 4;

/**
 * A link in all the ways that it leaves this device: read, copied, copied as a message, handed to another program, or
 * photographed.
 */
export class LinkCard {
  /**
   * @param {object} options
   * @param {import("./view.js").Context} options.context
   * @param {string} options.name begins the ids of its parts
   * @param {string} options.label key
   * @param {string[]} options.message keys of the lines of the message; `{link}` is the link
   * @param {() => Promise<void>} [options.copyLink] in the place of copying the link and saying so here
   */
  constructor({ context, name, label, message, copyLink }) {
    this.context = context;
    this.message = message;
    this.url = "";
    this.link = h("input", {
      id: `${name}-link`,
      testid: `${name}-link`,
      attrs: { type: "text", readonly: true, spellcheck: "false" },
      on: { focus: () => this.link.select() },
    });
    this.copy = this.#button("copy", "invite.copy", name === "invite" ? "copy-link" : `copy-${name}`, () => {
      if (copyLink) copyLink();
      else this.#copy(this.url);
    });
    this.copy.classList.add("primary");
    const text = this.#button("chat", "invite.copy_message", `copy-${name}-message`, () => this.#copy(this.#text()));
    const share = this.#button(
      "share",
      "invite.share",
      name === "invite" ? "share-link" : `share-${name}`,
      () => this.#share(),
    );
    share.hidden = !("share" in navigator);
    this.outcome = h("p", { class: "outcome", testid: `${name}-outcome`, attrs: { role: "status" } });
    this.outcome.hidden = true;
    this.code = svg("path", { class: "qr-dark" });
    this.picture = svg(
      "svg",
      { class: "qr", role: "img", "data-testid": `${name}-qr`, "shape-rendering": "crispEdges" },
      this.code,
    );
    this.box = h(
      "div",
      { class: "link-card" },
      h("div", { class: "field" }, h("label", { t: label, attrs: { for: `${name}-link` } }), this.link),
      h("p", { class: "actions" }, this.copy, text, share),
      this.outcome,
      h("figure", { class: "qr-figure" }, this.picture, h("figcaption", { t: "invite.qr" })),
    );
  }

  /** @param {string} url */
  show(url) {
    setAttribute(this.picture, "aria-label", t("invite.qr_label"));
    if (this.url === url || url === "") return;
    this.url = url;
    this.link.value = url;
    this.say(null);
    const code = encodeQR(url);
    const side = code.size + 2 * QUIET;
    setAttribute(this.picture, "viewBox", `0 0 ${side} ${side}`);
    setAttribute(this.code, "d", qrPath(code, QUIET));
  }

  /** What came of copying; the passing notes lie behind a dialog. @param {string | null} text */
  say(text) {
    setText(this.outcome, text ?? "");
    show(this.outcome, text !== null);
  }

  #text() {
    return this.message.map((key) => t(key, { link: this.url })).join("\n");
  }

  /** @param {string} text */
  async #copy(text) {
    const copied = await this.context.call.copyText(text);
    this.say(t(copied ? "invite.copied" : "notice.copy_failed"));
  }

  async #share() {
    try {
      await navigator.share({ text: this.#text() });
    } catch {
      // Closing the system's sheet is an answer, not an error.
    }
  }

  /**
   * @param {import("./icons.js").IconName} picture @param {string} words key @param {string} testid
   * @param {() => void} click
   */
  #button(picture, words, testid, click) {
    const props = { class: "button", testid, attrs: { type: "button" }, on: { click } };
    return h("button", props, icon(picture), h("span", { t: words }));
  }
}
