// @ts-check
import { h, setAttribute, show } from "./dom.js";

/**
 * A field for a password, with the switch that shows what is typed. `problem` says what is wrong with it, and is hidden
 * until `complain`.
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.label key
 * @param {string} options.autocomplete what the browser's keeper of passwords is to do
 * @param {string} [options.hint] key
 * @param {string} [options.problem] key
 * @param {(value: string) => void} [options.typed]
 */
export function secretField({ id, label, autocomplete, hint, problem, typed }) {
  const described = [hint ? `${id}-hint` : "", `${id}-problem`].filter(Boolean).join(" ");
  const input = h("input", {
    id,
    testid: id,
    attrs: { type: "password", autocomplete, maxlength: 256, spellcheck: "false", "aria-describedby": described },
    on: {
      input: () => {
        complain(false);
        typed?.(input.value);
      },
    },
  });
  const reveal = h("input", {
    id: `${id}-show`,
    attrs: { type: "checkbox" },
    on: { change: () => input.type = reveal.checked ? "text" : "password" },
  });
  const { wrong, complain } = fieldProblem(input, problem);
  const box = h(
    "div",
    { class: "field" },
    h("label", { t: label, attrs: { for: id } }),
    input,
    hint ? h("p", { class: "hint", id: `${id}-hint`, t: hint }) : null,
    wrong,
    h("label", { class: "check reveal", attrs: { for: `${id}-show` } }, reveal, h("span", { t: "password.show" })),
  );
  return { box, input, wrong, complain };
}

/**
 * What is wrong with a field, hidden until `complain`, which also leads there. The field names it as `ID-problem`.
 * @param {HTMLInputElement} input
 * @param {string} [problem] key
 */
export function fieldProblem(input, problem) {
  const wrong = h("p", { class: "problem", id: `${input.id}-problem`, t: problem, attrs: { role: "alert" } });
  wrong.hidden = true;
  /** @param {boolean} shown */
  const complain = (shown) => {
    show(wrong, shown);
    setAttribute(input, "aria-invalid", shown ? "true" : null);
    if (shown) input.focus();
  };
  return { wrong, complain };
}
