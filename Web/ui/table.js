// @ts-check
import { svg } from "./dom.js";

// The sign of the house: a round table seen from above, a cup for everybody, one of them lit because its owner speaks.
const CUPS = 6;

/**
 * @param {number} turn cups from the top, clockwise
 * @param {string} kind class of the cup
 */
function cup(turn, kind) {
  const handle = svg("rect", { x: 8.5, y: -2, width: 6, height: 4, rx: 2, class: "cup-body" });
  const place = svg(
    "g",
    { transform: `rotate(${turn * (360 / CUPS)}) translate(0 -55) rotate(${60 + turn * 73})`, class: `cup ${kind}` },
    svg("circle", { r: 17, class: "cup-saucer" }),
    handle,
    svg("circle", { r: 10.5, class: "cup-body" }),
    svg("circle", { r: 7.5, class: "cup-coffee" }),
    svg("path", { d: "M-5.2-1.5a5.5 5.5 0 0 1 6-3.8", class: "cup-light" }),
  );
  return place;
}

/**
 * The table with its cups; decorative.
 * @param {{ taken?: number }} [options] how many of the six places are taken, the others wait
 */
export function tableDrawing({ taken = 5 } = {}) {
  const cups = Array.from({ length: CUPS }, (_, i) => cup(i, i < taken ? `hue-${i}` : "cup-waiting"));
  return svg(
    "svg",
    { "class": "table-drawing", "viewBox": "-100 -100 200 200", "aria-hidden": "true", "focusable": "false" },
    svg("circle", { r: 94, class: "table-edge" }),
    svg("circle", { r: 88, class: "table-top" }),
    svg("path", {
      d: "M-70-38c22 6 30-10 52-6s20 22 44 18M-62 40c16-12 34-2 50-14s10-30 32-34 28 14 46 8",
      class: "table-vein",
    }),
    ...cups,
  );
}

/** The small mark beside the name. */
export function mark() {
  const dots = Array.from({ length: CUPS }, (_, i) => {
    const angle = (i / CUPS) * 2 * Math.PI - Math.PI / 2;
    const [cx, cy] = [12 + 9 * Math.cos(angle), 12 + 9 * Math.sin(angle)];
    return svg("circle", { cx: cx.toFixed(2), cy: cy.toFixed(2), r: 2.1, class: i === 1 ? "mark-lit" : "mark-seat" });
  });
  return svg(
    "svg",
    { "class": "mark", "viewBox": "0 0 24 24", "aria-hidden": "true", "focusable": "false" },
    svg("circle", { cx: 12, cy: 12, r: 4.6, class: "mark-table" }),
    ...dots,
  );
}
