// @ts-check
import { h, keep, say, setAttribute, setText, show } from "./dom.js";
import { locale, t } from "./i18n.js";
import { icon, redraw } from "./icons.js";
import { ModePicker } from "./mode-picker.js";
import { Sheet } from "./sheet.js";
import { connectionWords, qualityWords } from "./words.js";
/** @typedef {import("../app/figures.js").Details} Details */
/** @typedef {import("../app/figures.js").Picture} Picture */
/** @typedef {import("../app/types.js").State} State */

/** @typedef {{ label: string, value: string, text: string }} Row label and text are keys */

/** The figures of the connection, for whoever helps, and what each of them means. */
export class DetailsSheet extends Sheet {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context, "details", "details.title");
    this.picture = icon("signal");
    this.word = h("strong");
    this.sentence = h("p");
    this.state = h("div", { class: "quality" }, this.picture, h("div", {}, h("p", {}, this.word), this.sentence));
    /** @type {Map<string | number, HTMLElement>} */
    this.rows = new Map();
    this.list = h("dl", { class: "figures", testid: "figures" });
    this.waiting = h("p", { class: "figures-waiting", testid: "figures-waiting" });
    this.outcome = h("p", { class: "outcome", testid: "details-outcome", attrs: { role: "status" } });
    this.copy = h(
      "button",
      { class: "button", testid: "copy-details", attrs: { type: "button" }, on: { click: () => this.#copy() } },
      icon("copy"),
      h("span", { t: "details.copy" }),
    );
    this.body.append(
      this.state,
      new ModePicker(context),
      this.waiting,
      this.list,
      h("p", { class: "actions" }, this.copy),
      this.outcome,
    );
    this.watching = false;
    /** @type {Row[]} */
    this.shown = [];
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.#watch(false);
  }

  /** Nothing is measured for nobody. @param {boolean} wanted */
  #watch(wanted) {
    if (wanted === this.watching) return;
    this.watching = wanted;
    this.context.call.watchDetails(wanted);
  }

  /** @override @param {Readonly<State>} state @param {Readonly<import("./view.js").Look>} look */
  render({ connection, quality, details }, look) {
    const opening = !this.dialog.open;
    const open = this.follow(look);
    this.#watch(open && !document.hidden);
    if (!open) return;
    if (opening) setText(this.outcome, "");
    const { short, long } = connectionWords(connection, Date.now());
    const stands = short === "connection.connected";
    const words = stands ? qualityWords(quality) : null;
    redraw(this.picture, words?.icon ?? (stands ? "signal" : "signal-none"));
    say(this.word, words?.short ?? short);
    const sentence = words?.long ?? long;
    show(this.sentence, sentence !== null);
    if (sentence) say(this.sentence, sentence);
    setAttribute(this.state, "data-quality", stands ? quality : "none");
    this.#showFigures(details, stands);
  }

  /** @param {Details | null} details @param {boolean} stands */
  #showFigures(details, stands) {
    show(this.waiting, details === null);
    say(this.waiting, stands ? "details.measuring" : "details.offline");
    show(this.list, details !== null);
    show(this.copy, details !== null);
    this.shown = details === null ? [] : detailRows(details);
    keep(this.rows, this.list, this.shown, ({ label }) => label, figure);
    for (const { label, value } of this.shown) {
      const shown = this.rows.get(label)?.querySelector(".figure-value");
      if (shown) setText(shown, value);
    }
  }

  async #copy() {
    const text = [`Tertulia: ${t("details.title")}`, this.word.textContent, ...this.shown.map(asLine)].join("\n");
    const done = await this.context.call.copyText(text);
    setText(this.outcome, t(done ? "details.copied" : "details.copy_failed"));
    this.outcome.scrollIntoView({ block: "nearest" });
  }
}
customElements.define("tertulia-details", DetailsSheet);

/** A figure with its name and its meaning. @param {Row} row */
function figure({ label, text }) {
  return h(
    "div",
    { class: "figure" },
    h("dt", { t: label }),
    h("dd", { class: "figure-value", testid: label }),
    h("dd", { class: "figure-text", t: text }),
  );
}

/** @param {Row} row */
function asLine({ label, value }) {
  return `${t(label)}: ${value.replaceAll("\n", "; ")}`;
}

/**
 * What the figures read like. What the browser does not tell is said to be unknown, or left out where it never does.
 * @param {Details} details
 * @returns {Row[]}
 */
export function detailRows(details) {
  const { up, down, available, node, roundTrip, lossDown, lossUp, jitter, protocol, freezes } = details;
  const { sealed, opened, refused } = details;
  const rows = [
    row("details.down", rate(down), "details.down_text"),
    row("details.up", rate(up), "details.up_text"),
    row("details.room_down", node === null ? null : rate(node * 1000), "details.room_down_text"),
    row("details.room_up", available === null ? null : rate(available), "details.room_up_text"),
    row("details.round_trip", milliseconds(roundTrip), "details.round_trip_text"),
    row("details.loss_down", share(lossDown), "details.loss_down_text"),
    row("details.loss_up", share(lossUp), "details.loss_up_text"),
    row("details.jitter", milliseconds(jitter), "details.jitter_text"),
    row("details.way", protocol?.toUpperCase() ?? t("details.unknown"), "details.way_text"),
    row("details.sent", pictures(details.sent), "details.sent_text"),
    row("details.received", pictures(details.received), "details.received_text"),
    row("details.freezes", freezes === null ? null : count(freezes), "details.freezes_text"),
    row(
      "details.encryption",
      t("details.encryption_value", { sealed: count(sealed), opened: count(opened), refused: count(refused) }),
      "details.encryption_text",
    ),
  ];
  return rows.flatMap(({ value, ...rest }) => value === null ? [] : [{ ...rest, value }]);
}

/** @param {string} label @param {string | null} value @param {string} text */
function row(label, value, text) {
  return { label, value, text };
}

/** @param {number} value @param {Intl.NumberFormatOptions} [options] */
function count(value, options) {
  return new Intl.NumberFormat(locale(), options).format(value);
}

/** @param {number} bits a second */
function rate(bits) {
  return `${count(bits / 1000, { maximumFractionDigits: 0 })} kbit/s`;
}

/** @param {number | null} seconds */
function milliseconds(seconds) {
  return seconds === null ? t("details.unknown") : `${count(seconds * 1000, { maximumFractionDigits: 0 })} ms`;
}

/** @param {number | null} part 0...1 */
function share(part) {
  return part === null ? t("details.unknown") : count(part, { style: "percent", maximumFractionDigits: 1 });
}

/** @param {Picture[]} list */
function pictures(list) {
  if (list.length === 0) return t("details.none");
  return list.map(({ width, height, frames, rate: bits, codec }) =>
    t("details.picture", {
      size: `${width} × ${height}`,
      frames: count(frames, { maximumFractionDigits: 0 }),
      rate: rate(bits),
      codec: codec ?? t("details.unknown"),
    })
  ).join("\n");
}
