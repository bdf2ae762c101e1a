// @ts-check
import { furnish, h, say, setAttribute, show } from "./dom.js";
import { remembered } from "./i18n.js";
import { secretField } from "./secret-field.js";
import { View } from "./view.js";

/** Shorter ones are tried out by whoever has the link and sits at the door. */
export const SHORTEST = 6;

/** A new room with a password, or one that is there at other times too. */
export class RoomOptions extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    this.password = secretField({
      id: "room-password",
      label: "home.password",
      autocomplete: "new-password",
      hint: "home.password_hint",
      problem: "home.password_short",
    });
    this.keep = h("input", {
      id: "room-keep",
      testid: "room-keep",
      attrs: { type: "checkbox", "aria-describedby": "room-keep-text" },
      on: { change: () => this.#showName() },
    });
    this.name = h("input", {
      id: "room-name",
      testid: "room-name",
      attrs: { type: "text", maxlength: 64, autocomplete: "off" },
    });
    this.named = h(
      "div",
      { class: "field" },
      h("label", { t: "home.room_name", attrs: { for: "room-name" } }),
      this.name,
    );
    this.named.hidden = true;
    this.problem = h("p", { class: "problem", testid: "room-problem", attrs: { role: "alert" } });
    this.problem.hidden = true;
    this.button = h("button", { class: "button", testid: "make-room", t: "home.make", attrs: { type: "submit" } });
    furnish(this, { class: "room-options" }, [
      h(
        "details",
        {},
        h("summary", { t: "home.options", testid: "room-options" }),
        h(
          "form",
          { attrs: { novalidate: true }, on: { submit: (event) => this.#make(event) } },
          this.password.box,
          h(
            "div",
            { class: "field" },
            h("label", { class: "check", attrs: { for: "room-keep" } }, this.keep, h("span", { t: "home.keep" })),
            h("p", { class: "hint", id: "room-keep-text", t: "home.keep_text" }),
          ),
          this.named,
          this.problem,
          h("div", {}, this.button),
        ),
      ),
    ]);
  }

  /** Only an account has a list of rooms to find it in. */
  #showName() {
    show(this.named, this.keep.checked && remembered("tertulia.account") !== null);
  }

  /** @param {SubmitEvent} event */
  async #make(event) {
    event.preventDefault();
    if (this.button.ariaBusy === "true") return;
    const password = this.password.input.value;
    const short = password !== "" && [...password].length < SHORTEST;
    this.password.complain(short);
    if (short) return;
    setAttribute(this.button, "aria-busy", "true");
    const keep = this.keep.checked;
    const made = await this.context.call.createRoom({ password, keep, name: this.name.value.trim() });
    setAttribute(this.button, "aria-busy", null);
    show(this.problem, made !== "made");
    if (made !== "made") say(this.problem, made === "no_host" ? "home.no_host" : "home.not_kept");
  }
}
customElements.define("tertulia-room-options", RoomOptions);
