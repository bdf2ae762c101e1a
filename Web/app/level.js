// @ts-check
/** How loud somebody is: linear amplitude, 0...1, and whether that is speech. */

/** About -38 dB of full scale: above breathing and keyboards, below a quiet voice. */
const SPEECH = 0.012;
/** People pause between words; a frame that flickers is worse than one that lingers. Milliseconds. */
const HANGOVER = 600;

/** Says who speaks, from levels sampled a few times a second. */
export class SpeechDetector {
  #heardAt = -Infinity;

  /** @param {number} level @param {number} now milliseconds */
  speaking(level, now) {
    if (level >= SPEECH) this.#heardAt = now;
    return now - this.#heardAt < HANGOVER;
  }
}

/**
 * What a meter shows: roughly logarithmic, as loudness is heard, in steps coarse enough that a still room does not
 * repaint the page.
 * @param {number} level linear
 */
export function meter(level) {
  if (!(level > 0)) return 0;
  const decibels = Math.max(-60, 20 * Math.log10(level));
  return Math.round(Math.min(1, 1 + decibels / 60) * 20) / 20;
}

/** Measures a track of this device without playing it. */
export class LevelMeter {
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {AudioNode | null} */
  #source = null;
  /** @type {AnalyserNode | null} */
  #analyser = null;
  #samples = new Float32Array(1024);

  /** @param {MediaStreamTrack | null} track */
  attach(track) {
    this.#source?.disconnect();
    this.#source = null;
    if (!track) return;
    this.#context ??= new AudioContext({ latencyHint: "interactive" });
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: this.#samples.length });
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** @returns {number} root of the mean square, 0...1 */
  read() {
    if (!this.#source || !this.#analyser) return 0;
    // A page that nobody has touched yet may not run audio: the first gesture allows it.
    if (this.#context?.state === "suspended") this.#context.resume().catch(() => {});
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    return Math.sqrt(sum / this.#samples.length);
  }

  close() {
    this.attach(null);
    this.#context?.close().catch(() => {});
    this.#context = null;
    this.#analyser = null;
  }
}
