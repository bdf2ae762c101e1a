// @ts-check
import { h, keep, say, setAttribute, setText, show } from "../ui/dom.js";
import { remembered, t } from "../ui/i18n.js";
import { personName } from "../ui/words.js";
import { download } from "./entry.js";
import { button, card, Confirmation, day, newPasswordField, outcome, setBusy } from "./parts.js";
import { secondSteps } from "./second-steps.js";
import { ownSettings } from "./vault.js";

/** @typedef {import("./account.js").Account} Account */
/** @typedef {import("./account.js").AccountState} AccountState */
/** @typedef {import("./parts.js").Part} Part */
/** @typedef {import("./vault.js").OwnRoom} OwnRoom */

/**
 * @typedef {object} Ways
 * @property {(room: OwnRoom) => Promise<void>} open goes to a room, as its host where it is ours
 * @property {string} device what this browser is called
 */

/** The account from inside. @param {Account} account @param {Ways} ways @returns {Part} */
export function overview(account, ways) {
  const title = h("h1", { attrs: { tabindex: "-1" } });
  const out = button({
    words: "account.sign_out",
    testid: "sign-out",
    picture: "leave",
    click: () => account.signOut(),
  });
  const said = outcome();
  const confirmation = new Confirmation(account);
  const parts = [
    rooms(account, ways, confirmation),
    password(account, confirmation),
    secondSteps(account, confirmation, ways.device),
    codes(account, confirmation),
    devices(account),
    settings(account),
    data(account, confirmation),
  ];
  const box = h(
    "div",
    { class: "account-step" },
    h("header", { class: "account-head account-who" }, title, out),
    said.box,
    ...parts.map(({ box }) => box),
    confirmation.dialog,
  );
  return {
    box,
    update(state) {
      setText(title, t("account.hello", { name: personName(state.account?.name ?? "") }));
      // What a question has not done is said where it is asked.
      said.update(confirmation.dialog.open ? { ...state, problem: null } : state);
      for (const part of parts) part.update(state);
    },
  };
}

/** @param {Account} account @param {Ways} ways @param {Confirmation} confirmation @returns {Part} */
function rooms(account, ways, confirmation) {
  /** @type {Map<string | number, HTMLElement>} */
  const rows = new Map();
  const list = h("ul", { class: "account-list", testid: "own-rooms" });
  const empty = h("p", { t: "account.rooms_empty", testid: "no-rooms" });
  const locked = h(
    "div",
    { class: "callout", testid: "vault-locked" },
    h("span", { t: "account.vault_locked" }),
    button({
      words: "account.unlock",
      testid: "unlock",
      kind: "small",
      click: () =>
        confirmation.ask({
          title: "account.unlock",
          text: "account.vault_locked",
          act: (password) => account.unlock(password),
        }),
    }),
  );
  const make = h("a", { class: "button", t: "account.rooms_make", attrs: { href: "/" } });
  /** @param {OwnRoom} room */
  const row = (room) => {
    const name = h("span", { class: "strong" }, nameOf(room));
    const open = button({
      words: "account.room_open",
      testid: "open-room",
      kind: "small",
      click: () => ways.open(room),
    });
    let sure = false;
    const forget = button({
      words: "account.room_forget",
      testid: "forget-room",
      kind: "small quiet",
      click: () => {
        if (sure) return void account.forgetRoom(room.room);
        sure = true;
        say(/** @type {HTMLElement} */ (forget.lastElementChild), "account.room_forget_now");
        forget.classList.replace("quiet", "danger");
      },
    });
    setAttribute(open, "aria-label", t("account.room_open_name", { name: nameOf(room) }));
    setAttribute(forget, "title", t("account.room_forget_name", { name: nameOf(room) }));
    return h("li", {}, name, h("span", { class: "actions" }, open, forget));
  };
  return {
    box: card("account.rooms", "account.rooms_text", locked, empty, list, h("p", { class: "actions" }, make)),
    update({ rooms: own }) {
      keep(rows, list, own ?? [], ({ room, name }) => `${room} ${name}`, row);
      show(locked, own === null);
      show(empty, own !== null && own.length === 0);
      show(list, own !== null && own.length > 0);
    },
  };
}

/** @param {OwnRoom} room */
function nameOf({ name }) {
  return name === "" ? t("account.room_unnamed") : personName(name);
}

/** @param {Account} account @param {Confirmation} confirmation @returns {Part} */
function password(account, confirmation) {
  const change = button({
    words: "account.change_password",
    testid: "change-password",
    click: () => {
      const next = newPasswordField("next-password", "account.new_password");
      confirmation.ask({
        title: "account.change_password",
        text: "account.change_password_text",
        extra: next.box,
        act: async (old) => next.fits() && await account.changePassword(old, next.input.value),
      });
    },
  });
  return {
    box: card("account.password", "account.password_text", h("p", { class: "actions" }, change)),
    update() {},
  };
}

/** @param {Account} account @param {Confirmation} confirmation @returns {Part} */
function codes(account, confirmation) {
  const left = h("p", { class: "strong", testid: "codes-left" });
  const renew = button({
    words: "account.codes_renew",
    testid: "renew-codes",
    click: () =>
      confirmation.ask({
        title: "account.codes_renew",
        text: "account.codes_renew_text",
        act: (password) => account.renewCodes(password),
      }),
  });
  return {
    box: card("account.codes", "account.codes_about", left, h("p", { class: "actions" }, renew)),
    update({ account: shown }) {
      setText(left, t("account.codes_left", { count: shown?.recovery ?? 0 }));
    },
  };
}

/** @param {Account} account @returns {Part} */
function devices(account) {
  /** @type {Map<string | number, HTMLElement>} */
  const rows = new Map();
  const list = h("ul", { class: "account-list", testid: "devices" });
  const others = button({ words: "account.end_others", testid: "end-others", click: () => account.endOthers() });
  /** @param {import("./api.js").SignedInDevice} device */
  const row = ({ id, label, used, current }) => {
    const end = button({
      words: "account.end_device",
      testid: "end-device",
      kind: "small",
      click: () => account.endDevice(id),
    });
    setAttribute(end, "aria-label", t("account.end_device_name", { name: label }));
    const state = current ? t("account.this_device") : t("account.last_used", { day: day(used) });
    show(end, !current);
    return h("li", {}, h("span", {}, h("span", { class: "strong" }, label), h("span", { class: "hint" }, state)), end);
  };
  return {
    box: card("account.devices", "account.devices_text", list, h("p", { class: "actions" }, others)),
    update({ account: shown, busy }) {
      const all = shown?.devices ?? [];
      keep(rows, list, all, ({ id, used, current }) => `${id} ${used} ${current}`, row);
      show(others, all.some(({ current }) => !current));
      setBusy(others, busy);
    },
  };
}

/** @param {Account} account @returns {Part} */
function settings(account) {
  const take = button({
    words: "account.settings_take",
    testid: "keep-settings",
    click: () => account.keepSettings(ownSettings(remembered)),
  });
  const box = card("account.settings", "account.settings_text", h("p", { class: "actions" }, take));
  return {
    box,
    update({ rooms: own, busy }) {
      show(box, own !== null);
      setBusy(take, busy);
    },
  };
}

/** @param {Account} account @param {Confirmation} confirmation @returns {Part} */
function data(account, confirmation) {
  const take = button({
    words: "account.export",
    testid: "export",
    picture: "down",
    click: async () => {
      const everything = await account.export();
      if (!everything) return;
      download("tertulia-account.json", new Blob([JSON.stringify(everything, null, 2)], { type: "application/json" }));
    },
  });
  const remove = button({
    words: "account.delete",
    testid: "delete-account",
    kind: "danger",
    click: () =>
      confirmation.ask({
        title: "account.delete_title",
        text: "account.delete_text",
        yes: "account.delete_now",
        danger: true,
        act: (password) => account.delete(password),
      }),
  });
  return {
    box: card("account.data", "account.data_text", h("p", { class: "actions" }, take, remove)),
    update({ busy }) {
      setBusy(take, busy);
    },
  };
}
