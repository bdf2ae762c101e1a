// @ts-check
/** A page at a room's link, over a node, group and devices that do what a test says. */
import { Call } from "../../../Web/app/call.js";
import { createStore } from "../../../Web/app/store.js";
import { FakeClock, FakeDevices, FakeMedia, FakeNode, FakeSecure, settle } from "./fakes.js";

/** @typedef {import("../../../Web/app/call.js").Environment} Environment */

/** A room that nobody governs. */
export const ROOM = { origin: "https://example.org", pathname: "/r/ABCDEFGH1234", hash: "#1AAAAAAAAAAAAAAAAAAAAAA" };
/** The same with a host, and what one shows at the door of it. */
export const HOSTED = { ...ROOM, hash: `${ROOM.hash}.HHHHHHHHHHHHHA` };
const SHOWN = {
  governed: "HHHHHHHHHHHHHA",
  device: { key: "k".repeat(86) + "A", signature: "s".repeat(86) },
  knock: "sealed",
};

// The page wraps tracks into streams; outside a browser a list of tracks is all there is to a stream.
Object.assign(globalThis, {
  MediaStream: class {
    /** @param {object[]} tracks */
    constructor(tracks) {
      this.tracks = tracks;
    }
  },
});

/**
 * @param {Partial<Environment>} [more]
 * @param {object} [options]
 * @param {typeof ROOM} [options.room] where the page is
 * @param {object} [options.extras] of the hello
 * @param {(address: object) => void} [options.opening] told of every opening of a secure session
 */
export function open(more = {}, { room = HOSTED, extras = SHOWN, opening = () => {} } = {}) {
  const clock = new FakeClock();
  const node = new FakeNode();
  const media = new FakeMedia();
  const devices = new FakeDevices();
  /** @type {FakeSecure[]} */
  const secures = [];
  /** @type {Map<string, string>} */
  const kept = new Map();
  const store = createStore();
  const location = Object.assign(more.location ?? {}, { ...room, ...more.location });
  const call = new Call(store, {
    clock,
    history: {
      pushState: (_data, _title, url) => Object.assign(location, split(`${url}`)),
      replaceState: (_data, _title, url) => Object.assign(location, split(`${url}`)),
    },
    secureContext: true,
    online: () => true,
    canChooseSpeaker: true,
    media: /** @type {any} */ (devices),
    copy: () => Promise.resolve(),
    openSecure: (address) => {
      opening(address);
      const secure = new FakeSecure();
      secure.extras = extras;
      secures.push(secure);
      return Promise.resolve(secure);
    },
    createHost: () => Promise.resolve("HHHHHHHHHHHHHA"),
    forget: () => Promise.resolve(),
    leaveNoTrace: { hide: () => {}, go: () => {} },
    importHost: () => Promise.resolve(true),
    connect: node.connect,
    remembered: (key) => kept.get(key) ?? null,
    remember: (key, value) => void kept.set(key, value),
    createMediaSession: (_encryption, events) => media.create(events),
    meter: /** @type {any} */ ({ attach() {}, read: () => 0, close() {} }),
    ...more,
    location,
  });
  call.open();
  return {
    call,
    clock,
    node,
    media,
    devices,
    store,
    kept,
    secures,
    location,
    codes: () => store.get().notices.map(({ code }) => code),
    security: () => store.get().security,
  };
}

/** Goes to the door and is told to wait. @param {ReturnType<typeof open>} page */
export async function knock(page) {
  await settle();
  page.call.setName("Ana");
  page.call.join();
  await settle();
  await page.node.socket.accept();
  await heard(page);
  page.node.socket.say({ type: "lobby", state: "waiting" });
  await settle();
  return { secure: page.secures[page.secures.length - 1], socket: page.node.socket };
}

/** The hello has arrived: digests are computed beside the turns of promises. @param {ReturnType<typeof open>} page */
export async function heard(page) {
  for (let turn = 0; turn < 1_000 && page.node.socket.count("hello") === 0; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await settle();
}

/** A path and a fragment of an address. @param {string} url */
export function split(url) {
  const { pathname, hash } = new URL(url, HOSTED.origin);
  return { pathname, hash };
}
