// @ts-check
import { Chat } from "./chat.js";
import { deviceDigits } from "./digits.js";
import { Invitations } from "./invitations.js";
import { base64url, fromBase64url } from "./link.js";
import { mark } from "./marks.js";
import { Measure } from "./measure.js";
import { MediaKeeper } from "./media-keeper.js";
import { PERSON_SLOTS } from "./media-session.js";
import { Membership } from "./membership.js";
import { limitPictures } from "./modes.js";
import { People } from "./people.js";
import { may } from "./permissions.js";
import { RoomPassword } from "./room-password.js";
import { RoomWatch } from "./room-watch.js";
import { Signaling } from "./signaling.js";
import { requestView } from "./view.js";

/** @typedef {import("./alarms.js").Alarms} Alarms */
/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./local-media.js").LocalMedia} LocalMedia */
/** @typedef {import("./media-session.js").MediaSession} MediaSession */
/** @typedef {import("./media-session.js").MediaSessionEvents} MediaSessionEvents */
/** @typedef {import("./media-session.js").SourceKind} SourceKind */
/** @typedef {import("./membership.js").Group} Group */
/** @typedef {import("./notices.js").Notices} Notices */
/** @typedef {import("./secure-session.js").SecureSession} SecureSession */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").BlockedCode} BlockedCode */
/** @typedef {import("./types.js").Connection} Connection */
/** @typedef {import("./types.js").Mode} Mode */
/** @typedef {import("./types.js").VisibleTile} VisibleTile */
/** @typedef {import("./wire.js").ClientMessage} ClientMessage */
/** @typedef {import("./wire.js").Path} Path */
/** @typedef {import("./wire.js").ServerMessage} ServerMessage */
/** @typedef {import("./wire.js").Welcome} Welcome */

/**
 * The part of the secure session that a participation uses.
 * @typedef {Group & Pick<SecureSession, "gate" | "join" | "newJoin" | "helloExtras" | "useInvitation" | "createInvitation"
 *   | "readLabel" | "setRules" | "setPassword" | "attachSender"
 *   | "attachReceiver" | "counters" | "checkTransforms">} SecureRoom
 */

/**
 * @typedef {object} ParticipationDoors
 * @property {Store} store
 * @property {Clock} clock
 * @property {Notices} notices
 * @property {SecureRoom} secure
 * @property {Pick<LocalMedia, "flags" | "screenStream" | "stopScreen" | "mute" | "closeCamera">} local
 * @property {(events: MediaSessionEvents) => MediaSession} createMediaSession
 * @property {(() => WebSocket) | undefined} [connect]
 * @property {() => boolean} online false: this device knows that it has no network
 * @property {() => void} entered the room may be shown
 * @property {(waiting: { state: "waiting" | "no_host", digits: string }) => void} waiting at the door: nothing of the room
 *   may be shown any more
 * @property {(code: BlockedCode) => void} blocked it ended, and trying again will not help
 * @property {(path: Path | null) => void} path what the node measures on its way to us; null: that way is another now
 * @property {Alarms} alarms
 * @property {(address: { room: string, fragment: string }) => void} moved a host asks everybody to another room
 * @property {(password: boolean) => void} relinked the room's link asks for another password now, or for none
 */

/** The node keeps the place of a lost socket for 15 s; later, asking for it would cost a round trip. */
const RESUME_WINDOW = 13_000;
const VIEW_DELAY = 60;
/** A shared screen is read: as high as it comes. Device pixels. */
const SCREEN_HEIGHT = 2160;
/** The room is shown when media is agreed, or this long after the welcome. */
const ENTER_PATIENCE = 300;
/** After a restart everybody comes back at about the same time: that is one piece of news, not twenty. */
const RESTART_QUIET = 5_000;
/** A blink of the network is no news. */
const NEWS_DELAY = 1_000;

/** @type {Record<string, BlockedCode>} */
const FINAL = {
  wrong_gate: "wrong_secret",
  bad_room: "bad_room",
  room_full: "room_full",
  server_full: "server_full",
  unknown_version: "unknown_version",
  removed: "removed",
  refused: "refused",
  banned: "banned",
  room_locked: "room_locked",
  knock_limit: "knock_limit",
  invitation_used: "invitation_used",
  invitation_over: "invitation_over",
  no_invitation: "no_invitation",
};

/** One person's stay in one room: signalling, people, media and chat, held together through losses of any of them. */
export class Participation {
  #doors;
  #room;
  #index = -1;
  #resume = "";
  #instance = "";
  /** The last `hello` asked to go on with the place we had. */
  #resuming = false;
  #serverClosing = false;
  /** @type {VisibleTile[] | null} */
  #visible = null;
  #sentView = "";
  #sentFlags = "";
  #cancelView = () => {};
  #cancelNews = () => {};
  #cancelEnter = () => {};
  #unsubscribe = () => {};
  #entered = false;
  /** At the door: the node has not let us in yet. */
  #waiting = false;
  /** What a host sees of this device. */
  #digits = "";
  #toldLoss = false;
  #mediaLostAt = Infinity;
  /** The node is to remember the room, as soon as it knows us for its host. */
  keeps = false;

  /** @param {ParticipationDoors} doors @param {string} room */
  constructor(doors, room) {
    const { store, clock, notices, secure, local } = doors;
    this.#doors = doors;
    this.#room = room;
    this.signaling = new Signaling(
      {
        opened: (lostFor) => this.#greet(lostFor),
        greeted: () => this.#resuming || this.media.begin(),
        message: (message) => this.#receive(message),
        lost: () => this.#lostSignalling(),
      },
      clock,
      doors.connect,
    );
    const send = (/** @type {ClientMessage} */ message) => this.signaling.send(message);
    this.media = new MediaKeeper(doors.createMediaSession, send, { changed: () => this.#mediaChanged() }, clock);
    this.people = new People(store, notices, clock, {
      setRoster: (joins) => this.group.setRoster(joins),
      slotStream: (slot) => this.media.session?.slots[slot]?.stream ?? null,
      screenSlotStream: () => this.media.session?.screenSlot.stream ?? null,
      ownScreen: () => local.screenStream,
    });
    this.chat = new Chat(store, {
      seal: (message, kind) => this.group.seal(message, kind),
      mayLink: () => may(store.get().self.permissions, "links"),
      send: (sealed) => this.#index >= 0 && this.group.sendSealed(sealed),
      epoch: () => this.group.epoch,
      author: (key) => ({ name: this.people.nameOf(key), index: this.people.roster.indexOf(key) ?? -1 }),
      notice: (code) => notices.add(code),
    }, clock);
    /** @type {Membership} */
    this.group = new Membership({
      store,
      clock,
      notices,
      group: secure,
      people: this.people,
      chat: this.chat,
      alarms: doors.alarms,
      local,
      moved: doors.moved,
      relinked: (password) => password === null ? doors.blocked("password_changed") : doors.relinked(password),
      send,
      joined: () => this.#sendViewSoon(),
      expelled: () => doors.blocked("removed"),
    });
    this.invitations = new Invitations({ store, clock, group: secure, send });
    this.password = new RoomPassword(secure, clock, room);
    this.measure = new Measure(store, this.people, this.media, secure, clock);
    this.watch = new RoomWatch(this.people, this.media, secure, clock, doors.alarms, this.measure);
  }

  /** Makes ready what takes time, before anybody asked to join. */
  prepare() {
    this.media.prepare();
  }

  begin() {
    this.#unsubscribe = this.#doors.store.subscribe(() => this.#keepRoom());
    this.#setConnection();
    this.signaling.start();
    this.watch.start();
  }

  leave() {
    this.sayGoodbye();
    this.close();
  }

  sayGoodbye() {
    this.signaling.send({ type: "leave" });
  }

  close() {
    this.#unsubscribe();
    this.#cancelView();
    this.#cancelNews();
    this.#cancelEnter();
    this.watch.stop();
    this.measure.stop();
    this.signaling.stop();
    this.media.close();
    this.group.close();
    this.people.clear();
    this.chat.fail();
    this.invitations.forget();
    this.#index = -1;
    this.#resume = "";
    this.#doors.store.update(({ self }) => ({ self: { ...self, key: "", index: -1 } }));
  }

  /** Something may have changed while nobody looked: page visible again, network back. */
  wake() {
    this.signaling.wake();
    this.#setConnection();
    if (this.media.state === "connected" && this.media.session?.interrupted) this.media.renew();
  }

  /** @param {SourceKind} kind @param {MediaStreamTrack | null} track */
  setTrack(kind, track) {
    this.media.setTrack(kind, track);
  }

  /** Own sources went on or off. */
  sendFlags() {
    const { flags } = this.#doors.local;
    const sent = JSON.stringify(flags);
    if (this.#index >= 0 && sent !== this.#sentFlags && this.signaling.send({ type: "media", ...flags })) {
      this.#sentFlags = sent;
    }
    this.people.publish();
  }

  /** @param {VisibleTile[]} tiles */
  setVisible(tiles) {
    this.#visible = tiles;
    this.#sendViewSoon();
  }

  /** @param {Mode} mode */
  setMode(mode) {
    this.media.setMode(mode);
    this.#sendViewSoon();
  }

  /** Somebody's screen is to be received although the mode is without pictures, or no longer. */
  viewChanged() {
    this.#sendViewSoon();
  }

  /** @param {number} lostFor milliseconds @returns {Promise<ClientMessage[]>} */
  async #greet(lostFor) {
    const { secure, local } = this.#doors;
    this.#resuming = this.#resume !== "" && lostFor < RESUME_WINDOW;
    if (!this.#resuming) {
      // A join id never serves twice: keys are made of it, and their counters begin at nothing.
      this.#resume = "";
      if (this.#index >= 0) await secure.newJoin();
    }
    const { gate, join } = secure;
    const hello = { type: /** @type {const} */ ("hello"), room: this.#room, gate, join };
    const extras = await secure.helloExtras(this.#doors.store.get().self.name);
    if (this.#resuming) return [{ ...hello, ...extras, resume: this.#resume }];
    this.#digits = extras.device ? await digitsOf(extras.device.key) : "";
    this.#sentFlags = JSON.stringify(local.flags);
    return [{ ...hello, ...extras }, { type: "media", ...local.flags }];
  }

  /** @param {ServerMessage} message */
  #receive(message) {
    if (message.type === "welcome") this.#welcome(message);
    else if (message.type === "lobby") this.#wait(message.state);
    else if (message.type === "error") this.#error(message.code, message.detail);
    else if (message.type === "closing") this.#closing();
    else if (this.#index >= 0) this.#inRoom(message);
    else if (message.type === "answer") this.media.answer(message.sdp);
  }

  /** @param {ServerMessage} message */
  #inRoom(message) {
    switch (message.type) {
      case "answer":
        // What was asked of the node before it had a media session was asked of nobody.
        this.#sentView = "";
        this.#sendViewSoon();
        this.#setPath(null);
        this.media.answer(message.sdp);
        return this.#enter();
      case "joined":
        if (message.participant.index !== this.#index) this.people.join(message.participant);
        return this.#sendViewSoon();
      case "updated":
        return this.people.update(message);
      case "left":
        if (message.index === this.#index) return this.#doors.blocked("removed");
        this.people.leave(message.index, message.reason);
        return this.#sendViewSoon();
      case "slots":
        this.people.assign(message.slots, message.screen === this.#index ? null : message.screen);
        return this.#sendViewSoon();
      case "layers":
        return this.media.setLayers(message.kind, message.layers, message.scalable);
      case "path":
        return this.#setPath(message);
      case "connection":
        if (message.state === "lost" && this.media.state === "connected") this.media.renew();
        return;
      case "invitations":
        return void this.invitations.receive(message.list);
      case "create_group":
      case "commit_request":
      case "proposal":
      case "commit":
      case "commit_refused":
      case "group_welcome":
      case "group_info":
      case "resync":
      case "ready":
      case "frozen":
      case "message":
        return this.group.receive(message);
      case "knock":
        return void this.group.door.knock(message);
      case "knock_gone":
        return this.group.door.gone(message.id);
    }
  }

  /**
   * Not let in yet, or not again: whatever we had of the room is gone, and nothing is sent or received.
   * @param {"waiting" | "no_host"} state
   */
  #wait(state) {
    if (this.#index >= 0) {
      this.#cancelEnter();
      this.group.disconnect();
      this.people.clear();
      this.chat.fail();
      this.invitations.forget();
      this.#index = -1;
      this.#doors.store.update(({ self }) => ({ self: { ...self, key: "", index: -1 } }));
    }
    this.#waiting = true;
    this.#entered = false;
    this.#resuming = false;
    this.#resume = "";
    this.#sentFlags = "";
    this.media.close();
    this.#recovered(true);
    this.#doors.waiting({ state, digits: this.#digits });
    this.#setConnection();
  }

  /** @param {Welcome} welcome */
  #welcome(welcome) {
    const { store, clock, notices, secure } = this.#doors;
    const stranger = welcome.index !== this.#index || welcome.instance !== this.#instance;
    // Our place is gone, or another is put under us: leave it, and come anew under a fresh join id.
    if (this.#resuming && (!welcome.resumed || stranger)) return this.#comeAnew();

    const again = this.#index >= 0;
    const restarted = again && welcome.instance !== this.#instance;
    this.#resume = welcome.resume;
    this.#instance = welcome.instance;
    this.#serverClosing = false;
    mark("signalling");
    if (!this.#resuming) {
      this.#index = welcome.index;
      store.update(({ self }) => ({ self: { ...self, key: secure.join, index: welcome.index } }));
    }
    if (again && !this.#resuming) this.people.beQuiet(RESTART_QUIET);
    if (welcome.invitation) {
      secure.useInvitation(welcome.invitation);
      void this.invitations.came(welcome.invitation);
    }
    this.group.enter({ resumed: this.#resuming, senderKey: welcome.senderKey });
    this.people.setParticipants(welcome.participants.filter(({ index }) => index !== welcome.index));
    if (this.#resuming) {
      this.#sentFlags = "";
      this.media.resume();
      this.chat.flush();
    }
    if (restarted) notices.add("server_restarted");
    this.#recovered(restarted);
    this.sendFlags();
    this.#sentView = "";
    this.#sendViewSoon();
    this.#setConnection();
    if (!again) this.#cancelEnter = clock.after(ENTER_PATIENCE, () => this.#enter());
    if (this.#waiting) this.media.begin();
    this.#waiting = false;
  }

  /** Drawing the call takes longer than the answer takes to arrive: it goes first, and connecting goes on meanwhile. */
  #enter() {
    this.#cancelEnter();
    if (this.#entered) return;
    this.#entered = true;
    this.#doors.entered();
  }

  #comeAnew() {
    this.#resume = "";
    this.signaling.send({ type: "leave" });
    this.signaling.restart();
  }

  #keepRoom() {
    const { self, security } = this.#doors.store.get();
    if (!this.keeps || self.role !== "host" || security.counter === 0) return;
    if (this.signaling.send({ type: "keep", kept: true })) this.keeps = false;
  }

  /** @param {string} code @param {string | null} detail */
  #error(code, detail) {
    const { notices, local, blocked, store } = this.#doors;
    if (Object.hasOwn(FINAL, code)) return blocked(FINAL[code]);
    // Who makes an invitation is told so beside it.
    if ((code === "not_allowed" || code === "rate_limited") && detail === null && this.invitations.refused()) return;
    const offer = code === "bad_offer" || (code === "rate_limited" && detail === "offer");
    if (offer) this.media.refused();
    else if (code === "too_large") this.chat.fail();
    else if (code === "rate_limited") notices.add(code);
    // What was under way when a room was stopped nobody has asked for: that it stands still is said already.
    else if (code === "not_allowed" && !store.get().security.frozen) notices.add(code);
    if (code === "screen_busy") {
      local.stopScreen();
      notices.add("screen_busy");
    }
  }

  #closing() {
    this.#serverClosing = true;
    this.#doors.notices.add("server_restarting");
    this.#setConnection();
  }

  #lostSignalling() {
    this.media.suspend();
    this.group.disconnect();
    this.invitations.refused();
    if (this.#index >= 0 && !this.#serverClosing && !this.#toldLoss) {
      this.#cancelNews();
      this.#cancelNews = this.#doors.clock.after(NEWS_DELAY, () => {
        this.#toldLoss = true;
        this.#doors.notices.add("reconnecting");
      });
    }
    this.#setConnection();
  }

  /** @param {boolean} restarted */
  #recovered(restarted) {
    this.#cancelNews();
    if (this.#toldLoss && !restarted) this.#doors.notices.add("recovered");
    this.#toldLoss = false;
  }

  #mediaChanged() {
    const { clock, notices } = this.#doors;
    this.people.publish();
    this.#setConnection();
    if (this.media.state === "lost") this.#mediaLostAt = Math.min(this.#mediaLostAt, clock.now());
    if (this.media.state !== "connected") return;
    if (clock.now() - this.#mediaLostAt > NEWS_DELAY) notices.add("media_recovered");
    this.#mediaLostAt = Infinity;
    this.watch.connected();
  }

  #setConnection() {
    const { store, clock } = this.#doors;
    const { state, detail } = this.#connection();
    const { connection } = store.get();
    if (connection.state === state && connection.detail === detail) return;
    store.update(() => ({ connection: { state, detail, since: clock.date() } }));
  }

  /** @returns {Pick<Connection, "state" | "detail">} */
  #connection() {
    if (!this.signaling.open || this.#serverClosing) {
      const closing = this.#serverClosing ? "server_restarting" : undefined;
      const detail = this.#doors.online() ? closing : "offline";
      return { state: this.#index < 0 && !this.#waiting ? "connecting" : "reconnecting", detail };
    }
    if (this.#waiting) return { state: "connected" };
    if (this.media.state === "connected") return { state: "connected" };
    if (this.media.failures > 0 && this.media.state === "connecting") {
      return { state: "media_lost", detail: "media_blocked" };
    }
    return { state: this.media.state === "lost" ? "media_lost" : "connecting" };
  }

  /** @param {Path | null} path */
  #setPath(path) {
    this.measure.setPath(path);
    this.#doors.path(path);
  }

  #sendViewSoon() {
    this.#cancelView();
    this.#cancelView = this.#doors.clock.after(VIEW_DELAY, () => {
      if (this.#index < 0) return;
      const { roster } = this.people;
      const { seated, indices: people } = roster;
      const { mode, screenOpen } = this.#doors.store.get();
      // Before the interface has spoken, a mode that saves asks for nothing.
      const tiles = this.#visible ?? (mode === "full" ? null : []);
      const visible = tiles && limitPictures(mode, tiles).flatMap(({ key, height }) => {
        const index = roster.indexOf(key);
        return index === null ? [] : [{ index, height }];
      });
      const slots = requestView({ slots: PERSON_SLOTS, seated, people, visible });
      const screen = mode === "audio_only" && !screenOpen ? 0 : SCREEN_HEIGHT;
      // The slot after the last person's is the screen's.
      slots.push({ slot: PERSON_SLOTS, index: null, height: screen, priority: 2 });
      const view = JSON.stringify(slots);
      if (view === this.#sentView) return;
      if (this.signaling.send({ type: "view", slots })) this.#sentView = view;
    });
  }
}

/**
 * What hosts see of a device.
 * @param {string} key base64url
 */
async function digitsOf(key) {
  return deviceDigits(
    base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", fromBase64url(key))).subarray(0, 16)),
  );
}
