// @ts-check
import { base64url } from "../app/link.js";
import { passkeyWrapKey, prfInput } from "./vault-key.js";

/**
 * Passkeys (WebAuthn level 3) in the words of the node. Where a passkey can compute a secret of its own (the PRF extension),
 * that secret opens the vault too.
 */

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{ body: Record<string, string>, wrapKey: Bytes | null }} Answered `wrapKey` null: the passkey opens no vault */

/**
 * What is used of the browser.
 * @typedef {object} Authenticator
 * @property {(options: PublicKeyCredentialCreationOptions) => Promise<Credential | null>} create
 * @property {(options: PublicKeyCredentialRequestOptions) => Promise<Credential | null>} get
 * @property {(json: any) => PublicKeyCredentialCreationOptions} parseCreation
 * @property {(json: any) => PublicKeyCredentialRequestOptions} parseRequest
 */

/** @returns {Authenticator | null} null: this browser has none */
export function browserAuthenticator() {
  const Public = globalThis.PublicKeyCredential;
  if (!navigator.credentials || typeof Public?.parseRequestOptionsFromJSON !== "function") return null;
  return {
    create: (publicKey) => navigator.credentials.create({ publicKey }),
    get: (publicKey) => navigator.credentials.get({ publicKey }),
    parseCreation: (json) => Public.parseCreationOptionsFromJSON(json),
    parseRequest: (json) => Public.parseRequestOptionsFromJSON(json),
  };
}

/** @param {Authenticator} authenticator @param {object} json the node's options @returns {Promise<Answered | null>} null: dismissed */
export async function createPasskey(authenticator, json) {
  const options = await withPRF(authenticator.parseCreation(json));
  return answered(await ask(() => authenticator.create(options)), ["clientDataJSON", "attestationObject"]);
}

/** @param {Authenticator} authenticator @param {object} json the node's options @returns {Promise<Answered | null>} null: dismissed */
export async function usePasskey(authenticator, json) {
  const options = await withPRF(authenticator.parseRequest(json));
  return answered(await ask(() => authenticator.get(options)), ["clientDataJSON", "authenticatorData", "signature"]);
}

/** A person who changes their mind, and a key that is not there, look the same to a page. @param {() => Promise<Credential | null>} action */
async function ask(action) {
  try {
    return await action();
  } catch {
    return null;
  }
}

/** @template {{ extensions?: AuthenticationExtensionsClientInputs }} Options @param {Options} options */
async function withPRF(options) {
  return { ...options, extensions: { ...options.extensions, prf: { eval: { first: await prfInput() } } } };
}

/** @param {any} credential @param {string[]} members @returns {Promise<Answered | null>} */
async function answered(credential, members) {
  if (!credential) return null;
  const response = credential.response;
  const body = { id: credential.id };
  for (const member of members) Object.assign(body, { [member]: base64url(new Uint8Array(response[member])) });
  const output = credential.getClientExtensionResults?.().prf?.results?.first;
  return { body, wrapKey: output ? await passkeyWrapKey(new Uint8Array(output)) : null };
}
