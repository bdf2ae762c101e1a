// @ts-check
import { furnish, h, say, setAttribute, setStream, show } from "./dom.js";
import { DevicePicker } from "./device-picker.js";
import { icon, redraw } from "./icons.js";
import { Meter } from "./meter.js";
import { ModePicker } from "./mode-picker.js";
import { Preferences } from "./preferences.js";
import { secretField } from "./secret-field.js";
import { mark } from "./table.js";
import { NARROW, View } from "./view.js";
import { permissionWords } from "./words.js";
/** @typedef {import("../app/types.js").State} State */

/** Kept for the tab only, so that coming back after leaving needs no typing. */
const NAME = "tertulia.name";

/** Before the door: a look in the mirror, a name, and who will hear. */
export class Prejoin extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    const { call } = context;
    this.video = h("video", {
      class: "mirrored",
      testid: "preview-video",
      attrs: { playsinline: true, autoplay: true },
    });
    this.video.muted = true;
    this.mic = this.#toggle("toggle-mic", "mic", "tool.mic", () => call.toggleMic());
    this.camera = this.#toggle("toggle-camera", "camera", "tool.camera", () => call.toggleCamera());
    this.dark = h("p", { class: "preview-off", t: "prejoin.camera_off" });
    this.note = this.#note();
    this.name = h("input", {
      id: "join-name",
      testid: "join-name",
      attrs: {
        type: "text",
        maxlength: 64,
        autocomplete: "off",
        spellcheck: "false",
        "aria-describedby": "join-name-problem",
      },
      on: { input: () => this.#named() },
    });
    this.problem = h("p", {
      class: "problem",
      id: "join-name-problem",
      t: "prejoin.name_problem",
      attrs: { role: "alert" },
    });
    this.problem.hidden = true;
    this.hears = h("span");
    this.password = secretField({
      id: "join-password",
      label: "prejoin.password",
      autocomplete: "off",
      hint: "prejoin.password_hint",
      problem: "prejoin.password_problem",
      typed: (value) => call.setPassword(value),
    });
    this.button = h("button", { class: "button primary large", testid: "join-button", attrs: { type: "submit" } });
    furnish(this, { class: "page prejoin" }, [
      h(
        "header",
        { class: "masthead" },
        h("a", { class: "wordmark", attrs: { href: "/" } }, mark(), "Tertulia"),
        new Preferences(context),
      ),
      h(
        "main",
        { class: "prejoin-main" },
        this.#mirror(),
        this.#form(),
        new DevicePicker(context),
        new ModePicker(context),
      ),
    ]);
  }

  #mirror() {
    return h(
      "section",
      { class: "mirror", label: "prejoin.preview" },
      h(
        "div",
        { class: "preview" },
        this.video,
        this.dark,
        h("div", { class: "preview-tools" }, this.mic.button, this.camera.button),
      ),
      h("div", { class: "meter-row" }, h("span", { t: "prejoin.level" }), new Meter(this.context)),
      this.note.box,
    );
  }

  #form() {
    return h(
      "form",
      { class: "card join-form", attrs: { novalidate: true }, on: { submit: (event) => this.#join(event) } },
      h("h1", { t: "prejoin.title", attrs: { tabindex: "-1" } }),
      h(
        "div",
        { class: "field" },
        h("label", { t: "prejoin.name", attrs: { for: "join-name" } }),
        this.name,
        this.problem,
      ),
      this.password.box,
      this.button,
      h("p", { class: "assurance" }, icon("shield"), this.hears),
    );
  }

  /**
   * @param {string} testid
   * @param {import("./icons.js").IconName} picture
   * @param {string} label
   * @param {() => void} act
   */
  #toggle(testid, picture, label, act) {
    const drawing = icon(picture);
    const button = h(
      "button",
      { class: "tool", testid, attrs: { type: "button" }, on: { click: act } },
      drawing,
      h("span", { t: label }),
    );
    return { button, drawing };
  }

  #note() {
    const title = h("strong");
    const text = h("span");
    const again = h("button", {
      class: "button small",
      testid: "ask-again",
      t: "permission.again",
      attrs: { type: "button" },
      on: { click: () => this.context.call.requestDevices() },
    });
    return {
      box: h("div", { class: "callout", attrs: { role: "status" } }, h("p", {}, title, " ", text), again),
      title,
      text,
      again,
    };
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    const { call, store, look } = this.context;
    const name = store.get().self.name || sessionStorage.getItem(NAME) || "";
    if (name) {
      this.name.value = name;
      call.setName(name);
    }
    this.password.input.value = call.password;
    call.requestDevices();
    // On a phone the focus would raise the keyboard over the picture.
    if (look().width >= NARROW) this.name.focus();
  }

  #named() {
    this.context.call.setName(this.name.value);
    this.#complain(false);
  }

  /** @param {boolean} shown */
  #complain(shown) {
    show(this.problem, shown);
    setAttribute(this.name, "aria-invalid", shown ? "true" : null);
  }

  /** @param {SubmitEvent} event */
  #join(event) {
    event.preventDefault();
    if (this.context.store.get().phase !== "prejoin") return;
    if (this.name.value.trim() === "") {
      this.#complain(true);
      this.name.focus();
      return;
    }
    if (this.context.store.get().password && this.password.input.value === "") return this.password.complain(true);
    sessionStorage.setItem(NAME, this.name.value);
    this.context.call.join();
  }

  /** @override @param {Readonly<State>} state */
  render({ phase, self, password, hosted }) {
    say(this.hears, hosted ? "prejoin.who_hears_host" : "prejoin.who_hears");
    show(this.password.box, password);
    setStream(this.video, self.stream);
    show(this.video, self.camera);
    show(this.dark, !self.camera);
    setAttribute(this.mic.button, "aria-pressed", `${self.mic}`);
    redraw(this.mic.drawing, self.mic ? "mic" : "mic-off");
    setAttribute(this.camera.button, "aria-pressed", `${self.camera}`);
    redraw(this.camera.drawing, self.camera ? "camera" : "camera-off");
    const words = permissionWords(self);
    show(this.note.box, words !== null);
    if (words) {
      say(this.note.title, words.title);
      say(this.note.text, words.text);
      show(this.note.again, words.retry);
    }
    const joining = phase === "joining";
    say(this.button, joining ? "prejoin.joining" : "prejoin.join");
    setAttribute(this.button, "aria-disabled", joining ? "true" : null);
    setAttribute(this.button, "aria-busy", joining ? "true" : null);
  }
}
customElements.define("tertulia-prejoin", Prejoin);
