// @ts-check
import { furnish, h, setAttribute, show } from "./dom.js";
import { remembered } from "./i18n.js";
import { icon } from "./icons.js";
import { Preferences } from "./preferences.js";
import { RoomOptions } from "./room-options.js";
import { mark, tableDrawing } from "./table.js";
import { invitationPath } from "./text.js";
import { View } from "./view.js";
import { personName } from "./words.js";

/** The front door: make a room, or come in with a link. */
export class Home extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    this.link = h("input", {
      id: "home-link",
      testid: "home-link",
      placeholder: "home.link_placeholder",
      attrs: {
        type: "text",
        inputmode: "url",
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
        "aria-describedby": "home-link-problem",
      },
      on: { input: () => this.#problem(false) },
    });
    this.problem = h("p", {
      class: "problem",
      id: "home-link-problem",
      t: "home.link_problem",
      attrs: { role: "alert" },
    });
    this.problem.hidden = true;
    this.list = h("ul", { class: "own-rooms-list" });
    this.rooms = h("section", { class: "own-rooms", testid: "own-rooms" }, h("h2", { t: "home.rooms" }), this.list);
    this.rooms.hidden = true;
    furnish(this, { class: "page home" }, [
      h(
        "header",
        { class: "masthead" },
        h("span", { class: "wordmark" }, mark(), "Tertulia"),
        h("a", { class: "button quiet", testid: "home-account", t: "home.account", attrs: { href: "/account" } }),
        new Preferences(context),
      ),
      h(
        "main",
        { class: "home-main" },
        h(
          "div",
          { class: "home-words" },
          h("h1", { t: "home.title", attrs: { tabindex: "-1" } }),
          h("p", { class: "lede", t: "home.sentence" }),
          h("button", {
            class: "button primary large",
            testid: "home-new-room",
            attrs: { type: "button" },
            on: { click: () => context.call.createRoom() },
          }, h("span", { t: "home.new_room" })),
          new RoomOptions(context),
          this.rooms,
          this.#pasteForm(),
          h("p", { class: "assurance" }, icon("shield"), h("span", { t: "home.assurance" })),
        ),
        h("div", { class: "home-table" }, tableDrawing()),
      ),
    ]);
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    // Whoever has no account asks the node nothing.
    if (remembered("tertulia.account") !== null) this.#showRooms();
  }

  async #showRooms() {
    const { openRoom, ownRooms } = await import("../account/own-rooms.js");
    const rooms = await ownRooms();
    const rows = rooms.map((room) => {
      const props = {
        class: "button",
        testid: "own-room",
        attrs: { type: "button" },
        on: { click: () => openRoom(room) },
      };
      return h("li", {}, h("button", props, room.name === "" ? room.room : personName(room.name)));
    });
    this.list.replaceChildren(...rows);
    show(this.rooms, rows.length > 0);
  }

  #pasteForm() {
    return h(
      "form",
      { class: "paste", attrs: { novalidate: true }, on: { submit: (event) => this.#enter(event) } },
      h("label", { t: "home.have_link", attrs: { for: "home-link" } }),
      h(
        "div",
        { class: "paste-row" },
        this.link,
        h("button", { class: "button", testid: "home-open-link", t: "home.open_link", attrs: { type: "submit" } }),
      ),
      this.problem,
    );
  }

  /** @param {SubmitEvent} event */
  #enter(event) {
    event.preventDefault();
    const path = invitationPath(this.link.value, location.origin);
    if (path) return location.assign(path);
    this.#problem(true);
    this.link.focus();
  }

  /** @param {boolean} shown */
  #problem(shown) {
    show(this.problem, shown);
    setAttribute(this.link, "aria-invalid", shown ? "true" : null);
  }
}
customElements.define("tertulia-home", Home);
