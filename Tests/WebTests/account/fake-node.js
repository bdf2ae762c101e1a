// @ts-check
/** A node's accounts in memory, after docs/accounts.md: one account at most, and passkeys that are what they say. */
import { recoveryKeys } from "../../../Web/account/vault-key.js";

/** @typedef {Record<string, any>} Body */

export class FakeAccounts {
  /** @type {Body | null} */
  account = null;
  /** @type {string[]} */
  sessions = [];
  signedIn = false;
  newPassword = false;
  /** @type {[string, Body][]} */
  heard = [];
  /** Fails the next request. @type {{ status: number, body: string, headers?: Record<string, string> } | null} */
  next = null;
  offline = false;
  /** The node's vault is written by another device before ours gets there, so often. */
  conflicts = 0;

  /** @type {typeof fetch} */
  fetch = async (input, request = {}) => {
    const path = String(input).replace("/api/account/", "");
    const body = request.body ? JSON.parse(String(request.body)) : {};
    this.heard.push([path, body]);
    if (this.offline) throw new TypeError("network");
    if (this.next) {
      const { status, body: text, headers } = this.next;
      this.next = null;
      return new Response(text, { status, headers });
    }
    const answer = await this.#answer(path, body);
    const status = typeof answer === "string" ? STATUS[answer] ?? 400 : 200;
    return new Response(JSON.stringify(typeof answer === "string" ? { error: answer } : answer), { status });
  };

  /** @param {string} path */
  last(path) {
    return this.heard.findLast(([asked]) => asked === path)?.[1];
  }

  /** @param {string} path @param {Body} body @returns {Promise<Body | string>} an error is its word */
  async #answer(path, body) {
    const { account } = this;
    if (path === "policy") return { registration: "invitation", passkeys: true };
    if (path === "register") return this.#register(body);
    if (path === "login") return this.#login(body);
    if (path === "login/totp") return body.code === "123456" ? this.#enter("password", account?.key) : "wrong";
    if (path === "login/passkey/begin") return { options: { challenge: "c" } };
    if (path === "login/passkey/finish") return this.#enter("passkey", account?.passkeys[0]?.key);
    if (path === "login/recovery") return await this.#recover(body);
    if (!this.signedIn || !account) return "signed_out";
    return this.#inside(path, body, account);
  }

  /** @param {string} path @param {Body} body @param {Body} account @returns {Body | string} */
  #inside(path, body, account) {
    const confirmed = body.secret === account.secret;
    switch (path) {
      case "account":
        return this.#shown(account);
      case "vault":
        if (body.sealed === undefined) return { sealed: account.vault, version: account.version, key: account.key };
        if (this.conflicts > 0) this.conflicts -= 1, account.version += 1;
        if (body.version !== account.version) return "conflict";
        return Object.assign(account, { vault: body.sealed, version: account.version + 1 }),
          { version: account.version };
      case "export":
        return { exported: "2026-11-23", name: account.name };
      case "logout":
        this.signedIn = false;
        return {};
      case "password":
        if (!confirmed && !this.newPassword) return "wrong";
        Object.assign(account, { secret: body.newSecret, key: body.key });
        if (body.vault) Object.assign(account, { vault: body.vault, version: 1, recovery: [], passkeys: [] });
        this.newPassword = false;
        return {};
      case "delete":
        if (!confirmed) return "wrong";
        this.account = null;
        this.signedIn = false;
        return {};
      case "totp/begin":
        return confirmed
          ? { setup: "s", key: "JBSWY3DPEHPK3PXP", uri: "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP" }
          : "wrong";
      case "totp/confirm":
        if (body.code !== "123456") return "wrong";
        account.totp = true;
        return {};
      case "totp/remove":
        account.totp = confirmed ? false : account.totp;
        return confirmed ? {} : "wrong";
      case "passkeys/begin":
        return confirmed ? { options: { challenge: "c" } } : "wrong";
      case "passkeys/finish":
        account.passkeys.push({ id: body.id, label: body.label, created: "2026-11-23", key: body.key });
        return { id: body.id };
      case "recovery/renew":
        if (!confirmed) return "wrong";
        account.recovery = body.recovery;
        return {};
      case "devices/end-all":
        return {};
    }
    return "not_found";
  }

  /** @param {Body} account */
  #shown({ name, totp, passkeys, recovery }) {
    return {
      name,
      created: "2026-11-23",
      totp,
      passkeys: passkeys.map((/** @type {Body} */ { id, label, created, key }) => ({
        id,
        label,
        created,
        opens: key !== undefined,
      })),
      recovery: recovery.length,
      devices: [{ id: "1", label: "Firefox, Linux", created: "2026-11-23", used: "2026-11-23", current: true }],
      newPassword: this.newPassword,
    };
  }

  /** @param {Body} body */
  #register({ name, secret, key, vault, recovery, invitation }) {
    if (invitation !== "good") return "no_invitation";
    if (this.account?.name === name) return "taken";
    this.account = {
      name,
      secret,
      key,
      vault: vault ?? null,
      version: vault ? 1 : 0,
      recovery,
      totp: false,
      passkeys: [],
    };
    return this.#enter("password", key);
  }

  /** @param {Body} body */
  #login({ name, secret }) {
    const { account } = this;
    if (!account || account.name !== name || account.secret !== secret) return "wrong";
    if (account.totp || account.passkeys.length > 0) {
      return {
        signedIn: false,
        pending: "p",
        steps: [...account.totp ? ["totp"] : [], ...account.passkeys.length > 0 ? ["passkey"] : []],
      };
    }
    return this.#enter("password", account.key);
  }

  /** @param {Body} body */
  async #recover({ proof }) {
    const { account } = this;
    for (const entry of account?.recovery ?? []) {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(proof)));
      if (text(digest) !== entry.check) continue;
      if (account) account.recovery = account.recovery.filter((/** @type {Body} */ one) => one !== entry);
      this.newPassword = true;
      return this.#enter("recovery", entry.key);
    }
    return "wrong";
  }

  /** @param {string} by @param {string | undefined} key */
  #enter(by, key) {
    this.signedIn = true;
    return { signedIn: true, name: this.account?.name, by, key };
  }
}

/** @type {Record<string, number>} */
const STATUS = { wrong: 401, signed_out: 401, no_invitation: 403, taken: 409, conflict: 409, not_found: 404 };

/** The code that fits a check, for tests that made it. @param {string} code */
export const checkOf = async (code) => (await recoveryKeys(code)).check;

/** @param {string} value */
function bytes(value) {
  return Uint8Array.from(atob(value.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array} value */
function text(value) {
  return btoa(String.fromCharCode(...value)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
