// @ts-check
// The way out for somebody who must not be seen here: one button, or one key pressed three times, wherever the focus is.

/** Name of the setting, among those that stay on this device. */
export const FORGETS = "tertulia.quit-forgets";
export const QUIT_KEYS = /** @type {const} */ (["Esc", "Esc", "Esc"]);
/** Milliseconds in which the three presses fall. */
const HASTE = 1500;

/** Counts presses of Escape with nothing done between them: who closes one thing, opens another and closes it stays. */
export class Haste {
  /** @type {number[]} */
  #presses = [];

  /** @param {{ key: string, repeat: boolean }} event @param {number} now milliseconds @returns {boolean} that was the third */
  press({ key, repeat }, now) {
    if (repeat) return false;
    if (key !== "Escape") this.forget();
    else this.#presses = [...this.#presses.filter((at) => now - at < HASTE), now];
    return this.#presses.length >= QUIT_KEYS.length;
  }

  /** Something else was done: the count begins anew. */
  forget() {
    this.#presses = [];
  }
}

/** Acts before whatever else listens to the key. @param {() => void} quit @returns {() => void} stops */
export function listenForQuit(quit) {
  const haste = new Haste();
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (haste.press(event, performance.now())) quit();
  };
  const forget = () => haste.forget();
  addEventListener("keydown", press, { capture: true });
  addEventListener("pointerdown", forget, { capture: true });
  return () => {
    removeEventListener("keydown", press, { capture: true });
    removeEventListener("pointerdown", forget, { capture: true });
  };
}
