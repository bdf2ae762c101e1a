// @ts-check
import { svg } from "./dom.js";

// The sign of the house: a round table seen from above, a cup for everybody, one of them lit because its owner speaks.
const CUPS = 6;

/**
 * @param {number} turn cups from the top, clockwise
 * @param {string} kind class of the cup
 */
function cup(turn, kind) {
  const around = turn * (360 / CUPS);
  return svg(
    "g",
    { transform: `rotate(${around}) translate(0 -57) rotate(${-around})`, class: `cup ${kind}` },
    svg("circle", { cx: 1.5, cy: 3, r: 20.5, class: "cup-shadow" }),
    svg("circle", { r: 20, class: "cup-saucer" }),
    svg("circle", { r: 15.2, class: "cup-well" }),
    svg(
      "g",
      { transform: `rotate(${-50 + turn * 67})` },
      svg("path", { d: "M10-3.2h4.5a3.2 3.2 0 0 1 0 6.4H10", class: "cup-handle" }),
      svg("circle", { r: 11.6, class: "cup-body" }),
      svg("circle", { r: 8.6, class: "cup-coffee" }),
      svg("path", { d: "M-5.6-2.2a6 6 0 0 1 5-3.9", class: "cup-light" }),
    ),
  );
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
    svg("circle", { cy: 3, r: 95, class: "table-shadow" }),
    svg("circle", { r: 95, class: "table-edge" }),
    svg("circle", { r: 91.5, class: "table-top" }),
    svg("path", {
      d: "M-84-22c14 10 26 4 38 12s20 24 38 24 26-10 44-6 26 16 42 18M-30-82c2 14 14 18 16 32s-6 18 0 28" +
        "M20 84c4-14 16-16 20-30s18-14 26-20M-62 52c10-2 16 6 26 4",
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
    return svg("circle", { cx: cx.toFixed(2), cy: cy.toFixed(2), r: 2.2, class: i === 1 ? "mark-lit" : "mark-seat" });
  });
  return svg(
    "svg",
    { "class": "mark", "viewBox": "0 0 24 24", "aria-hidden": "true", "focusable": "false" },
    svg("circle", { cx: 12, cy: 12, r: 4.8, class: "mark-table" }),
    ...dots,
  );
}
