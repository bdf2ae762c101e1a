// @ts-check
import { furnish, h, keep, reorder, say, setAttribute, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon, redraw } from "./icons.js";
import { isModerator } from "../app/permissions.js";
import { DoorTray } from "./door.js";
import { Panel } from "./panel.js";
import { Row } from "./person.js";
import { hostWords, mayFreeze } from "./rules-words.js";
import { Company } from "./trust.js";
/** @typedef {import("../app/types.js").State} State */

const SELF = "self";

/** Who is in the room: the members themselves, hands first, with what one can do about each. */
export class People extends Panel {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context, "people", "people.title");
    /** @type {Map<string | number, Row>} */
    this.rows = new Map();
    this.company = new Company();
    this.count = h("p", { class: "people-count" });
    this.waiting = aside("waiting", "door");
    this.locked = aside("locked", "lock");
    this.hosts = aside("hosts-now", "host");
    this.door = new DoorTray(context);
    this.host = this.#button("host-panel", icon("host"), h("span", { t: "tool.host" }), () => {
      context.set({ sheet: "host" });
    });
    /** What the door was before it was locked. @type {"open" | "lobby"} */
    this.ajar = "lobby";
    this.list = h("div", { class: "people-list", attrs: { role: "list" } });
    this.lockIcon = icon("lock");
    this.lockWords = h("span");
    this.lock = this.#button("lock", this.lockIcon, this.lockWords, () => this.#lock());
    const words = h("span", { t: "tool.invite" });
    const invite = this.#button("people-invite", icon("invite"), words, () => context.set({ sheet: "invite" }));
    furnish(this, {}, [
      h(
        "div",
        { class: "people-scroll", label: "people.title", attrs: { role: "group", tabindex: "0" } },
        this.door,
        this.count,
        this.hosts.box,
        this.locked.box,
        this.waiting.box,
        this.list,
        h("p", { class: "people-note", t: "people.note" }),
      ),
      h("div", { class: "panel-foot" }, invite, this.lock, this.host),
    ]);
  }

  /** @param {string} testid @param {Element} picture @param {HTMLElement} words @param {() => void} act */
  #button(testid, picture, words, act) {
    return h("button", { class: "button", testid, attrs: { type: "button" }, on: { click: act } }, picture, words);
  }

  #lock() {
    const { call, store } = this.context;
    call.hosting.setDoor(store.get().security.locked ? this.ajar : "locked");
  }

  /** @param {string} key */
  #row(key) {
    const { call, set } = this.context;
    return new Row({
      compare: () => call.compareWith(key),
      about: () => set({ sheet: "person", person: key }),
      resume: (goesOn) => call.hosting.resumeOne(key, goesOn),
      vouch: () => call.hosting.vouch(key),
      remove: () => set({ sheet: "remove", person: key }),
    });
  }

  /**
   * @override
   * @param {Readonly<State>} state
   * @param {Readonly<import("./view.js").Look>} look
   */
  render(state, look) {
    this.company.note(state);
    if (state.security.door !== "locked") this.ajar = state.security.door;
    if (!this.open(look, this.heading)) return;
    const { self, people, security } = state;
    const hosts = hostWords(state);
    show(this.hosts.box, hosts !== null);
    setText(this.hosts.text, hosts ?? "");
    show(this.host, isModerator(self.role));
    setText(this.count, t("people.count", { count: people.length + 1 }));
    show(this.waiting.box, security.waiting > 0);
    setText(this.waiting.text, t("people.waiting", { count: security.waiting }));
    show(this.locked.box, security.locked);
    setText(this.locked.text, t("people.locked"));
    show(this.lock, isModerator(self.role));
    say(this.lockWords, security.locked ? "people.unlock" : "people.lock");
    redraw(this.lockIcon, security.locked ? "unlock" : "lock");
    setAttribute(this, "data-removable", self.canRemove);
    const ordered = this.company.ordered(people);
    const keys = [SELF, ...ordered.map(({ key }) => key)];
    const inside = this.list.contains(document.activeElement);
    keep(this.rows, this.list, keys, (key) => key, (key) => this.#row(key));
    // Somebody who is gone takes the focus along; the keyboard goes on from the head of the list.
    if (inside && !this.list.contains(document.activeElement)) this.heading.focus();
    this.rows.get(SELF)?.updateSelf(self);
    for (const person of ordered) {
      const recent = this.company.isNew(person.key);
      const removable = self.canRemove && person.role !== "host" && (self.role === "host" || person.role !== "cohost");
      const trusted = mayFreeze(self, security);
      const vouchable = person.veiled && trusted;
      const manageable = isModerator(self.role) && security.counter > 0;
      this.rows.get(person.key)?.update(person, { recent, removable, manageable, vouchable, frozen: security.frozen });
    }
    reorder(this.list, keys.flatMap((key) => this.rows.get(key) ?? []));
  }
}
customElements.define("tertulia-people", People);

/** A line about the room itself. @param {string} testid @param {import("./icons.js").IconName} picture */
function aside(testid, picture) {
  const text = h("span");
  return { box: h("p", { class: "people-aside", testid }, icon(picture), text), text };
}
