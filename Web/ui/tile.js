// @ts-check
import { furnish, h, keep, setAttribute, setStream, setStyle, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { floating } from "./reactions.js";
import { alikeWords } from "./rules-words.js";
import { initials } from "./text.js";
import { trustMark } from "./trust.js";
/** @typedef {import("./layout.js").Box} Box */

/** @typedef {import("../app/types.js").Trust} Trust */
/** @typedef {import("../app/types.js").Reaction} Reaction */

/**
 * @typedef {object} Seat what a tile shows
 * @property {number} index
 * @property {string} name as shown
 * @property {string} plain the name alone, for the initials
 * @property {boolean} self
 * @property {boolean} mic
 * @property {boolean} camera
 * @property {boolean} speaking
 * @property {boolean} hand
 * @property {Trust} trust
 * @property {boolean} removable
 * @property {boolean} veiled blurred and silent, until somebody vouches
 * @property {boolean} vouchable the person may lift the veil
 * @property {boolean} stopped the room is frozen, and this person with it
 * @property {"same" | "alike" | null} alike
 * @property {boolean} shown the picture is received; false: left out to save data
 * @property {boolean} weak what they send suffers on its way
 * @property {boolean} undecryptable
 * @property {boolean} lost
 * @property {MediaStream | null} stream
 * @property {readonly Reaction[]} reactions
 */

/** One person: picture or initials, name, what is off. The video element lives as long as the tile does. */
export class Tile extends HTMLElement {
  /**
   * @param {boolean} self
   * @param {() => void} [remove] asks whether this person is to be removed
   * @param {() => void} [vouch] lifts the veil
   */
  constructor(self, remove, vouch) {
    super();
    this.video = h("video", { testid: "tile-video", attrs: { playsinline: true, autoplay: true, tabindex: "-1" } });
    // Sound comes from elements of its own (sound.js), which outlive paging.
    this.video.muted = true;
    if (self) this.video.className = "mirrored";
    this.initials = h("span", { class: "saucer-initials" });
    this.placeholder = h("div", { class: "saucer", attrs: { "aria-hidden": "true" } }, this.initials);
    this.reason = h("span");
    this.cover = h("p", { class: "tile-cover" }, icon("hidden"), this.reason);
    this.hand = h("span", { class: "tile-hand", testid: "tile-hand" }, icon("hand"));
    this.muted = h("span", { class: "tile-muted" }, icon("mic-off"));
    this.weak = h("span", { class: "tile-weak", testid: "tile-weak", title: "tile.weak" }, icon("signal-weak"));
    this.sure = h("span", { class: "tile-sure" }, icon("verified"));
    this.alike = h("span", { class: "tile-alike", testid: "tile-alike", title: "alike.alike" }, icon("alarm"));
    this.stopped = h("span", { class: "tile-stopped", title: "tile.stopped" }, icon("freeze"));
    this.veilWords = h("span", { t: "tile.veiled" });
    this.veil = h("p", { class: "tile-veil", testid: "tile-veil" }, icon("hidden"), this.veilWords);
    this.vouch = h(
      "button",
      {
        class: "tile-vouch",
        testid: "tile-vouch",
        attrs: { type: "button" },
        on: { click: () => vouch?.() },
      },
      icon("verified"),
      h("span", { t: "vouch.short" }),
    );
    /** @type {Map<string | number, HTMLElement>} */
    this.floating = new Map();
    this.reactions = h("div", { class: "reactions", attrs: { "aria-hidden": "true" } });
    const click = { click: () => remove?.() };
    this.expel = h(
      "button",
      { class: "tile-remove", testid: "tile-remove", attrs: { type: "button" }, on: click },
      icon("remove"),
      h("span", { t: "people.remove" }),
    );
    this.name = h("bdi", { class: "tile-name" });
    furnish(this, { class: "tile", testid: "tile", attrs: { role: "group", "data-self": `${self}` } }, [
      this.video,
      this.placeholder,
      this.veil,
      this.vouch,
      this.cover,
      h(
        "div",
        { class: "tile-caption" },
        this.hand,
        this.stopped,
        this.muted,
        this.weak,
        this.name,
        this.alike,
        this.sure,
      ),
      this.reactions,
      this.expel,
    ]);
  }

  /** @param {Seat} seat */
  update(seat) {
    const picture = seat.camera && seat.shown && !seat.undecryptable && !seat.lost && seat.stream !== null;
    setStream(this.video, seat.stream);
    show(this.video, picture);
    show(this.placeholder, !picture);
    setText(this.initials, initials(seat.plain) || "·");
    setText(this.name, seat.name);
    show(this.muted, !seat.mic && !seat.stopped);
    show(this.stopped, seat.stopped);
    show(this.alike, seat.alike !== null && seat.trust !== "verified");
    const veiled = seat.veiled && !seat.self && !seat.undecryptable && !seat.lost;
    show(this.veil, veiled);
    show(this.vouch, veiled && seat.vouchable);
    setAttribute(this.vouch, "aria-label", t("vouch.name", { name: seat.name }));
    setAttribute(this, "data-veiled", seat.veiled && !seat.self);
    setAttribute(this, "data-stopped", seat.stopped);
    show(this.hand, seat.hand);
    show(this.weak, seat.weak && !seat.lost);
    show(this.sure, seat.trust === "verified" && !seat.self);
    show(this.expel, seat.removable);
    setAttribute(this.expel, "aria-label", t("people.remove_name", { name: seat.name }));
    keep(this.floating, this.reactions, seat.reactions, ({ id }) => id, floating);
    const cover = seat.undecryptable ? t("tile.undecryptable") : seat.lost ? t("tile.lost") : "";
    setText(this.reason, cover);
    show(this.cover, cover !== "");
    setAttribute(this, "data-index", seat.index);
    setAttribute(this, "data-hue", seat.index < 0 ? 0 : seat.index % 8);
    setAttribute(this, "data-mic", `${seat.mic}`);
    setAttribute(this, "data-camera", `${seat.camera}`);
    setAttribute(this, "data-speaking", `${seat.speaking && cover === ""}`);
    setAttribute(this, "data-trust", seat.self ? null : seat.trust);
    setAttribute(this, "data-hand", `${seat.hand}`);
    setAttribute(this, "data-trouble", seat.undecryptable ? "undecryptable" : seat.lost ? "lost" : null);
    setAttribute(this, "aria-label", this.#spoken(seat, cover));
  }

  /** @param {Seat} seat @param {string} cover */
  #spoken(seat, cover) {
    const facts = [
      seat.name,
      seat.self ? "" : t(trustMark(seat.trust).words),
      seat.hand ? t("person.hand") : "",
      seat.mic ? "" : t("person.mic_off"),
      seat.camera ? "" : t("person.camera_off"),
      seat.camera && !seat.shown ? t("tile.saving") : "",
      seat.weak && !seat.lost ? t("tile.weak") : "",
      seat.veiled && !seat.self ? t("tile.veiled") : "",
      seat.stopped ? t("tile.stopped") : "",
      seat.alike === null || seat.trust === "verified" ? "" : t(alikeWords(seat.alike)),
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
