// @ts-check
import { isModerator } from "../app/permissions.js";
import { furnish, h, say, setAttribute, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon, redraw } from "./icons.js";
import { View } from "./view.js";
import { alarmWords, connectionWords, personName, questionWords } from "./words.js";
/** @typedef {import("../app/types.js").Question} Question */
/** @typedef {import("../app/types.js").State} State */

/** @type {Record<import("../app/types.js").Move["step"], string>} */
const MOVES = {
  making: "move.making",
  removing: "move.removing",
  calling: "move.calling",
  late: "move.late",
  moving: "move.moving",
  failed: "move.failed",
};

/** Milliseconds within which a press was meant for the question before. */
const SETTLE = 400;

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
    this.frozen = this.#frozen();
    this.veiled = line("hidden", "notice", "status");
    setAttribute(this.veiled.box, "data-testid", "own-veil");
    this.door = line("door", "notice", "status", "lobby.look", () => this.#toDoor());
    this.door.button.classList.add("primary");
    setAttribute(this.door.box, "data-testid", "door-line");
    this.move = this.#move();
    this.question = line(
      "signal-weak",
      "notice",
      "status",
      "saving.low_data_yes",
      (event) => this.#answer(event, true),
    );
    const no = { class: "button small", testid: "question-no", attrs: { type: "button" } };
    this.no = h("button", {
      ...no,
      t: "saving.no",
      on: { click: (/** @type {Event} */ event) => this.#answer(event, false) },
    });
    this.question.box.append(h("span", { class: "banner-answers" }, this.question.button, this.no));
    setAttribute(this.question.box, "data-testid", "question");
    setAttribute(this.question.button, "data-testid", "question-yes");
    /** @type {Question | null} */
    this.asked = null;
    this.askedAt = 0;
    setAttribute(this.alarm.box, "data-testid", "alarm");
    setAttribute(this.connection.box, "data-testid", "trouble");
    setAttribute(this.sound.button, "data-testid", "hear");
    setAttribute(this.share.button, "data-testid", "stop-sharing");
    const lines = [
      this.alarm,
      this.frozen,
      this.move,
      this.connection,
      this.sound,
      this.veiled,
      this.door,
      this.question,
      this.share,
    ];
    furnish(this, { class: "banner" }, lines.map(({ box }) => box));
    this.timer = 0;
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** @override @param {Readonly<State>} state @param {Readonly<import("./view.js").Look>} look */
  render(state, look) {
    const { connection, security, self, question } = state;
    tell(this.alarm, security.state === "alarm" ? alarmWords(security.code) : null);
    this.#showFrozen(state);
    this.#showMove(state);
    this.#showDoor(state, look);
    const words = connectionWords(connection, Date.now());
    tell(this.connection, words.long);
    show(this.connection.button, words.retry);
    clearTimeout(this.timer);
    if (words.wait > 0) this.timer = setTimeout(() => this.context.set({}), words.wait);
    tell(this.sound, look.soundBlocked ? "sound.blocked" : null);
    this.#ask(question);
    tell(this.veiled, self.veiled ? "veil.own" : null);
    tell(this.share, self.screen ? "stage.sharing" : null);
    show(this, this.querySelector(".banner-line:not([hidden])") !== null);
  }

  /** That everything stands still, why, and the way on: it stays until the room goes on. */
  #frozen() {
    const { call, set } = this.context;
    const frozen = line("freeze", "frozen", "alert", "freeze.resume_all", () => call.hosting.resume());
    const one = h("button", {
      class: "button small",
      testid: "resume-one",
      t: "freeze.resume_one",
      attrs: { type: "button" },
      on: { click: () => set({ panel: "people" }) },
    });
    frozen.button.classList.add("primary");
    setAttribute(frozen.box, "data-testid", "frozen");
    setAttribute(frozen.button, "data-testid", "resume-all");
    frozen.box.append(h("span", { class: "banner-answers" }, frozen.button, one));
    return { ...frozen, one };
  }

  /** @param {Readonly<State>} state */
  #showFrozen({ security, self, people }) {
    const { box, text, button, one } = this.frozen;
    const focused = box.contains(document.activeElement);
    show(box, security.frozen);
    if (!security.frozen) {
      setText(text, "");
      // The room goes on, and so does the keyboard.
      if (focused) /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="freeze"]'))?.focus();
      return;
    }
    const by = people.find(({ key }) => key === security.frozenBy);
    const who = security.frozenBy === self.key ? "freeze.by_you" : by ? "freeze.by" : "freeze.is";
    const meaning = isModerator(self.role) ? "freeze.for_hosts" : self.goesOn ? "freeze.for_you" : "freeze.for_others";
    setText(text, `${t(who, { name: personName(by?.name ?? null) })} ${t(meaning)}`);
    show(button, isModerator(self.role));
    show(one, isModerator(self.role));
  }

  /** How far the way to another room is, and what to do where it ends early. */
  #move() {
    const { call } = this.context;
    const move = line("door", "notice", "status", "move.again", () => call.hosting.moveAgain());
    const no = h("button", {
      class: "button small",
      testid: "move-dismiss",
      t: "move.dismiss",
      attrs: { type: "button" },
      on: { click: () => call.hosting.dismissMove() },
    });
    move.button.classList.add("primary");
    setAttribute(move.box, "data-testid", "move");
    setAttribute(move.button, "data-testid", "move-again");
    const answers = h("span", { class: "banner-answers" }, move.button, no);
    move.box.append(answers);
    return { ...move, answers };
  }

  /** @param {Readonly<State>} state */
  #showMove({ move }) {
    const { box, text, answers } = this.move;
    show(box, move !== null);
    if (!move) return setText(text, "");
    setAttribute(box, "data-step", move.step);
    setText(text, t(MOVES[move.step], { arrived: move.arrived, expected: move.expected }));
    show(answers, move.step === "late" || move.step === "failed");
  }

  /** @param {Readonly<State>} state @param {Readonly<import("./view.js").Look>} look */
  #showDoor({ knocking, self }, look) {
    const open = knocking.filter(({ answered }) => !answered);
    const shown = self.canRemove && open.length > 0 && look.panel !== "people";
    show(this.door.box, shown);
    const [first] = open;
    const words = !shown
      ? ""
      : open.length > 1
      ? t("lobby.many", { count: open.length })
      : t("lobby.one", { name: personName(first.name) });
    setText(this.door.text, words);
  }

  #toDoor() {
    this.context.set({ panel: "people" });
    queueMicrotask(() => {
      /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="lobby-title"]'))?.focus();
    });
  }

  /** @param {Question | null} question */
  #ask(question) {
    if (question === this.asked) return;
    const focused = this.question.box.contains(document.activeElement);
    this.asked = question;
    this.askedAt = performance.now();
    tell(this.question, question ? questionWords(question).text : null);
    if (question) {
      const { icon: picture, yes, no } = questionWords(question);
      redraw(this.question.picture, picture);
      say(this.question.button, yes);
      say(this.no, no);
      // Whether one is seen is nobody's to suggest: there both answers weigh the same.
      this.question.button.classList.toggle("primary", !question.startsWith("camera"));
      setAttribute(this.question.box, "data-question", question);
    } else if (focused) {
      // What had the focus is gone; the connection is what it was about.
      /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="connection-state"]'))?.focus();
    }
  }

  /**
   * The second half of a double press does not answer the question that followed, however late it is noticed.
   * @param {Event} press
   * @param {boolean} yes
   */
  #answer({ timeStamp }, yes) {
    if (timeStamp - this.askedAt > SETTLE) this.context.call.answerQuestion(yes);
  }
}
customElements.define("tertulia-banner", Banner);

/**
 * @param {import("./icons.js").IconName} picture
 * @param {string} tone
 * @param {"alert" | "status"} role
 * @param {string} [action] key; nothing can be done about it without
 * @param {(press: Event) => void} [act]
 */
function line(picture, tone, role, action, act = () => {}) {
  const text = h("span", { class: "banner-text" });
  const attrs = { type: "button", hidden: action === undefined };
  const button = h("button", { class: "button small", t: action, attrs, on: { click: act } });
  const words = h("span", { class: "banner-words", attrs: { role } }, text);
  const drawing = icon(picture);
  return {
    box: h("div", { class: `banner-line ${tone}`, attrs: { hidden: true } }, drawing, words, button),
    text,
    button,
    picture: drawing,
  };
}

/** @param {{ box: HTMLElement, text: HTMLElement }} line @param {string | null} key */
function tell({ box, text }, key) {
  show(box, key !== null);
  if (key) say(text, key);
}
