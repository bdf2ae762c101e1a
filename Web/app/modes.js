// @ts-check
/** @typedef {import("./types.js").Mode} Mode */
/** @typedef {import("./types.js").Question} Question */
/** @typedef {import("./types.js").VisibleTile} VisibleTile */
/** @typedef {import("./wire.js").Path} Path */

/** From most to least; a proposal never goes the other way. @type {readonly Mode[]} */
export const MODES = ["full", "low_data", "audio_only"];

/** How many pictures of others, and how high in device pixels. @type {Record<Mode, { pictures: number, height: number }>} */
const LIMITS = {
  full: { pictures: Infinity, height: Infinity },
  // The smallest layer of every usual camera is high enough for this, and nothing larger is sent.
  low_data: { pictures: 4, height: 150 },
  audio_only: { pictures: 0, height: 0 },
};

/** @param {string | null} word @returns {Mode} */
export function parseMode(word) {
  return MODES.find((mode) => mode === word) ?? "full";
}

/**
 * What a mode leaves of what is on screen.
 * @param {Mode} mode
 * @param {readonly VisibleTile[]} tiles those first that matter most
 * @returns {VisibleTile[]}
 */
export function limitPictures(mode, tiles) {
  const { pictures, height } = LIMITS[mode];
  return tiles.slice(0, pictures).map((tile) => ({ ...tile, height: Math.min(tile.height, height) }));
}

/** Whose pictures are shown when not all are: the last who spoke, and nobody changes places without need. */
export class Spotlight {
  /** When each spoke last. @type {Map<string, number>} */
  #spoke = new Map();
  /** @type {string[]} */
  #lit = [];
  #turn = 0;

  /**
   * @param {Mode} mode
   * @param {readonly { key: string, speaking: boolean }[]} seen people on screen with a camera that is on
   * @returns {Set<string>} keys
   */
  choose(mode, seen) {
    const { pictures } = LIMITS[mode];
    this.#turn += 1;
    for (const { key, speaking } of seen) if (speaking) this.#spoke.set(key, this.#turn);
    this.#lit = this.#lit.filter((key) => seen.some((one) => one.key === key)).slice(0, pictures);
    const dark = seen.filter(({ key }) => !this.#lit.includes(key));
    for (const { key, speaking } of dark) {
      if (this.#lit.length < pictures) this.#lit.push(key);
      else if (speaking && pictures > 0) this.#lit[this.#longestSilent()] = key;
    }
    return new Set(this.#lit);
  }

  #longestSilent() {
    const times = this.#lit.map((key) => this.#spoke.get(key) ?? 0);
    return times.indexOf(Math.min(...times));
  }
}

/**
 * @typedef {object} Situation
 * @property {Mode} mode
 * @property {boolean} inCall
 * @property {boolean} camera one's own is on
 * @property {Pick<Path, "state" | "proposal"> | null} path null before the node has said anything
 * @property {boolean} quiet a proposal was dismissed a short while ago
 * @property {Mode | null} before the mode that a proposal was accepted in; null when the person chose the present one
 * @property {boolean} asked whether the camera should go off too
 * @property {boolean} tookCamera the camera is off because of that question
 */

/**
 * The one question to put to the person now.
 * @param {Situation} situation
 * @returns {Question | null}
 */
export function question({ mode, inCall, camera, path, quiet, before, asked, tookCamera }) {
  if (!inCall) return null;
  if (mode === "audio_only" && camera && !asked) return "camera_off";
  const proposal = path?.proposal ?? "none";
  if (proposal !== "none" && !quiet && MODES.indexOf(proposal) > MODES.indexOf(mode)) return proposal;
  if (before !== null && path?.proposal === "none" && path.state === "good") return "restore";
  return tookCamera && !camera && mode !== "audio_only" ? "camera_on" : null;
}
