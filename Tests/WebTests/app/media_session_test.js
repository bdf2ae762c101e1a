// @ts-check
import { deepEqual } from "node:assert/strict";
import { MediaSession } from "../../../Web/app/media-session.js";
import { FakeClock } from "./fakes.js";

/** As much of a connection as a session needs to be counted; the m-lines are numbered as they are added. */
class FakeConnection {
  /** @type {Map<string, object>} */
  stats = new Map();
  #mids = 0;

  addTransceiver() {
    const transceiver = { mid: String(this.#mids), setCodecPreferences: () => {}, sender: {}, receiver: { track: {} } };
    this.#mids += 1;
    return transceiver;
  }

  getStats() {
    return Promise.resolve(this.stats);
  }
}

/** A session over a connection with these statistics. @param {object[]} stats */
function session(stats) {
  const connection = new FakeConnection();
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
