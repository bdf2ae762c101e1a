// @ts-check
import { every } from "./clock.js";
import { capture, captureScreen, DeviceError, listDevices } from "./devices.js";
import { meter, SpeechDetector } from "./level.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./level.js").LevelMeter} LevelMeter */
/** @typedef {import("./media-session.js").SourceKind} SourceKind */
/** @typedef {import("./media-session.js").Tracks} Tracks */
/** @typedef {import("./notices.js").Notices} Notices */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").DeviceErrorCode} DeviceErrorCode */
/** @typedef {import("./types.js").DeviceKind} DeviceKind */
/** @typedef {import("./types.js").MediaFlags} MediaFlags */
/** @typedef {import("./types.js").Self} Self */

/**
 * @typedef {object} LocalMediaDoors
 * @property {MediaDevices} media
 * @property {LevelMeter} meter
 * @property {boolean} canChooseSpeaker
 * @property {(kind: SourceKind, track: MediaStreamTrack | null) => void} send a source changed; null: send nothing
 * @property {() => void} flags what is on and off is another
 */

const LEVEL_PERIOD = 100;

/** The devices were let go while one was being opened. */
class Closed extends Error {}

/**
 * Microphone, camera and screen of this device. A muted microphone stays open, silent, so that unmuting loses no word; a
 * camera that is off is released, and its light with it.
 */
export class LocalMedia {
  #store;
  #notices;
  #clock;
  #doors;
  /** @type {Tracks} */
  #tracks = { mic: null, camera: null, screen: null, screenAudio: null };
  #speech = new SpeechDetector();
  #stopLevels = () => {};
  /** Counts the times that everything was let go. */
  #period = 0;
  #devicesChanged = () => {
    this.#list();
  };

  /** One's own screen, to look at. @type {MediaStream | null} */
  screenStream = null;

  /** @param {Store} store @param {Notices} notices @param {Clock} clock @param {LocalMediaDoors} doors */
  constructor(store, notices, clock, doors) {
    this.#store = store;
    this.#notices = notices;
    this.#clock = clock;
    this.#doors = doors;
  }

  /** @returns {MediaFlags} */
  get flags() {
    const { mic, camera, screen } = this.#store.get().self;
    return { mic, camera, screen, screenAudio: screen && this.#tracks.screenAudio !== null };
  }

  /** Asks for microphone and camera: in one question where that works, else whatever of the two there is. */
  async request() {
    const { micId, cameraId } = this.#store.get().self.devices;
    this.#doors.media.addEventListener("devicechange", this.#devicesChanged);
    this.#stopLevels();
    this.#stopLevels = every(this.#clock, LEVEL_PERIOD, () => this.#measure());
    try {
      const { mic, camera } = await this.#capture({ mic: micId, camera: cameraId });
      this.#useMic(mic, true);
      this.#useCamera(camera);
    } catch (error) {
      if (error instanceof Closed) return;
      await Promise.all([this.#openMic(micId, true, false), this.#openCamera(cameraId, false)]);
    }
    this.#notePermission();
    await this.#list();
  }

  async toggleMic() {
    const { mic, devices } = this.#store.get().self;
    if (!this.#tracks.mic) await this.#openMic(devices.micId, true, true);
    else this.#unmute(!mic);
  }

  async toggleCamera() {
    if (this.#tracks.camera) this.#useCamera(null);
    else await this.#openCamera(this.#store.get().self.devices.cameraId, true);
  }

  mute() {
    this.#unmute(false);
  }

  closeCamera() {
    this.#useCamera(null);
  }

  /** @param {DeviceKind} kind @param {string} id */
  async select(kind, id) {
    const { devices, mic, camera } = this.#store.get().self;
    if (kind === "speaker") {
      this.#self({ devices: { ...devices, speakerId: id } });
    } else if (kind === "mic") {
      this.#self({ devices: { ...devices, micId: id } });
      if (!this.#tracks.mic) return;
      await this.#openMic(id, mic, true);
    } else {
      this.#self({ devices: { ...devices, cameraId: id } });
      // Many systems refuse a second camera while the first is open.
      if (camera) this.#useCamera(null);
      if (camera) await this.#openCamera(id, true);
    }
  }

  /** @returns {Promise<boolean>} whether a screen is shared now */
  async startScreen() {
    if (this.#tracks.screen) return true;
    const period = this.#period;
    try {
      const shared = await captureScreen(this.#doors.media);
      if (!shared) return false;
      if (period !== this.#period) {
        shared.video.stop();
        shared.audio?.stop();
        return false;
      }
      shared.video.onended = () => this.stopScreen();
      this.#tracks.screen = shared.video;
      this.#tracks.screenAudio = shared.audio;
      this.screenStream = new MediaStream([shared.video]);
      this.#self({ screen: true });
      this.#doors.send("screen", shared.video);
      this.#doors.send("screenAudio", shared.audio);
      this.#doors.flags();
      return true;
    } catch (error) {
      this.#notices.add("screen_failed", { error: error instanceof DeviceError ? error.code : "failed" });
      return false;
    }
  }

  stopScreen() {
    if (!this.#tracks.screen) return;
    this.#release("screen");
    this.#release("screenAudio");
    this.screenStream = null;
    this.#self({ screen: false });
    this.#doors.flags();
  }

  /** Hands over what is on now, to a call that began later. */
  resend() {
    const on = this.flags;
    for (const kind of /** @type {SourceKind[]} */ (Object.keys(this.#tracks))) {
      this.#doors.send(kind, on[kind] ? this.#tracks[kind] : null);
    }
  }

  /** Lets go of everything: no light stays on. */
  close() {
    this.#period += 1;
    this.#doors.media.removeEventListener("devicechange", this.#devicesChanged);
    this.#stopLevels();
    this.#doors.meter.close();
    for (const kind of /** @type {SourceKind[]} */ (Object.keys(this.#tracks))) this.#release(kind);
    this.#self({ mic: false, camera: false, screen: false, stream: null, level: 0, speaking: false });
  }

  /** @param {string} id @param {boolean} on false: muted @param {boolean} tell */
  async #openMic(id, on, tell) {
    try {
      this.#useMic((await this.#capture({ mic: id })).mic, on);
    } catch (error) {
      this.#failed("mic", error, tell);
    }
  }

  /** @param {string} id @param {boolean} tell */
  async #openCamera(id, tell) {
    try {
      this.#useCamera((await this.#capture({ camera: id })).camera);
    } catch (error) {
      this.#failed("camera", error, tell);
    }
  }

  /**
   * People wait in front of a browser's question for as long as they like, or leave meanwhile.
   * @param {{ mic?: string, camera?: string }} wanted
   */
  async #capture(wanted) {
    const period = this.#period;
    const tracks = await capture(this.#doors.media, wanted);
    if (period === this.#period) return tracks;
    tracks.mic?.stop();
    tracks.camera?.stop();
    throw new Closed();
  }

  /** @param {MediaStreamTrack | null} track @param {boolean} on */
  #useMic(track, on) {
    this.#release("mic");
    this.#tracks.mic = track;
    this.#watch("mic", track);
    this.#doors.meter.attach(track);
    this.#self({ micError: null });
    this.#unmute(on);
  }

  /** @param {boolean} wanted */
  #unmute(wanted) {
    const track = this.#tracks.mic;
    const on = wanted && track !== null;
    if (track) track.enabled = on;
    this.#self({ mic: on });
    this.#doors.send("mic", on ? track : null);
    this.#doors.flags();
  }

  /** @param {MediaStreamTrack | null} track */
  #useCamera(track) {
    this.#release("camera");
    this.#tracks.camera = track;
    this.#watch("camera", track);
    this.#doors.send("camera", track);
    const stream = track ? new MediaStream([track]) : null;
    this.#self({ camera: track !== null, stream, cameraError: null });
    this.#doors.flags();
  }

  /** @param {"mic" | "camera"} kind @param {MediaStreamTrack | null} track */
  #watch(kind, track) {
    if (!track) return;
    track.onended = async () => {
      if (this.#tracks[kind] !== track) return;
      this.#notices.add("device_lost", { kind });
      const { devices } = this.#store.get().self;
      this.#self({ devices: { ...devices, [kind === "mic" ? "micId" : "cameraId"]: "" } });
      if (kind === "mic") this.#useMic(null, false);
      else this.#useCamera(null);
      await this.#list();
    };
  }

  /** @param {"mic" | "camera"} kind @param {unknown} error @param {boolean} tell */
  #failed(kind, error, tell) {
    if (error instanceof Closed) return;
    const code = error instanceof DeviceError ? error.code : "failed";
    if (kind === "mic") this.#self({ micError: code });
    else this.#self({ cameraError: code });
    if (tell) this.#notices.add(`${kind}_failed`, { error: code });
  }

  #notePermission() {
    const { mic, camera, micError, cameraError } = this.#store.get().self;
    if (mic || camera) this.#self({ permission: "granted" });
    else this.#self({ permission: micError === "denied" || cameraError === "denied" ? "denied" : "none" });
  }

  /** @param {SourceKind} kind */
  #release(kind) {
    const track = this.#tracks[kind];
    if (!track) return;
    track.onended = null;
    track.stop();
    this.#tracks[kind] = null;
    this.#doors.send(kind, null);
  }

  async #list() {
    const found = await listDevices(this.#doors.media, this.#doors.canChooseSpeaker);
    const { devices } = this.#store.get().self;
    const id = (/** @type {"mic" | "camera"} */ kind, /** @type {string} */ chosen) =>
      this.#tracks[kind]?.getSettings().deviceId ?? chosen;
    const micId = id("mic", devices.micId);
    this.#self({ devices: { ...devices, ...found, micId, cameraId: id("camera", devices.cameraId) } });
  }

  #measure() {
    const { mic, level, speaking } = this.#store.get().self;
    const loud = mic ? this.#doors.meter.read() : 0;
    const next = { level: meter(loud), speaking: this.#speech.speaking(loud, this.#clock.now()) };
    if (next.level !== level || next.speaking !== speaking) this.#self(next);
  }

  /** @param {Partial<Self>} part */
  #self(part) {
    this.#store.update(({ self }) => ({ self: { ...self, ...part } }));
  }
}
