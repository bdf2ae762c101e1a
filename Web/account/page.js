// @ts-check
import { furnish, h } from "../ui/dom.js";
import { loadWords, remember } from "../ui/i18n.js";
import { paintTheme, Preferences } from "../ui/preferences.js";
import { mark } from "../ui/table.js";
import { View } from "../ui/view.js";
import { Account } from "./account.js";
import { AccountAPI } from "./api.js";
import { commonPasswords } from "./common-passwords.js";
import { deviceLabel } from "./device-label.js";
import {
  codesStep,
  loadingStep,
  recoverStep,
  registerStep,
  renewStep,
  secondStep,
  signInStep,
  unavailableStep,
} from "./entry.js";
import { browserKeyring } from "./keyring.js";
import { openRoom } from "./own-rooms.js";
import { overview } from "./overview.js";
import { browserAuthenticator } from "./passkeys.js";

/** @typedef {import("./account.js").Step} Step */
/** @typedef {import("./parts.js").Part} Part */

/** Set while somebody is signed in on this device, so that pages of people without an account ask the node nothing. */
const MARK = "tertulia.account";
const INVITE = /^#invite=([A-Za-z0-9_-]{1,64})$/;

/** The pages of an account, all at one address: what is shown is the step that the account is at. */
export class AccountPage extends View {
  /**
   * @param {import("../ui/view.js").Context} context
   * @param {Account} [account] tests hand in their own
   */
  constructor(context, account = ownAccount()) {
    super(context);
    this.account = account;
    this.main = h("main", { class: "account-main", testid: "account" });
    furnish(this, { class: "page account" }, [
      h(
        "header",
        { class: "masthead" },
        h("a", { class: "wordmark", attrs: { href: "/" } }, mark(), "Tertulia"),
        new Preferences(context),
      ),
      this.main,
    ]);
    /** @type {Step | null} */
    this.step = null;
    /** @type {Part | null} */
    this.shown = null;
    this.words = 0;
    this.ended = () => {};
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.ended = this.account.subscribe(() => this.draw());
    this.account.start(takeInvitation());
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.ended();
  }

  draw() {
    const { state } = this.account;
    if (state.step !== this.step || !this.shown) {
      const first = this.step === null || this.step === "loading";
      this.step = state.step;
      this.shown = this.#make(state.step);
      this.main.replaceChildren(this.shown.box);
      this.main.dataset.step = state.step;
      this.shown.update(state);
      const heading = /** @type {HTMLElement | null} */ (this.main.querySelector("h1"));
      if (!first) heading?.focus();
      scrollTo(0, 0);
      return;
    }
    this.shown.update(state);
  }

  /** @override Words that were put together are put together again in another language. @param {unknown} _ @param {Readonly<import("../ui/view.js").Look>} look */
  render(_, look) {
    if (look.words === this.words) return;
    this.words = look.words;
    this.shown = null;
    if (this.step) this.draw();
  }

  /** @param {Step} step @returns {Part} */
  #make(step) {
    switch (step) {
      case "signin":
        return signInStep(this.account);
      case "register":
        return registerStep(this.account);
      case "second":
        return secondStep(this.account);
      case "recover":
        return recoverStep(this.account);
      case "codes":
        return codesStep(this.account);
      case "renew":
        return renewStep(this.account);
      case "home":
        return overview(this.account, { open: openRoom, device: deviceLabel(navigator.userAgent) });
      case "unavailable":
        return unavailableStep(this.account);
      case "loading":
        return loadingStep();
    }
  }
}
customElements.define("tertulia-account", AccountPage);

/** The page with its words. @param {import("../ui/view.js").Context} context */
export async function accountPage(context) {
  await loadWords("account");
  return new AccountPage(context);
}

/** The account of whoever is signed in on this device. */
export function ownAccount() {
  return new Account({
    api: new AccountAPI(),
    keyring: browserKeyring(),
    authenticator: browserAuthenticator(),
    host: location.hostname,
    device: deviceLabel(navigator.userAgent),
    common: () => commonPasswords(),
    settle: (settings) => {
      for (const [key, value] of Object.entries(settings)) remember(key, value);
      paintTheme();
    },
    mark: (signedIn) => remember(MARK, signedIn ? "yes" : null),
  });
}

/** An invitation to make an account, taken out of the address bar. */
function takeInvitation() {
  const invitation = INVITE.exec(location.hash)?.[1] ?? "";
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
  return invitation;
}
