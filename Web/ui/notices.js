// @ts-check
import { furnish, h, keep, setText } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { View } from "./view.js";
import { noticeWords, personName } from "./words.js";
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("../app/types.js").Notice} Notice */

/** Milliseconds that a note stays; problems longer. */
const STAY = 5000;
const STAY_TROUBLE = 10_000;

/** Passing notes, seen and read out; and the word that a message has come while the chat is closed. */
export class Notices extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    /** @type {Map<string | number, HTMLElement>} */
    this.shown = new Map();
    this.list = h("div", {
      class: "notice-list",
      attrs: { role: "status", "aria-live": "polite", "aria-relevant": "additions" },
    });
    this.spoken = h("p", { class: "unseen", attrs: { role: "status" } });
    this.heard = context.store.get().chat.length;
    furnish(this, { class: "notices" }, [this.list, this.spoken]);
  }

  /** @override @param {Readonly<State>} state @param {Readonly<import("./view.js").Look>} look */
  render({ notices, chat }, look) {
    const worded = notices.filter((notice) => noticeWords(notice) !== null);
    keep(this.shown, this.list, worded, ({ id }) => id, (notice) => this.#note(notice));
    const last = chat[chat.length - 1];
    if (chat.length > this.heard && last && !last.own && look.panel !== "chat") {
      setText(this.spoken, t("chat.arrived", { name: personName(last.name) }));
    }
    this.heard = chat.length;
  }

  /** @param {Notice} notice */
  #note(notice) {
    const { text, trouble } = noticeWords(notice) ?? { text: "", trouble: false };
    const dismiss = () => this.context.call.dismissNotice(notice.id);
    setTimeout(dismiss, trouble ? STAY_TROUBLE : STAY);
    const attrs = { "data-code": notice.code, "data-trouble": trouble };
    const close = { class: "notice-close", label: "panel.close", attrs: { type: "button" }, on: { click: dismiss } };
    return h(
      "div",
      { class: "notice", testid: "notice", attrs },
      h("span", {}, text),
      trouble ? h("button", close, icon("close")) : null,
    );
  }
}
customElements.define("tertulia-notices", Notices);
