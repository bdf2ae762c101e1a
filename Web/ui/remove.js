// @ts-check
import { h, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { isModerator } from "../app/permissions.js";
import { Sheet } from "./sheet.js";
import { personName } from "./words.js";
/** @typedef {import("../app/types.js").State} State */

/** One question before somebody loses the room, with the answer a thumb's width away. */
export class RemoveSheet extends Sheet {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context, "remove", "remove.title");
    this.text = h("p", { class: "lede-small" });
    const attrs = { type: "button" };
    const act = (/** @type {boolean} */ lock) => ({ click: () => this.#remove(lock) });
    const ban = {
      class: "button large danger-outline",
      testid: "remove-and-ban",
      attrs,
      on: { click: () => this.#ban() },
    };
    const expel = { class: "button large danger", testid: "remove-now", attrs, on: act(false) };
    const both = { class: "button large", testid: "remove-and-lock", attrs, on: act(true) };
    this.now = h("button", expel, icon("remove"), h("span", { t: "remove.now" }));
    this.ban = h("button", ban, icon("remove"), h("span", { t: "remove.and_ban" }));
    this.lock = h("button", both, icon("lock"), h("span", { t: "remove.and_lock" }));
    const close = { click: () => this.dialog.close() };
    const cancel = h("button", {
      class: "button large quiet",
      t: "remove.cancel",
      testid: "remove-not",
      attrs,
      on: close,
    });
    this.note = h("p", { class: "fine", t: "remove.return" });
    this.body.append(this.text, h("div", { class: "stack" }, this.now, this.ban, this.lock, cancel), this.note);
    this.first = this.now;
  }

  /** @param {boolean} lock nobody is to come in after them */
  #remove(lock) {
    const { call, look } = this.context;
    const { person } = look();
    if (person === null || !this.settled) return;
    call.hosting.remove(person);
    if (lock) call.hosting.setDoor("locked");
    this.dialog.close();
  }

  #ban() {
    const { call, look } = this.context;
    const { person } = look();
    if (person === null || !this.settled) return;
    call.hosting.ban(person);
    this.dialog.close();
  }

  /** @override @param {Readonly<State>} state @param {Readonly<import("./view.js").Look>} look */
  render({ people, self, security }, look) {
    const person = people.find(({ key }) => key === look.person);
    // Gone already, by themselves or by another's hand.
    if (look.sheet === "remove" && (!person || !self.canRemove)) {
      queueMicrotask(() => this.context.set({ sheet: null }));
      return;
    }
    if (!this.follow(look) || !person) return;
    const name = personName(person.name);
    setText(this.heading, t("remove.title", { name }));
    setText(this.text, t("remove.text", { name }));
    show(this.lock, isModerator(self.role) && !security.locked);
    show(this.ban, security.counter > 0);
    show(this.note, !security.locked);
  }
}
customElements.define("tertulia-remove", RemoveSheet);
