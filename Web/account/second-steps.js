// @ts-check
import { h, keep, setAttribute, setText, show, svg } from "../ui/dom.js";
import { t } from "../ui/i18n.js";
import { encodeQR, qrPath } from "../ui/qr.js";
import { codeField } from "./entry.js";
import { button, card, day, form, setBusy, textField } from "./parts.js";

/** @typedef {import("./account.js").Account} Account */
/** @typedef {import("./parts.js").Confirmation} Confirmation */
/** @typedef {import("./parts.js").Part} Part */

const QUIET = 4;

/**
 * What is asked for besides the password, or instead of it.
 * @param {Account} account @param {Confirmation} confirmation @param {string} device what this browser is called
 * @returns {Part}
 */
export function secondSteps(account, confirmation, device) {
  const app = totp(account, confirmation);
  const keys = passkeys(account, confirmation, device);
  return {
    box: card("account.second", "account.second_about", app.box, keys.box),
    update(state) {
      app.update(state);
      keys.update(state);
    },
  };
}

/** @param {Account} account @param {Confirmation} confirmation @returns {Part} */
function totp(account, confirmation) {
  const state = h("p", { testid: "totp-state" });
  const on = button({
    words: "account.totp_on",
    testid: "totp-on",
    click: () =>
      confirmation.ask({
        title: "account.totp_on",
        text: "account.totp_on_text",
        act: (password) => account.beginTOTP(password),
      }),
  });
  const off = button({
    words: "account.totp_off",
    testid: "totp-off",
    click: () =>
      confirmation.ask({
        title: "account.totp_off",
        text: "account.totp_off_text",
        act: (password) => account.removeTOTP(password),
      }),
  });
  const setup = totpSetup(account);
  return {
    box: h(
      "div",
      { class: "account-part" },
      h("h3", { t: "account.totp" }),
      state,
      h("p", { class: "actions" }, on, off),
      setup.box,
    ),
    update(shown) {
      const isOn = shown.account?.totp === true;
      setText(state, t(isOn ? "account.totp_is_on" : "account.totp_is_off"));
      show(on, !isOn && shown.totp === null);
      show(off, isOn);
      setup.update(shown);
    },
  };
}

/** The key for the app, and the proof that it arrived. @param {Account} account @returns {Part} */
function totpSetup(account) {
  const path = svg("path", { class: "qr-dark" });
  const picture = svg("svg", { class: "qr", role: "img", "shape-rendering": "crispEdges" }, path);
  const key = h("p", { class: "typed-code", testid: "totp-key" });
  const code = codeField("totp-first");
  const go = button({ words: "account.totp_confirm", testid: "totp-confirm", kind: "primary" });
  const cancel = button({ words: "account.cancel", testid: "totp-cancel", click: () => account.cancelTOTP() });
  const submit = () => code.fits() && account.confirmTOTP(code.input.value);
  const box = h(
    "div",
    { class: "totp-setup", testid: "totp-setup" },
    h("p", { t: "account.totp_scan" }),
    picture,
    h("p", { class: "hint", t: "account.totp_type" }),
    key,
    form(submit, code.box, h("p", { class: "actions" }, go, cancel)),
  );
  let drawn = "";
  return {
    box,
    update({ totp: shown, busy }) {
      show(box, shown !== null);
      setBusy(go, busy);
      if (!shown || shown.uri === drawn) return;
      drawn = shown.uri;
      const made = encodeQR(shown.uri);
      const side = made.size + 2 * QUIET;
      setAttribute(picture, "viewBox", `0 0 ${side} ${side}`);
      setAttribute(picture, "aria-label", t("account.totp_qr"));
      setAttribute(path, "d", qrPath(made, QUIET));
      setText(key, shown.key.replace(/.{4}(?=.)/g, "$& "));
      code.input.value = "";
      code.input.focus();
    },
  };
}

/** @param {Account} account @param {Confirmation} confirmation @param {string} device @returns {Part} */
function passkeys(account, confirmation, device) {
  /** @type {Map<string | number, HTMLElement>} */
  const rows = new Map();
  const list = h("ul", { class: "account-list", testid: "passkeys" });
  const empty = h("p", { t: "account.passkeys_none" });
  const unable = h("p", { class: "hint", t: "account.passkeys_unable" });
  const add = button({
    words: "account.passkey_add",
    testid: "add-passkey",
    click: () => {
      const attrs = { maxlength: 40, autocomplete: "off", value: device };
      const label = textField({ id: "passkey-label", label: "account.passkey_label", attrs });
      confirmation.ask({
        title: "account.passkey_add",
        text: "account.passkey_add_text",
        extra: label.box,
        act: (password) => account.addPasskey(password, label.input.value.trim() || device),
      });
    },
  });
  /** @param {import("./api.js").Passkey} passkey */
  const row = ({ id, label, created, opens }) => {
    const remove = button({
      words: "account.passkey_remove",
      testid: "remove-passkey",
      kind: "small",
      click: () =>
        confirmation.ask({
          title: "account.passkey_remove",
          text: "account.passkey_remove_text",
          act: (password) => account.removePasskey(password, id),
        }),
    });
    setAttribute(remove, "aria-label", t("account.passkey_remove_name", { name: label }));
    const parts = [t("account.since", { day: day(created) }), ...opens ? [t("account.passkey_opens")] : []];
    return h(
      "li",
      {},
      h("span", {}, h("span", { class: "strong" }, label), h("span", { class: "hint" }, parts.join(" · "))),
      remove,
    );
  };
  return {
    box: h(
      "div",
      { class: "account-part" },
      h("h3", { t: "account.passkeys" }),
      h("p", { class: "hint", t: "account.passkeys_text" }),
      empty,
      list,
      unable,
      h("p", { class: "actions" }, add),
    ),
    update({ account: shown }) {
      const all = shown?.passkeys ?? [];
      keep(rows, list, all, ({ id }) => id, row);
      show(empty, all.length === 0 && account.passkeys);
      show(list, all.length > 0);
      show(unable, !account.passkeys);
      show(add, account.passkeys);
    },
  };
}
