// @ts-check
import { setAttribute, svg } from "./dom.js";

// One line drawing each, 24 by 24, stroke 1.75, round ends: the line of a pencil on a paper tablecloth.
const PATHS = {
  "mic": "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M8.5 21h7",
  "mic-off":
    "M15 9.5V6a3 3 0 0 0-5.7-1.3M9 9v2a3 3 0 0 0 4.6 2.5M5.5 11a6.5 6.5 0 0 0 10.3 5.3M18.5 11a6.5 6.5 0 0 1-.6 2.7" +
    "M12 17.5V21M8.5 21h7M3.5 3.5l17 17",
  "camera": "M4.5 6.5h9a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM15.5 11l6-3.5v9l-6-3.5",
  "camera-off":
    "M10 6.5h3.5a2 2 0 0 1 2 2V12M15.5 15.5a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2h2M15.5 11l6-3.5v9l-3-1.7" +
    "M3.5 3.5l17 17",
  "screen": "M4.5 4h15a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-15a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM8 21h8M12 13.5v-6M9 10l3-3 3 3",
  "screen-off":
    "M4.5 4h15a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-15a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM8 21h8M9.5 8l5 5M14.5 8l-5 5",
  "chat": "M5 4.5h14a2 2 0 0 1 2 2v8.5a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V6.5a2 2 0 0 1 2-2zM8 9h8M8 12.5h5",
  "people":
    "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5c.4-3.200 3-5 6.5-5s6.100 1.800 6.5 5M15.5 5a3.5 3.5 0 0 1 0 6.300" +
    "M18 15c2 .7 3.200 2.200 3.5 4.5",
  "invite":
    "M10 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 19.5c.4-3.200 3.300-5 7-5 1.600 0 3 .3 4.100 1M18.5 14.5v6M15.5 17.5h6",
  "settings": "M4 7h9M17 7h3M15 4.5v5M4 17h3M11 17h9M9 14.5v5",
  "leave": "M10 4H6.5a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2H10M15 8l4.5 4-4.5 4M19.5 12H9.5",
  "more": "M5 12h.01M12 12h.01M19 12h.01",
  "close": "M6 6l12 12M18 6L6 18",
  "check": "M5 12.5l4.5 4.5L19 7.5",
  "copy":
    "M9 8.5h9a2 2 0 0 1 2 2V19a2 2 0 0 1-2 2H9a2 2 0 0 1-2-2v-8.5a2 2 0 0 1 2-2zM16.5 5V4a1.5 1.5 0 0 0-1.5-1.5H5A1.5 1.5 0 0 0 3.5 4v10A1.5 1.5 0 0 0 5 15.5",
  "share": "M12 15V3.5M8 7l4-4 4 4M6 11H5v9h14v-9h-1",
  "shield": "M12 3l7.5 2.5v6c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5v-6zM8.5 12l2.5 2.5 4.5-5",
  "alarm": "M12 3l7.5 2.5v6c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5v-6zM12 8v4.5M12 15.800h.01",
  "send": "M4 12l16-7.5-5 16-3.5-6.5zM11.5 14L20 4.5",
  "retry": "M19.5 12a7.5 7.5 0 1 1-2.200-5.300L20 9.300M20 4v5.300h-5.300",
  "sun":
    "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.5V5M12 19v2.5M2.5 12H5M19 12h2.5M5.300 5.300L7 7M17 17l1.700 1.700M18.700 5.300L17 7M7 17l-1.700 1.700",
  "moon": "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  "auto": "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 3.5v17M12 8h5.5M12 12h8.5M12 16h5.5",
  "back": "M14.5 5.5L8 12l6.5 6.5",
  "next": "M9.5 5.5L16 12l-6.5 6.5",
  "sound": "M4 9.5v5h3.5l5 4.5V5l-5 4.5zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",
  "help":
    "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM9.5 9.5a2.5 2.5 0 1 1 3.600 2.300c-.7.4-1.100.9-1.100 1.700M12 16.5h.01",
  "hidden": "M4 9.5c2 3 4.800 4.5 8 4.5s6-1.5 8-4.5M6.5 12.5L5 15M12 14v3M17.5 12.5L19 15",
  "expand": "M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5",
  "down": "M12 5v14M6 13l6 6 6-6",
};

/** @typedef {keyof typeof PATHS} IconName */

/**
 * A picture that says nothing to a screen reader: the words beside it do.
 * @param {IconName} name
 */
export function icon(name) {
  const path = svg("path", { d: PATHS[name] });
  return svg("svg", { "class": "icon", "viewBox": "0 0 24 24", "aria-hidden": "true", "focusable": "false" }, path);
}

/**
 * Changes the drawing of an icon in place.
 * @param {Element} element made by `icon`
 * @param {IconName} name
 */
export function redraw(element, name) {
  if (element.firstElementChild) setAttribute(element.firstElementChild, "d", PATHS[name]);
}
