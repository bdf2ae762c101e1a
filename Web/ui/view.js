// @ts-check
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("../app/store.js").Store} Store */
/** @typedef {import("../app/call.js").Call} Call */

/**
 * What belongs to the interface alone and not to the call.
 * @typedef {object} Look
 * @property {"chat" | "people" | null} panel
 * @property {"invite" | "devices" | "shield" | "help" | "remove" | "details" | "host" | "person" | "move" | null} sheet
 * @property {string | null} person whom the sheets `remove` and `person` are about
 * @property {boolean} menu the further buttons of a narrow toolbar are open
 * @property {boolean} palette the emoji to react with are open
 * @property {number} page of the grid
 * @property {boolean} soundBlocked the browser waits for a tap before it plays sound
 * @property {boolean} shortcuts single keys act
 * @property {number} words grows when the language changes
 * @property {number} width of the window in sixteenths of the reader's letter size: CSS pixels where that is the usual one
 */

/**
 * What every view is given: the call's state and actions, and the look with the one way to change it.
 * @typedef {object} Context
 * @property {Store} store
 * @property {Call} call
 * @property {() => Readonly<Look>} look
 * @property {(change: Partial<Look>) => void} set
 * @property {(view: View) => () => void} watch renders the view now and after each change; returns the way to stop
 */

/** A custom element that writes itself from the state. `render` may run at any time and must change little. */
export class View extends HTMLElement {
  /** @type {(() => void) | null} */
  #stop = null;

  /** @param {Context} context */
  constructor(context) {
    super();
    this.context = context;
  }

  connectedCallback() {
    this.#stop ??= this.context.watch(this);
  }

  disconnectedCallback() {
    this.#stop?.();
    this.#stop = null;
  }

  /**
   * @param {Readonly<State>} _state
   * @param {Readonly<Look>} _look
   */
  render(_state, _look) {}
}

/** Below this the toolbar folds and panels cover the stage. */
export const NARROW = 720;
