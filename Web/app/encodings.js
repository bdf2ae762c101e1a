// @ts-check
/** @typedef {import("./types.js").Mode} Mode */

/**
 * What one simulcast layer of a sender is to be.
 * @typedef {Required<Pick<RTCRtpEncodingParameters, "active" | "maxBitrate" | "maxFramerate" | "scaleResolutionDownBy">>}
 *   Encoding
 */

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
  }));
}

/** @param {readonly boolean[]} taken @param {Mode} mode @returns {Encoding[]} */
export function screenEncodings(taken, mode) {
  return [{ active: taken.includes(true), scaleResolutionDownBy: 1, ...(mode === "full" ? SCREEN : SPARE_SCREEN) }];
}

/** @param {number} scale @param {number} layer @param {number} frames @returns {Encoding} */
function cameraLayer(scale, layer, frames) {
  return { active: true, scaleResolutionDownBy: scale, maxBitrate: CAMERA_RATES[layer], maxFramerate: frames };
}

/**
 * Brings the encodings of one sender to what is wanted, one change after the other: browsers refuse parameters that are
 * not the last they gave, and what is asked meanwhile counts once.
 */
export class SenderTuner {
  #sender;
  #preference;
  /** @type {Encoding[] | null} */
  #wanted = null;
  /** @type {Promise<void> | null} */
  #running = null;

  /** @param {RTCRtpSender} sender @param {"balanced" | "maintain-resolution"} preference what suffers first when there is little room */
  constructor(sender, preference) {
    this.#sender = sender;
    this.#preference = preference;
  }

  /**
   * @param {Encoding[]} encodings
   * @returns {Promise<void>} settles when they, or later ones, have been handed over; never rejects: a browser that
   *   refuses goes on sending as before
   */
  want(encodings) {
    this.#wanted = encodings;
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
      }
    }
  }

  /** @param {Encoding[]} wanted */
  async #apply(wanted) {
    const parameters = this.#sender.getParameters();
    const before = JSON.stringify(parameters);
    parameters.encodings.forEach((encoding, layer) => Object.assign(encoding, wanted[layer]));
    Object.assign(parameters, { degradationPreference: this.#preference });
    if (JSON.stringify(parameters) !== before) await this.#sender.setParameters(parameters);
  }
}
