// @ts-check
import { h, setAttribute, setText, show } from "../ui/dom.js";
import { locale, t } from "../ui/i18n.js";
import { icon } from "../ui/icons.js";
import { fieldProblem, secretField } from "../ui/secret-field.js";
import { SHORTEST } from "./common-passwords.js";

/** What all steps of the account pages are made of. */

/** @typedef {import("../ui/icons.js").IconName} IconName */
/** @typedef {import("./account.js").Account} Account */
/** @typedef {import("./account.js").AccountState} AccountState */
/** @typedef {{ box: HTMLElement, update: (state: AccountState) => void }} Part */

/** @type {Record<string, string>} */
const PROBLEMS = {
  wrong: "account.problem_wrong",
  wrong_code: "account.problem_code",
  expired: "account.problem_expired",
  taken: "account.problem_taken",
  bad_name: "account.problem_name",
  closed: "account.problem_closed",
  no_invitation: "account.problem_invitation",
  too_many: "account.problem_too_many",
  busy: "account.problem_busy",
  unavailable: "account.problem_unavailable",
  offline: "account.problem_offline",
  limit: "account.problem_limit",
  conflict: "account.problem_conflict",
  dismissed: "account.problem_dismissed",
  no_code: "account.problem_no_code",
  too_large: "account.problem_limit",
  foreign_origin: "account.problem_origin",
  common_password: "account.problem_common_password",
  context_password: "account.problem_context_password",
};

/** What went wrong, and what to do (a key). @param {string} code */
export function problemWords(code) {
  return PROBLEMS[code] ?? "account.problem_other";
}

/** @type {Record<string, string>} */
const DONE = {
  password_changed: "account.done_password",
  totp_on: "account.done_totp_on",
  totp_off: "account.done_totp_off",
  passkey_added: "account.done_passkey_added",
  passkey_removed: "account.done_passkey_removed",
  others_ended: "account.done_others_ended",
  settings_kept: "account.done_settings",
  deleted: "account.done_deleted",
  signed_out: "account.done_signed_out",
  session_over: "account.done_session_over",
};

/** What went well (a key); null for what needs no words. @param {string | null} code */
export function doneWords(code) {
  return DONE[code ?? ""] ?? null;
}

/** Says what came of the last action. @returns {Part} */
export function outcome() {
  const problem = h("p", { class: "callout danger", testid: "account-problem", attrs: { role: "alert" } });
  const done = h("p", { class: "outcome", testid: "account-done", attrs: { role: "status" } });
  const box = h("div", { class: "account-outcome" }, problem, done);
  return {
    box,
    update({ problem: code, after, done: well }) {
      const minutes = Math.max(1, Math.ceil(after / 60));
      setText(problem, code === null ? "" : t(problemWords(code), { minutes }));
      show(problem, code !== null);
      const words = doneWords(well);
      setText(done, words === null ? "" : t(words));
      show(done, words !== null);
    },
  };
}

/**
 * @param {object} options
 * @param {string} options.words key
 * @param {string} options.testid
 * @param {(() => void)} [options.click] without it the button sends its form
 * @param {IconName} [options.picture]
 * @param {string} [options.kind] classes besides `button`
 */
export function button({ words, testid, click, picture, kind = "" }) {
  return h(
    "button",
    {
      class: `button ${kind}`.trim(),
      testid,
      attrs: { type: click ? "button" : "submit" },
      ...click ? { on: { click } } : {},
    },
    picture ? icon(picture) : null,
    h("span", { t: words }),
  );
}

/** A button while something is under way. @param {HTMLButtonElement} element @param {boolean} busy */
export function setBusy(element, busy) {
  setAttribute(element, "aria-busy", busy ? "true" : null);
  setAttribute(element, "aria-disabled", busy ? "true" : null);
}

/** A link that acts. @param {string} words key @param {string} testid @param {() => void} click */
export function quiet(words, testid, click) {
  return h("button", { class: "link", testid, t: words, attrs: { type: "button" }, on: { click } });
}

/** @param {() => void} submit @param {...(Node | null)} children */
export function form(submit, ...children) {
  /** @param {SubmitEvent} event */
  const send = (event) => {
    event.preventDefault();
    submit();
  };
  return h("form", { class: "account-form", attrs: { novalidate: true }, on: { submit: send } }, ...children);
}

/**
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.label key
 * @param {string} [options.hint] key
 * @param {string} [options.problem] key
 * @param {Record<string, string | number | boolean>} [options.attrs]
 */
export function textField({ id, label, hint, problem, attrs = {} }) {
  const described = [hint ? `${id}-hint` : "", problem ? `${id}-problem` : ""].filter(Boolean).join(" ");
  const input = h("input", {
    id,
    testid: id,
    attrs: {
      type: "text",
      spellcheck: "false",
      autocapitalize: "off",
      "aria-describedby": described || null,
      ...attrs,
    },
    on: { input: () => complain(false) },
  });
  const { wrong, complain } = fieldProblem(input, problem);
  const box = h(
    "div",
    { class: "field" },
    h("label", { t: label, attrs: { for: id } }),
    input,
    hint ? h("p", { class: "hint", id: `${id}-hint`, t: hint }) : null,
    problem ? wrong : null,
  );
  return { box, input, complain };
}

/** A password that is being chosen. @param {string} id @param {string} label key */
export function newPasswordField(id, label) {
  const field = secretField({
    id,
    label,
    autocomplete: "new-password",
    hint: "account.password_hint",
    problem: "account.password_short",
  });
  const fits = () => {
    const good = [...field.input.value].length >= SHORTEST;
    field.complain(!good);
    return good;
  };
  return { ...field, fits };
}

/** @param {string} heading key @param {string} text key @param {...Node} children */
export function card(heading, text, ...children) {
  return h(
    "section",
    { class: "card account-card" },
    h("h2", { t: heading }),
    h("p", { class: "hint", t: text }),
    ...children,
  );
}

/** A day as the node writes it, in the words of the language. @param {string} iso */
export function day(iso) {
  const date = new Date(`${iso}T12:00:00Z`);
  return Number.isNaN(date.getTime()) ? iso : new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(date);
}

/** Asks for the password before something that matters. */
export class Confirmation {
  #account;
  /** @type {(password: string) => Promise<boolean>} */
  #act = () => Promise.resolve(false);

  /** @param {Account} account */
  constructor(account) {
    this.#account = account;
    this.title = h("h2", { id: "confirm-title" });
    this.text = h("p");
    this.field = secretField({
      id: "confirm-password",
      label: "account.password",
      autocomplete: "current-password",
      problem: "account.problem_wrong_password",
    });
    this.extra = h("div", {});
    this.yes = button({ words: "account.go_on", testid: "confirm-yes", kind: "primary" });
    const no = button({ words: "account.cancel", testid: "confirm-no", click: () => this.dialog.close() });
    const outcomes = outcome();
    this.outcome = outcomes;
    this.dialog = h(
      "dialog",
      { class: "sheet account-confirm", testid: "confirm", attrs: { "aria-labelledby": "confirm-title" } },
      h("header", { class: "sheet-head" }, this.title),
      h(
        "div",
        { class: "sheet-body" },
        this.text,
        form(
          () => this.#go(),
          this.extra,
          this.field.box,
          outcomes.box,
          h("p", { class: "actions" }, this.yes, no),
        ),
      ),
    );
    this.dialog.addEventListener("close", () => this.field.input.value = "");
  }

  /**
   * @param {object} question
   * @param {string} question.title key
   * @param {string} question.text key
   * @param {string} [question.yes] key
   * @param {boolean} [question.danger]
   * @param {HTMLElement} [question.extra] asked besides the password
   * @param {(password: string) => Promise<boolean>} question.act true: it is done
   */
  ask({ title, text, yes = "account.go_on", danger = false, extra, act }) {
    setText(this.title, t(title));
    setText(this.text, t(text));
    const words = /** @type {HTMLElement} */ (this.yes.lastElementChild);
    words.dataset.t = yes;
    setText(words, t(yes));
    this.yes.classList.toggle("danger", danger);
    this.yes.classList.toggle("primary", !danger);
    this.extra.replaceChildren(...extra ? [extra] : []);
    this.field.complain(false);
    this.outcome.update({ ...this.#account.state, problem: null, done: null });
    this.#act = act;
    this.dialog.showModal();
    (extra?.querySelector("input") ?? this.field.input).focus();
  }

  async #go() {
    if (this.#account.state.busy) return;
    if (this.field.input.value === "") return this.field.complain(true);
    setBusy(this.yes, true);
    const done = await this.#act(this.field.input.value);
    setBusy(this.yes, false);
    if (done) return this.dialog.close();
    const { problem } = this.#account.state;
    if (problem === "wrong") this.field.complain(true);
    this.outcome.update({ ...this.#account.state, problem: problem === "wrong" ? null : problem });
  }
}
