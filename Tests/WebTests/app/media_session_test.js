// @ts-check
import { deepEqual, equal } from "node:assert/strict";
import { MediaSession } from "../../../Web/app/media-session.js";
import { FakeClock, settle } from "./fakes.js";

/** As much of a connection as a session needs to be counted; the m-lines are numbered as they are added. */
class FakeConnection {
  /** @type {Map<string, object>} */
  stats = new Map();
  /** @type {ReturnType<typeof transceiver>[]} */
  made = [];
  /** Such as a browser that knows no temporal layers refuses. */
  refusesScalability = false;

  /** @param {string} _kind @param {{ sendEncodings?: RTCRtpEncodingParameters[] }} options */
  addTransceiver(_kind, { sendEncodings = [] }) {
    if (this.refusesScalability && sendEncodings.some((encoding) => "scalabilityMode" in encoding)) {
      throw new TypeError();
    }
    this.made.push(transceiver(this.made.length, sendEncodings));
    return this.made[this.made.length - 1];
  }

  close() {}

  getStats() {
    return Promise.resolve(this.stats);
  }
}

/** @param {number} mid @param {RTCRtpEncodingParameters[]} encodings */
function transceiver(mid, encodings) {
  const sender = {
    encodings,
    /** @type {unknown} */
    track: null,
    getParameters: () => ({ encodings: sender.encodings.map((encoding) => ({ ...encoding })) }),
    setParameters: (/** @type {any} */ parameters) => {
      sender.encodings = parameters.encodings;
      return Promise.resolve();
    },
    replaceTrack: (/** @type {unknown} */ track) => {
      sender.track = track;
      return Promise.resolve();
    },
  };
  return { mid: String(mid), setCodecPreferences: () => {}, sender, receiver: { track: {} } };
}

/** A session over a connection with these statistics. @param {object[]} stats */
function session(stats, connection = new FakeConnection()) {
  Object.assign(globalThis, {
    RTCPeerConnection: function () {
      return connection;
    },
    RTCRtpReceiver: { getCapabilities: () => null },
    MediaStream: class {},
  });
  connection.stats = new Map(stats.map((one, at) => [String(at), one]));
  const encryption = { attachSender: () => {}, attachReceiver: () => {} };
  return new MediaSession(encryption, { connected: () => {}, lost: () => {} }, new FakeClock());
}

Deno.test("packets are counted by the name of the transform that they should have passed", async () => {
  const one = session([
    { type: "outbound-rtp", mid: "1", packetsSent: 70, bytesSent: 60_000 },
    { type: "outbound-rtp", mid: "1", packetsSent: 30, bytesSent: 9_000 },
    { type: "inbound-rtp", mid: "5", packetsReceived: 12, bytesReceived: 800 },
    { type: "transport", packetsSent: 500, bytesSent: 90_000 },
  ]);
  deepEqual(one.packets(await one.report()), { camera: 100, "slot0/video": 12 });
});

Deno.test("a browser that probes for bandwidth on the stream of an idle source sends no media past its transform", async () => {
  const one = session([
    { type: "outbound-rtp", mid: "0", packetsSent: 50, bytesSent: 4_000 },
    { type: "outbound-rtp", mid: "2", packetsSent: 182, bytesSent: 0, headerBytesSent: 5_096 },
    { type: "inbound-rtp", mid: "7", packetsReceived: 300, bytesReceived: 0 },
  ]);
  deepEqual(one.packets(await one.report()), { mic: 50 });
});

const camera = /** @type {any} */ ({ getSettings: () => ({ width: 1280, height: 720 }) });
/** @param {FakeConnection} connection */
const active = (connection) => connection.made[1].sender.encodings.map((encoding) => encoding.active);

Deno.test("a session begins with every layer, and each with two temporal ones where the browser has them", () => {
  const connection = new FakeConnection();
  session([], connection);
  const { encodings } = connection.made[1].sender;
  deepEqual(encodings.map(({ rid, active, ...more }) => [rid, active, /** @type {any} */ (more).scalabilityMode]), [
    ["q", true, "L1T2"],
    ["h", true, "L1T2"],
    ["f", true, "L1T2"],
  ]);
});

Deno.test("a browser that refuses temporal layers sends without them", () => {
  const connection = new FakeConnection();
  connection.refusesScalability = true;
  session([], connection);
  deepEqual(connection.made[1].sender.encodings.map((encoding) => "scalabilityMode" in encoding), [
    false,
    false,
    false,
  ]);
});

Deno.test("layers that nobody takes stay off when another camera takes over", async () => {
  const connection = new FakeConnection();
  const one = session([], connection);
  await one.setTrack("camera", camera);
  await one.setLayers("camera", [true, false, false]);
  deepEqual(active(connection), [true, false, false]);
  await one.setTrack("camera", null);
  await one.setTrack("camera", { ...camera });
  deepEqual(active(connection), [true, false, false]);
  await one.setLayers("camera", [true, true, true]);
  deepEqual(active(connection), [true, true, true]);
});

Deno.test("the camera goes on while its layers change", async () => {
  const connection = new FakeConnection();
  const one = session([], connection);
  await one.setTrack("camera", camera);
  for (const layers of [[false, false, false], [true, true, true]]) await one.setLayers("camera", layers);
  equal(connection.made[1].sender.track, camera);
});

Deno.test("a mode that saves sends one small layer, and gives the others back", async () => {
  const connection = new FakeConnection();
  const one = session([], connection);
  await one.setTrack("camera", camera);
  one.setMode("low_data");
  await settle();
  deepEqual(active(connection), [true, false, false]);
  one.setMode("full");
  await settle();
  deepEqual(active(connection), [true, true, true]);
});

Deno.test("a session that is over asks nothing more of its senders", async () => {
  const connection = new FakeConnection();
  const one = session([], connection);
  one.close();
  await one.setLayers("camera", [false, false, false]);
  deepEqual(active(connection), [true, true, true]);
});
