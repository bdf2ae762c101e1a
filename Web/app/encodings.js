// @ts-check
/** @typedef {import("./types.js").Mode} Mode */

/**
 * What one encoding of a sender is to be: a simulcast layer, or the first one all spatial layers together.
 * @typedef {Required<Pick<RTCRtpEncodingParameters, "active" | "maxBitrate" | "maxFramerate" | "scaleResolutionDownBy">> &
 *   { scalabilityMode?: string }} Encoding
 */
/** Codecs as WebRTC names them; the DOM of the type checker does not know them in encodings yet. */
/** @typedef {RTCRtpEncodingParameters & { codec?: RTCRtpCodec, scalabilityMode?: string }} CodedEncoding */

/** Smallest first, as the offer lists them: quarter, half and full size. Bits a second. */
const CAMERA_RATES = [150_000, 500_000, 1_700_000];
/** Pixels from which on a picture is sent in three sizes. */
const THREE_LAYERS = 960 * 540;
const CAMERA_FRAMES = 30;
/** Every other picture: movement is still movement. */
const SPARE_FRAMES = 15;

const SCREEN = { maxBitrate: 2_500_000, maxFramerate: 15 };
/** Letters stay legible, scrolling becomes jerky. */
const SPARE_SCREEN = { maxBitrate: 600_000, maxFramerate: 5 };

/** How a sender is made; what follows only changes what stands here. @type {Record<string, RTCRtpEncodingParameters[]>} */
export const FIRST_ENCODINGS = {
  mic: [{ maxBitrate: 40_000, priority: "high", networkPriority: "high" }],
  camera: ["q", "h", "f"].map((rid, layer) => ({ rid, ...cameraLayer([4, 2, 1][layer], layer, CAMERA_FRAMES) })),
  screen: [SCREEN],
  screenAudio: [{ maxBitrate: 96_000, priority: "medium" }],
};

/**
 * Two temporal layers: of a receiver with little room the node can leave out every other picture without asking for
 * anything. Chromium knows the word, Firefox ignores it.
 */
export const SCALABILITY = "L1T2";

/**
 * The layers of a camera, smallest first.
 * @param {{ width?: number, height?: number }} size of the picture
 * @param {readonly boolean[]} taken which layers somebody takes
 * @param {Mode} mode
 * @returns {Encoding[]}
 */
export function cameraEncodings({ width = 0, height = 0 }, taken, mode) {
  // Of a small picture Chromium sends two layers whatever is asked, and leaves out the last: the full size is the second.
  const three = width * height >= THREE_LAYERS;
  const scales = three ? [4, 2, 1] : [2, 1, 1];
  const wanted = three ? taken : [taken[0], taken[1] || taken[2], false];
  const spare = mode !== "full";
  return scales.map((scale, layer) => ({
    ...cameraLayer(scale, layer, spare ? SPARE_FRAMES : CAMERA_FRAMES),
    active: spare ? layer === 0 && taken.includes(true) : wanted[layer] ?? true,
    scalabilityMode: SCALABILITY,
  }));
}

/**
 * The same camera as one VP9 stream: up to the largest layer that somebody takes, each builds on the smaller one, and but
 * for key pictures on nothing else than itself (W3C webrtc-svc, `L3T1_KEY`).
 * @param {{ width?: number, height?: number }} size of the picture
 * @param {readonly boolean[]} taken which layers somebody takes
 * @param {Mode} mode
 * @returns {Encoding[]}
 */
export function scalableEncodings(size, taken, mode) {
  const layers = cameraEncodings(size, taken, mode);
  const top = Math.max(0, layers.findLastIndex(({ active }) => active));
  const whole = {
    active: layers.some(({ active }) => active),
    scaleResolutionDownBy: layers[top].scaleResolutionDownBy,
    maxBitrate: layers.slice(0, top + 1).reduce((sum, { maxBitrate }) => sum + maxBitrate, 0),
    scalabilityMode: top === 0 ? "L1T1" : `L${top + 1}T1_KEY`,
  };
  return layers.map((layer, at) => ({ ...layer, ...(at === 0 ? whole : { active: false }) }));
}

/** @param {readonly boolean[]} taken @param {Mode} mode @returns {Encoding[]} */
export function screenEncodings(taken, mode) {
  return [{ active: taken.includes(true), scaleResolutionDownBy: 1, ...(mode === "full" ? SCREEN : SPARE_SCREEN) }];
}

/** @param {number} scale @param {number} layer @param {number} frames @returns {Encoding} */
function cameraLayer(scale, layer, frames) {
  return { active: true, scaleResolutionDownBy: scale, maxBitrate: CAMERA_RATES[layer], maxFramerate: frames };
}

/** @typedef {{ simulcast: Encoding[], scalable: Encoding[] | null }} Wanted */

/**
 * Brings the encodings of one sender to what is wanted, one change after the other: browsers refuse parameters that are
 * not the last they gave, and what is asked meanwhile counts once.
 */
export class SenderTuner {
  #sender;
  #preference;
  /** @type {Wanted | null} */
  #wanted = null;
  /** @type {Promise<void> | null} */
  #running = null;
  /** The browser was asked for spatial layers and does not make them: it is not asked again. */
  #refusesScalable = false;

  /** @param {RTCRtpSender} sender @param {"balanced" | "maintain-resolution"} preference what suffers first when there is little room */
  constructor(sender, preference) {
    this.#sender = sender;
    this.#preference = preference;
  }

  /**
   * @param {Encoding[]} simulcast
   * @param {Encoding[] | null} [scalable] what is wanted instead where VP9 was negotiated and the browser makes such layers
   * @returns {Promise<void>} settles when they, or later ones, have been handed over; never rejects: a browser that
   *   refuses goes on sending as before
   */
  want(simulcast, scalable = null) {
    this.#wanted = { simulcast, scalable };
    return this.#running ??= this.#work().finally(() => this.#running = null);
  }

  async #work() {
    let refusals = 0;
    while (this.#wanted) {
      const wanted = this.#wanted;
      this.#wanted = null;
      try {
        await this.#apply(wanted);
      } catch {
        // Something else may have changed in between; a connection that is closed refuses every time.
        refusals += 1;
        if (refusals === 1) this.#wanted ??= wanted;
        else if (wanted.scalable && !this.#refusesScalable) {
          this.#refusesScalable = true;
          refusals = 0;
          this.#wanted ??= wanted;
        }
      }
    }
  }

  /** @param {Wanted} wanted */
  async #apply({ simulcast, scalable }) {
    const parameters = this.#sender.getParameters();
    const before = JSON.stringify(parameters);
    const vp9 = scalable && !this.#refusesScalable && layersByWord(parameters)
      ? negotiated(parameters, VP9)
      : undefined;
    if (scalable && vp9) rewrite(parameters, scalable, vp9);
    else rewrite(parameters, simulcast, namesCodec(parameters) ? negotiated(parameters, VP8) : undefined);
    Object.assign(parameters, { degradationPreference: this.#preference });
    if (JSON.stringify(parameters) === before) return;
    await this.#sender.setParameters(parameters);
    // A browser that does not know the words takes them all the same.
    if (!vp9 || namesCodec(this.#sender.getParameters())) return;
    this.#refusesScalable = true;
    this.#wanted ??= { simulcast, scalable };
  }
}

const VP8 = "video/vp8";
const VP9 = "video/vp9";

/** @param {RTCRtpSendParameters} parameters @param {string} type */
function negotiated({ codecs = [] }, type) {
  return codecs.find(({ mimeType }) => mimeType.toLowerCase() === type);
}

/** @param {RTCRtpSendParameters} parameters */
const first = ({ encodings }) => /** @type {CodedEncoding | undefined} */ (encodings[0]);

/** The browser says how it makes layers of time or space. @param {RTCRtpSendParameters} parameters */
const layersByWord = (parameters) => first(parameters)?.scalabilityMode !== undefined;

/**
 * Chromium goes on with the codec of before when none is named any more: who has named one names one for ever.
 * @param {RTCRtpSendParameters} parameters
 */
const namesCodec = (parameters) => first(parameters)?.codec !== undefined;

/**
 * All encodings of a sender have the same codec.
 * @param {RTCRtpSendParameters} parameters
 * @param {Encoding[]} wanted
 * @param {RTCRtpCodec | undefined} codec
 */
function rewrite({ encodings }, wanted, codec) {
  for (const [layer, encoding] of /** @type {CodedEncoding[]} */ (encodings).entries()) {
    const { scalabilityMode, ...plain } = wanted[layer] ?? {};
    Object.assign(encoding, plain);
    if (scalabilityMode && encoding.scalabilityMode) encoding.scalabilityMode = scalabilityMode;
    if (codec && encoding.codec?.mimeType.toLowerCase() !== codec.mimeType.toLowerCase()) encoding.codec = codec;
  }
}
