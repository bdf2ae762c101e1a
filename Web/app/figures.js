// @ts-check
/**
 * What a browser counts about a connection (W3C webrtc-stats), made into figures over a span of time. Chromium and
 * Firefox leave out different things: what one does not tell is null. Addresses are never read.
 */

/**
 * Totals of one stream since it began.
 * @typedef {object} Stream
 * @property {string} name of the transform that it passes
 * @property {"sent" | "received"} way
 * @property {"audio" | "video"} kind
 * @property {string | null} layer `q`, `h` or `f`
 * @property {number} spatial layers that each picture is made of: Chromium counts every one as a frame that was sent
 * @property {string | null} codec such as `VP8`
 * @property {number} bytes
 * @property {number} packets
 * @property {number} lost on the way, of those received, or of those sent as the node says; some come when asked for again
 * @property {number} frames
 * @property {number | null} roundTrip seconds
 * @property {number | null} jitter seconds
 * @property {number | null} width
 * @property {number | null} height
 * @property {number | null} freezes
 * @property {number} frozen seconds
 * @property {number} samples of sound that were played
 * @property {number} invented samples of those that had not come in time and were made up, silence apart
 * @property {string | null} limitation why the picture is not larger: `none`, `cpu`, `bandwidth`, `other`
 */

/**
 * @typedef {object} Snapshot
 * @property {number} at milliseconds
 * @property {number} sent bytes of everything
 * @property {number} received
 * @property {number | null} roundTrip seconds
 * @property {number | null} available bits a second that there is room to send
 * @property {"udp" | "tcp" | null} protocol
 * @property {Map<string, Stream>} streams by the identifier of their statistics
 */

/** @typedef {{ layer: string | null, codec: string | null, width: number, height: number, frames: number, rate: number }}
 *   Picture `frames` and `rate` (bits) a second */

/**
 * @typedef {object} Figures
 * @property {number} up bits a second
 * @property {number} down
 * @property {number | null} available bits a second that there is room to send
 * @property {number | null} roundTrip seconds
 * @property {number | null} jitter seconds, of the sound that is received
 * @property {number | null} lossUp 0...1, by the reports of the node
 * @property {number | null} lossDown 0...1
 * @property {number | null} freezes of all pictures since the connection began
 * @property {number} frozen share of the time that pictures stood still, 0...1: what was lost for good, or late
 * @property {number} invented share of the sound that was made up, 0...1: the same for sound
 * @property {string | null} limitation the gravest of what is sent
 * @property {"udp" | "tcp" | null} protocol
 * @property {Picture[]} sent smallest first
 * @property {Picture[]} received
 * @property {Map<string, { lost: number, expected: number }>} slots packets of the span, by the name of the slot
 */

/**
 * @typedef {object} More
 * @property {number} sealed frames since the connection began
 * @property {number} opened
 * @property {number} refused frames that could not be sealed or opened: not sent, not shown
 * @property {number | null} node kilobits a second that the node measures on its way to us
 * @typedef {Omit<Figures, "slots" | "frozen" | "invented" | "limitation"> & More} Details
 */

/** Fewer packets tell nothing of loss. */
const ENOUGH = 20;

/**
 * @param {RTCStatsReport} report
 * @param {Map<string | null, string>} names of the transforms by m-line
 * @param {number} at milliseconds
 * @returns {Snapshot}
 */
export function snapshot(report, names, at) {
  const all = [...report.values()];
  const transport = all.find(({ type }) => type === "transport");
  const pairs = all.filter(({ type }) => type === "candidate-pair");
  const pair = report.get(transport?.selectedCandidatePairId) ??
    pairs.find(({ selected, nominated, state }) => selected || (nominated && state === "succeeded"));
  const protocol = report.get(pair?.localCandidateId)?.protocol;
  const streams = new Map();
  for (const stats of all) {
    const stream = readStream(stats, report, names);
    if (stream) streams.set(stats.id, stream);
  }
  return {
    at,
    sent: pair?.bytesSent ?? transport?.bytesSent ?? 0,
    received: pair?.bytesReceived ?? transport?.bytesReceived ?? 0,
    roundTrip: number(pair?.currentRoundTripTime),
    available: number(pair?.availableOutgoingBitrate),
    protocol: protocol === "udp" || protocol === "tcp" ? protocol : null,
    streams,
  };
}

/** @param {any} stats @param {RTCStatsReport} report @param {Map<string | null, string>} names @returns {Stream | null} */
function readStream(stats, report, names) {
  const sent = stats.type === "outbound-rtp";
  const name = names.get(stats.mid);
  if (!name || !(sent || stats.type === "inbound-rtp")) return null;
  const remote = sent ? report.get(stats.remoteId) : null;
  return {
    name,
    way: sent ? "sent" : "received",
    kind: stats.kind === "audio" ? "audio" : "video",
    layer: stats.rid ?? null,
    spatial: Number(/^L(\d)/.exec(stats.scalabilityMode ?? "")?.[1] ?? 1),
    codec: report.get(stats.codecId)?.mimeType?.split("/")[1] ?? null,
    bytes: stats.bytesSent ?? stats.bytesReceived ?? 0,
    packets: stats.packetsSent ?? stats.packetsReceived ?? 0,
    lost: (sent ? remote?.packetsLost : stats.packetsLost) ?? 0,
    frames: stats.framesSent ?? stats.framesDecoded ?? 0,
    roundTrip: number(remote?.roundTripTime),
    jitter: number(stats.jitter),
    width: number(stats.frameWidth),
    height: number(stats.frameHeight),
    freezes: number(stats.freezeCount),
    frozen: stats.totalFreezesDuration ?? 0,
    samples: stats.totalSamplesReceived ?? 0,
    invented: (stats.concealedSamples ?? 0) - (stats.silentConcealedSamples ?? 0),
    limitation: stats.qualityLimitationReason ?? null,
  };
}

/** @param {unknown} value */
const number = (value) => typeof value === "number" && Number.isFinite(value) ? value : null;

/**
 * @param {Snapshot} before of the same connection
 * @param {Snapshot} after
 * @returns {Figures}
 */
export function figures(before, after) {
  const seconds = Math.max(0.001, (after.at - before.at) / 1000);
  const moved = [...after.streams].map(([id, stream]) => since(before.streams.get(id), stream));
  const sent = moved.filter(({ way }) => way === "sent");
  const received = moved.filter(({ way }) => way === "received");
  const pictures = (/** @type {Stream[]} */ streams) =>
    streams.filter(({ kind, frames, bytes }) => kind === "video" && frames > 0 && bytes > 0)
      .map((stream) => picture(stream, seconds)).sort((a, b) => a.height - b.height);
  const moving = received.filter(({ kind, packets }) => kind === "video" && packets > 0);
  const heard = received.filter(({ kind, packets }) => kind === "audio" && packets >= ENOUGH);
  const told = received.filter(({ freezes }) => freezes !== null);
  return {
    up: Math.max(0, after.sent - before.sent) * 8 / seconds,
    down: Math.max(0, after.received - before.received) * 8 / seconds,
    available: after.available,
    roundTrip: smallest(sent.filter(({ packets }) => packets > 0).map(({ roundTrip }) => roundTrip)) ?? after.roundTrip,
    jitter: largest(heard.map(({ jitter }) => jitter)),
    lossUp: loss(sent, false),
    lossDown: loss(received, true),
    freezes: told.length > 0 ? sum([...after.streams.values()].map(({ freezes }) => freezes ?? 0)) : null,
    frozen: moving.length > 0 ? Math.min(1, sum(moving.map(({ frozen }) => frozen)) / seconds / moving.length) : 0,
    invented: Math.min(
      1,
      sum(heard.map(({ invented }) => invented)) / Math.max(1, sum(heard.map((one) => one.samples))),
    ),
    limitation: gravest(sent),
    protocol: after.protocol,
    sent: pictures(sent),
    received: pictures(received),
    slots: bySlot(received),
  };
}

const TOTALS = /** @type {const} */ (["bytes", "packets", "lost", "frames", "frozen", "samples", "invented"]);

/** What happened between two looks at a stream. @param {Stream | undefined} before @param {Stream} after @returns {Stream} */
function since(before, after) {
  if (!before || after.packets < before.packets) return after;
  const next = { ...after };
  // What was lost may still come: then a total falls, and nothing was lost in this span.
  for (const total of TOTALS) next[total] = Math.max(0, after[total] - before[total]);
  return next;
}

/** @param {Stream} stream @param {number} seconds @returns {Picture} */
function picture({ layer, spatial, codec, width, height, frames, bytes }, seconds) {
  const rate = bytes * 8 / seconds;
  const size = { width: width ?? 0, height: height ?? 0 };
  return { layer: spatial > 1 ? null : layer, codec, ...size, frames: frames / spatial / seconds, rate };
}

/** @param {Stream[]} streams @param {boolean} apart lost packets are not among the others @returns {number | null} */
function loss(streams, apart) {
  const lost = sum(streams.map((stream) => stream.lost));
  const expected = sum(streams.map(({ packets }) => packets)) + (apart ? lost : 0);
  return expected >= ENOUGH ? Math.min(1, lost / expected) : null;
}

/** @param {Stream[]} received */
function bySlot(received) {
  /** @type {Figures["slots"]} */
  const slots = new Map();
  for (const { name, packets, lost } of received) {
    const slot = name.split("/")[0];
    const before = slots.get(slot) ?? { lost: 0, expected: 0 };
    slots.set(slot, { lost: before.lost + lost, expected: before.expected + packets + lost });
  }
  return slots;
}

/** @param {Stream[]} sent */
function gravest(sent) {
  const reasons = sent.filter(({ kind, frames }) => kind === "video" && frames > 0).map(({ limitation }) => limitation);
  return ["cpu", "bandwidth", "other", "none"].find((reason) => reasons.includes(reason)) ?? null;
}

/** @param {(number | null)[]} values */
function largest(values) {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

/** Of one way measured by several streams the least delayed is the truest. @param {(number | null)[]} values */
function smallest(values) {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.min(...known) : null;
}

/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);

/**
 * Whose sending suffers, as far as it can be known here: much of theirs is lost while another's arrives whole by the
 * same way. Of two people alone nobody can tell whose network it is.
 * @param {Figures["slots"]} slots
 * @returns {Set<string>} names of slots
 */
export function suffering(slots) {
  const shares = [...slots].filter(([, { expected }]) => expected >= ENOUGH)
    .map(([slot, { lost, expected }]) => /** @type {const} */ ([slot, lost / expected]));
  if (!shares.some(([, share]) => share < 0.01)) return new Set();
  return new Set(shares.filter(([, share]) => share > 0.05).map(([slot]) => slot));
}
