// @ts-check
import { furnish, h, say, setAttribute, show } from "./dom.js";
import { icon } from "./icons.js";
import { View } from "./view.js";
import { alarmWords, connectionWords } from "./words.js";
/** @typedef {import("../app/types.js").State} State */

/** The lines above the stage: what keeps the call from being whole, and what the person can do. */
export class Banner extends View {
  /** @param {import("./view.js").Context} context @param {() => void} unblock plays the sound that the browser holds back */
  constructor(context, unblock) {
    super(context);
    const { call, set } = context;
    this.alarm = line("alarm", "danger", "alert", "alarm.more", () => set({ sheet: "shield" }));
    this.connection = line("retry", "warning", "status", "connection.retry", () => call.retry());
    this.sound = line("sound", "notice", "status", "sound.tap", unblock);
    this.sound.button.classList.add("primary");
    this.share = line("screen", "notice", "status", "stage.stop_sharing", () => call.stopScreen());
    setAttribute(this.alarm.box, "data-testid", "alarm");
    setAttribute(this.connection.box, "data-testid", "trouble");
    setAttribute(this.sound.button, "data-testid", "hear");
    setAttribute(this.share.button, "data-testid", "stop-sharing");
    const lines = [this.alarm, this.connection, this.sound, this.share];
    furnish(this, { class: "banner" }, lines.map(({ box }) => box));
    this.timer = 0;
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** @override @param {Readonly<State>} state @param {Readonly<import("./view.js").Look>} look */
  render({ connection, security, self }, look) {
    tell(this.alarm, security.state === "alarm" ? alarmWords(security.code) : null);
    const words = connectionWords(connection, Date.now());
    tell(this.connection, words.long);
    show(this.connection.button, words.retry);
    clearTimeout(this.timer);
    if (words.wait > 0) this.timer = setTimeout(() => this.context.set({}), words.wait);
    tell(this.sound, look.soundBlocked ? "sound.blocked" : null);
    tell(this.share, self.screen ? "stage.sharing" : null);
    show(this, this.querySelector(".banner-line:not([hidden])") !== null);
  }
}
customElements.define("tertulia-banner", Banner);

/**
 * @param {import("./icons.js").IconName} picture
 * @param {string} tone
 * @param {"alert" | "status"} role
 * @param {string} action key
 * @param {() => void} act
 */
function line(picture, tone, role, action, act) {
  const text = h("span", { class: "banner-text" });
  const button = h("button", { class: "button small", t: action, attrs: { type: "button" }, on: { click: act } });
  const words = h("span", { class: "banner-words", attrs: { role } }, text);
  return {
    box: h("div", { class: `banner-line ${tone}`, attrs: { hidden: true } }, icon(picture), words, button),
    text,
    button,
  };
}

/** @param {{ box: HTMLElement, text: HTMLElement }} line @param {string | null} key */
function tell({ box, text }, key) {
  show(box, key !== null);
  if (key) say(text, key);
}
