// @ts-check
import { h, setText, show } from "../ui/dom.js";
import { secretField } from "../ui/secret-field.js";
import { t } from "../ui/i18n.js";
import { accountName, showRecoveryCode } from "./vault-key.js";
import { button, form, newPasswordField, outcome, quiet, setBusy, textField } from "./parts.js";

/** The ways into an account. @typedef {import("./account.js").Account} Account @typedef {import("./parts.js").Part} Part */

/** @param {string} key @param {string} [more] key of a sentence below */
function heading(key, more) {
  return h(
    "header",
    { class: "account-head" },
    h("h1", { t: key, attrs: { tabindex: "-1" } }),
    more ? h("p", { class: "lede", t: more }) : null,
  );
}

/** @param {string} id */
function nameField(id) {
  return textField({
    id,
    label: "account.name",
    hint: id === "new-name" ? "account.name_hint" : undefined,
    problem: "account.name_missing",
    attrs: { autocomplete: "username", maxlength: 64 },
  });
}

/** @param {Account} account @returns {Part} */
export function signInStep(account) {
  const name = nameField("account-name");
  const password = secretField({
    id: "account-password",
    label: "account.password",
    autocomplete: "current-password",
    problem: "account.password_missing",
  });
  const go = button({ words: "account.sign_in", testid: "sign-in", kind: "primary large" });
  const passkey = button({
    words: "account.with_passkey",
    testid: "with-passkey",
    picture: "lock",
    kind: "large",
    click: () => account.givePasskey(),
  });
  const register = quiet("account.register_instead", "to-register", () => account.go("register"));
  const said = outcome();
  const submit = () => {
    if (accountName(name.input.value) === "") return name.complain(true);
    if (password.input.value === "") return password.complain(true);
    account.signIn(name.input.value, password.input.value);
  };
  const box = h(
    "div",
    { class: "account-step" },
    heading("account.sign_in_title", "account.sign_in_text"),
    said.box,
    h(
      "div",
      { class: "card" },
      form(submit, name.box, password.box, h("p", { class: "actions" }, go, passkey)),
      h("p", { class: "account-ways" }, register, quiet("account.lost", "to-recover", () => account.go("recover"))),
    ),
    h("p", { class: "hint", t: "account.guests" }),
  );
  return {
    box,
    update(state) {
      said.update(state);
      setBusy(go, state.busy);
      show(passkey, account.passkeys);
      show(register, state.policy?.registration !== "closed");
    },
  };
}

/** @param {Account} account @returns {Part} */
export function registerStep(account) {
  const name = nameField("new-name");
  const password = newPasswordField("new-password", "account.password");
  const invitation = textField({
    id: "account-invitation",
    label: "account.invitation",
    hint: "account.invitation_hint",
    problem: "account.problem_invitation",
    attrs: { autocomplete: "off", maxlength: 256 },
  });
  invitation.input.value = account.state.invitation;
  const go = button({ words: "account.register", testid: "register", kind: "primary large" });
  const said = outcome();
  const submit = () => {
    if (accountName(name.input.value) === "") return name.complain(true);
    if (!password.fits()) return;
    const needed = account.state.policy?.registration === "invitation";
    // Whoever has the whole link may paste it as it is.
    const token = invitation.input.value.trim().replace(/^.*#invite=/, "");
    if (needed && token === "") return invitation.complain(true);
    account.register(name.input.value, password.input.value, needed ? token : "");
  };
  const box = h(
    "div",
    { class: "account-step" },
    heading("account.register_title", "account.register_text"),
    said.box,
    h(
      "div",
      { class: "card" },
      form(submit, invitation.box, name.box, password.box, h("p", { class: "actions" }, go)),
      h("p", { class: "account-ways" }, quiet("account.sign_in_instead", "to-sign-in", () => account.go("signin"))),
    ),
  );
  return {
    box,
    update(state) {
      said.update(state);
      setBusy(go, state.busy);
      show(invitation.box, state.policy?.registration === "invitation");
    },
  };
}

/** @param {Account} account @returns {Part} */
export function secondStep(account) {
  const code = codeField("totp-code");
  const go = button({ words: "account.go_on", testid: "give-code", kind: "primary large" });
  const passkey = button({
    words: "account.with_passkey",
    testid: "second-passkey",
    picture: "lock",
    kind: "large",
    click: () => account.givePasskey(),
  });
  const said = outcome();
  const submit = () => code.fits() && account.giveCode(code.input.value);
  const totp = form(submit, code.box, h("p", { class: "actions" }, go));
  const box = h(
    "div",
    { class: "account-step" },
    heading("account.second_title", "account.second_text"),
    said.box,
    h(
      "div",
      { class: "card" },
      totp,
      passkey,
      h(
        "p",
        { class: "account-ways" },
        quiet("account.back", "back", () => account.go("signin")),
        quiet("account.lost", "second-lost", () => account.go("recover")),
      ),
    ),
  );
  return {
    box,
    update(state) {
      said.update(state.problem === "wrong" ? { ...state, problem: "wrong_code" } : state);
      setBusy(go, state.busy);
      show(totp, state.steps.includes("totp"));
      show(passkey, state.steps.includes("passkey"));
    },
  };
}

/** Six digits of an app. @param {string} id */
export function codeField(id) {
  const field = textField({
    id,
    label: "account.code",
    hint: "account.code_hint",
    problem: "account.code_missing",
    attrs: { inputmode: "numeric", autocomplete: "one-time-code", maxlength: 8 },
  });
  const fits = () => {
    const good = field.input.value.replace(/\s/g, "").length === 6;
    field.complain(!good);
    return good;
  };
  return { ...field, fits };
}

/** @param {Account} account @returns {Part} */
export function recoverStep(account) {
  const code = textField({
    id: "recovery-code",
    label: "account.recovery_code",
    hint: "account.recovery_hint",
    problem: "account.problem_no_code",
    attrs: { autocomplete: "off", maxlength: 40, class: "typed-code" },
  });
  const go = button({ words: "account.go_on", testid: "recover", kind: "primary large" });
  const said = outcome();
  const submit = () => code.input.value.trim() === "" ? code.complain(true) : account.recover(code.input.value);
  const box = h(
    "div",
    { class: "account-step" },
    heading("account.recover_title", "account.recover_text"),
    said.box,
    h(
      "div",
      { class: "card" },
      form(submit, code.box, h("p", { class: "actions" }, go)),
      h("p", { class: "account-ways" }, quiet("account.back", "back", () => account.go("signin"))),
    ),
  );
  return {
    box,
    update(state) {
      said.update(state.problem === "wrong" ? { ...state, problem: "no_code" } : state);
      setBusy(go, state.busy);
    },
  };
}

/** @param {Account} account @returns {Part} */
export function renewStep(account) {
  const name = h("input", {
    class: "unseen",
    attrs: { type: "text", autocomplete: "username", readonly: true, tabindex: "-1", "aria-hidden": "true" },
  });
  const password = newPasswordField("renewed-password", "account.new_password");
  const go = button({ words: "account.go_on", testid: "renew", kind: "primary large" });
  const said = outcome();
  const submit = () => password.fits() && account.renewPassword(password.input.value);
  const box = h(
    "div",
    { class: "account-step" },
    heading("account.renew_title", "account.renew_text"),
    said.box,
    h("div", { class: "card" }, form(submit, name, password.box, h("p", { class: "actions" }, go))),
  );
  return {
    box,
    update(state) {
      said.update(state);
      setBusy(go, state.busy);
      name.value = state.account?.name ?? "";
    },
  };
}

/** Recovery codes: this is the only time that they are shown. @param {Account} account @returns {Part} */
export function codesStep(account) {
  const list = h("ol", { class: "recovery-codes", testid: "recovery-codes" });
  const kept = h("input", { id: "codes-kept", testid: "codes-kept", attrs: { type: "checkbox" } });
  const go = button({ words: "account.go_on", testid: "codes-go-on", kind: "primary large" });
  const missing = h("p", { class: "problem", t: "account.codes_first", attrs: { role: "alert" } });
  missing.hidden = true;
  const submit = () => {
    show(missing, !kept.checked);
    if (kept.checked) account.keptCodes();
    else kept.focus();
  };
  const actions = h(
    "p",
    { class: "actions unprinted" },
    button({
      words: "account.download",
      testid: "codes-download",
      picture: "down",
      click: () => save(account.state.codes),
    }),
    button({ words: "account.print", testid: "codes-print", click: () => print() }),
  );
  const box = h(
    "div",
    { class: "account-step" },
    heading("account.codes_title", "account.codes_text"),
    h("div", { class: "card codes-card" }, list, actions),
    form(
      submit,
      h(
        "label",
        { class: "check unprinted", attrs: { for: "codes-kept" } },
        kept,
        h("span", { t: "account.codes_kept" }),
      ),
      missing,
      h("p", { class: "actions unprinted" }, go),
    ),
  );
  return {
    box,
    update({ codes, busy }) {
      const shown = codes.map(showRecoveryCode);
      if (list.childElementCount !== shown.length) list.replaceChildren(...shown.map((code) => h("li", {}, code)));
      setBusy(go, busy);
    },
  };
}

/** @param {readonly string[]} codes */
function save(codes) {
  const lines = [t("account.codes_file"), "", ...codes.map(showRecoveryCode), ""];
  download("tertulia-recovery-codes.txt", new Blob([lines.join("\n")], { type: "text/plain" }));
}

/** Milliseconds in which a browser has taken a file that is saved. */
const FETCHED = 10_000;

/** @param {string} name @param {Blob} content */
export function download(name, content) {
  const url = URL.createObjectURL(content);
  const link = h("a", { attrs: { href: url, download: name } });
  link.click();
  // Some browsers fetch it only after this task.
  setTimeout(() => URL.revokeObjectURL(url), FETCHED);
}

/** The node does not answer, or has no accounts. @param {Account} account @returns {Part} */
export function unavailableStep(account) {
  const text = h("p", { class: "lede" });
  const again = button({
    words: "account.try_again",
    testid: "account-again",
    kind: "primary large",
    click: () => account.start(account.state.invitation),
  });
  const box = h(
    "div",
    { class: "account-step" },
    h("h1", { t: "account.unavailable_title", attrs: { tabindex: "-1" } }),
    text,
    h("p", { class: "actions" }, again),
  );
  return {
    box,
    update({ problem }) {
      setText(text, t(problem === "offline" ? "account.problem_offline" : "account.problem_unavailable"));
    },
  };
}

/** @returns {Part} */
export function loadingStep() {
  const box = h("div", { class: "account-step" }, h("p", { t: "account.loading", attrs: { role: "status" } }));
  return { box, update() {} };
}
