// @ts-check
import { Hosting } from "./hosting.js";
import { LevelMeter } from "./level.js";
import {
  createAddress,
  parsePlace,
  readFragment,
  roomPath,
  takeHostSeed,
  withHost,
  withoutInvitation,
} from "./link.js";
import { LocalMedia } from "./local-media.js";
import { mark } from "./marks.js";
import { MediaSession } from "./media-session.js";
import { Mover } from "./mover.js";
import { Notices } from "./notices.js";
import { Saving } from "./saving.js";
import { Stay } from "./stay.js";
import { isModerator, may } from "./permissions.js";
import { initialState } from "./store.js";
import { cleanName, hasLinks } from "./text.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./link.js").RoomAddress} RoomAddress */
/** @typedef {import("./media-session.js").MediaSessionEvents} MediaSessionEvents */
/** @typedef {import("./participation.js").SecureRoom} SecureRoom */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").BlockedCode} BlockedCode */
/** @typedef {import("./types.js").DeviceKind} DeviceKind */
/** @typedef {import("./types.js").Mode} Mode */
/** @typedef {import("./types.js").PermissionName} PermissionName */
/** @typedef {import("./types.js").VisibleTile} VisibleTile */

/** @typedef {SecureRoom & { wake: () => void, close: () => void }} ClosableSecureRoom */

/**
 * What the call needs of the browser; tests hand in their own.
 * @typedef {object} Environment
 * @property {Clock} clock
 * @property {Pick<Location, "origin" | "pathname" | "hash">} location
 * @property {Pick<History, "pushState" | "replaceState">} history
 * @property {boolean} secureContext
 * @property {() => boolean} online
 * @property {boolean} canChooseSpeaker
 * @property {MediaDevices | undefined} media
 * @property {(text: string) => Promise<void>} copy
 * @property {(address: RoomAddress & { password?: string }) => Promise<ClosableSecureRoom>} openSecure rejects with
 *   `{ code: BlockedCode }`
 * @property {(room: string) => Promise<string | null>} createHost makes this device the host of a new room; the digest
 *   of the host's key for its link, null where that cannot be
 * @property {(room: string, seed: string, host: string) => Promise<boolean>} importHost makes this device the host of a room
 *   whose key it is given; false where nothing can be kept, or the key is not the one of that digest
 * @property {(room: string) => Promise<void>} forget wipes what this device keeps of a room
 * @property {{ hide: () => void, go: () => void }} leaveNoTrace shows nothing; puts a neutral page in the place of this one
 * @property {(key: "mode" | "quit-forgets") => string | null} remembered a choice made on this device
 * @property {((room: RoomAddress & { name: string }) => Promise<boolean>) | undefined} [keepRoom] puts a room of one's own
 *   into the account of whoever is signed in; true also where nobody is
 * @property {((room: RoomAddress) => void) | undefined} [followRoom] the link of a room is another now; where the account of
 *   whoever is signed in has the room, it has this link from now on
 * @property {(key: "mode", value: string) => void} remember
 * @property {(() => WebSocket) | undefined} [connect]
 * @property {((encryption: SecureRoom, events: MediaSessionEvents, clock: Clock) => MediaSession) | undefined}
 *   [createMediaSession]
 * @property {LevelMeter | undefined} [meter]
 */

/** Milliseconds that forgetting may take on the way out. */
const FORGET_PATIENCE = 400;

/** What a person can do: every action of the interface is a method here; what comes of it appears in the store. */
export class Call {
  #store;
  #environment;
  #notices;
  #saving;
  #mover;
  /** @type {LocalMedia | null} */
  #local = null;
  /** @type {RoomAddress | null} */
  #address = null;
  /** Opens while the person is still looking at the preview. @type {Promise<ClosableSecureRoom | null>} */
  #secure = Promise.resolve(null);
  /** @type {Stay | null} */
  #stay = null;
  /** @type {Promise<void> | null} */
  #requesting = null;
  /** A host's key that came with a link is being kept. @type {Promise<boolean> | null} */
  #hosting = null;
  /** Of the room that was opened last, where its link needs one; never leaves the device. */
  #password = { room: "", text: "" };
  /** The room that was made here to be kept. */
  #kept = "";
  /** Counts the places that were entered: what belongs to a former one comes too late. */
  #visit = 0;

  hosting = new Hosting(() => this.#participation, () => this.#mover);

  /** @param {Store} store @param {Environment} environment */
  constructor(store, environment) {
    this.#store = store;
    this.#environment = environment;
    this.#notices = new Notices(store, environment.clock);
    this.#mover = new Mover({
      store,
      clock: environment.clock,
      notices: this.#notices,
      createHost: (room) => environment.createHost(room),
      enter: (address, failed) => this.#enterBehind(address, failed),
      here: () => this.#stay,
      show: (stay) => this.#show(stay),
    });
    this.#saving = new Saving(store, environment.clock, {
      remembered: () => environment.remembered("mode"),
      remember: (mode) => environment.remember("mode", mode),
      apply: (mode) => this.#participation?.setMode(mode),
      toggleCamera: () => this.toggleCamera(),
    });
    if (environment.media) this.#local = this.#createLocal(environment.media);
  }

  /** Goes to where the address bar points. */
  open() {
    const { location, history, secureContext, media } = this.#environment;
    const seed = takeHostSeed(location, history);
    this.#reset();
    const place = parsePlace(location);
    if (place.kind === "home") return;
    if (place.kind === "account") return this.#store.update(() => ({ phase: "account" }));
    if (place.kind === "invalid") return this.#block(place.code);
    if (!secureContext || !media) return this.#block(secureContext ? "unsupported_browser" : "insecure_context");
    const { room, fragment } = place;
    this.#address = { room, fragment };
    this.#becomeHost(seed, this.#address);
    const link = location.origin + roomPath({ room, fragment: withoutInvitation(fragment) });
    const { password = false, host = null } = readFragment(fragment) ?? {};
    this.#store.update(() => ({ phase: "prejoin", room, link, password, hosted: host !== null }));
    // Stretching a password takes a second, and needs the password: that waits for the click.
    if (!password) this.#openSecure(this.#address);
  }

  /** The address bar has changed. Opening the room that is open already neither leaves it nor asks for devices again. */
  navigate() {
    const { location, history } = this.#environment;
    const seed = takeHostSeed(location, history);
    const place = parsePlace(location);
    const { phase } = this.#store.get();
    const isHere = place.kind === "room" && place.room === this.#address?.room &&
      place.fragment === this.#address.fragment;
    if (place.kind === "room") this.#becomeHost(seed, place);
    if (!isHere || !["prejoin", "joining", "waiting", "call"].includes(phase)) this.open();
  }

  /**
   * Makes a room and goes to its pre-join screen.
   * @param {{ password?: string, keep?: boolean, name?: string }} [wish] a password besides the link; whether the room is to
   *   be there at other times, and what the person calls it then
   * @returns {Promise<"made" | "no_host" | "not_kept">} `no_host`: such a room has to have a host, and this device keeps no
   *   key to be one; `not_kept`: the person's account did not take it
   */
  async createRoom({ password = "", keep = false, name = "" } = {}) {
    const { createHost, keepRoom, history } = this.#environment;
    const visit = this.#visit;
    const { room, fragment } = createAddress();
    const host = await createHost(room);
    if (host === null && (password !== "" || keep)) return "no_host";
    const address = { room, fragment: host === null ? fragment : withHost(fragment, host, password !== "") };
    if (keep && keepRoom && !await keepRoom({ ...address, name })) return "not_kept";
    if (visit !== this.#visit) return "made";
    history.pushState(null, "", roomPath(address));
    this.#password = { room, text: password };
    this.#kept = keep ? room : "";
    this.open();
    return "made";
  }

  /** The password of the room that is open, as it was typed last on this page. */
  get password() {
    return this.#password.room === this.#address?.room ? this.#password.text : "";
  }

  /** @param {string} text of the room's password, as typed */
  setPassword(text) {
    this.#password = { room: this.#address?.room ?? "", text };
  }

  /**
   * For the host, while the meeting goes on: the link asks for this password from now on.
   * @param {string} text empty: for none
   * @returns {Promise<boolean>} whether the room has it
   */
  async changePassword(text) {
    const room = this.#address?.room ?? "";
    const changed = await this.#participation?.password.set(text) ?? false;
    if (changed) this.#password = { room, text };
    return changed;
  }

  /** @param {string} name as typed */
  setName(name) {
    this.#store.update(({ self }) => ({ self: { ...self, name: cleanName(name) ?? "" } }));
    this.#participation?.group.introduce();
  }

  /** @param {DeviceKind} kind @param {string} id */
  async selectDevice(kind, id) {
    await this.#local?.select(kind, id);
  }

  /** Asks for microphone and camera; asking again while the browser's question is open changes nothing. */
  async requestDevices() {
    this.#requesting ??= (this.#local?.request() ?? Promise.resolve()).finally(() => this.#requesting = null);
    await this.#requesting;
  }

  async toggleMic() {
    if (this.#may("microphone", this.#store.get().self.mic)) await this.#local?.toggleMic();
  }

  async toggleCamera() {
    if (this.#may("camera", this.#store.get().self.camera)) await this.#local?.toggleCamera();
  }

  async startScreen() {
    if (!this.#may("screen")) return;
    const { people } = this.#store.get();
    if (people.some(({ media }) => media.screen)) this.#notices.add("screen_busy");
    else await this.#local?.startScreen();
  }

  stopScreen() {
    this.#local?.stopScreen();
  }

  async join() {
    if (this.#store.get().phase !== "prejoin" || !this.#address) return;
    mark("click");
    this.#store.update(() => ({ phase: "joining" }));
    const visit = this.#visit;
    if (this.#store.get().password) this.#openSecure({ ...this.#address, password: this.password });
    await this.#secure;
    if (visit === this.#visit && this.#store.get().phase === "joining") this.#participation?.begin();
  }

  leave() {
    const { phase } = this.#store.get();
    if (phase !== "call" && phase !== "joining" && phase !== "waiting") return;
    this.#participation?.leave();
    this.#end();
    this.#store.update(() => ({ phase: "left", waiting: null }));
  }

  /**
   * Away at once: nothing is seen or sent any more, the keys are gone with their worker, and the page is another. Where the
   * person chose so, this device forgets that it was in this room.
   */
  async quit() {
    const { clock, forget, leaveNoTrace, remembered } = this.#environment;
    leaveNoTrace.hide();
    const room = this.#address?.room ?? null;
    this.#reset();
    const forgetting = room !== null && remembered("quit-forgets") === "on" ? forget(room) : Promise.resolve();
    // A disk that hangs keeps nobody here.
    await Promise.race([
      forgetting.catch(() => {}),
      new Promise((resolve) => clock.after(FORGET_PATIENCE, () => resolve(null))),
    ]);
    leaveNoTrace.go();
  }

  /** @param {string} text */
  async sendChat(text) {
    if (!this.#may("chat")) return;
    if (hasLinks(text) && !may(this.#store.get().self.permissions, "links")) this.#notices.add("no_links");
    await this.#participation?.chat.say(text);
  }

  /** Sends a failed message again. @param {string} id */
  async resendChat(id) {
    await this.#participation?.chat.again(id);
  }

  /** @param {boolean} raised */
  setHand(raised) {
    this.#participation?.group.setHand(raised);
  }

  /** @param {string} emoji */
  async react(emoji) {
    if (this.#may("reactions")) await this.#participation?.group.react(emoji);
  }

  /** Asks somebody to compare six digits; `comparison` in the store tells how it goes. @param {string} key */
  compareWith(key) {
    this.#participation?.group.compare(key);
  }

  acceptComparison() {
    this.#participation?.group.acceptComparison();
  }

  /** @param {boolean} same what the person says of the digits that both read */
  answerComparison(same) {
    this.#participation?.group.answerComparison(same);
  }

  /** Also closes one that has ended. */
  cancelComparison() {
    this.#participation?.group.cancelComparison();
  }

  /** The personal invitations of the room; null outside one. */
  get invitations() {
    return this.#participation?.invitations ?? null;
  }

  markRead() {
    this.#store.update(() => ({ unread: 0 }));
  }

  /** How much data to spend, from now on and next time. @param {Mode} mode */
  setMode(mode) {
    this.#saving.choose(mode);
  }

  /** Yes or no to the `question` in the store. @param {boolean} yes */
  answerQuestion(yes) {
    if (yes) this.#saving.accept();
    else this.#saving.dismiss();
  }

  /** Receives the screen that somebody shows, although the mode is without pictures; until it ends. */
  openScreen() {
    this.#store.update(() => ({ screenOpen: true }));
    this.#participation?.viewChanged();
  }

  /** `details` in the store is kept true each second while somebody looks. @param {boolean} watched */
  watchDetails(watched) {
    this.#participation?.measure.watch(watched);
  }

  /** @param {VisibleTile[]} tiles those first that matter most; people whose video is on screen now */
  setVisibleTiles(tiles) {
    this.#participation?.setVisible(tiles);
  }

  async copyLink() {
    try {
      await this.#environment.copy(this.#store.get().link);
      this.#notices.add("link_copied");
    } catch {
      this.#notices.add("copy_failed");
    }
  }

  /** @param {string} text @returns {Promise<boolean>} whether it is in the clipboard now */
  async copyText(text) {
    try {
      await this.#environment.copy(text);
      return true;
    } catch {
      return false;
    }
  }

  /** @param {number} id */
  dismissNotice(id) {
    this.#notices.dismiss(id);
  }

  /** Back to the pre-join screen, or another attempt to reach the node. */
  retry() {
    const { phase } = this.#store.get();
    if (phase === "call" || phase === "joining" || phase === "waiting") this.#participation?.wake();
    else this.open();
  }

  /** The same room with the link that everybody has, to knock at its door: the invitation was of no use. */
  dropInvitation() {
    const place = parsePlace(this.#environment.location);
    if (place.kind !== "room") return;
    const { room, fragment } = place;
    this.#environment.history.replaceState(null, "", roomPath({ room, fragment: withoutInvitation(fragment) }));
    this.open();
  }

  /** Away from the door, back to the pre-join screen: the password may have been another. */
  stepBack() {
    if (this.#store.get().phase === "waiting") this.open();
  }

  /** The page is visible again, or the network came or went. */
  wake() {
    this.#secure.then((secure) => secure?.wake());
    this.#participation?.wake();
  }

  /** The page is about to go, and the node need not wait for it. A page that stays after all joins again by itself. */
  sayGoodbye() {
    this.#participation?.sayGoodbye();
  }

  /**
   * Whether the room lets us; where it does not, the person hears so.
   * @param {PermissionName} what @param {boolean} [on] switching off is always ours
   */
  #may(what, on = false) {
    const { self, people, security } = this.#store.get();
    if (on || may(self.permissions, what)) return true;
    const host = people.find(({ role }) => isModerator(role))?.name ?? null;
    this.#notices.add("held", { what, frozen: security.frozen, names: host });
    return false;
  }

  /** @param {MediaDevices} media */
  #createLocal(media) {
    const { clock, canChooseSpeaker, meter } = this.#environment;
    return new LocalMedia(this.#store, this.#notices, clock, {
      media,
      canChooseSpeaker,
      meter: meter ?? new LevelMeter(),
      send: (kind, track) => this.#participation?.setTrack(kind, track),
      flags: () => this.#participation?.sendFlags(),
    });
  }

  /**
   * What opens the room next waits until the key is kept.
   * @param {string | null} seed of the host, as it came with the link
   * @param {RoomAddress} address
   */
  #becomeHost(seed, { room, fragment }) {
    const host = readFragment(fragment)?.host;
    if (seed !== null && host) this.#hosting = this.#environment.importHost(room, seed, host);
  }

  /** @param {RoomAddress & { password?: string }} address */
  #openSecure(address) {
    const visit = this.#visit;
    const opening = this.#hosting?.then(() => this.#environment.openSecure(address));
    this.#secure = (opening ?? this.#environment.openSecure(address)).then((secure) => {
      if (visit !== this.#visit) {
        secure.close();
        return null;
      }
      mark("wasm");
      this.#prepare(secure);
      return secure;
    }, (error) => {
      if (visit === this.#visit) this.#block(error?.code ?? "wasm_failed");
      return null;
    });
  }

  /** @param {ClosableSecureRoom} secure */
  #prepare(secure) {
    if (!this.#local || !this.#address) return;
    this.#stay = this.#makeStay(this.#address, secure, {
      entered: () => this.#store.update(() => ({ phase: "call", waiting: null })),
      waiting: (waiting) => this.#wait(waiting),
      blocked: (code) => this.#block(code),
      moved: (address) => this.#mover.follow(address),
      relinked: (address) => this.#relink(address),
    }, true);
    this.#stay.participation.keeps = this.#kept === this.#address.room;
    this.#local.resend();
    this.#stay.participation.prepare();
  }

  /**
   * @param {RoomAddress} address @param {ClosableSecureRoom} secure
   * @param {import("./stay.js").StayEvents} events @param {boolean} front
   */
  #makeStay(address, secure, events, front) {
    const { clock, online, connect, createMediaSession } = this.#environment;
    const create = createMediaSession ?? ((encryption, events, clock) => new MediaSession(encryption, events, clock));
    return new Stay(
      {
        store: this.#store,
        clock,
        online,
        notices: this.#notices,
        local: /** @type {LocalMedia} */ (this.#local),
        createMediaSession: (encryption, events) => create(encryption, events, clock),
        connect,
        path: (path) => this.#saving.setPath(path),
      },
      address,
      secure,
      events,
      front,
    );
  }

  /** Goes into another room, behind this one. @param {RoomAddress} address @param {() => void} failed */
  async #enterBehind(address, failed) {
    const visit = this.#visit;
    const secure = await this.#environment.openSecure(address).catch(() => null);
    if (secure && visit !== this.#visit) secure.close();
    if (!secure || visit !== this.#visit) return null;
    /** @type {Stay} */
    const stay = this.#makeStay(address, secure, {
      entered: () => {},
      waiting: () => {},
      blocked: (code) => this.#stay === stay ? this.#block(code) : failed(),
      moved: (next) => this.#stay === stay && this.#mover.follow(next),
      relinked: (next) => this.#stay === stay && this.#relink(next),
    }, false);
    stay.participation.prepare();
    stay.participation.begin();
    return stay;
  }

  /** Another room takes the place of this one. @param {Stay} stay */
  #show(stay) {
    this.#stay?.stepBack();
    this.#stay = stay;
    this.#secure = Promise.resolve(/** @type {ClosableSecureRoom} */ (stay.secure));
    this.#address = stay.address;
    this.#showAddress(stay.address);
    stay.stepForward();
    this.#local?.resend();
  }

  /** The room's password was changed. @param {RoomAddress} address */
  #relink(address) {
    const had = this.#store.get().password;
    this.#address = address;
    this.#showAddress(address);
    const { password } = this.#store.get();
    this.#notices.add(password ? had ? "password_changed" : "password_set" : "password_removed");
    this.#environment.followRoom?.(address);
  }

  /** @param {RoomAddress} address */
  #showAddress({ room, fragment }) {
    const { location, history } = this.#environment;
    history.replaceState(null, "", roomPath({ room, fragment }));
    const link = location.origin + roomPath({ room, fragment: withoutInvitation(fragment) });
    this.#store.update(() => ({ room, link, password: readFragment(fragment)?.password ?? false }));
  }

  get #participation() {
    return this.#stay?.participation ?? null;
  }

  /** @param {Pick<import("./types.js").Waiting, "state" | "digits">} waiting */
  #wait(waiting) {
    const { clock } = this.#environment;
    this.#store.update(({ waiting: before }) => ({
      phase: "waiting",
      waiting: { ...waiting, since: before?.since ?? clock.date() },
    }));
  }

  /** @param {BlockedCode} code */
  #block(code) {
    this.#participation?.close();
    this.#end();
    this.#store.update(() => ({ phase: "blocked", blocked: { code }, waiting: null }));
  }

  /** Lets go of devices and keys. */
  #end() {
    this.#visit += 1;
    this.#mover.close();
    this.#stay = null;
    this.#local?.close();
    this.#secure.then((secure) => secure?.close());
    this.#secure = Promise.resolve(null);
  }

  /** Forgets the last room; who one is and what one wore there stays on the page. */
  #reset() {
    this.#participation?.leave();
    this.#end();
    this.#address = null;
    this.#store.update(({ self: { name, devices } }) => {
      const state = initialState();
      return { ...state, blocked: undefined, self: { ...state.self, name, devices } };
    });
    this.#saving.reset();
  }
}
