// @ts-check
import { h, say, setAttribute, show } from "./dom.js";
import { SHORTEST } from "./room-options.js";
import { secretField } from "./secret-field.js";

/** The room's password while the meeting goes on: whether there is one, and a form to set, change or take it away. */
export class RoomPasswordRow {
  #change;
  #had = false;

  /** @param {(text: string) => Promise<boolean>} change */
  constructor(change) {
    this.#change = change;
    this.state = h("span", { class: "toggle-state", id: "host-password-state", testid: "host-password-state" });
    this.summary = h("summary", { testid: "host-password" });
    this.field = secretField({
      id: "host-password-text",
      label: "home.password",
      autocomplete: "new-password",
      hint: "host.password_hint",
      problem: "host.password_short",
      typed: () => this.#say(null),
    });
    this.set = h("button", { class: "button primary", testid: "host-password-set", attrs: { type: "submit" } });
    this.remove = h("button", {
      class: "button",
      testid: "host-password-remove",
      t: "host.password_remove",
      attrs: { type: "button" },
      on: { click: () => this.#run("", this.remove) },
    });
    this.outcome = h("p", { class: "hint", testid: "host-password-outcome", attrs: { role: "status" } });
    this.problem = h("p", { class: "problem", testid: "host-password-problem", attrs: { role: "alert" } });
    this.fold = h(
      "details",
      { class: "fold" },
      this.summary,
      h(
        "form",
        { attrs: { novalidate: true }, on: { submit: (event) => this.#submit(event) } },
        this.field.box,
        h("p", { class: "actions" }, this.set, this.remove),
      ),
    );
    this.box = h(
      "section",
      { class: "sheet-part", testid: "host-password-part" },
      h("div", { class: "toggle-row" }, h("span", { class: "toggle-name", t: "host.password" }), this.state),
      this.outcome,
      this.problem,
      this.fold,
    );
    this.#say(null);
  }

  /** @param {boolean} has whether the room has one now */
  show(has) {
    this.#had = has;
    say(this.state, has ? "host.password_on" : "host.password_off");
    say(this.summary, has ? "host.password_change" : "host.password_set");
    say(this.set, has ? "host.password_change" : "host.password_set");
    show(this.remove, has);
  }

  /** The sheet is closed: nothing that was typed or said stays. */
  forget() {
    this.field.input.value = "";
    this.field.complain(false);
    this.fold.open = false;
    this.#say(null);
  }

  get #busy() {
    return this.set.ariaBusy === "true" || this.remove.ariaBusy === "true";
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const text = this.field.input.value;
    const short = [...text].length < SHORTEST;
    this.field.complain(short);
    if (!short) this.#run(text, this.set);
  }

  /** @param {string} text @param {HTMLElement} button */
  async #run(text, button) {
    if (this.#busy) return;
    const had = this.#had;
    this.#say(null);
    setAttribute(button, "aria-busy", "true");
    const done = await this.#change(text);
    setAttribute(button, "aria-busy", null);
    if (!done) return this.#say("host.password_failed", true);
    this.forget();
    this.#say(text === "" ? "notice.password_removed" : had ? "notice.password_changed" : "notice.password_set");
    this.summary.focus();
  }

  /** @param {string | null} words key @param {boolean} [trouble] */
  #say(words, trouble = false) {
    if (words) say(trouble ? this.problem : this.outcome, words);
    show(this.outcome, words !== null && !trouble);
    show(this.problem, words !== null && trouble);
  }
}
