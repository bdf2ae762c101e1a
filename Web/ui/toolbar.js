// @ts-check
import { furnish, h, setAttribute, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon, redraw } from "./icons.js";
import { isModerator, may } from "../app/permissions.js";
import { palette } from "./reactions.js";
import { heldWords, mayFreeze } from "./rules-words.js";
import { NARROW, View } from "./view.js";
/** @typedef {import("./icons.js").IconName} IconName */

/** The row of buttons under the stage. On a narrow window the less used half folds into a menu. */
export class Toolbar extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    const { call, set, look } = context;
    const panel = (/** @type {"chat" | "people"} */ name) => () =>
      set({ panel: look().panel === name ? null : name, menu: false });
    const sheet = (/** @type {"invite" | "devices" | "details" | "host"} */ name) => () =>
      set({ sheet: name, menu: false });
    this.mic = tool("toggle-mic", "mic", "tool.mic", () => call.toggleMic());
    this.camera = tool("toggle-camera", "camera", "tool.camera", () => call.toggleCamera());
    this.chat = tool("toggle-chat", "chat", "tool.chat", panel("chat"));
    this.badge = h("span", { class: "badge", testid: "unread" });
    this.chat.button.append(this.badge);
    this.screen = tool("toggle-screen", "screen", "tool.screen", () => this.#share());
    this.people = tool("toggle-people", "people", "tool.people", panel("people"));
    this.count = h("span", { class: "tool-count", attrs: { "aria-hidden": "true" } });
    this.people.button.append(this.count);
    this.door = h("span", { class: "badge door-badge", testid: "door-count", attrs: { "aria-hidden": "true" } });
    this.people.button.append(this.door);
    this.freeze = tool("freeze", "freeze", "freeze.short", () => this.#freeze());
    this.freeze.button.classList.add("tool-freeze");
    this.host = tool("host-open", "host", "tool.host", sheet("host"));
    this.hand = tool("toggle-hand", "hand", "tool.hand", () => this.#raise());
    this.react = tool("react", "react", "tool.react", () => set({ palette: !look().palette }));
    setAttribute(this.react.button, "aria-controls", "palette");
    this.palette = palette((emoji) => this.#react(emoji));
    const reactions = h("div", { class: "tool-react" }, this.react.button, this.palette);
    const invite = tool("invite-open", "invite", "tool.invite", sheet("invite"));
    const devices = tool("devices-open", "settings", "tool.settings", sheet("devices"));
    this.details = tool("details-open", "signal", "tool.connection", sheet("details"));
    this.more = tool("more", "more", "tool.more", () => set({ menu: !look().menu }));
    this.more.button.classList.add("tool-more");
    setAttribute(this.more.button, "aria-controls", "more-tools");
    const leave = tool("leave", "leave", "tool.leave", () => call.leave());
    leave.button.classList.add("tool-leave");
    const folded = [
      this.screen.button,
      this.hand.button,
      reactions,
      invite.button,
      this.host.button,
      devices.button,
      this.details.button,
    ];
    this.group = h("div", { class: "tool-group", id: "more-tools" }, ...folded);
    furnish(this, { class: "toolbar", label: "tool.label", attrs: { role: "region" } }, [
      this.mic.button,
      this.camera.button,
      this.chat.button,
      this.people.button,
      this.group,
      this.freeze.button,
      this.more.button,
      leave.button,
    ]);
    this.addEventListener("keydown", (event) => this.#escape(event));
    this.outside = (/** @type {Event} */ event) => {
      const { menu, palette } = look();
      if ((menu || palette) && !this.contains(/** @type {Node} */ (event.target))) set({ menu: false, palette: false });
    };
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("pointerdown", this.outside);
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("pointerdown", this.outside);
  }

  /** What stands still already goes on only from where that is said: a second press in haste changes nothing. */
  #freeze() {
    const { call, store } = this.context;
    if (!store.get().security.frozen) return call.hosting.freeze();
    /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="resume-all"]'))?.focus();
  }

  #raise() {
    const { call, store, set } = this.context;
    set({ menu: false });
    call.setHand(!store.get().self.hand);
  }

  #share() {
    const { call, store, set } = this.context;
    set({ menu: false });
    if (store.get().self.screen) call.stopScreen();
    else call.startScreen();
  }

  /** @param {string} emoji */
  #react(emoji) {
    this.context.call.react(emoji);
    this.#fold();
  }

  /** Closes what is open above the toolbar; the focus goes back to what opened it. */
  #fold() {
    const { look, set } = this.context;
    const opener = look().menu ? this.more.button : this.react.button;
    set({ menu: false, palette: false });
    opener.focus();
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    const { menu, palette } = this.context.look();
    if (event.key !== "Escape" || !(menu || palette)) return;
    event.stopPropagation();
    this.#fold();
  }

  /**
   * @override
   * @param {Readonly<import("../app/types.js").State>} state
   * @param {Readonly<import("./view.js").Look>} look
   */
  render(state, look) {
    const { self, people, unread, security } = state;
    press(this.mic, self.mic, self.mic ? "mic" : "mic-off");
    press(this.camera, self.camera, self.camera ? "camera" : "camera-off");
    press(this.hand, self.hand, "hand");
    press(this.screen, self.screen, self.screen ? "screen-off" : "screen");
    hold(this.mic, "tool.mic", may(self.permissions, "microphone") ? null : heldWords(state, "microphone"));
    hold(this.camera, "tool.camera", may(self.permissions, "camera") ? null : heldWords(state, "camera"));
    hold(this.screen, "tool.screen", may(self.permissions, "screen") ? null : heldWords(state, "screen"));
    hold(this.react, "tool.react", may(self.permissions, "reactions") ? null : heldWords(state, "reactions"));
    show(this.freeze.button, mayFreeze(self, security));
    setAttribute(this.freeze.button, "aria-pressed", `${security.frozen}`);
    show(this.host.button, isModerator(self.role));
    const knocking = self.canRemove ? state.knocking.filter(({ answered }) => !answered).length : 0;
    show(this.door, knocking > 0);
    setText(this.door, `${knocking}`);
    setAttribute(this.people.button, "aria-label", knocking > 0 ? t("tool.people_door", { count: knocking }) : null);
    show(this.screen.button, "getDisplayMedia" in (navigator.mediaDevices ?? {}));
    setAttribute(this.chat.button, "aria-expanded", `${look.panel === "chat"}`);
    setAttribute(this.people.button, "aria-expanded", `${look.panel === "people"}`);
    setAttribute(this.more.button, "aria-expanded", `${look.menu}`);
    setAttribute(this.group, "data-open", look.menu);
    setAttribute(this.react.button, "aria-expanded", `${look.palette}`);
    const narrow = look.width < NARROW;
    show(this.react.button, !narrow);
    // With room for it, the bar above says how the connection is, and leads to the same figures.
    show(this.details.button, narrow);
    show(this.palette, look.palette || narrow);
    show(this.more.button, narrow);
    show(this.badge, unread > 0);
    setText(this.badge, unread > 99 ? "99+" : `${unread}`);
    setAttribute(this.chat.button, "aria-label", unread > 0 ? t("tool.chat_unread", { count: unread }) : null);
    setText(this.count, `${people.length + 1}`);
  }
}
customElements.define("tertulia-toolbar", Toolbar);

/**
 * @param {string} testid
 * @param {IconName} picture
 * @param {string} label
 * @param {() => void} act
 */
function tool(testid, picture, label, act) {
  const drawing = icon(picture);
  const attrs = { type: "button" };
  const words = h("span", { class: "tool-label", t: label });
  return { button: h("button", { class: "tool", testid, attrs, on: { click: act } }, drawing, words), drawing };
}

/**
 * What the room does not let one do is shown so, and says who can change it; a press says it aloud.
 * @param {{ button: HTMLElement }} tool @param {string} words key @param {string | null} reason
 */
function hold({ button }, words, reason) {
  setAttribute(button, "data-held", reason !== null);
  setAttribute(button, "title", reason);
  setAttribute(button, "aria-label", reason === null ? null : `${t(words)}: ${reason}`);
}

/** @param {{ button: HTMLElement, drawing: Element }} tool @param {boolean} on @param {IconName} picture */
function press({ button, drawing }, on, picture) {
  setAttribute(button, "aria-pressed", `${on}`);
  redraw(drawing, picture);
}
