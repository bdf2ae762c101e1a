// @ts-check
import { SecureSession } from "/app/secure-session.js";

/**
 * One end of a call with the secure session and nothing else of the page around it; the test carries the descriptions
 * from one to the other.
 */
const peer = {
  /** @type {any} */
  session: null,
  /** @type {any} */
  connection: null,
  /** @type {object[]} */
  events: [],
  /** What is for the node. @type {object[]} */
  sent: [],

  async open(/** @type {string} */ secret) {
    try {
      peer.session = await SecureSession.open({ room: "ABCDEFGH1234", secret });
    } catch (error) {
      return { error: error.code };
    }
    for (const type of ["alarm", "recovered", "source", "joined", "members", "said", "profile", "expelled"]) {
      peer.session.addEventListener(type, (/** @type {CustomEvent} */ { detail }) => peer.events.push({ type, ...detail }));
    }
    peer.session.addEventListener("send", (/** @type {CustomEvent} */ { detail }) => peer.sent.push(detail.message));
    return { gate: peer.session.gate, join: peer.session.join };
  },

  /** Everything that follows from what the session was told so far. */
  async fetch() {
    await peer.session.counters();
    return peer.sent.splice(0);
  },

  /** Says something; the box is for the node. */
  async say(/** @type {object} */ message) {
    const { box } = await peer.session.say(message);
    peer.sent.push({ type: "message", box });
  },

  connect() {
    peer.connection = new RTCPeerConnection(/** @type {any} */ ({ encodedInsertableStreams: true }));
  },

  async offer() {
    peer.connect();
    const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 240 } });
    const tracks = [["audio", "mic", media.getAudioTracks()[0]], ["video", "camera", media.getVideoTracks()[0]]];
    for (const [kind, stream, track] of tracks) {
      const { sender } = peer.connection.addTransceiver(kind, { direction: "sendonly" });
      peer.session.attachSender(sender, stream);
      await sender.replaceTrack(track);
    }
    await peer.connection.setLocalDescription();
    return peer.gathered();
  },

  /** Receivers exist before the first packet: the transceivers that the offer will use are made and guarded first. */
  async answer(/** @type {string} */ sdp) {
    peer.connect();
    peer.connection.ontrack = (/** @type {RTCTrackEvent} */ { track, receiver }) => {
      peer.session.attachReceiver(receiver, track.kind, "slot0");
      const element = /** @type {HTMLMediaElement} */ (document.querySelector(track.kind));
      element.srcObject = new MediaStream([track]);
    };
    await peer.connection.setRemoteDescription({ type: "offer", sdp });
    await peer.connection.setLocalDescription();
    return peer.gathered();
  },

  async accept(/** @type {string} */ sdp) {
    await peer.connection.setRemoteDescription({ type: "answer", sdp });
  },

  async gathered() {
    while (peer.connection.iceGatheringState !== "complete") {
      await new Promise((resolve) => peer.connection.addEventListener("icegatheringstatechange", resolve, { once: true }));
    }
    return peer.connection.localDescription.sdp;
  },

  /** What reached the decoders. */
  async received() {
    const result = { packets: 0, pictures: 0, energy: 0 };
    for (const report of (await peer.connection.getStats()).values()) {
      if (report.type !== "inbound-rtp") continue;
      result.packets += report.packetsReceived;
      result.pictures += report.framesDecoded ?? 0;
      result.energy += report.totalAudioEnergy ?? 0;
    }
    return result;
  },

  async counters() {
    return Object.fromEntries((await peer.session.counters()).map((/** @type {any} */ one) => [one.name, one]));
  },

  /** The code that a call fails with, or null. */
  async failure(/** @type {string} */ method, /** @type {any[]} */ ...values) {
    try {
      await peer.session[method](...values);
      return null;
    } catch (error) {
      return error.code;
    }
  },
};

Object.assign(globalThis, { peer });
