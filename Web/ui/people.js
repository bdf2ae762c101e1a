// @ts-check
import { furnish, h, keep, setAttribute, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { Panel } from "./panel.js";
import { initials } from "./text.js";
import { personName } from "./words.js";
/** @typedef {import("../app/types.js").State} State */

/** Who is in the room. */
export class People extends Panel {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context, "people", "people.title");
    /** @type {Map<string | number, Row>} */
    this.rows = new Map();
    this.count = h("p", { class: "people-count" });
    this.list = h("div", { class: "people-list", attrs: { role: "list" } });
    const invite = h(
      "button",
      {
        class: "button",
        testid: "people-invite",
        attrs: { type: "button" },
        on: { click: () => context.set({ sheet: "invite" }) },
      },
      icon("invite"),
      h("span", { t: "people.invite" }),
    );
    furnish(this, {}, [
      h(
        "div",
        { class: "people-scroll", label: "people.title", attrs: { role: "group", tabindex: "0" } },
        this.count,
        this.list,
        h("p", { class: "people-note", t: "people.note" }),
      ),
      h("div", { class: "panel-foot" }, invite),
    ]);
  }

  /**
   * @override
   * @param {Readonly<State>} state
   * @param {Readonly<import("./view.js").Look>} look
   */
  render({ self, people }, look) {
    if (!this.open(look, this.heading)) return;
    setText(this.count, t("people.count", { count: people.length + 1 }));
    keep(this.rows, this.list, ["self", ...people.map(({ index }) => index)], (key) => key, () => new Row());
    const name = self.name ? t("person.you_named", { name: self.name }) : t("person.you");
    this.rows.get("self")?.update({ index: self.index, name, plain: self.name, ...flags(self), state: "" });
    for (const person of people) {
      const state = person.undecryptable
        ? t("tile.undecryptable")
        : person.lost
        ? t("tile.lost")
        : person.verified
        ? ""
        : t("person.not_verified");
      const plain = person.name ?? "";
      this.rows.get(person.index)?.update({
        index: person.index,
        name: personName(person.name),
        plain,
        ...flags(person.media),
        state,
      });
    }
  }
}
customElements.define("tertulia-people", People);

/** @param {{ mic: boolean, camera: boolean, screen: boolean }} media */
function flags({ mic, camera, screen }) {
  return { mic, camera, screen };
}

/** One person of the list. */
class Row extends HTMLElement {
  constructor() {
    super();
    this.initials = h("span", { class: "saucer-initials" });
    this.name = h("bdi", { class: "person-name" });
    this.state = h("span", { class: "person-state" });
    this.screen = fact("screen", "person.shares");
    this.camera = fact("camera-off", "person.camera_off");
    this.mic = fact("mic-off", "person.mic_off");
    furnish(this, { class: "person", testid: "person", attrs: { role: "listitem" } }, [
      h("span", { class: "saucer small", attrs: { "aria-hidden": "true" } }, this.initials),
      h("span", { class: "person-words" }, this.name, this.state),
      this.screen,
      this.camera,
      this.mic,
    ]);
  }

  /** @param {{ index: number, name: string, plain: string, mic: boolean, camera: boolean, screen: boolean, state: string }} person */
  update({ index, name, plain, mic, camera, screen, state }) {
    setText(this.initials, initials(plain) || "·");
    setText(this.name, name);
    setText(this.state, state);
    show(this.state, state !== "");
    show(this.screen, screen);
    show(this.camera, !camera);
    show(this.mic, !mic);
    setAttribute(this, "data-index", index);
    setAttribute(this, "data-hue", index < 0 ? 0 : index % 8);
  }
}
customElements.define("tertulia-person", Row);

/** @param {import("./icons.js").IconName} picture @param {string} words */
function fact(picture, words) {
  return h("span", { class: "person-fact", title: words }, icon(picture), h("span", { class: "unseen", t: words }));
}
