// @ts-check
import { decode, encode } from "./base64url.js";
import { CoreError, Label } from "./core.js";

/** @typedef {import("./core.js").Core} Core */
/** @typedef {keyof typeof Label} LabelName */

/** Sealed JSON objects: what people say, and what they are called. */

/** @param {Core} core @param {LabelName} label @param {object} content @returns {string} the box in base64url */
export function seal(core, label, content) {
  return encode(core.sealMessage(Label[label], new TextEncoder().encode(JSON.stringify(content))));
}

/**
 * @param {Core} core
 * @param {LabelName} label
 * @param {number} index of the participant whom the server names
 * @param {unknown} box
 * @returns {object}
 */
export function open(core, label, index, box) {
  const bytes = decode(box);
  if (!bytes) throw new CoreError("malformed");
  const content = core.openMessage(Label[label], index, bytes);
  let value;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    throw new CoreError("malformed");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new CoreError("malformed");
  return value;
}
