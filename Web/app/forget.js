// @ts-check
import { openVault, STORES } from "../worker/vault.js";

/** @typedef {import("../worker/vault.js").Vault} Vault */

/**
 * Wipes what this device keeps under the name of a room: that it hosts it, and the key that it knocked with.
 * @param {string} room
 * @param {Vault} [vault]
 */
export async function forgetRoom(room, vault = openVault()) {
  for (const store of STORES) {
    const names = (await vault.entries(store)).map(([name]) => name);
    await Promise.all(names.filter((name) => name === room).map((name) => vault.remove(store, name)));
  }
}
