// @ts-check
import { furnish, h, keep, setAttribute, setStyle, setText, show } from "./dom.js";
import { locale, t } from "./i18n.js";
import { icon } from "./icons.js";
import { Panel } from "./panel.js";
import { linkify } from "./text.js";
import { personName } from "./words.js";
import { heldWords } from "./rules-words.js";
import { may } from "../app/permissions.js";
import { CHAT_UNITS } from "../app/text.js";
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("../app/types.js").ChatMessage} ChatMessage */

/** Messages of one person within this time stand together under one name. */
const TOGETHER = 3 * 60 * 1000;

/** What is written in the room. */
export class Chat extends Panel {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context, "chat", "chat.title");
    /** @type {Map<string | number, Message>} */
    this.known = new Map();
    this.empty = h("p", { class: "panel-empty", t: "chat.empty" });
    this.log = h("div", {
      class: "chat-log",
      label: "chat.log",
      attrs: { role: "log", tabindex: "0" },
      on: { scroll: () => this.#jump() },
    });
    this.newer = h(
      "button",
      {
        class: "button small chat-newer",
        attrs: { type: "button" },
        on: { click: () => this.#toEnd() },
      },
      icon("down"),
      h("span", { t: "chat.newer" }),
    );
    this.newer.hidden = true;
    this.input = h("textarea", {
      id: "chat-input",
      testid: "chat-input",
      placeholder: "chat.placeholder",
      label: "chat.placeholder",
      attrs: { rows: 1, maxlength: CHAT_UNITS, enterkeyhint: "send" },
      on: { keydown: (event) => this.#key(event), input: () => this.#typed() },
    });
    this.button = h("button", {
      class: "round primary",
      testid: "chat-send",
      label: "chat.send",
      title: "chat.send",
      attrs: { type: "submit" },
    }, icon("send"));
    const form = h(
      "form",
      { class: "chat-form", on: { submit: (event) => this.#send(event) } },
      this.input,
      this.button,
    );
    this.form = form;
    this.heldText = h("span");
    this.held = h(
      "p",
      { class: "chat-held", testid: "chat-held", attrs: { role: "status" } },
      icon("lock"),
      this.heldText,
    );
    furnish(this, {}, [h("div", { class: "chat-scroll" }, this.empty, this.log, this.newer), this.held, form]);
    this.#typed();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.input.form?.requestSubmit();
  }

  #typed() {
    // As tall as its text, up to the limit in the style sheet; borders are not part of scrollHeight.
    setStyle(this.input, "block-size", "auto");
    if (this.input.scrollHeight > 0) setStyle(this.input, "block-size", `${this.input.scrollHeight + 2}px`);
    setAttribute(this.button, "aria-disabled", this.input.value.trim() === "" ? "true" : null);
  }

  /** @param {SubmitEvent} event */
  #send(event) {
    event.preventDefault();
    const text = this.input.value;
    if (text.trim() === "") return;
    this.context.call.sendChat(text);
    this.input.value = "";
    this.#typed();
    this.input.focus();
    queueMicrotask(() => this.#toEnd());
  }

  #atEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 48;
  }

  #toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  #jump() {
    if (this.#atEnd()) show(this.newer, false);
  }

  /**
   * @override
   * @param {Readonly<State>} state
   * @param {Readonly<import("./view.js").Look>} look
   */
  render(state, look) {
    const { chat, unread, self } = state;
    const wasOpen = !this.hidden;
    const mayWrite = may(self.permissions, "chat");
    const wrote = this.form.contains(document.activeElement);
    show(this.form, mayWrite);
    show(this.held, !mayWrite);
    setText(this.heldText, mayWrite ? "" : heldWords(state, "chat"));
    const open = this.open(look, mayWrite ? this.input : this.heading);
    if (!open) return;
    // What was being written stays for later; the keyboard goes on from what can still be read.
    if (wrote && !mayWrite) this.heading.focus();
    const before = this.known.size;
    const stay = wasOpen && !this.#atEnd();
    keep(
      this.known,
      this.log,
      chat,
      ({ id }) => id,
      (message) => new Message(message, () => this.context.call.resendChat(message.id)),
    );
    chat.forEach((message, i) => this.known.get(message.id)?.update(message, continues(chat[i - 1], message)));
    show(this.empty, chat.length === 0);
    if (!stay) this.#toEnd();
    else if (this.known.size > before) show(this.newer, true);
    if (unread > 0 && document.visibilityState === "visible") this.context.call.markRead();
  }
}
customElements.define("tertulia-chat", Chat);

/** @param {ChatMessage | undefined} previous @param {ChatMessage} message */
function continues(previous, message) {
  if (!previous || previous.own !== message.own || message.at - previous.at > TOGETHER) return false;
  return message.own || previous.key === message.key;
}

/** One bubble. Its text never changes; its state does. */
class Message extends HTMLElement {
  /** @param {ChatMessage} message @param {() => void} resend */
  constructor(message, resend) {
    super();
    this.author = h("bdi", { class: "message-author" });
    this.time = h("time", { class: "message-time", attrs: { datetime: new Date(message.at).toISOString() } });
    this.state = h("span", { class: "message-state" });
    this.again = h("button", {
      class: "button small",
      testid: "chat-resend",
      t: "chat.resend",
      attrs: { type: "button" },
      on: { click: resend },
    });
    const attrs = { "data-own": `${message.own}`, "data-hue": message.from < 0 ? 0 : message.from % 8 };
    furnish(this, { class: "message", testid: "chat-message", attrs }, [
      h("div", { class: "message-head" }, this.author, this.time),
      h("div", { class: "bubble", attrs: { dir: "auto" } }, ...pieces(message)),
      h("div", { class: "message-foot" }, this.state, this.again),
    ]);
  }

  /** @param {ChatMessage} message @param {boolean} continued the bubble above is by the same person */
  update({ name, at, own, state }, continued) {
    setText(this.author, own ? t("person.you") : personName(name));
    setText(this.time, new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(at));
    setAttribute(this, "data-continued", continued);
    setAttribute(this, "data-state", state);
    setText(this.state, state === "sending" ? t("chat.sending") : state === "failed" ? t("chat.failed") : "");
    show(this.again, state === "failed");
  }
}
customElements.define("tertulia-message", Message);

/** @param {ChatMessage} message */
function pieces({ text, links }) {
  return links ? linkify(text).map(piece) : [text];
}

/** @param {import("./text.js").Segment} segment */
function piece({ text, href }) {
  if (!href) return text;
  return h("a", { attrs: { href, target: "_blank", rel: "noopener noreferrer", referrerpolicy: "no-referrer" } }, text);
}
