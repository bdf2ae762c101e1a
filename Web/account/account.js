// @ts-check
import { AccountError } from "./api.js";
import { isCommon, isOfContext } from "./common-passwords.js";
import { createPasskey, usePasskey } from "./passkeys.js";
import { empty, PersonalVault } from "./vault.js";
import {
  accountName,
  createRecoveryCode,
  createVaultKey,
  passwordKeys,
  readRecoveryCode,
  recoveryKeys,
  sealVault,
  unwrap,
  usableKey,
  VaultError,
  wrap,
} from "./vault-key.js";

/** @typedef {import("./api.js").AccountAPI} AccountAPI */
/** @typedef {import("./api.js").SignedIn} SignedIn */
/** @typedef {import("./keyring.js").Keyring} Keyring */
/** @typedef {import("./passkeys.js").Authenticator} Authenticator */
/** @typedef {import("./vault.js").OwnRoom} OwnRoom */
/** @typedef {import("./vault.js").Settings} Settings */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/**
 * `second` a second step is asked for; `codes` recovery codes are shown, for the only time; `renew` a new password has to be
 * chosen; `home` signed in; `unavailable` the node does not answer.
 * @typedef {"loading" | "signin" | "register" | "second" | "recover" | "codes" | "renew" | "home" | "unavailable"} Step
 */

/**
 * @typedef {object} AccountState
 * @property {Step} step
 * @property {boolean} busy something is under way that the person waits for
 * @property {string | null} problem code of what failed last
 * @property {number} after seconds until another try makes sense; 0 when not known
 * @property {import("./api.js").Policy | null} policy
 * @property {string} invitation to make an account with; empty: none
 * @property {string[]} steps that are possible as the second
 * @property {string[]} codes
 * @property {import("./api.js").Account | null} account
 * @property {OwnRoom[] | null} rooms null: the vault is not open on this device
 * @property {Settings} settings of the vault
 * @property {{ setup: string, key: string, uri: string } | null} totp being set up
 * @property {string | null} done code of what went well last
 */

/**
 * @typedef {object} AccountDoors
 * @property {AccountAPI} api
 * @property {Keyring} keyring
 * @property {Authenticator | null} authenticator
 * @property {string} host name of this page's host
 * @property {string} device what this browser is called in the list of devices
 * @property {(signedIn: boolean) => void} mark remembers on this device that somebody is signed in, so that other pages ask
 * @property {(settings: Settings) => void} [settle] settings of the vault, for a device that was just signed in
 * @property {() => Promise<ReadonlySet<string>>} common passwords; rejects when the node does not answer
 * @property {() => string} [createCode]
 */

const CODES = 8;

/** One person's account: every action of its pages is a method here, what comes of it appears in the state. */
export class Account {
  #doors;
  /** @type {AccountState} */
  #state = {
    step: "loading",
    busy: false,
    problem: null,
    after: 0,
    policy: null,
    invitation: "",
    steps: [],
    codes: [],
    account: null,
    rooms: null,
    settings: {},
    totp: null,
    done: null,
  };
  /** @type {Set<() => void>} */
  #listeners = new Set();
  #pending = "";
  /** Opens the vault key that the last step of signing in will bring. @type {Bytes | null} */
  #wrapKey = null;
  /** Only between a recovery code and the password that has to follow it. @type {Bytes | null} */
  #vaultKey = null;

  /** @param {AccountDoors} doors */
  constructor(doors) {
    this.#doors = doors;
  }

  get state() {
    return this.#state;
  }

  get passkeys() {
    return this.#doors.authenticator !== null && this.#state.policy?.passkeys === true;
  }

  /** @param {() => void} listener @returns {() => void} the way to stop */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {string} [invitation] to make an account with */
  async start(invitation = "") {
    this.#set({ step: "loading", problem: null, invitation });
    try {
      const policy = await this.#doors.api.policy();
      this.#set({ policy });
      await this.#enter();
    } catch (error) {
      const code = codeOf(error);
      if (code !== "signed_out") return this.#set({ step: "unavailable", problem: code });
      this.#doors.mark(false);
      this.#set({ step: invitation === "" ? "signin" : "register" });
    }
  }

  /** @param {"signin" | "register" | "recover"} step */
  go(step) {
    this.#wrapKey = null;
    this.#pending = "";
    this.#set({ step, problem: null, done: null });
  }

  /** @param {string} typed name @param {string} password @param {string} invitation */
  register(typed, password, invitation) {
    return this.#run(async () => {
      const { api, host, device } = this.#doors;
      const name = accountName(typed);
      await this.#judge(password, name);
      const { secret, wrapKey } = await passwordKeys({ name, password, host });
      const vaultKey = createVaultKey();
      const { codes, recovery } = await this.#makeCodes(vaultKey);
      const key = await wrap(wrapKey, vaultKey);
      const vault = await sealVault(await usableKey(vaultKey), { v: 1, ...empty() });
      const signedIn = await api.register({
        name,
        secret,
        key,
        vault,
        recovery,
        device,
        ...invitation === "" ? {} : { invitation },
      });
      await this.#hold(signedIn.name, vaultKey);
      this.#set({ step: "codes", codes });
    });
  }

  /** @param {string} typed name @param {string} password */
  signIn(typed, password) {
    return this.#run(async () => {
      const { api, host, device } = this.#doors;
      const name = accountName(typed);
      const { secret, wrapKey } = await passwordKeys({ name, password, host });
      this.#wrapKey = wrapKey;
      const answer = await api.login({ name, secret, device });
      if (answer.signedIn) return await this.#signedIn(answer);
      this.#pending = answer.pending;
      this.#set({ step: "second", steps: answer.steps });
    });
  }

  /** The second step by a code. @param {string} typed */
  giveCode(typed) {
    return this.#run(async () => {
      const body = { pending: this.#pending, code: typed.replace(/\D/g, "") };
      await this.#signedIn(await this.#doors.api.finish("login/totp", body));
    });
  }

  /** A passkey, as the second step, or without a name and password. */
  givePasskey() {
    return this.#run(async () => {
      const { api, authenticator, device } = this.#doors;
      if (!authenticator) return;
      const pending = this.#pending === "" ? {} : { pending: this.#pending };
      const { options } = await api.post("login/passkey/begin", pending);
      const answer = await usePasskey(authenticator, options);
      if (!answer) throw new AccountError("dismissed");
      const signedIn = await api.finish("login/passkey/finish", { ...pending, ...answer.body, device });
      await this.#signedIn(signedIn, answer.wrapKey ?? this.#wrapKey);
    });
  }

  /** @param {string} typed a recovery code */
  recover(typed) {
    return this.#run(async () => {
      const { api, device } = this.#doors;
      const code = readRecoveryCode(typed);
      if (code === null) throw new AccountError("no_code");
      const { proof, wrapKey } = await recoveryKeys(code);
      const { name, key } = await api.finish("login/recovery", { proof, device });
      this.#vaultKey = key === null ? null : await unwrap(wrapKey, key).catch(() => null);
      if (this.#vaultKey) await this.#hold(name, this.#vaultKey);
      this.#set({ account: await api.account(), step: "renew" });
    });
  }

  /** After a recovery code: a password that takes the place of the one that was lost. @param {string} password */
  renewPassword(password) {
    return this.#run(async () => {
      const { api, host } = this.#doors;
      const name = this.#name;
      await this.#judge(password, name);
      const { secret: newSecret, wrapKey } = await passwordKeys({ name, password, host });
      const lost = this.#vaultKey === null;
      const vaultKey = this.#vaultKey ?? createVaultKey();
      const key = await wrap(wrapKey, vaultKey);
      const vault = lost ? { vault: await sealVault(await usableKey(vaultKey), { v: 1, ...empty() }) } : {};
      await api.post("password", { newSecret, key, ...vault });
      this.#vaultKey = null;
      await this.#hold(name, vaultKey);
      await this.#enter();
    });
  }

  /** The codes have been put in a safe place. */
  keptCodes() {
    return this.#run(async () => {
      this.#set({ codes: [] });
      await this.#enter();
    });
  }

  /** @param {string} password opens the vault on a device where only a passkey was used */
  unlock(password) {
    return this.#run(async () => {
      await this.#open(await this.#prove(password));
      await this.#readVault();
    });
  }

  /** @param {string} password @param {string} next */
  changePassword(password, next) {
    return this.#confirmed("password_changed", password, async ({ secret, vaultKey }) => {
      const { api, host } = this.#doors;
      await this.#judge(next, this.#name);
      const { secret: newSecret, wrapKey } = await passwordKeys({ name: this.#name, password: next, host });
      await api.post("password", { secret, newSecret, key: await wrap(wrapKey, vaultKey) });
    });
  }

  /** @param {string} password */
  renewCodes(password) {
    return this.#run(async () => {
      const { secret, vaultKey } = await this.#prove(password);
      const { codes, recovery } = await this.#makeCodes(vaultKey);
      await this.#doors.api.post("recovery/renew", { secret, recovery });
      this.#set({ step: "codes", codes });
    });
  }

  /** @param {string} password */
  beginTOTP(password) {
    return this.#run(async () => {
      const { secret } = await this.#prove(password);
      const { setup, key, uri } = await this.#doors.api.post("totp/begin", { secret });
      this.#set({ totp: { setup: String(setup), key: String(key), uri: String(uri) } });
    });
  }

  /** @param {string} typed the first code of the app */
  confirmTOTP(typed) {
    return this.#run(async () => {
      const body = { setup: this.#state.totp?.setup, code: typed.replace(/\D/g, "") };
      await this.#doors.api.post("totp/confirm", body).catch((error) => {
        // It is the code that is wrong: name and password were not asked for.
        throw error instanceof AccountError && error.code === "wrong" ? new AccountError("wrong_code") : error;
      });
      this.#set({ totp: null, done: "totp_on", account: await this.#doors.api.account() });
    });
  }

  cancelTOTP() {
    this.#set({ totp: null, problem: null });
  }

  /** @param {string} password */
  removeTOTP(password) {
    return this.#confirmed("totp_off", password, ({ secret }) => this.#doors.api.post("totp/remove", { secret }));
  }

  /** @param {string} password @param {string} label */
  addPasskey(password, label) {
    return this.#confirmed("passkey_added", password, async ({ secret, vaultKey }) => {
      const { api, authenticator } = this.#doors;
      if (!authenticator) return;
      const { options } = await api.post("passkeys/begin", { secret });
      const answer = await createPasskey(authenticator, options);
      if (!answer) throw new AccountError("dismissed");
      const key = answer.wrapKey ? { key: await wrap(answer.wrapKey, vaultKey) } : {};
      await api.post("passkeys/finish", { ...answer.body, label, ...key });
    });
  }

  /** @param {string} password @param {string} id */
  removePasskey(password, id) {
    return this.#confirmed(
      "passkey_removed",
      password,
      ({ secret }) => this.#doors.api.post("passkeys/remove", { secret, id }),
    );
  }

  /** Ends the session of one device. @param {string} id */
  endDevice(id) {
    return this.#run(async () => {
      await this.#doors.api.post("devices/end", { id });
      await this.#enter();
    });
  }

  /** Ends all sessions but this one. */
  endOthers() {
    return this.#run(async () => {
      await this.#doors.api.post("devices/end-all", { keep: true });
      this.#set({ account: await this.#doors.api.account(), done: "others_ended" });
    });
  }

  /** Everything that the node keeps, and what only the person can read of it. @returns {Promise<object | null>} null: it failed */
  async export() {
    /** @type {object | null} */
    let everything = null;
    await this.#run(async () => {
      const { rooms, settings } = this.#state;
      everything = { ...await this.#doors.api.export(), opened: { rooms, settings } };
    });
    return everything;
  }

  /** @param {string} password */
  delete(password) {
    return this.#run(async () => {
      const { secret } = await this.#prove(password);
      await this.#doors.api.post("delete", { secret });
      await this.#leave("deleted");
    });
  }

  signOut() {
    return this.#run(async () => {
      await this.#doors.api.post("logout");
      await this.#leave("signed_out");
    });
  }

  /** @param {string} room */
  forgetRoom(room) {
    return this.#withVault((vault) => vault.forgetRoom(room));
  }

  /** @param {Settings} settings of this device, for all others */
  keepSettings(settings) {
    return this.#withVault((vault) => vault.keepSettings(settings), "settings_kept");
  }

  get #name() {
    return this.#state.account?.name ?? "";
  }

  /** @param {SignedIn} answer @param {Bytes | null} [wrapKey] */
  async #signedIn({ name, key }, wrapKey = this.#wrapKey) {
    const vaultKey = key && wrapKey ? await unwrap(wrapKey, key).catch(() => null) : null;
    this.#wrapKey = null;
    this.#pending = "";
    if (vaultKey) await this.#hold(name, vaultKey);
    await this.#enter();
    this.#doors.settle?.(this.#state.settings);
  }

  /** Shows the account, and what is in the vault if this device can open it. */
  async #enter() {
    const account = await this.#doors.api.account();
    this.#doors.mark(true);
    this.#set({ account });
    if (account.newPassword && this.#vaultKey) return this.#set({ step: "renew" });
    await this.#readVault();
    this.#set({ step: "home" });
  }

  async #readVault() {
    const vault = await this.#vault();
    if (!vault) return this.#set({ rooms: null, settings: {} });
    try {
      this.#set(await vault.read());
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      await this.#doors.keyring.clear();
      this.#set({ rooms: null, settings: {} });
    }
  }

  /** @returns {Promise<PersonalVault | null>} null: this device cannot open it */
  async #vault() {
    const held = await this.#doors.keyring.get();
    return held && held.name === this.#name ? new PersonalVault(this.#doors.api, held.key) : null;
  }

  /** @param {(vault: PersonalVault) => Promise<import("./vault.js").Content>} action @param {string} [done] */
  #withVault(action, done) {
    return this.#run(async () => {
      const vault = await this.#vault();
      if (vault) this.#set({ ...await action(vault), done: done ?? null });
    });
  }

  /**
   * Refuses a new password that anybody would try first.
   * @param {string} password @param {string} name
   * @throws {AccountError} `common_password`, `context_password`, `offline`
   */
  async #judge(password, name) {
    const { common, host } = this.#doors;
    const list = await common().catch(() => {
      throw new AccountError("offline");
    });
    if (isOfContext(password, { name, host })) throw new AccountError("context_password");
    if (isCommon(password, list)) throw new AccountError("common_password");
  }

  /**
   * What a password proves and opens. It is checked here first: a wrong one is not sent.
   * @param {string} password @throws {AccountError} `wrong`
   */
  async #prove(password) {
    const { api, host } = this.#doors;
    const { secret, wrapKey } = await passwordKeys({ name: this.#name, password, host });
    const { key } = await api.vault();
    try {
      return { secret, vaultKey: await unwrap(wrapKey, key) };
    } catch {
      throw new AccountError("wrong");
    }
  }

  /** @param {{ vaultKey: Bytes }} proof */
  #open({ vaultKey }) {
    return this.#hold(this.#name, vaultKey);
  }

  /** @param {string} name @param {Bytes} vaultKey */
  async #hold(name, vaultKey) {
    await this.#doors.keyring.put({ name, key: await usableKey(vaultKey) });
  }

  /** @param {Bytes} vaultKey */
  async #makeCodes(vaultKey) {
    const create = this.#doors.createCode ?? createRecoveryCode;
    const codes = Array.from({ length: CODES }, () => create());
    const recovery = await Promise.all(codes.map(async (code) => {
      const { check, wrapKey } = await recoveryKeys(code);
      return { check, key: await wrap(wrapKey, vaultKey) };
    }));
    return { codes, recovery };
  }

  /** @param {string} done */
  async #leave(done) {
    await this.#doors.keyring.clear();
    this.#doors.mark(false);
    this.#vaultKey = null;
    this.#set({ step: "signin", account: null, rooms: null, settings: {}, codes: [], totp: null, done });
  }

  /**
   * @param {string} done @param {string} password
   * @param {(proof: { secret: string, vaultKey: Bytes }) => Promise<unknown>} action
   */
  #confirmed(done, password, action) {
    return this.#run(async () => {
      await action(await this.#prove(password));
      this.#set({ account: await this.#doors.api.account(), done });
    });
  }

  /** One thing at a time; what fails is said, and changes nothing else. @param {() => Promise<void>} action */
  async #run(action) {
    if (this.#state.busy) return false;
    this.#set({ busy: true, problem: null, after: 0, done: null });
    try {
      await action();
      return true;
    } catch (error) {
      const problem = codeOf(error);
      const after = error instanceof AccountError ? error.after : 0;
      if (problem === "signed_out") await this.#leave("session_over");
      else this.#set({ problem, after });
      // A second step that took too long begins again.
      if (problem === "expired" && this.#state.step === "second") this.#set({ step: "signin" });
      return false;
    } finally {
      this.#set({ busy: false });
    }
  }

  /** @param {Partial<AccountState>} change */
  #set(change) {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** @param {unknown} error */
function codeOf(error) {
  if (error instanceof AccountError) return error.code;
  if (error instanceof VaultError) return error.code;
  throw error;
}
