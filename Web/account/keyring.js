// @ts-check
/**
 * The open vault's key, kept in this browser between pages in a form that scripts can use but not read. Where nothing can
 * be kept, the person types the password again.
 */

const NAME = "tertulia-account";
const STORE = "keys";
const KEY = "vault";

/** @typedef {{ name: string, key: CryptoKey }} Held the account that the key belongs to */

/**
 * @typedef {object} Keyring
 * @property {() => Promise<Held | null>} get
 * @property {(held: Held) => Promise<void>} put
 * @property {() => Promise<void>} clear
 */

/** @returns {Keyring} */
export function browserKeyring() {
  return {
    get: async () => (await within("readonly", (store) => store.get(KEY))) ?? null,
    put: async (held) => void await within("readwrite", (store) => store.put(held, KEY)),
    clear: async () => void await within("readwrite", (store) => store.delete(KEY)),
  };
}

/** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} body @returns {Promise<any>} */
async function within(mode, body) {
  try {
    const database = await open();
    const request = body(database.transaction(STORE, mode).objectStore(STORE));
    const result = await done(request);
    database.close();
    return result;
  } catch {
    return undefined;
  }
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return done(request);
}

/** @param {IDBRequest} request @returns {Promise<any>} */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
