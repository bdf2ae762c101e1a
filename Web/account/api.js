// @ts-check
/** The node's accounts over HTTP (docs/accounts.md). The node is not trusted: whatever it says is bounded and checked. */

const ROOT = "/api/account/";
const MAX_TEXT = 65_536;
const MAX_LIST = 64;
const MAX_WORD = 512;

/**
 * What came of a request that failed: a word of docs/accounts.md, or `offline` (no answer) or `invalid` (not an answer).
 */
export class AccountError extends Error {
  /** @param {string} code @param {number} [after] seconds until another try makes sense */
  constructor(code, after = 0) {
    super(code);
    this.code = code;
    this.after = after;
  }
}

/** @typedef {{ id: string, label: string, created: string, opens: boolean }} Passkey */
/** @typedef {{ id: string, label: string, created: string, used: string, current: boolean }} SignedInDevice */

/**
 * @typedef {object} Account
 * @property {string} name
 * @property {string} created day
 * @property {boolean} totp
 * @property {Passkey[]} passkeys
 * @property {number} recovery codes left
 * @property {SignedInDevice[]} devices
 * @property {boolean} newPassword this session may set a password without the old one
 */

/** @typedef {{ registration: "open" | "invitation" | "closed", passkeys: boolean }} Policy */
/** @typedef {{ signedIn: true, name: string, by: string, key: string | null }} SignedIn */
/** @typedef {{ signedIn: false, pending: string, steps: string[] }} SecondStep */
/** @typedef {{ sealed: string | null, version: number, key: string }} SealedVault */

export class AccountAPI {
  #fetch;

  /** @param {typeof fetch} [send] */
  constructor(send = (...request) => fetch(...request)) {
    this.#fetch = send;
  }

  /** @returns {Promise<Policy>} */
  async policy() {
    const { registration, passkeys } = await this.#get("policy");
    return { registration: oneOf(registration, ["open", "invitation", "closed"]), passkeys: passkeys === true };
  }

  /** @returns {Promise<Account>} */
  async account() {
    const o = await this.#get("account");
    return {
      name: text(o.name),
      created: text(o.created),
      totp: o.totp === true,
      passkeys: list(o.passkeys).map((one) => ({
        id: text(one.id),
        label: text(one.label),
        created: text(one.created),
        opens: one.opens === true,
      })),
      recovery: count(o.recovery),
      devices: list(o.devices).map((one) => ({
        id: text(one.id),
        label: text(one.label),
        created: text(one.created),
        used: text(one.used),
        current: one.current === true,
      })),
      newPassword: o.newPassword === true,
    };
  }

  /** @returns {Promise<SealedVault>} */
  async vault() {
    const o = await this.#get("vault");
    return { sealed: present(o.sealed) ? text(o.sealed, MAX_TEXT) : null, version: count(o.version), key: text(o.key) };
  }

  /** @param {string} sealed @param {number} version that was read @returns {Promise<number>} the new one */
  async writeVault(sealed, version) {
    return count((await this.post("vault", { sealed, version })).version);
  }

  /** Everything that the node keeps of the person. @returns {Promise<object>} */
  export() {
    return this.#get("export");
  }

  /** @param {object} body @returns {Promise<SignedIn>} */
  async register(body) {
    return signedIn(await this.post("register", body));
  }

  /** @param {object} body @returns {Promise<SignedIn | SecondStep>} */
  async login(body) {
    const answer = await this.post("login", body);
    if (answer.signedIn === true) return signedIn(answer);
    return { signedIn: false, pending: text(answer.pending), steps: words(answer.steps) };
  }

  /** @param {"login/totp" | "login/passkey/finish" | "login/recovery"} step @param {object} body @returns {Promise<SignedIn>} */
  async finish(step, body) {
    return signedIn(await this.post(step, body));
  }

  /** @returns {Promise<Record<string, any>>} */
  #get = (/** @type {string} */ path) => this.#ask(path, { method: "GET" });

  /**
   * @param {string} path @param {object} [body]
   * @returns {Promise<Record<string, any>>}
   * @throws {AccountError}
   */
  post(path, body = {}) {
    const headers = { "Content-Type": "application/json" };
    return this.#ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  /** @param {string} path @param {RequestInit} request @returns {Promise<Record<string, any>>} */
  async #ask(path, request) {
    /** @type {Response} */
    let response;
    try {
      // Some browsers name no origin where no referrer is named, and the node refuses requests of nobody's page.
      const own =
        /** @type {const} */ ({ credentials: "same-origin", cache: "no-store", referrerPolicy: "same-origin" });
      response = await this.#fetch(ROOT + path, { ...request, ...own });
    } catch {
      throw new AccountError("offline");
    }
    const answer = await read(response);
    if (response.ok) return answer;
    const after = Number(response.headers.get("Retry-After"));
    const code = typeof answer.error === "string" && /^[a-z_]{1,32}$/.test(answer.error) ? answer.error : "invalid";
    throw new AccountError(code, Number.isFinite(after) ? after : 0);
  }
}

/** @param {Response} response @returns {Promise<Record<string, any>>} */
async function read(response) {
  try {
    const body = await response.text();
    const value = body.length > MAX_TEXT ? null : JSON.parse(body);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Not JSON, or cut off: said below.
  }
  throw new AccountError(response.ok ? "invalid" : "unavailable");
}

/** @param {Record<string, any>} answer @returns {SignedIn} */
function signedIn(answer) {
  if (answer.signedIn !== true) throw new AccountError("invalid");
  return {
    signedIn: true,
    name: text(answer.name),
    by: text(answer.by),
    key: present(answer.key) ? text(answer.key) : null,
  };
}

/** @param {unknown} value */
const present = (value) => value !== undefined && value !== null;

/** @param {unknown} value @param {number} [most] */
function text(value, most = MAX_WORD) {
  if (typeof value !== "string" || value.length > most) throw new AccountError("invalid");
  return value;
}

/** @param {unknown} value */
function count(value) {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new AccountError("invalid");
  return value;
}

/** @param {unknown} value @returns {Record<string, any>[]} */
function list(value) {
  if (!Array.isArray(value) || value.length > MAX_LIST) throw new AccountError("invalid");
  return value.map((one) => {
    if (typeof one !== "object" || one === null) throw new AccountError("invalid");
    return one;
  });
}

/** @param {unknown} value */
function words(value) {
  if (!Array.isArray(value) || value.length > MAX_LIST) throw new AccountError("invalid");
  return value.map((one) => text(one));
}

/**
 * @template {string} T
 * @param {unknown} value @param {readonly T[]} allowed
 * @returns {T}
 */
function oneOf(value, allowed) {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new AccountError("invalid");
  return found;
}
