// @ts-check
import { furnish, h, keep, reorder, say, setAttribute, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon, redraw } from "./icons.js";
import { Sheet } from "./sheet.js";
import { groups, shieldMark, spelled, trustMark } from "./trust.js";
import { alarmWords, personName } from "./words.js";
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("../app/types.js").Person} Person */

const GROUP = 5;

/** Who can hear this, how to make sure of it together, and what to do when it is not so. */
export class ShieldSheet extends Sheet {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context, "shield", "shield.title");
    this.alarmText = h("p", { class: "strong" });
    const alarm = { class: "callout danger", testid: "shield-alarm" };
    this.alarm = h("div", alarm, this.alarmText, leaveButton(context));
    this.joining = h("p", { t: "shield.joining_text" });
    /** @type {Map<string | number, Member>} */
    this.members = new Map();
    this.count = h("h3");
    this.list = h("div", { class: "members", testid: "members", attrs: { role: "list" } });
    this.who = h("section", { class: "sheet-part" }, this.count, this.list);
    this.code = this.#code();
    this.body.append(this.alarm, this.joining, this.who, this.code.box, serverKnows());
    this.digits = "";
  }

  #code() {
    const numbers = h("ol", { class: "code", testid: "code" });
    const changed = h("p", { class: "callout", t: "shield.code_changed", testid: "code-changed" });
    const live = h("div", { attrs: { role: "status" } }, changed);
    const differ = advice(this.context);
    const toggle = h("button", {
      class: "button",
      testid: "digits-differ",
      t: "shield.differ",
      attrs: { type: "button", "aria-expanded": "false" },
      on: {
        click: () => {
          const open = toggle.getAttribute("aria-expanded") !== "true";
          show(differ, open);
          setAttribute(toggle, "aria-expanded", `${open}`);
          if (open) differ.scrollIntoView({ block: "nearest" });
        },
      },
    });
    const box = h(
      "section",
      { class: "sheet-part" },
      h("h3", { t: "shield.code" }),
      h("p", { t: "shield.code_text" }),
      live,
      numbers,
      h("div", {}, toggle),
      differ,
    );
    return { box, numbers, changed, differ, toggle };
  }

  /** @override @param {Readonly<State>} state @param {Readonly<import("./view.js").Look>} look */
  render({ security, self, people }, look) {
    const opening = !this.dialog.open;
    if (!this.follow(look)) return;
    const { state, digits } = security;
    say(this.heading, shieldMark(security).title);
    setAttribute(this.dialog, "data-state", state);
    show(this.alarm, state === "alarm");
    if (state === "alarm") say(this.alarmText, alarmWords(security.code));
    show(this.joining, state === "joining");
    this.#showMembers(self, people, state !== "joining");
    this.#showCode(state === "ok" ? digits : null, opening);
  }

  /** @param {State["self"]} self @param {readonly Person[]} people @param {boolean} shown */
  #showMembers(self, people, shown) {
    show(this.who, shown);
    setText(this.count, t("people.count", { count: people.length + 1 }));
    const keys = ["self", ...people.map(({ key }) => key)];
    keep(this.members, this.list, keys, (key) => key, (key) => new Member(() => this.#compare(key)));
    this.members.get("self")?.update(self.name ? t("person.you_named", { name: self.name }) : t("person.you"), null);
    for (const person of people) this.members.get(person.key)?.update(personName(person.name), person);
    reorder(this.list, keys.flatMap((key) => this.members.get(key) ?? []));
  }

  /** @param {string} key */
  #compare(key) {
    this.context.set({ sheet: null });
    this.context.call.compareWith(key);
  }

  /** @param {string | null} digits @param {boolean} opening */
  #showCode(digits, opening) {
    const { box, numbers, changed, differ, toggle } = this.code;
    show(box, digits !== null);
    if (opening) {
      show(changed, false);
      show(differ, false);
      setAttribute(toggle, "aria-expanded", "false");
    }
    if (digits === null || digits === this.digits) return;
    // Whoever reads aloud must know that the numbers are others now, and why.
    if (!opening && this.digits) show(changed, true);
    this.digits = digits;
    numbers.replaceChildren(...groups(digits, GROUP).map(spoken));
  }
}
customElements.define("tertulia-shield-sheet", ShieldSheet);

/** Five digits: seen together, said one by one. @param {string} group */
function spoken(group) {
  return h(
    "li",
    {},
    h("span", { attrs: { "aria-hidden": "true" } }, group),
    h("span", { class: "unseen" }, spelled(group)),
  );
}

/** @param {import("./view.js").Context} context */
function leaveButton({ call }) {
  const attrs = { type: "button" };
  const leave = { class: "button danger", testid: "leave-now", attrs, on: { click: () => call.leave() } };
  return h("button", leave, icon("leave"), h("span", { t: "advice.leave_now" }));
}

/** What to do when numbers differ that should be the same. @param {import("./view.js").Context} context */
export function advice(context) {
  const steps = ["advice.silence", "advice.leave", "advice.room"].map((key) => h("li", { t: key }));
  const box = h(
    "div",
    { class: "callout danger advice", testid: "advice" },
    h("p", {}, h("strong", { t: "advice.title" })),
    h("ol", {}, ...steps),
    leaveButton(context),
  );
  box.hidden = true;
  return box;
}

function serverKnows() {
  const point = (/** @type {string} */ key) => h("li", { t: key });
  return h(
    "details",
    { class: "fold", testid: "server-knows" },
    h("summary", { t: "shield.server" }),
    h("p", { t: "shield.server_text" }),
    h("ul", {}, point("shield.server_when"), point("shield.server_address"), point("shield.server_speaks")),
    h("p", { t: "shield.limits" }),
  );
}

/** A name of the list, with how sure we are and the way to become so. */
class Member extends HTMLElement {
  /** @param {() => void} compare */
  constructor(compare) {
    super();
    this.name = h("bdi", { class: "person-name" });
    this.mark = icon("unknown");
    this.sure = h("span");
    this.trust = h("span", { class: "person-trust" }, this.mark, this.sure);
    const attrs = { type: "button" };
    this.compare = h("button", { class: "button small", testid: "sheet-compare", attrs, on: { click: compare } });
    const words = h("span", { class: "person-words" }, this.name, this.trust);
    furnish(this, { class: "member", attrs: { role: "listitem" } }, [words, this.compare]);
  }

  /** @param {string} name @param {Person | null} person null for oneself */
  update(name, person) {
    setText(this.name, name);
    show(this.trust, person !== null);
    show(this.compare, person !== null && person.trust !== "verified" && person.presence !== "ghost");
    if (!person) return;
    const { icon: picture, words } = trustMark(person.trust);
    redraw(this.mark, picture);
    say(this.sure, words);
    setAttribute(this, "data-trust", person.trust);
    setText(this.compare, t("people.compare"));
    setAttribute(this.compare, "aria-label", t("people.compare_with", { name }));
  }
}
customElements.define("tertulia-member", Member);
