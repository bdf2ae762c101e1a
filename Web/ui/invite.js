// @ts-check
import { h, setAttribute, setText, show, svg } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { encodeQR, qrPath } from "./qr.js";
import { Sheet } from "./sheet.js";
import { noticeWords } from "./words.js";

/** @typedef {import("../app/types.js").Notice} Notice */

/** Modules of white around a QR code (ISO/IEC 18004 §6.3.8). */
const QUIET = 4;

/** The link, to copy, share or show to a phone. */
export class Invite extends Sheet {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context, "invite", "invite.title");
    this.link = h("input", {
      id: "invite-link",
      testid: "invite-link",
      attrs: { type: "text", readonly: true, spellcheck: "false" },
      on: { focus: () => this.link.select() },
    });
    const copy = h(
      "button",
      {
        class: "button primary",
        testid: "copy-link",
        attrs: { type: "button" },
        on: { click: () => context.call.copyLink() },
      },
      icon("copy"),
      h("span", { t: "invite.copy" }),
    );
    const share = h(
      "button",
      {
        class: "button",
        testid: "share-link",
        attrs: { type: "button" },
        on: { click: () => this.#share() },
      },
      icon("share"),
      h("span", { t: "invite.share" }),
    );
    share.hidden = !("share" in navigator);
    this.outcome = h("p", { class: "outcome", testid: "copy-outcome", attrs: { role: "status" } });
    this.code = svg("path", { class: "qr-dark" });
    this.picture = svg(
      "svg",
      { class: "qr", role: "img", "data-testid": "invite-qr", "shape-rendering": "crispEdges" },
      this.code,
    );
    this.body.append(
      h("p", { t: "invite.text" }),
      h("div", { class: "field" }, h("label", { t: "invite.link", attrs: { for: "invite-link" } }), this.link),
      h("p", { class: "actions" }, copy, share),
      this.outcome,
      h("figure", { class: "qr-figure" }, this.picture, h("figcaption", { t: "invite.qr" })),
    );
    this.drawn = "";
    this.first = copy;
  }

  /** Passing notes lie behind a dialog, so what came of copying is said here too. @param {readonly Notice[]} notices */
  #tell(notices) {
    const last = notices.findLast(({ code }) => code === "link_copied" || code === "copy_failed");
    setText(this.outcome, last ? noticeWords(last)?.text ?? "" : "");
    show(this.outcome, last !== undefined);
  }

  async #share() {
    try {
      await navigator.share({ url: this.context.store.get().link });
    } catch {
      // Closing the system's sheet is an answer, not an error.
    }
  }

  /**
   * @override
   * @param {Readonly<import("../app/types.js").State>} state
   * @param {Readonly<import("./view.js").Look>} look
   */
  render({ link, notices }, look) {
    if (!this.follow(look)) return;
    this.#tell(notices);
    if (this.link.value !== link) this.link.value = link;
    setAttribute(this.picture, "aria-label", t("invite.qr_label"));
    if (this.drawn === link || !link) return;
    this.drawn = link;
    const code = encodeQR(link);
    const side = code.size + 2 * QUIET;
    setAttribute(this.picture, "viewBox", `0 0 ${side} ${side}`);
    setAttribute(this.code, "d", qrPath(code, QUIET));
  }
}
customElements.define("tertulia-invite", Invite);
