// @ts-check
import { CoreError, FrameKind, StreamContext } from "./core.js";

/** @typedef {import("./core.js").Core} Core */
/** @typedef {import("./core.js").FramePlan} FramePlan */
/** @typedef {import("./epochs.js").Epochs} Epochs */
/** @typedef {import("./media-keys.js").MediaKeys} MediaKeys */
/** @typedef {RTCEncodedAudioFrame | RTCEncodedVideoFrame} EncodedFrame */

/**
 * @typedef {object} TransformOptions
 * @property {"seal" | "open"} operation
 * @property {"audio" | "video"} kind
 * @property {string} name unique among the transforms of one connection
 * @property {"mic" | "camera" | "screen" | "screenAudio"} [stream] of a sealing transform
 */

/**
 * What happened to the frames of one transform. `in` = `out` + what was dropped + what is under way.
 * @typedef {object} TransformCounters
 * @property {string} name
 * @property {"seal" | "open"} operation
 * @property {"audio" | "video"} kind
 * @property {number} in
 * @property {number} out
 * @property {Record<DropReason, number>} dropped
 * @property {string | null} lastJoin of the member who sealed the last frame that was opened
 */

/** @typedef {"noKey" | "badTag" | "replay" | "malformed" | "notAllowed" | "internal"} DropReason */

/** @typedef {(event: "alarm" | "recovered" | "source", detail: object) => void} Report */

/**
 * The part of RTCRtpScriptTransformer that is used.
 * @typedef {object} Transformer
 * @property {ReadableStream<EncodedFrame>} readable
 * @property {WritableStream<EncodedFrame>} writable
 * @property {() => Promise<void>} [sendKeyFrameRequest]
 * @property {(rid?: string) => Promise<unknown>} [generateKeyFrame]
 */

/** @type {Record<string, DropReason>} */
const REASONS = {
  no_key: "noKey",
  future_epoch: "noKey",
  bad_tag: "badTag",
  replayed: "replay",
  malformed: "malformed",
  not_allowed: "notAllowed",
};

/** Simulcast layers, which have contexts of their own. */
const LAYERS = ["q", "h", "f"];

/** Frames may overtake the commit that their epoch begins with: they wait for it so long. Milliseconds. */
const EPOCH_PATIENCE = 500;

/** So many frames in a row, over so long, that could not be opened are not a change of speakers: say so. Milliseconds. */
const ALARM_FRAMES = 25;
const ALARM_PATIENCE = 2_000;

/**
 * Seals or opens the frames of one sender or receiver, in order. A frame that fails for whatever reason is dropped and
 * counted: there is no path from an error to a frame that is passed on.
 */
export class FrameTransform {
  #core;
  #keys;
  #epochs;
  #options;
  #report;
  /** @type {Map<number, number>} local SSRC to layer; receivers go by the key ID alone */
  #layers = new Map();
  #failures = { inRow: 0, since: 0, alarmed: false };
  #awaitsKeyFrame = false;
  /** Epochs that had begun when one was awaited in vain. */
  #gaveUp = -1;
  /** @type {Transformer | null} */
  #transformer = null;

  /** @type {TransformCounters} */
  counters;

  /**
   * @param {Core} core
   * @param {MediaKeys} keys
   * @param {Epochs} epochs
   * @param {TransformOptions} options
   * @param {Report} report
   */
  constructor(core, keys, epochs, options, report) {
    this.#core = core;
    this.#keys = keys;
    this.#epochs = epochs;
    this.#options = options;
    this.#report = report;
    const { name, operation, kind } = options;
    const dropped = { noKey: 0, badTag: 0, replay: 0, malformed: 0, notAllowed: 0, internal: 0 };
    this.counters = { name, operation, kind, in: 0, out: 0, dropped, lastJoin: null };
  }

  /**
   * Carries frames until the stream ends. One frame at a time: a TransformStream awaits each before the next.
   * @param {Transformer} transformer
   */
  run(transformer) {
    this.#transformer = transformer;
    const step = this.#options.operation === "seal"
      ? (/** @type {EncodedFrame} */ frame) => this.#seal(frame)
      : (/** @type {EncodedFrame} */ frame) => this.#open(frame, transformer);
    const transform = async (
      /** @type {EncodedFrame} */ frame,
      /** @type {TransformStreamDefaultController<EncodedFrame>} */ controller,
    ) => {
      this.counters.in += 1;
      try {
        await step(frame);
      } catch (error) {
        this.#drop(error);
        return;
      }
      this.counters.out += 1;
      controller.enqueue(frame);
    };
    return transformer.readable.pipeThrough(new TransformStream({ transform })).pipeTo(transformer.writable);
  }

  /**
   * Somebody new listens: pictures that build on what they never had are of no use to them. Where the browser cannot make
   * a sender start over, the receiver asks for it.
   */
  startOver() {
    const { operation, kind, stream } = this.#options;
    if (operation !== "seal" || kind !== "video") return;
    for (const rid of stream === "camera" ? LAYERS : [undefined]) {
      this.#transformer?.generateKeyFrame?.(rid).catch(() => {});
    }
  }

  /** @param {EncodedFrame} frame */
  async #seal(frame) {
    const data = new Uint8Array(frame.data);
    const plan = this.#core.planSeal(this.#context(frame), frameKind(this.#options.kind, frame), data);
    const key = await this.#keys.get(plan.handle, "encrypt");
    const sealed = await crypto.subtle.encrypt(parameters(plan), key, data.subarray(plan.clearLength));
    frame.data = concatenate(data.subarray(0, plan.clearLength), plan.header, new Uint8Array(sealed));
  }

  /** @param {EncodedFrame} frame @param {Transformer} transformer */
  async #open(frame, transformer) {
    const data = new Uint8Array(frame.data);
    const plan = await this.#planOpen(frameKind(this.#options.kind, frame), data);
    const key = await this.#keys.get(plan.handle, "decrypt");
    const sealed = data.subarray(plan.clearLength + plan.header.length);
    const opened = await decrypt(plan, key, sealed);
    this.#core.commit(plan);
    frame.data = concatenate(data.subarray(0, plan.clearLength), new Uint8Array(opened));
    this.#opened(this.#epochs.joinOf(plan.leaf), frame, transformer);
  }

  /**
   * Frames that come behind wait in the stream, in their order. An epoch that nobody begins is awaited once.
   * @param {number} kind
   * @param {Uint8Array<ArrayBuffer>} data
   */
  async #planOpen(kind, data) {
    try {
      return this.#core.planOpen(kind, data);
    } catch (error) {
      const { count } = this.#epochs;
      if (!(error instanceof CoreError) || error.code !== "future_epoch" || this.#gaveUp === count) throw error;
      await this.#epochs.next(EPOCH_PATIENCE);
      if (this.#epochs.count === count) this.#gaveUp = count;
      return this.#core.planOpen(kind, data);
    }
  }

  /** @param {EncodedFrame} frame */
  #context(frame) {
    const { stream } = this.#options;
    if (!stream) throw new CoreError("bad_argument");
    if (stream !== "camera") return StreamContext[stream];
    const ssrc = frame.getMetadata().synchronizationSource ?? 0;
    let layer = this.#layers.get(ssrc);
    if (layer === undefined) this.#layers.set(ssrc, layer = this.#layers.size % LAYERS.length);
    return StreamContext.camera + layer;
  }

  /** @param {string | null} join @param {EncodedFrame} frame @param {Transformer} transformer */
  #opened(join, frame, transformer) {
    const { name, kind } = this.#options;
    if (this.counters.lastJoin !== join) {
      this.counters.lastJoin = join;
      this.#report("source", { name, join });
    }
    if (this.#failures.alarmed) this.#report("recovered", { code: "cannot_decrypt", name });
    this.#failures = { inRow: 0, since: 0, alarmed: false };
    if (!this.#awaitsKeyFrame || kind !== "video") return;
    // What was dropped before is missing from every frame that builds on it.
    this.#awaitsKeyFrame = false;
    if (/** @type {RTCEncodedVideoFrame} */ (frame).type !== "key") {
      transformer.sendKeyFrameRequest?.().catch(() => {});
    }
  }

  /** @param {unknown} error */
  #drop(error) {
    const reason = (error instanceof CoreError && REASONS[error.code]) || "internal";
    this.counters.dropped[reason] += 1;
    if (this.#options.operation === "seal" || reason === "replay") return;
    this.#awaitsKeyFrame = true;
    // Whoever has no leave is meant to be unseen and unheard: nothing is wrong.
    if (reason === "notAllowed") return;
    const failures = this.#failures;
    if (failures.inRow === 0) failures.since = performance.now();
    failures.inRow += 1;
    if (failures.alarmed || failures.inRow < ALARM_FRAMES) return;
    if (performance.now() - failures.since < ALARM_PATIENCE) return;
    failures.alarmed = true;
    this.#report("alarm", { code: "cannot_decrypt", name: this.#options.name });
  }
}

/**
 * Each spatial layer of a VP9 picture is a frame of its own, and a key frame only the smallest of a key picture: at both
 * ends, as it stands in the payload descriptor (RFC 9628 §4.2).
 * @param {"audio" | "video"} kind
 * @param {EncodedFrame} frame
 */
function frameKind(kind, frame) {
  if (kind === "audio") return FrameKind.opus;
  switch (/** @type {RTCEncodedVideoFrame} */ (frame).type) {
    case "key":
      return FrameKind.vp8Key;
    case "delta":
      return FrameKind.vp8Delta;
    default:
      throw new CoreError("malformed");
  }
}

/** @param {FramePlan} plan */
function parameters({ nonce, additionalData }) {
  return { name: "AES-GCM", iv: nonce, additionalData, tagLength: 128 };
}

/** @param {FramePlan} plan @param {CryptoKey} key @param {Uint8Array<ArrayBuffer>} sealed */
async function decrypt(plan, key, sealed) {
  try {
    return await crypto.subtle.decrypt(parameters(plan), key, sealed);
  } catch {
    throw new CoreError("bad_tag");
  }
}

/** @param {...Uint8Array} parts */
function concatenate(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole.buffer;
}
