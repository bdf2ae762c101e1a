// @ts-check
import { furnish, h, say, setAttribute, show } from "./dom.js";
import { Preferences } from "./preferences.js";
import { mark, tableDrawing } from "./table.js";
import { View } from "./view.js";
import { blockedWords } from "./words.js";

/** Where the invitation is of no use, the room's own link still is. */
const INVITATION = new Set(["invitation_used", "invitation_over", "no_invitation"]);

/** After the call, or instead of it: what happened, and the way on. */
export class Ending extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    this.heading = h("h1", { attrs: { tabindex: "-1" } });
    this.text = h("p", { class: "lede" });
    this.again = h("button", {
      class: "button primary large",
      testid: "rejoin",
      attrs: { type: "button" },
      on: { click: () => this.#again() },
    });
    this.body = h(
      "main",
      { class: "ending-main" },
      tableDrawing({ taken: 4 }),
      this.heading,
      this.text,
      h(
        "p",
        { class: "actions" },
        this.again,
        h("a", { class: "button large", t: "ending.home", attrs: { href: "/" } }),
      ),
    );
    furnish(this, { class: "page ending" }, [
      h(
        "header",
        { class: "masthead" },
        h("span", { class: "wordmark" }, mark(), "Tertulia"),
        new Preferences(context),
      ),
      this.body,
    ]);
  }

  #again() {
    const { call, store } = this.context;
    const code = store.get().blocked?.code ?? "";
    if (INVITATION.has(code)) return call.dropInvitation();
    // A page that does not fit the node, or whose parts did not load, needs to be fetched again.
    if (store.get().phase === "blocked") location.reload();
    else call.retry();
  }

  /** @override @param {Readonly<import("../app/types.js").State>} state */
  render({ phase, blocked }) {
    const code = phase === "blocked" ? blocked?.code ?? "internal" : null;
    const words = code ? blockedWords(code) : { title: "left.title", text: "left.text", retry: "left.rejoin" };
    setAttribute(this.body, "data-testid", code ? "blocked" : "left");
    setAttribute(this.body, "data-code", code);
    say(this.heading, words.title);
    say(this.text, words.text);
    if (words.retry) say(this.again, words.retry);
    show(this.again, words.retry !== null);
  }
}
customElements.define("tertulia-ending", Ending);
