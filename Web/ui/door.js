// @ts-check
import { furnish, h, keep, say, setAttribute, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { alikeWords } from "./rules-words.js";
import { initials } from "./text.js";
import { groups, spelled } from "./trust.js";
import { View } from "./view.js";
import { personName } from "./words.js";
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("../app/types.js").Knocking} Knocking */

/** Who knocks, above the list of those who are inside: let in one, some or all, turn away, keep out. */
export class DoorTray extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    /** @type {Map<string | number, Knocker>} */
    this.rows = new Map();
    /** Whom the person has ticked. @type {Set<number>} */
    this.chosen = new Set();
    this.heading = h("h3", { id: "lobby-title", testid: "lobby-title", attrs: { tabindex: "-1" } });
    this.list = h("div", { class: "lobby-list", attrs: { "role": "list", "aria-labelledby": "lobby-title" } });
    const attrs = { type: "button" };
    const many = (/** @type {string} */ kind, /** @type {(ids: number[]) => void} */ act) =>
      h("button", { class: `button ${kind}`, attrs, on: { click: () => this.#many(act) } });
    this.admit = many("primary", (ids) => context.call.hosting.admit(ids));
    this.know = many("", (ids) => context.call.hosting.admit(ids, true));
    this.turn = many("", (ids) => context.call.hosting.turnAway(ids, false));
    setAttribute(this.admit, "data-testid", "admit-many");
    setAttribute(this.know, "data-testid", "admit-known-many");
    setAttribute(this.turn, "data-testid", "turn-away-many");
    this.bulk = h("p", { class: "lobby-bulk" }, this.admit, this.know, this.turn);
    this.veil = h("p", { class: "fine", t: "lobby.veil" });
    furnish(this, { class: "lobby", testid: "lobby", attrs: { "role": "region", "aria-labelledby": "lobby-title" } }, [
      this.heading,
      h("p", { class: "fine", t: "lobby.note" }),
      this.veil,
      this.list,
      this.bulk,
    ]);
  }

  /** @param {(ids: number[]) => void} act */
  #many(act) {
    const open = this.context.store.get().knocking.filter(({ answered }) => !answered).map(({ id }) => id);
    act(this.chosen.size > 0 ? open.filter((id) => this.chosen.has(id)) : open);
    this.chosen.clear();
    this.context.set({});
    this.heading.focus();
  }

  /** What was answered is gone with its buttons: the keyboard goes on from the head of what is left. */
  #keepFocus() {
    if (!this.hidden) this.heading.focus();
    /** @type {HTMLElement | null | undefined} */ else (this.closest(".panel")?.querySelector("h2"))?.focus();
  }

  /** @param {number} id */
  #row(id) {
    const { hosting } = this.context.call;
    return new Knocker({
      admit: () => hosting.admit([id]),
      know: () => hosting.admit([id], true),
      turn: () => hosting.turnAway([id], false),
      block: () => hosting.turnAway([id], true),
      choose: (chosen) => {
        if (chosen) this.chosen.add(id);
        else this.chosen.delete(id);
        this.context.set({});
      },
    });
  }

  /** @override @param {Readonly<State>} state */
  render({ knocking, self, security }) {
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    show(this, knocking.length > 0 && self.canRemove);
    for (const id of this.chosen) if (!knocking.some((waiting) => waiting.id === id)) this.chosen.delete(id);
    keep(this.rows, this.list, knocking, ({ id }) => id, ({ id }) => this.#row(id));
    for (const waiting of knocking) {
      this.rows.get(waiting.id)?.update(waiting, this.chosen.has(waiting.id), knocking.length > 1, security.veil);
    }
    show(this.veil, security.veil);
    const open = knocking.filter(({ answered }) => !answered).length;
    setText(this.heading, t("lobby.title", { count: open || knocking.length }));
    const count = this.chosen.size || open;
    show(this.bulk, knocking.length > 1 && open > 0);
    setText(this.admit, this.chosen.size > 0 ? t("lobby.admit_some", { count }) : t("lobby.admit_all"));
    show(this.know, security.veil);
    setText(this.know, this.chosen.size > 0 ? t("lobby.know_some", { count }) : t("lobby.know_all"));
    setText(this.turn, this.chosen.size > 0 ? t("lobby.turn_some", { count }) : t("lobby.turn_all"));
    // What is hidden keeps the focus until the page is drawn, and loses it then.
    if (focused && !focused.checkVisibility()) this.#keepFocus();
  }
}
customElements.define("tertulia-door", DoorTray);

/** Somebody at the door. */
class Knocker extends HTMLElement {
  /** @param {{ admit: () => void, know: () => void, turn: () => void, block: () => void,
   *   choose: (chosen: boolean) => void }} doors */
  constructor({ admit, know, turn, block, choose }) {
    super();
    const attrs = { type: "button" };
    this.box = h("input", {
      class: "knock-choice",
      testid: "knock-choose",
      attrs: { type: "checkbox" },
      on: { change: () => choose(this.box.checked) },
    });
    this.initials = h("span", { class: "saucer-initials" });
    this.name = h("bdi", { class: "person-name" });
    this.digits = h("span", { class: "knock-digits", testid: "knock-digits" });
    this.spoken = h("span", { class: "unseen" });
    this.alikeText = h("span");
    this.alike = h("span", { class: "person-trouble", testid: "knock-alike" }, icon("alarm"), this.alikeText);
    this.again = h("span", { class: "chip", t: "lobby.again" });
    this.admit = h("button", { class: "button small primary", testid: "admit", attrs, on: { click: admit } });
    this.know = h("button", { class: "button small", testid: "admit-known", attrs, on: { click: know } });
    this.turn = h("button", { class: "button small", testid: "turn-away", attrs, on: { click: turn } });
    this.block = h("button", { class: "link danger-link", testid: "turn-away-block", attrs, on: { click: block } });
    this.done = h("span", { class: "fine", t: "lobby.answered" });
    this.answers = h("span", { class: "knock-answers" }, this.admit, this.know, this.turn, this.block);
    furnish(this, { class: "knock", testid: "knock", attrs: { role: "listitem" } }, [
      this.box,
      h("span", { class: "saucer small", attrs: { "aria-hidden": "true" } }, this.initials),
      h(
        "span",
        { class: "person-words" },
        h(
          "span",
          { class: "person-line" },
          this.name,
          h("span", { class: "chip chip-new", t: "trust.new" }),
          this.again,
        ),
        h("span", { class: "person-line fine" }, h("span", { t: "lobby.device" }), this.digits, this.spoken),
        this.alike,
        this.done,
      ),
      this.answers,
    ]);
  }

  /** @param {Knocking} waiting @param {boolean} chosen @param {boolean} several @param {boolean} veil newcomers are veiled */
  update({ id, name, digits, again, alike, answered }, chosen, several, veil) {
    const shown = personName(name);
    setText(this.name, shown);
    setText(this.initials, initials(name ?? "") || "·");
    setAttribute(this, "data-hue", id % 8);
    const parts = groups(digits, 4);
    setText(this.digits, parts.join(" "));
    setAttribute(this.digits, "aria-hidden", "true");
    setText(this.spoken, parts.map(spelled).join(", "));
    show(this.alike, alike !== null);
    if (alike) say(this.alikeText, alikeWords(alike));
    show(this.again, again);
    show(this.box, several && !answered);
    this.box.checked = chosen;
    setAttribute(this.box, "aria-label", t("lobby.choose", { name: shown }));
    show(this.answers, !answered);
    show(this.done, answered);
    label(this.admit, "lobby.admit", "lobby.admit_name", shown);
    show(this.know, veil);
    label(this.know, "lobby.know", "lobby.know_name", shown);
    label(this.turn, "lobby.turn", "lobby.turn_name", shown);
    label(this.block, "lobby.block", "lobby.block_name", shown);
  }
}
customElements.define("tertulia-knock", Knocker);

/** @param {HTMLElement} button @param {string} words @param {string} full @param {string} name */
function label(button, words, full, name) {
  setText(button, t(words));
  setAttribute(button, "aria-label", t(full, { name }));
}
