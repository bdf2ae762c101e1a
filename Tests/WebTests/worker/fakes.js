// @ts-check
/** @typedef {import("../../../Web/worker/vault.js").Vault} Vault */

/** A vault in memory. @returns {Vault & { stores: Record<string, Map<string, any>> }} */
export function memoryVault() {
  /** @type {Record<string, Map<string, any>>} */
  const stores = { device: new Map(), people: new Map(), hosts: new Map(), rooms: new Map() };
  return {
    stores,
    get: (store, key) => Promise.resolve(stores[store].get(key)),
    put: (store, key, value) => Promise.resolve(Boolean(stores[store].set(key, value))),
    entries: (store) => Promise.resolve([...stores[store]]),
    remove: (store, key) => Promise.resolve(void stores[store].delete(key)),
  };
}

/** A vault of a browser that keeps nothing. @returns {Vault} */
export function noVault() {
  return {
    get: () => Promise.resolve(undefined),
    put: () => Promise.resolve(false),
    entries: () => Promise.resolve([]),
    remove: () => Promise.resolve(),
  };
}
