// @ts-check
import { sparesProcessors } from "./devices.js";
import {
  cameraEncodings,
  FIRST_ENCODINGS,
  SCALABILITY,
  scalableEncodings,
  screenEncodings,
  SenderTuner,
} from "./encodings.js";
import { mark } from "./marks.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./types.js").Mode} Mode */
/** @typedef {import("./wire.js").OfferedMids} OfferedMids */
/** @typedef {"mic" | "camera" | "screen" | "screenAudio"} SourceKind */
/** @typedef {Record<SourceKind, MediaStreamTrack | null>} Tracks */

/**
 * The part of the secure session that media needs.
 * @typedef {object} MediaEncryption
 * @property {(sender: RTCRtpSender, stream: SourceKind) => void} attachSender
 * @property {(receiver: RTCRtpReceiver, kind: "audio" | "video", slotName: string) => void} attachReceiver
 */

/**
 * @typedef {object} MediaSessionEvents
 * @property {() => void} connected
 * @property {(reason: "disconnected" | "failed" | "timeout" | "bad_answer") => void} lost once; the session is of no
 *   use any more
 */

/**
 * @typedef {object} Slot receivers that the node points at one person, or at the shared screen
 * @property {string} name
 * @property {RTCRtpTransceiver} audio
 * @property {RTCRtpTransceiver} video
 * @property {MediaStream} stream
 */

/** People whose media is received at once. */
export const PERSON_SLOTS = 9;

/** A radio that changes its cell recovers within this; waiting longer is a frozen picture. */
const DISCONNECTED_PATIENCE = 3_000;
const CONNECT_TIMEOUT = 10_000;

/** In the order of the offer: what the node answers first is what is sent. */
const CODECS = { audio: ["audio/opus"], video: ["video/vp8", "video/vp9", "video/rtx"] };
/** Of VP9 the profile that every decoder has; it is the one that is meant where none is named (RFC 9628 §6). */
const OTHER_PROFILE = /profile-id=[^0]/;

/**
 * One RTCPeerConnection: everything is negotiated once, for the whole call. A network that changes gets a new session.
 * Sending and receiving transceivers are apart, every one has its transform before a track or a packet can reach it.
 */
export class MediaSession {
  #connection;
  #events;
  #clock;
  /** @type {Record<SourceKind, RTCRtpTransceiver>} */
  #sources;
  /** What is to be sent. @type {Map<SourceKind, MediaStreamTrack | null>} */
  #tracks = new Map();
  #tuners;
  /** Which layers somebody takes; a new session begins with all of them. */
  #taken = {
    camera: /** @type {readonly boolean[]} */ ([true, true, true]),
    screen: /** @type {readonly boolean[]} */ ([true]),
  };
  /** Whoever is in the room can take the camera as one VP9 stream with spatial layers. */
  #scalable = false;
  /** @type {Mode} */
  #mode = "full";
  #over = false;
  #cancelPatience = () => {};

  /** @type {Slot[]} */
  slots = [];
  /** @type {Slot} */
  screenSlot;
  connected = false;

  /**
   * @param {MediaEncryption} encryption
   * @param {MediaSessionEvents} events
   * @param {Clock} clock
   */
  constructor(encryption, events, clock) {
    this.#events = events;
    this.#clock = clock;
    // Without encodedInsertableStreams Chromium sends in the clear, silently, when a transform comes late.
    this.#connection = new RTCPeerConnection(
      /** @type {RTCConfiguration} */ ({ encodedInsertableStreams: true, bundlePolicy: "max-bundle" }),
    );
    this.#sources = {
      mic: this.#addSource(encryption, "mic", "audio"),
      camera: this.#addSource(encryption, "camera", "video"),
      screen: this.#addSource(encryption, "screen", "video"),
      screenAudio: this.#addSource(encryption, "screenAudio", "audio"),
    };
    this.#tuners = {
      camera: new SenderTuner(this.#sources.camera.sender, "balanced"),
      screen: new SenderTuner(this.#sources.screen.sender, "maintain-resolution"),
    };
    for (let slot = 0; slot < PERSON_SLOTS; slot += 1) this.slots.push(this.#addSlot(encryption, `slot${slot}`));
    this.screenSlot = this.#addSlot(encryption, "screen");
    this.#connection.onconnectionstatechange = () => this.#watch();
    this.#connection.oniceconnectionstatechange = () => {
      if (["connected", "completed"].includes(this.#connection.iceConnectionState)) mark("ice");
    };
  }

  /**
   * @param {MediaEncryption} encryption
   * @param {SourceKind} source
   * @param {"audio" | "video"} kind
   */
  #addSource(encryption, source, kind) {
    const transceiver = this.#addSender(source, kind);
    encryption.attachSender(transceiver.sender, source);
    preferCodecs(transceiver, kind);
    return transceiver;
  }

  /** @param {SourceKind} source @param {"audio" | "video"} kind @returns {RTCRtpTransceiver} */
  #addSender(source, kind) {
    const plain = FIRST_ENCODINGS[source];
    const add = (/** @type {RTCRtpEncodingParameters[]} */ sendEncodings) =>
      this.#connection.addTransceiver(kind, { direction: "sendonly", sendEncodings });
    if (source !== "camera") return add(plain);
    try {
      return add(plain.map((encoding) => ({ ...encoding, scalabilityMode: SCALABILITY })));
    } catch {
      // A browser without that kind of layers says so by refusing them.
      return add(plain);
    }
  }

  /** @param {MediaEncryption} encryption @param {string} name @returns {Slot} */
  #addSlot(encryption, name) {
    const audio = this.#connection.addTransceiver("audio", { direction: "recvonly" });
    const video = this.#connection.addTransceiver("video", { direction: "recvonly" });
    encryption.attachReceiver(audio.receiver, "audio", name);
    encryption.attachReceiver(video.receiver, "video", name);
    preferCodecs(audio, "audio");
    preferCodecs(video, "video");
    return { name, audio, video, stream: new MediaStream([audio.receiver.track, video.receiver.track]) };
  }

  /**
   * Candidates are not awaited: the node learns where we are from our checks, and our addresses stay out of signalling.
   * @returns {Promise<{ sdp: string, mids: OfferedMids }>}
   */
  async offer() {
    await this.#connection.setLocalDescription();
    const mid = (/** @type {RTCRtpTransceiver} */ transceiver) => transceiver.mid ?? "";
    const pair = (/** @type {Slot} */ { audio, video }) => ({ audio: mid(audio), video: mid(video) });
    const { mic, camera, screen, screenAudio } = this.#sources;
    return {
      sdp: this.#connection.localDescription?.sdp ?? "",
      mids: {
        mic: mid(mic),
        camera: mid(camera),
        screen: mid(screen),
        screenAudio: mid(screenAudio),
        slots: this.slots.map(pair),
        screenSlot: pair(this.screenSlot),
      },
    };
  }

  /** @param {string} sdp */
  async answer(sdp) {
    this.#cancelPatience = this.#clock.after(CONNECT_TIMEOUT, () => this.#lose("timeout"));
    try {
      await this.#connection.setRemoteDescription({ type: "answer", sdp });
    } catch {
      return this.#lose("bad_answer");
    }
    // What was said meanwhile could not be done before the codecs were known.
    if (this.#scalable) await this.#tune("camera");
  }

  /**
   * Takes effect without negotiation; null sends nothing at all.
   * @param {SourceKind} kind
   * @param {MediaStreamTrack | null} track
   */
  async setTrack(kind, track) {
    if (this.#over) return;
    const { sender } = this.#sources[kind];
    this.#tracks.set(kind, track);
    if (track) await this.#tune(kind);
    // Something else may have been asked while the layers were fitted: nothing that was taken back is sent.
    if (!this.#over) await sender.replaceTrack(this.#tracks.get(kind) ?? null);
  }

  /**
   * Layers that nobody takes are not made. The camera itself stays as it is.
   * @param {"camera" | "screen"} kind
   * @param {readonly boolean[]} layers smallest first
   * @param {boolean} scalable of the camera: everybody can decode VP9
   */
  setLayers(kind, layers, scalable) {
    this.#taken[kind] = layers;
    if (kind === "camera") this.#scalable = scalable;
    return this.#tune(kind);
  }

  /** How much is sent at most. @param {Mode} mode */
  setMode(mode) {
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#tune("camera");
    this.#tune("screen");
  }

  /** @param {SourceKind} kind */
  async #tune(kind) {
    if (this.#over || (kind !== "camera" && kind !== "screen")) return;
    const taken = this.#taken[kind];
    const size = this.#tracks.get(kind)?.getSettings() ?? {};
    if (kind === "screen") return await this.#tuners.screen.want(screenEncodings(taken, this.#mode));
    const scalable = this.#scalable && sparesProcessors() ? scalableEncodings(size, taken, this.#mode) : null;
    await this.#tuners.camera.want(cameraEncodings(size, taken, this.#mode), scalable);
  }

  /** True when the transport says that nothing passes right now. */
  get interrupted() {
    return ["disconnected", "failed", "closed"].includes(this.#connection.connectionState);
  }

  /**
   * Streams that have carried no payload are left out: browsers probe for bandwidth with empty packets, and choose
   * streams of idle sources for that too. Those packets have no frame that a transform could see.
   * @param {RTCStatsReport} report of this session
   * @returns {Record<string, number>} RTP packets sent or received so far, by the name of the transform
   */
  packets(report) {
    const names = this.names();
    /** @type {Record<string, number>} */
    const packets = {};
    for (const stats of report.values()) {
      const name = names.get(stats.mid);
      if (!name || !(stats.bytesSent ?? stats.bytesReceived)) continue;
      packets[name] = (packets[name] ?? 0) + (stats.packetsSent ?? stats.packetsReceived ?? 0);
    }
    return packets;
  }

  /** @returns {Promise<RTCStatsReport>} */
  report() {
    return this.#connection.getStats();
  }

  /** @returns {Map<string | null, string>} names of the transforms by m-line */
  names() {
    const sources = Object.entries(this.#sources).map(([name, { mid }]) => /** @type {const} */ ([mid, name]));
    const slots = [...this.slots, this.screenSlot].flatMap(({ name, audio, video }) => [
      /** @type {const} */ ([audio.mid, `${name}/audio`]),
      /** @type {const} */ ([video.mid, `${name}/video`]),
    ]);
    return new Map([...sources, ...slots]);
  }

  close() {
    this.#over = true;
    this.connected = false;
    this.#cancelPatience();
    this.#connection.onconnectionstatechange = null;
    this.#connection.oniceconnectionstatechange = null;
    this.#connection.close();
  }

  #watch() {
    switch (this.#connection.connectionState) {
      case "connected":
        this.#cancelPatience();
        mark("dtls");
        this.connected = true;
        this.#events.connected();
        break;
      case "disconnected":
        this.#cancelPatience();
        this.#cancelPatience = this.#clock.after(DISCONNECTED_PATIENCE, () => this.#lose("disconnected"));
        break;
      case "failed":
        this.#lose("failed");
        break;
    }
  }

  /** @param {"disconnected" | "failed" | "timeout" | "bad_answer"} reason */
  #lose(reason) {
    if (this.#over) return;
    this.close();
    this.#events.lost(reason);
  }
}

/** @param {RTCRtpTransceiver} transceiver @param {"audio" | "video"} kind */
function preferCodecs(transceiver, kind) {
  const capabilities = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  transceiver.setCodecPreferences(
    CODECS[kind].flatMap((type) =>
      capabilities.filter(({ mimeType, sdpFmtpLine = "" }) =>
        mimeType.toLowerCase() === type && !(type === "video/vp9" && OTHER_PROFILE.test(sdpFmtpLine))
      )
    ),
  );
}
