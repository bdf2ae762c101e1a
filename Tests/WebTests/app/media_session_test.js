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
  /** Those that were negotiated. @type {Codecs} */
  codecs = [];

  /** @param {string} _kind @param {{ sendEncodings?: RTCRtpEncodingParameters[] }} options */
  addTransceiver(_kind, { sendEncodings = [] }) {
    if (this.refusesScalability && sendEncodings.some((encoding) => "scalabilityMode" in encoding)) {
      throw new TypeError();
    }
    this.made.push(transceiver(this.made.length, sendEncodings, this));
    return this.made[this.made.length - 1];
  }

  close() {}

  async setRemoteDescription() {
    await settle();
    this.codecs = [{ mimeType: "video/VP8" }, { mimeType: "video/VP9" }];
  }

  getStats() {
    return Promise.resolve(this.stats);
  }
}

/** @typedef {import("../../../Web/app/encodings.js").CodedEncoding} CodedEncoding */
/** @typedef {{ mimeType: string, sdpFmtpLine?: string }[]} Codecs */

/** @param {number} mid @param {CodedEncoding[]} encodings @param {FakeConnection} connection */
function transceiver(mid, encodings, connection) {
  const sender = {
    encodings,
    /** @type {unknown} */
    track: null,
    getParameters: () => ({
      codecs: connection.codecs,
      encodings: sender.encodings.map((encoding) => ({ ...encoding })),
    }),
    setParameters: (/** @type {any} */ parameters) => {
      sender.encodings = parameters.encodings;
      return Promise.resolve();
    },
    replaceTrack: (/** @type {unknown} */ track) => {
      sender.track = track;
      return Promise.resolve();
    },
  };
  const made = {
    mid: String(mid),
    preferred: /** @type {Codecs} */ ([]),
    setCodecPreferences: (/** @type {Codecs} */ codecs) => void (made.preferred = codecs),
    sender,
    receiver: { track: {} },
  };
  return made;
}

/** What a browser says that it decodes, in an order of its own. */
const DECODES = {
  audio: [{ mimeType: "audio/opus" }, { mimeType: "audio/red" }],
  video: [
    { mimeType: "video/rtx" },
    { mimeType: "video/VP9", sdpFmtpLine: "profile-id=2" },
    { mimeType: "video/VP9", sdpFmtpLine: "max-fs=12288;profile-id=0" },
    { mimeType: "video/AV1" },
    { mimeType: "video/VP8" },
  ],
};

/** A session over a connection with these statistics. @param {object[]} stats */
function session(stats, connection = new FakeConnection()) {
  Object.assign(globalThis, {
    RTCPeerConnection: function () {
      return connection;
    },
    RTCRtpReceiver: { getCapabilities: (/** @type {"audio" | "video"} */ kind) => ({ codecs: DECODES[kind] }) },
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
  await one.setLayers("camera", [true, false, false], false);
  deepEqual(active(connection), [true, false, false]);
  await one.setTrack("camera", null);
  await one.setTrack("camera", { ...camera });
  deepEqual(active(connection), [true, false, false]);
  await one.setLayers("camera", [true, true, true], false);
  deepEqual(active(connection), [true, true, true]);
});

Deno.test("the camera goes on while its layers change", async () => {
  const connection = new FakeConnection();
  const one = session([], connection);
  await one.setTrack("camera", camera);
  for (const layers of [[false, false, false], [true, true, true]]) await one.setLayers("camera", layers, false);
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
  await one.setLayers("camera", [false, false, false], false);
  deepEqual(active(connection), [true, true, true]);
});

Deno.test("VP8 is offered first, then VP9 of the profile that everybody decodes, to send and to receive", () => {
  const connection = new FakeConnection();
  session([], connection);
  const offers = new Set(connection.made.map(({ preferred }) => preferred.map(({ mimeType }) => mimeType).join(" ")));
  deepEqual([...offers], ["audio/opus", "video/VP8 video/VP9 video/rtx"]);
  const profiles = new Set(connection.made.flatMap(({ preferred }) => preferred.map(({ sdpFmtpLine }) => sdpFmtpLine)));
  deepEqual([...profiles].filter(Boolean), ["max-fs=12288;profile-id=0"]);
});

/** @param {number} count @param {(connection: FakeConnection) => Promise<void>} body */
async function withProcessors(count, body) {
  const own = navigator.hardwareConcurrency;
  const set = (/** @type {number} */ value) =>
    Object.defineProperty(navigator, "hardwareConcurrency", { value, configurable: true });
  set(count);
  try {
    await body(new FakeConnection());
  } finally {
    set(own);
  }
}

/** @param {FakeConnection} connection */
const sends = (connection) =>
  connection.made[1].sender.encodings.filter(({ active }) => active).map(({ codec, scalabilityMode }) =>
    `${codec?.mimeType ?? "video/VP8"} ${scalabilityMode}`
  );
const SIMULCAST = Array(3).fill("video/VP8 L1T2");

Deno.test("a camera goes over to VP9 when the node says so, follows its layers and modes, and comes back at once", () =>
  withProcessors(8, async (connection) => {
    const one = session([], connection);
    await one.answer("");
    await one.setTrack("camera", camera);
    deepEqual(sends(connection), SIMULCAST);
    await one.setLayers("camera", [true, true, true], true);
    deepEqual(sends(connection), ["video/VP9 L3T1_KEY"]);
    await one.setLayers("camera", [true, true, false], true);
    deepEqual(sends(connection), ["video/VP9 L2T1_KEY"]);
    one.setMode("low_data");
    await settle();
    deepEqual(sends(connection), ["video/VP9 L1T1"]);
    one.setMode("full");
    await one.setLayers("camera", [true, true, true], false);
    deepEqual(sends(connection), SIMULCAST);
    one.close();
  }));

Deno.test("what the node says before the codecs are known is done when they are", () =>
  withProcessors(8, async (connection) => {
    const one = session([], connection);
    await one.setTrack("camera", camera);
    const answered = one.answer("");
    one.setLayers("camera", [true, true, true], true);
    await answered;
    deepEqual(sends(connection), ["video/VP9 L3T1_KEY"]);
    one.close();
  }));

Deno.test("a machine without processors to spare goes on with VP8", () =>
  withProcessors(4, async (connection) => {
    const one = session([], connection);
    await one.answer("");
    await one.setTrack("camera", camera);
    await one.setLayers("camera", [true, true, true], true);
    deepEqual(sends(connection), SIMULCAST);
    one.close();
  }));

Deno.test("what is said of the screen changes nothing of the camera, and a screen stays as it is", () =>
  withProcessors(8, async (connection) => {
    const one = session([], connection);
    await one.answer("");
    await one.setTrack("camera", camera);
    await one.setTrack("screen", camera);
    await one.setLayers("camera", [true, true, true], true);
    await one.setLayers("screen", [true], false);
    await one.setLayers("screen", [true], true);
    deepEqual(sends(connection), ["video/VP9 L3T1_KEY"]);
    const [screen] = connection.made[2].sender.encodings;
    deepEqual([screen.active, "codec" in screen, "scalabilityMode" in screen], [true, false, false]);
    one.close();
  }));
