// @ts-check
const DIGITS = 12;

/**
 * A device as people compare it: twelve decimal digits of its digest, which both sides of a door see.
 * @param {string} digest base64url of 16 bytes
 * @returns {string} digits alone; whoever shows them cuts them into groups
 */
export function deviceDigits(digest) {
  const binary = atob(digest.replaceAll("-", "+").replaceAll("_", "/"));
  let value = 0n;
  for (const character of binary) value = value << 8n | BigInt(character.charCodeAt(0));
  return `${value % 10n ** BigInt(DIGITS)}`.padStart(DIGITS, "0");
}
