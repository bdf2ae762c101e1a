// @ts-check
import { furnish, h, setAttribute } from "./dom.js";
import { chooseLanguage, language, LANGUAGES, remember, remembered } from "./i18n.js";
import { icon } from "./icons.js";
import { View } from "./view.js";

const THEME = "tertulia.theme";
/** @type {[theme: "auto" | "light" | "dark", icon: import("./icons.js").IconName, label: string][]} */
const THEMES = [
  ["auto", "auto", "preferences.theme_auto"],
  ["light", "sun", "preferences.theme_light"],
  ["dark", "moon", "preferences.theme_dark"],
];

const darkSystem = matchMedia("(prefers-color-scheme: dark)");

/** @returns {"auto" | "light" | "dark"} */
function chosenTheme() {
  const chosen = remembered(THEME);
  return chosen === "light" || chosen === "dark" ? chosen : "auto";
}

/** Draws the page in the theme chosen on this device. */
export function paintTheme() {
  const chosen = chosenTheme();
  document.documentElement.dataset.theme = chosen === "auto" ? (darkSystem.matches ? "dark" : "light") : chosen;
}

/** Applies the theme chosen on this device, without one the system's, and follows the system from then on. */
export function startTheme() {
  paintTheme();
  darkSystem.addEventListener("change", paintTheme);
}

/** Language and theme, as two rows of buttons of which one is pressed. */
export class Preferences extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    this.languages = Object.entries(LANGUAGES).map(([code, name]) =>
      h(
        "button",
        {
          class: "segment",
          testid: `language-${code}`,
          attrs: { type: "button", lang: code, "aria-label": name },
          on: { click: () => this.#speak(/** @type {keyof typeof LANGUAGES} */ (code)) },
        },
        h("span", { class: "segment-full" }, name),
        h("span", { class: "segment-brief" }, code.toUpperCase()),
      )
    );
    this.themes = THEMES.map(([theme, picture, label]) =>
      h("button", {
        class: "segment segment-icon",
        testid: `theme-${theme}`,
        label,
        title: label,
        attrs: { type: "button" },
        on: { click: () => this.#paint(theme) },
      }, icon(picture))
    );
    furnish(this, { class: "preferences" }, [
      h("div", { class: "segments", label: "preferences.language", attrs: { role: "group" } }, ...this.languages),
      h("div", { class: "segments", label: "preferences.theme", attrs: { role: "group" } }, ...this.themes),
    ]);
  }

  /** @param {keyof typeof LANGUAGES} code */
  async #speak(code) {
    await chooseLanguage(code);
    this.context.set({ words: this.context.look().words + 1 });
  }

  /** @param {"auto" | "light" | "dark"} theme */
  #paint(theme) {
    remember(THEME, theme === "auto" ? null : theme);
    paintTheme();
    this.context.set({});
  }

  /** @override */
  render() {
    const codes = Object.keys(LANGUAGES);
    this.languages.forEach((button, i) => setAttribute(button, "aria-pressed", `${codes[i] === language()}`));
    const theme = chosenTheme();
    this.themes.forEach((button, i) => setAttribute(button, "aria-pressed", `${THEMES[i][0] === theme}`));
  }
}
customElements.define("tertulia-preferences", Preferences);
