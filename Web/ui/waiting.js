// @ts-check
import { furnish, h, say, setText, show } from "./dom.js";
import { icon } from "./icons.js";
import { Preferences } from "./preferences.js";
import { mark, tableDrawing } from "./table.js";
import { groups, spelled } from "./trust.js";
import { View } from "./view.js";
import { connectionWords, waitingWords } from "./words.js";

/** At the door of a room whose host decides who comes in. Nothing of the room is here: only what the host sees of us. */
export class Waiting extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    const { call } = context;
    this.state = h("p", { class: "lede", testid: "waiting-state" });
    this.connection = h("p", { testid: "waiting-connection" });
    this.advice = h("span", { testid: "waiting-advice" });
    this.unanswered = h(
      "p",
      { class: "callout" },
      h("span", {}, h("strong", { t: "waiting.unanswered" }), " ", this.advice),
    );
    this.name = h("dd", { testid: "waiting-name" });
    this.digits = h("span", { testid: "waiting-digits", attrs: { "aria-hidden": "true" } });
    this.spelled = h("span", { class: "unseen" });
    this.device = h(
      "div",
      { class: "door-device" },
      h("dt", { t: "waiting.device" }),
      h("dd", { class: "door-digits" }, this.digits, this.spelled),
      h("dd", { class: "hint", t: "waiting.device_text" }),
    );
    this.password = h("button", {
      class: "button large",
      testid: "waiting-password",
      t: "waiting.password",
      attrs: { type: "button" },
      on: { click: () => call.stepBack() },
    });
    furnish(this, { class: "page door" }, [
      h(
        "header",
        { class: "masthead" },
        h("span", { class: "wordmark" }, mark(), "Tertulia"),
        new Preferences(context),
      ),
      h(
        "main",
        { class: "door-main", testid: "waiting" },
        tableDrawing({ taken: 5 }),
        h("h1", { t: "waiting.title", attrs: { tabindex: "-1" } }),
        h("div", { class: "door-news", attrs: { role: "status" } }, this.state, this.connection, this.unanswered),
        h(
          "section",
          { class: "card door-seen" },
          h("h2", { t: "waiting.seen" }),
          h("dl", {}, h("div", {}, h("dt", { t: "waiting.name" }), this.name), this.device),
        ),
        h("p", { class: "assurance" }, icon("shield"), h("span", { t: "waiting.quiet" })),
        h(
          "p",
          { class: "actions" },
          this.password,
          h("button", {
            class: "button large",
            testid: "waiting-leave",
            t: "waiting.leave",
            attrs: { type: "button" },
            on: { click: () => call.leave() },
          }),
        ),
      ),
    ]);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** @override @param {Readonly<import("../app/types.js").State>} state */
  render({ waiting, password, self, connection }) {
    if (!waiting) return;
    const { text, advice, wait } = waitingWords(waiting, password, Date.now());
    const { long } = connectionWords(connection, Date.now() + 1_000);
    say(this.state, text);
    show(this.state, long === null);
    if (long) say(this.connection, long);
    show(this.connection, long !== null);
    if (advice) say(this.advice, advice);
    show(this.unanswered, advice !== null && long === null);
    setText(this.name, self.name);
    const digits = groups(waiting.digits, 4);
    setText(this.digits, digits.join(" "));
    setText(this.spelled, digits.map(spelled).join(", "));
    show(this.device, waiting.digits !== "");
    show(this.password, password);
    clearTimeout(this.timer);
    if (wait > 0) this.timer = setTimeout(() => this.render(this.context.store.get()), wait);
  }
}
customElements.define("tertulia-waiting", Waiting);
