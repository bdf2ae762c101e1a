// @ts-check
import { isModerator, isSwept, may, PLAIN_ROLES } from "../app/permissions.js";
import { check, choice, toggle } from "./choice.js";
import { h, say, setText, show } from "./dom.js";
import { icon } from "./icons.js";
import { hostWords, permissionWords, SHOWN } from "./rules-words.js";
import { RoomPasswordRow } from "./room-password.js";
import { Sheet } from "./sheet.js";
/** @typedef {import("../app/permissions.js").PlainRole} PlainRole */
/** @typedef {import("../app/permissions.js").Sweep} Sweep */
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("../app/types.js").PermissionName} PermissionName */

/** @type {Record<Sweep, { words: string, on: string, off: string }>} */
const SWEEP_WORDS = {
  microphone: { words: "host.microphones", on: "host.microphones_on", off: "host.microphones_off" },
  camera: { words: "host.cameras", on: "host.cameras_on", off: "host.cameras_off" },
  screen: { words: "host.screens", on: "host.screens_on", off: "host.screens_off" },
  chat: { words: "host.chat", on: "host.chat_on", off: "host.chat_off" },
};
/** @type {Record<PlainRole, string>} */
const COLUMNS = { speaker: "host.column_speaker", listener: "host.column_listener", newcomer: "host.column_newcomer" };

/** Everything that a host sets for the whole room. */
export class HostSheet extends Sheet {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context, "host", "host.title");
    const { hosting } = context.call;
    this.who = h("p", { class: "lede-small", testid: "who-hosts" });
    this.freezeIcon = icon("freeze");
    this.freezeWords = h("span");
    this.freeze = h(
      "button",
      {
        class: "button large freeze",
        testid: "host-freeze",
        attrs: { type: "button" },
        on: { click: () => this.#freeze() },
      },
      this.freezeIcon,
      this.freezeWords,
    );
    this.freezeNote = h("p", { class: "fine" });
    this.door = choice("host.door", [
      { value: "open", words: "door.open", testid: "door-open" },
      { value: "lobby", words: "door.lobby", testid: "door-lobby" },
      { value: "locked", words: "door.locked", testid: "door-locked" },
    ], (door) => hosting.setDoor(door));
    this.veil = check("veil", "host.veil", (on) => hosting.setVeil(on));
    this.password = new RoomPasswordRow((text) => context.call.changePassword(text));
    this.sweeps = /** @type {Sweep[]} */ (Object.keys(SWEEP_WORDS)).map((sweep) => ({
      sweep,
      row: toggle(`sweep-${sweep}`, SWEEP_WORDS[sweep].words, (on) => hosting.sweep(sweep, on)),
    }));
    this.table = this.#table();
    this.move = h(
      "button",
      {
        class: "button",
        testid: "move-open",
        attrs: { type: "button" },
        on: { click: () => context.set({ sheet: "move" }) },
      },
      icon("door"),
      h("span", { t: "host.move" }),
    );
    this.moveText = h("p", { class: "fine", t: "host.move_text" });
    this.body.append(
      this.who,
      h("div", { class: "sheet-part" }, this.freeze, this.freezeNote),
      this.door.box,
      this.veil.box,
      this.password.box,
      h(
        "section",
        { class: "sheet-part" },
        h("h3", { t: "host.everyone" }),
        h("div", { class: "toggles" }, ...this.sweeps.map(({ row }) => row.box)),
      ),
      h("details", { class: "fold" }, h("summary", { testid: "host-table", t: "host.table" }), this.table.box),
      this.#lastResort(),
    );
  }

  #freeze() {
    const { call, store } = this.context;
    if (store.get().security.frozen) call.hosting.resume();
    else if (this.settled) call.hosting.freeze();
  }

  /** Permissions down, roles across. */
  #table() {
    const { hosting } = this.context.call;
    const head = h(
      "tr",
      {},
      h("td", {}),
      ...PLAIN_ROLES.map((role) => h("th", { t: COLUMNS[role], attrs: { scope: "col" } })),
    );
    /** @type {{ role: PlainRole, name: PermissionName, input: HTMLInputElement }[]} */
    const cells = [];
    const rows = SHOWN.map((name) => {
      const boxes = PLAIN_ROLES.map((role) => {
        const input = h("input", {
          testid: `table-${role}-${name}`,
          attrs: { type: "checkbox", "aria-labelledby": `row-${name} column-${role}` },
          on: { change: () => hosting.allowRole(role, name, input.checked) },
        });
        cells.push({ role, name, input });
        return h("td", {}, h("label", { class: "cell" }, input));
      });
      return h("tr", {}, h("th", { id: `row-${name}`, t: permissionWords(name), attrs: { scope: "row" } }), ...boxes);
    });
    [...head.children].slice(1).forEach((cell, at) => cell.id = `column-${PLAIN_ROLES[at]}`);
    const box = h("table", { class: "may-table" }, h("thead", {}, head), h("tbody", {}, ...rows));
    return { box, cells };
  }

  #lastResort() {
    const { call } = this.context;
    const attrs = { type: "button" };
    const clear = h(
      "button",
      {
        class: "button",
        testid: "clear-chat",
        attrs,
        on: { click: () => this.settled && call.hosting.clearChat() },
      },
      icon("chat"),
      h("span", { t: "host.clear" }),
    );
    return h(
      "section",
      { class: "sheet-part" },
      h("h3", { t: "host.trouble" }),
      h("p", { class: "actions" }, clear, this.move),
      this.moveText,
    );
  }

  /** @override @param {Readonly<State>} state @param {Readonly<import("./view.js").Look>} look */
  render(state, look) {
    const { self, security } = state;
    // Somebody else took the role away.
    if (look.sheet === "host" && !isModerator(self.role)) {
      queueMicrotask(() => this.context.set({ sheet: null }));
      return;
    }
    if (!this.follow(look)) return this.password.forget();
    setText(this.who, hostWords(state) ?? "");
    say(this.freezeWords, security.frozen ? "freeze.resume_all" : "freeze.now");
    this.freeze.classList.toggle("frozen", security.frozen);
    say(this.freezeNote, security.frozen ? "freeze.is_text" : "freeze.now_text");
    this.door.show(security.door);
    this.veil.input.checked = security.veil;
    this.password.show(state.password);
    show(this.password.box, self.role === "host");
    for (const { sweep, row } of this.sweeps) {
      const on = !isSwept(security, sweep);
      row.show(on, on ? SWEEP_WORDS[sweep].on : SWEEP_WORDS[sweep].off);
    }
    // Only who made this room can make its successor the same way.
    show(this.move, self.role === "host");
    show(this.moveText, self.role === "host");
    for (const { role, name, input } of this.table.cells) input.checked = may(security[role], name);
  }
}
customElements.define("tertulia-host", HostSheet);
