// @ts-check
import { h, say, setAttribute } from "./dom.js";

let made = 0;

/**
 * One of a few, side by side, and a sentence about the one that is chosen.
 * @template {string} Value
 * @param {string} title key
 * @param {{ value: Value, words: string, testid: string }[]} options `words` is a key; the sentence is `words` + `_text`
 * @param {(value: Value) => void} choose
 */
export function choice(title, options, choose) {
  made += 1;
  const name = `choice-${made}`;
  const parts = options.map(({ value, words, testid }) => {
    const attrs = { type: "radio", name, value, "aria-describedby": `${name}-text` };
    const input = h("input", {
      id: `${name}-${value}`,
      testid,
      class: "unseen",
      attrs,
      on: { change: () => choose(value) },
    });
    return {
      value,
      words,
      input,
      box: h("label", { class: "segment", attrs: { for: input.id } }, input, h("span", { t: words })),
    };
  });
  const text = h("p", { class: "mode-text", id: `${name}-text` });
  const segments = h("div", { class: "segments" }, ...parts.map(({ box }) => box));
  const box = h("div", { class: "mode-picker" }, h("fieldset", {}, h("legend", { t: title }), segments), text);
  return {
    box,
    /** @param {string} value */
    show(value) {
      for (const part of parts) part.input.checked = part.value === value;
      const chosen = parts.find((part) => part.value === value);
      if (chosen) say(text, `${chosen.words}_text`);
    },
  };
}

/**
 * Something that is on or off, named on the left, with what it is now.
 * @param {string} testid
 * @param {string} words key of the name
 * @param {(on: boolean) => void} turn
 */
export function toggle(testid, words, turn) {
  made += 1;
  const id = `toggle-${made}`;
  const state = h("span", { class: "toggle-state", id: `${id}-state` });
  const button = h("button", {
    class: "toggle",
    testid,
    attrs: { "type": "button", "role": "switch", "aria-labelledby": id, "aria-describedby": `${id}-state` },
    on: { click: () => turn(button.getAttribute("aria-checked") !== "true") },
  }, h("span", { class: "toggle-knob" }));
  const box = h("div", { class: "toggle-row" }, h("span", { id, class: "toggle-name", t: words }), state, button);
  return {
    box,
    button,
    /** @param {boolean} on @param {string} sentence key */
    show(on, sentence) {
      setAttribute(button, "aria-checked", `${on}`);
      say(state, sentence);
    },
  };
}

/** A box to tick. @param {string} testid @param {string} words key @param {(on: boolean) => void} turn */
export function check(testid, words, turn) {
  made += 1;
  const id = `check-${made}`;
  const input = h("input", {
    id,
    testid,
    attrs: { type: "checkbox" },
    on: { change: () => turn(input.checked) },
  });
  return { box: h("label", { class: "check", attrs: { for: id } }, input, h("span", { t: words })), input };
}
