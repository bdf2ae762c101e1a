// @ts-check
/** @typedef {"page" | "click" | "wasm" | "signalling" | "ice" | "dtls" | "first-frame"} Step of a join */

/**
 * Notes when a step of joining was first reached: `performance.getEntriesByType("mark")` tells where the time went.
 * A click begins anew.
 * @param {Step} step
 */
export function mark(step) {
  const name = `tertulia:${step}`;
  if (step === "click") {
    for (const later of ["signalling", "ice", "dtls", "first-frame"]) performance.clearMarks(`tertulia:${later}`);
  } else if (performance.getEntriesByName(name, "mark").length > 0) {
    return;
  }
  performance.mark(name);
}
