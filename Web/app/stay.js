// @ts-check
import { Alarms } from "./alarms.js";
import { withPassword } from "./link.js";
import { Participation } from "./participation.js";
import { createStore, initialState } from "./store.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./link.js").RoomAddress} RoomAddress */
/** @typedef {import("./local-media.js").LocalMedia} LocalMedia */
/** @typedef {import("./media-session.js").MediaSession} MediaSession */
/** @typedef {import("./media-session.js").MediaSessionEvents} MediaSessionEvents */
/** @typedef {import("./notices.js").Notices} Notices */
/** @typedef {import("./participation.js").ParticipationDoors} ParticipationDoors */
/** @typedef {import("./participation.js").SecureRoom} SecureRoom */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./wire.js").Path} Path */

/** @typedef {SecureRoom & { wake: () => void, close: () => void }} ClosableSecureRoom */

/**
 * @typedef {object} Surroundings what every stay shares
 * @property {Store} store
 * @property {Clock} clock
 * @property {() => boolean} online
 * @property {Notices} notices
 * @property {LocalMedia} local
 * @property {(encryption: SecureRoom, events: MediaSessionEvents) => MediaSession} createMediaSession
 * @property {(() => WebSocket) | undefined} [connect]
 * @property {(path: Path | null) => void} path
 */

/**
 * @typedef {Pick<ParticipationDoors, "entered" | "waiting" | "blocked" | "moved">
 *   & { relinked: (address: RoomAddress) => void }} StayEvents
 */

/** What of the state is about the room, and not about the person or the page. */
const OF_THE_ROOM = /** @type {const} */ ([
  "connection",
  "people",
  "screen",
  "chat",
  "unread",
  "security",
  "knocking",
  "invitations",
  "comparison",
  "reactions",
  "quality",
  "details",
]);
const OF_ONESELF = /** @type {const} */ ([
  "key",
  "index",
  "role",
  "permissions",
  "granted",
  "denied",
  "veiled",
  "goesOn",
  "invitation",
  "invitedBy",
  "delegates",
  "canRemove",
]);

/**
 * A participation with what belongs to it alone. In front it is what the page shows and sends; behind, it is in its room
 * with neither, so that one can be in the next room before one leaves the last.
 */
export class Stay {
  #surroundings;
  #front;
  /** The state of the room while nobody sees it. */
  #behind = createStore();

  /**
   * @param {Surroundings} surroundings
   * @param {RoomAddress} address
   * @param {ClosableSecureRoom} secure
   * @param {StayEvents} events
   * @param {boolean} front
   */
  constructor(surroundings, address, secure, events, front) {
    const { store, clock, online, notices, createMediaSession, connect, path } = surroundings;
    this.#surroundings = surroundings;
    this.#front = front;
    this.address = address;
    this.secure = secure;
    const self = { ...store.get().self, ...pick(initialState().self, OF_ONESELF) };
    this.#behind.update(() => ({ self, mode: store.get().mode }));
    const relay = {
      get: () => this.#store.get(),
      subscribe: (/** @type {Parameters<Store["subscribe"]>[0]} */ listener) => this.#store.subscribe(listener),
      update: (/** @type {Parameters<Store["update"]>[0]} */ change) => this.#store.update(change),
    };
    this.alarms = new Alarms(
      relay,
      (held) => held ? this.participation.media.hold() : this.participation.media.release(),
    );
    /** @type {Participation} */
    this.participation = new Participation({
      store: relay,
      clock,
      online,
      notices: /** @type {Notices} */ ({ add: (code, params) => this.#front && notices.add(code, params) }),
      secure,
      local: this.#local(),
      createMediaSession: (events) => createMediaSession(secure, events),
      connect,
      path: (measured) => this.#front && path(measured),
      alarms: this.alarms,
      ...events,
      relinked: (password) => {
        this.address = { ...this.address, fragment: withPassword(this.address.fragment, password) };
        events.relinked(this.address);
      },
    }, address.room);
    this.participation.setMode(store.get().mode);
  }

  /** Of this room, seen or not. @returns {Readonly<State>} */
  get state() {
    return this.#store.get();
  }

  /** Whether the group of this room has let us in. */
  get joined() {
    return this.state.self.key !== "" && this.state.security.state !== "joining";
  }

  /** From now on this is what the page shows and sends. */
  stepForward() {
    const { store } = this.#surroundings;
    const state = this.#behind.get();
    this.#front = true;
    store.update(({ self }) => ({ ...pick(state, OF_THE_ROOM), self: { ...self, ...pick(state.self, OF_ONESELF) } }));
    this.participation.setMode(store.get().mode);
    this.participation.sendFlags();
    // The name may have changed, and the hand gone up, while this was behind.
    this.participation.group.introduce();
  }

  /** Nothing of it is shown or sent any more; it stays in its room until it leaves. */
  stepBack() {
    const state = this.#surroundings.store.get();
    this.#front = false;
    this.#behind.update(() => state);
    for (const kind of /** @type {const} */ (["mic", "camera", "screen", "screenAudio"])) {
      this.participation.setTrack(kind, null);
    }
    this.participation.sendFlags();
  }

  leave() {
    this.participation.leave();
    this.secure.close();
  }

  get #store() {
    return this.#front ? this.#surroundings.store : this.#behind;
  }

  /** Devices are sent to one room, and obey one. */
  #local() {
    const { local } = this.#surroundings;
    const off = Object.freeze({ mic: false, camera: false, screen: false, screenAudio: false });
    const inFront = () => this.#front;
    return {
      get flags() {
        return inFront() ? local.flags : off;
      },
      get screenStream() {
        return inFront() ? local.screenStream : null;
      },
      stopScreen: () => void (inFront() && local.stopScreen()),
      mute: () => void (inFront() && local.mute()),
      closeCamera: () => void (inFront() && local.closeCamera()),
    };
  }
}

/**
 * @template {object} From
 * @template {keyof From} Key
 * @param {From} from
 * @param {readonly Key[]} keys
 * @returns {Pick<From, Key>}
 */
function pick(from, keys) {
  return /** @type {Pick<From, Key>} */ (Object.fromEntries(keys.map((key) => [key, from[key]])));
}
