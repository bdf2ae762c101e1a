// @ts-check
import { parseMode, question } from "./modes.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").Mode} Mode */
/** @typedef {import("./wire.js").Path} Path */

/**
 * @typedef {object} SavingDoors
 * @property {() => string | null} remembered the mode chosen last on this device
 * @property {(mode: Mode) => void} remember
 * @property {(mode: Mode) => void} apply to what is received and sent
 * @property {() => void} toggleCamera
 */

/** A proposal that was dismissed is not made again for so long. */
const QUIET = 5 * 60_000;

/** How much data the person wants to spend: chosen, or proposed by the node and accepted. */
export class Saving {
  #store;
  #clock;
  #doors;
  /** @type {Path | null} */
  #path = null;
  /** @type {Mode | null} */
  #before = null;
  #quiet = false;
  #asked = false;
  #tookCamera = false;
  #cancelQuiet = () => {};

  /** @param {Store} store @param {Clock} clock @param {SavingDoors} doors */
  constructor(store, clock, doors) {
    this.#store = store;
    this.#clock = clock;
    this.#doors = doors;
    store.subscribe(() => this.#ask());
  }

  /** Back to what was chosen on this device: nobody is in a call. */
  reset() {
    this.#path = null;
    this.#before = null;
    this.#asked = false;
    this.#tookCamera = false;
    this.#hush(false);
    this.#store.update(() => ({ mode: parseMode(this.#doors.remembered()), question: null, screenOpen: false }));
  }

  /** By the person's own choice, kept for next time. @param {Mode} mode */
  choose(mode) {
    this.#before = null;
    this.#doors.remember(mode);
    this.#use(mode);
  }

  /** What the node says of its way to us; null when that way is another. @param {Path | null} path */
  setPath(path) {
    this.#path = path;
    this.#ask();
  }

  /** Yes to the question that stands. */
  accept() {
    const { question: asked, mode } = this.#store.get();
    if (asked === "low_data" || asked === "audio_only") {
      this.#before ??= mode;
      this.#use(asked);
    } else if (asked === "restore") {
      const before = this.#before ?? "full";
      this.#before = null;
      this.#use(before);
    } else if (asked !== null) {
      this.#asked = true;
      this.#tookCamera = asked === "camera_off";
      this.#doors.toggleCamera();
    }
    this.#ask();
  }

  /** No to the question that stands. */
  dismiss() {
    const { question: asked } = this.#store.get();
    if (asked === "low_data" || asked === "audio_only") this.#hush(true);
    else if (asked === "restore") this.#before = null;
    else if (asked === "camera_off") this.#asked = true;
    else this.#tookCamera = false;
    this.#ask();
  }

  /** @param {Mode} mode */
  #use(mode) {
    this.#store.update(() => ({ mode, screenOpen: false }));
    this.#doors.apply(mode);
    this.#ask();
  }

  /** @param {boolean} quiet */
  #hush(quiet) {
    this.#cancelQuiet();
    this.#quiet = quiet;
    if (quiet) {
      this.#cancelQuiet = this.#clock.after(QUIET, () => {
        this.#quiet = false;
        this.#ask();
      });
    }
  }

  #ask() {
    const { mode, phase, self: { camera }, screen, screenOpen } = this.#store.get();
    // Whoever switches the camera on again by hand has answered.
    if (camera && this.#tookCamera) this.#tookCamera = false;
    const situation = { mode, inCall: phase === "call", camera, path: this.#path, quiet: this.#quiet };
    const next = question({ ...situation, before: this.#before, asked: this.#asked, tookCamera: this.#tookCamera });
    this.#store.update(() => ({ question: next, screenOpen: screenOpen && screen.key !== null }));
  }
}
