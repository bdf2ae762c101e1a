// @ts-check
import { h, keep, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { alikeWords } from "./rules-words.js";
import { Sheet } from "./sheet.js";
import { initials } from "./text.js";
import { roleWords } from "./trust.js";
import { personName } from "./words.js";
/** @typedef {import("../app/types.js").Person} Person */
/** @typedef {import("../app/types.js").State} State */

/** Who stays behind, and one button that takes everybody else to a new room. */
export class MoveSheet extends Sheet {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context, "move", "move.title");
    /** @type {Map<string | number, Passenger>} */
    this.rows = new Map();
    /** Keys of those who do not come along. @type {Set<string>} */
    this.behind = new Set();
    this.list = h("div", { class: "move-list", attrs: { role: "group" }, label: "move.who" });
    this.sum = h("p", { class: "lede-small", testid: "move-sum", attrs: { role: "status" } });
    this.words = h("span");
    this.now = h(
      "button",
      {
        class: "button large primary",
        testid: "move-now",
        attrs: { type: "button" },
        on: { click: () => this.#move() },
      },
      icon("door"),
      this.words,
    );
    const cancel = h("button", {
      class: "button large quiet",
      t: "remove.cancel",
      testid: "move-not",
      attrs: { type: "button" },
      on: { click: () => this.dialog.close() },
    });
    this.body.append(
      h("p", { t: "move.text" }),
      h("h3", { t: "move.who" }),
      this.list,
      this.sum,
      h("div", { class: "stack" }, this.now, cancel),
      h("p", { class: "fine", t: "move.note" }),
    );
  }

  #move() {
    if (!this.settled) return;
    const { call, store } = this.context;
    const here = store.get().people.map(({ key }) => key);
    call.hosting.move([...this.behind].filter((key) => here.includes(key)));
    this.dialog.close();
  }

  /** @param {string} key */
  #row(key) {
    return new Passenger((stays) => {
      if (stays) this.behind.add(key);
      else this.behind.delete(key);
      this.context.set({});
    });
  }

  /** @override @param {Readonly<State>} state @param {Readonly<import("./view.js").Look>} look */
  render({ people, self }, look) {
    if (look.sheet === "move" && self.role !== "host") {
      queueMicrotask(() => this.context.set({ sheet: null }));
      return;
    }
    if (!this.follow(look)) return this.behind.clear();
    // Nobody is chosen for the host: but those whom nobody has vouched for come first.
    const ordered = [...people].sort((a, b) => Number(b.veiled) - Number(a.veiled));
    keep(this.rows, this.list, ordered, ({ key }) => key, ({ key }) => this.#row(key));
    for (const person of people) this.rows.get(person.key)?.update(person, this.behind.has(person.key));
    const staying = people.filter(({ key }) => this.behind.has(key)).length;
    setText(this.sum, t("move.sum", { count: people.length - staying + 1 }));
    setText(this.words, staying > 0 ? t("move.now_without", { count: staying }) : t("move.now"));
  }
}
customElements.define("tertulia-move", MoveSheet);

/** Somebody who may be left behind. */
class Passenger extends HTMLElement {
  /** @param {(stays: boolean) => void} choose */
  constructor(choose) {
    super();
    this.box = h("input", {
      testid: "stays-behind",
      attrs: { type: "checkbox" },
      on: { change: () => choose(this.box.checked) },
    });
    this.initials = h("span", { class: "saucer-initials" });
    this.name = h("bdi", { class: "person-name" });
    this.rank = h("span", { class: "chip" });
    this.alike = h("span", { class: "person-trouble" });
    this.className = "passenger";
    this.append(h(
      "label",
      { class: "passenger-label" },
      this.box,
      h("span", { class: "saucer small", attrs: { "aria-hidden": "true" } }, this.initials),
      h("span", { class: "person-words" }, h("span", { class: "person-line" }, this.name, this.rank), this.alike),
    ));
  }

  /** @param {Person} person @param {boolean} stays */
  update({ name, index, role, alike }, stays) {
    this.dataset.hue = `${index < 0 ? 0 : index % 8}`;
    setText(this.initials, initials(name ?? "") || "·");
    setText(this.name, personName(name));
    const words = roleWords(role);
    show(this.rank, words !== null);
    setText(this.rank, words ? t(words) : "");
    show(this.alike, alike !== null);
    setText(this.alike, alike ? t(alikeWords(alike)) : "");
    this.box.checked = stays;
  }
}
customElements.define("tertulia-passenger", Passenger);
