// @ts-check
import { check } from "./choice.js";
import { DevicePicker } from "./device-picker.js";
import { h } from "./dom.js";
import { remember, remembered } from "./i18n.js";
import { FORGETS, QUIT_KEYS } from "./quit.js";
import { icon } from "./icons.js";
import { Meter } from "./meter.js";
import { ModePicker } from "./mode-picker.js";
import { Preferences } from "./preferences.js";
import { Sheet } from "./sheet.js";
import { SHORTCUTS } from "./shortcuts.js";
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("./view.js").Look} Look */

/** Devices, language and theme during the call. */
export class Settings extends Sheet {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context, "devices", "settings.title");
    const keys = {
      class: "button",
      testid: "help-open",
      attrs: { type: "button" },
      on: { click: () => context.set({ sheet: "help" }) },
    };
    const figures = {
      class: "button",
      testid: "settings-details",
      attrs: { type: "button" },
      on: { click: () => context.set({ sheet: "details" }) },
    };
    this.body.append(
      new DevicePicker(context),
      h("div", { class: "meter-row" }, h("span", { t: "prejoin.level" }), new Meter(context)),
      new ModePicker(context),
      new Preferences(context),
      this.#exit(),
      h(
        "p",
        { class: "actions" },
        h("button", figures, icon("signal"), h("span", { t: "details.title" })),
        h("button", keys, icon("help"), h("span", { t: "help.title" })),
      ),
    );
  }

  /** The way out in a hurry, and whether it forgets that this device was here. */
  #exit() {
    const forget = check("quit-forgets", "quit.forgets", (on) => remember(FORGETS, on ? "on" : null));
    forget.input.checked = remembered(FORGETS) === "on";
    return h(
      "div",
      { class: "field" },
      h("h3", { t: "quit.title" }),
      h("p", { class: "fine", t: "quit.text" }),
      forget.box,
    );
  }

  /** @override @param {Readonly<State>} _state @param {Readonly<Look>} look */
  render(_state, look) {
    this.follow(look);
  }
}
customElements.define("tertulia-settings", Settings);

/** The keys, and the way to switch them off for people whose speech input types letters. */
export class Help extends Sheet {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context, "help", "help.title");
    this.box = h("input", { id: "shortcuts-on", attrs: { type: "checkbox" }, on: { change: () => this.#change() } });
    const rows = SHORTCUTS.map(({ shown, words }) =>
      h("div", { class: "key-row" }, h("dt", {}, h("kbd", {}, shown)), h("dd", { t: words }))
    );
    const quit = h("div", { class: "key-row" }, h("dt", {}, ...keys(QUIT_KEYS)), h("dd", { t: "quit.now" }));
    this.body.append(
      h("dl", { class: "keys" }, ...rows, quit),
      h("label", { class: "check", attrs: { for: "shortcuts-on" } }, this.box, h("span", { t: "help.switch" })),
    );
  }

  #change() {
    remember("tertulia.shortcuts", this.box.checked ? null : "off");
    this.context.set({ shortcuts: this.box.checked });
  }

  /** @override @param {Readonly<State>} _state @param {Readonly<Look>} look */
  render(_state, look) {
    this.follow(look);
    this.box.checked = look.shortcuts;
  }
}
customElements.define("tertulia-help", Help);

/** @param {readonly string[]} pressed one after the other */
function keys(pressed) {
  return pressed.map((key) => h("kbd", {}, key));
}
