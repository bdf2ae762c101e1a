// @ts-check
import { isModerator, may, owned } from "../app/permissions.js";
import { check, choice } from "./choice.js";
import { h, say, setAttribute, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon, redraw } from "./icons.js";
import { alikeWords, permissionWords, SHOWN } from "./rules-words.js";
import { Sheet } from "./sheet.js";
import { trustMark } from "./trust.js";
import { personName } from "./words.js";
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("../app/types.js").Person} Person */
/** @typedef {import("../app/types.js").PermissionName} PermissionName */
/** @typedef {import("../app/types.js").Role} Role */

/** What a host, or somebody trusted, may do about one person. */
export class PersonSheet extends Sheet {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context, "person", "about.title");
    this.trustIcon = icon("unknown");
    this.trust = h("span");
    this.came = h("p", { class: "fine", testid: "came-with" });
    this.alikeText = h("span");
    this.alike = h("p", { class: "callout callout-line", testid: "person-alike" }, icon("alarm"), this.alikeText);
    this.vouchText = h("p", { class: "fine", t: "vouch.text" });
    this.vouch = this.#button("vouch", "button large primary", "verified", "vouch.now", (hosting, key) => {
      hosting.vouch(key);
    });
    this.goesOn = check("goes-on", "freeze.goes_on", (on) => this.#with((hosting, key) => hosting.resumeOne(key, on)));
    this.rank = choice("about.role", [
      { value: "speaker", words: "role.speaker", testid: "role-speaker" },
      { value: "listener", words: "role.listens", testid: "role-listener" },
      { value: "cohost", words: "role.cohost", testid: "role-cohost" },
    ], (role) => this.#with((hosting, key) => hosting.setRole(key, /** @type {Role} */ (role))));
    this.boxes = [...SHOWN, /** @type {const} */ ("trusted")].map((name) => ({
      name,
      ...check(`person-${name}`, permissionWords(name), (on) => this.#allow(name, on)),
    }));
    this.frozenNote = h("p", { class: "fine", t: "about.frozen" });
    const boxes = h("div", { class: "checks" }, ...this.boxes.map(({ box }) => box));
    this.permissions = h("fieldset", { class: "plain" }, h("legend", { t: "about.may" }), boxes);
    this.expel = this.#button("person-remove", "button remove", "remove", "people.remove", (_hosting, key) => {
      context.set({ sheet: "remove", person: key });
    });
    this.body.append(
      h("p", { class: "person-trust person-trust-large" }, this.trustIcon, this.trust),
      this.came,
      this.alike,
      this.vouch,
      this.vouchText,
      this.goesOn.box,
      this.rank.box,
      this.permissions,
      this.frozenNote,
      h("p", { class: "actions" }, this.expel),
    );
  }

  /**
   * @param {string} testid @param {string} kind @param {import("./icons.js").IconName} picture @param {string} words key
   * @param {(hosting: import("../app/hosting.js").Hosting, key: string) => void} act
   */
  #button(testid, kind, picture, words, act) {
    const on = { click: () => this.settled && this.#with(act) };
    return h("button", { class: kind, testid, attrs: { type: "button" }, on }, icon(picture), h("span", { t: words }));
  }

  /** @param {PermissionName} name @param {boolean} on */
  #allow(name, on) {
    this.#with((hosting, key) => hosting.allowPerson(key, name, on));
  }

  /** @param {(hosting: import("../app/hosting.js").Hosting, key: string) => void} act */
  #with(act) {
    const { call, look } = this.context;
    const { person } = look();
    if (person !== null) act(call.hosting, person);
  }

  /** @override @param {Readonly<State>} state @param {Readonly<import("./view.js").Look>} look */
  render(state, look) {
    const person = state.people.find(({ key }) => key === look.person);
    if (look.sheet === "person" && !person) {
      queueMicrotask(() => this.context.set({ sheet: null }));
      return;
    }
    if (!this.follow(look) || !person) return;
    const { self, security } = state;
    const host = isModerator(self.role);
    const equal = isModerator(person.role) && self.role !== "host" || person.role === "host";
    setText(this.heading, personName(person.name));
    const { icon: picture, words } = trustMark(person.trust);
    redraw(this.trustIcon, picture);
    say(this.trust, words);
    setAttribute(this.dialog, "data-trust", person.trust);
    setText(this.came, this.#cameWith(person, state));
    show(this.alike, person.alike !== null);
    if (person.alike) say(this.alikeText, alikeWords(person.alike));
    show(this.vouch, person.veiled);
    show(this.vouchText, person.veiled);
    show(this.goesOn.box, host && security.frozen && !isModerator(person.role));
    this.goesOn.input.checked = person.goesOn;
    show(this.rank.box, host && !equal && person.role !== "newcomer");
    this.rank.show(person.role);
    const cohost = this.rank.box.querySelector('label:has([data-testid="role-cohost"])');
    if (cohost instanceof HTMLElement) show(cohost, self.role === "host");
    const settled = host && !isModerator(person.role);
    show(this.permissions, settled);
    show(this.frozenNote, settled && security.frozen && !person.goesOn);
    for (const { name, input } of this.boxes) input.checked = may(owned(security, person), name);
    show(this.expel, self.canRemove && !equal);
  }

  /** @param {Person} person @param {Readonly<State>} state */
  #cameWith({ invitation, invitedBy }, { people }) {
    if (invitation === null) return t("came.link");
    if (invitedBy === null) return t("came.invited");
    const by = people.find((other) => other.invitation === invitedBy);
    return by ? t("came.invited_by", { name: personName(by.name) }) : t("came.passed_on");
  }
}
customElements.define("tertulia-person-sheet", PersonSheet);
