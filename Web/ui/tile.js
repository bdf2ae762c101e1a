// @ts-check
import { furnish, h, setAttribute, setStream, setStyle, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { initials } from "./text.js";
/** @typedef {import("./layout.js").Box} Box */

/**
 * @typedef {object} Seat what a tile shows
 * @property {number} index
 * @property {string} name as shown
 * @property {string} plain the name alone, for the initials
 * @property {boolean} self
 * @property {boolean} mic
 * @property {boolean} camera
 * @property {boolean} speaking
 * @property {boolean} verified
 * @property {boolean} undecryptable
 * @property {boolean} lost
 * @property {MediaStream | null} stream
 */

/** One person: picture or initials, name, what is off. The video element lives as long as the tile does. */
export class Tile extends HTMLElement {
  /** @param {boolean} self */
  constructor(self) {
    super();
    this.video = h("video", { testid: "tile-video", attrs: { playsinline: true, autoplay: true, tabindex: "-1" } });
    // Sound comes from elements of its own (sound.js), which outlive paging.
    this.video.muted = true;
    if (self) this.video.className = "mirrored";
    this.initials = h("span", { class: "saucer-initials" });
    this.placeholder = h("div", { class: "saucer", attrs: { "aria-hidden": "true" } }, this.initials);
    this.reason = h("span");
    this.cover = h("p", { class: "tile-cover" }, icon("hidden"), this.reason);
    this.muted = h("span", { class: "tile-muted" }, icon("mic-off"));
    this.name = h("bdi", { class: "tile-name" });
    furnish(this, { class: "tile", testid: "tile", attrs: { role: "group", "data-self": `${self}` } }, [
      this.video,
      this.placeholder,
      this.cover,
      h("div", { class: "tile-caption" }, this.muted, this.name),
    ]);
  }

  /** @param {Seat} seat */
  update(seat) {
    const picture = seat.camera && !seat.undecryptable && !seat.lost && seat.stream !== null;
    setStream(this.video, seat.stream);
    show(this.video, picture);
    show(this.placeholder, !picture);
    setText(this.initials, initials(seat.plain) || "·");
    setText(this.name, seat.name);
    show(this.muted, !seat.mic);
    const cover = seat.undecryptable ? t("tile.undecryptable") : seat.lost ? t("tile.lost") : "";
    setText(this.reason, cover);
    show(this.cover, cover !== "");
    setAttribute(this, "data-index", seat.index);
    setAttribute(this, "data-hue", seat.index < 0 ? 0 : seat.index % 8);
    setAttribute(this, "data-mic", `${seat.mic}`);
    setAttribute(this, "data-camera", `${seat.camera}`);
    setAttribute(this, "data-speaking", `${seat.speaking && cover === ""}`);
    setAttribute(this, "data-verified", `${seat.verified}`);
    setAttribute(this, "data-trouble", seat.undecryptable ? "undecryptable" : seat.lost ? "lost" : null);
    setAttribute(this, "aria-label", this.#spoken(seat, cover));
  }

  /** @param {Seat} seat @param {string} cover */
  #spoken(seat, cover) {
    const facts = [
      seat.name,
      seat.self || seat.verified ? "" : t("person.not_verified"),
      seat.mic ? "" : t("person.mic_off"),
      seat.camera ? "" : t("person.camera_off"),
      cover,
    ];
    return facts.filter(Boolean).join(", ");
  }

  /** @param {Box} box */
  sit(box) {
    setAttribute(this, "data-small", box.height < 130 || box.width < 150);
    seat(this, box);
  }
}
customElements.define("tertulia-tile", Tile);

/** Puts an element of the stage where the layout says. @param {HTMLElement} element @param {Box} box */
export function seat(element, box) {
  setStyle(element, "--x", `${Math.round(box.x)}px`);
  setStyle(element, "--y", `${Math.round(box.y)}px`);
  setStyle(element, "inline-size", `${Math.round(box.width)}px`);
  setStyle(element, "block-size", `${Math.round(box.height)}px`);
}
