// @ts-check
/**
 * What stays on this device between calls, in IndexedDB: the device's key, which devices were met, the rooms that it is the
 * host of, and the key that it has for each room. Where the browser keeps nothing (private windows, full disks) every read finds nothing and every
 * write is lost, and nothing else changes.
 */

const NAME = "tertulia";
const VERSION = 2;
export const STORES = /** @type {const} */ (["device", "people", "hosts", "rooms"]);

/** @typedef {typeof STORES[number]} StoreName */

/**
 * @typedef {object} Vault
 * @property {(store: StoreName, key: string) => Promise<any>} get undefined when there is nothing
 * @property {(store: StoreName, key: string, value: unknown) => Promise<boolean>} put false: it was not kept
 * @property {(store: StoreName) => Promise<[string, any][]>} entries
 * @property {(store: StoreName, key: string) => Promise<void>} remove
 */

/** @returns {Vault} */
export function openVault() {
  /** @type {Promise<IDBDatabase> | null} */
  let opening = null;
  const database = () => opening ??= open();

  /**
   * @template Result
   * @param {StoreName} store
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest[]} body
   * @param {(results: any[]) => Result} read
   * @param {Result} otherwise
   */
  async function within(store, mode, body, read, otherwise) {
    try {
      const transaction = (await database()).transaction(store, mode);
      const requests = body(transaction.objectStore(store));
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
      return read(requests.map(({ result }) => result));
    } catch {
      return otherwise;
    }
  }

  return {
    get: (store, key) => within(store, "readonly", (s) => [s.get(key)], ([value]) => value, undefined),
    put: (store, key, value) => within(store, "readwrite", (s) => [s.put(value, key)], () => true, false),
    entries: (store) =>
      within(store, "readonly", (s) => [s.getAllKeys(), s.getAll()], ([keys, values]) => {
        return keys.map((/** @type {string} */ key, /** @type {number} */ at) => [key, values[at]]);
      }, []),
    remove: (store, key) => within(store, "readwrite", (s) => [s.delete(key)], () => {}, undefined),
  };
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const { result } = request;
      STORES.forEach((store) => result.objectStoreNames.contains(store) || result.createObjectStore(store));
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });
}
