// @ts-check
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").DeviceKind} DeviceKind */
/** @typedef {import("./types.js").VisibleTile} VisibleTile */

/** What a person can do: every action of the interface is a method here; what comes of it appears in the store. */
export class Call {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
  }

  /** Makes a room and goes to its pre-join screen. */
  createRoom() {}

  /** @param {string} _name as typed */
  setName(_name) {}

  /** @param {DeviceKind} _kind @param {string} _id */
  async selectDevice(_kind, _id) {}

  /** Asks for microphone and camera; call it from the pre-join screen. */
  async requestDevices() {}

  async toggleMic() {}

  async toggleCamera() {}

  async startScreen() {}

  stopScreen() {}

  async join() {}

  leave() {}

  /** @param {string} _text */
  async sendChat(_text) {}

  /** Sends a failed message again. @param {string} _id */
  async resendChat(_id) {}

  markRead() {}

  /** @param {VisibleTile[]} _tiles people whose video is on screen now */
  setVisibleTiles(_tiles) {}

  async copyLink() {}

  /** @param {number} _id */
  dismissNotice(_id) {}

  /** From `failed`: tries again now. From `left`: back to the pre-join screen. */
  retry() {}
}
