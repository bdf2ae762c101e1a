// @ts-check
import { furnish, h, say, setAttribute, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon, redraw } from "./icons.js";
import { isModerator } from "../app/permissions.js";
import { alikeWords } from "./rules-words.js";
import { initials } from "./text.js";
import { roleWords, troubleMark, trustMark } from "./trust.js";
import { personName } from "./words.js";
/** @typedef {import("../app/types.js").Person} Person */
/** @typedef {import("../app/types.js").Self} Self */

/** One member of the list: who, how sure we are, and what can be done about it without opening anything. */
export class Row extends HTMLElement {
  /** @param {{ compare: () => void, remove: () => void, about: () => void, vouch: () => void,
   *   resume: (goesOn: boolean) => void }} doors */
  constructor({ compare, remove, about, vouch, resume }) {
    super();
    this.initials = h("span", { class: "saucer-initials" });
    this.name = h("bdi", { class: "person-name" });
    this.rank = h("span", { class: "chip", testid: "role" });
    this.recent = h("span", { class: "chip chip-new", testid: "came-later", title: "people.new_title" });
    this.facts = {
      hand: fact("hand", "person.hand"),
      screen: fact("screen", "person.shares"),
      camera: fact("camera-off", "person.camera_off"),
      mic: fact("mic-off", "person.mic_off"),
    };
    this.facts.hand.classList.add("person-hand");
    this.mark = icon("unknown");
    this.sure = h("span");
    this.trust = h("span", { class: "person-trust", testid: "trust" }, this.mark, this.sure);
    const plain = { type: "button" };
    this.compare = h("button", { class: "link", testid: "compare", attrs: plain, on: { click: compare } });
    this.expel = h("button", { class: "button small remove", testid: "remove", attrs: plain, on: { click: remove } });
    this.vouch = h("button", {
      class: "button small vouch-row",
      testid: "vouch-row",
      attrs: plain,
      on: { click: vouch },
    });
    this.resume = h("button", {
      class: "button small vouch-row",
      testid: "resume-row",
      attrs: plain,
      on: { click: () => resume(this.resume.getAttribute("aria-pressed") !== "true") },
    });
    this.about = h(
      "button",
      { class: "round", testid: "person-menu", attrs: { ...plain, "aria-haspopup": "dialog" }, on: { click: about } },
      icon("more"),
    );
    this.alikeText = h("span");
    this.alikeLine = h("span", { class: "person-trouble", testid: "alike" }, icon("alarm"), this.alikeText);
    this.trouble = h("span");
    this.troubleIcon = icon("clock");
    const line = { class: "person-trouble", testid: "trouble-of" };
    this.troubleLine = h("span", line, this.troubleIcon, this.trouble);
    const { hand, screen, camera, mic } = this.facts;
    furnish(this, { class: "person", testid: "person", attrs: { role: "listitem" } }, [
      h("span", { class: "saucer small", attrs: { "aria-hidden": "true" } }, this.initials),
      h(
        "span",
        { class: "person-words" },
        h("span", { class: "person-line" }, this.name, this.rank, this.recent, hand, screen, camera, mic),
        h("span", { class: "person-line" }, this.trust, this.compare),
        this.alikeLine,
        this.troubleLine,
        this.vouch,
        this.resume,
      ),
      this.expel,
      this.about,
    ]);
  }

  /**
   * @param {Person} person
   * @param {{ recent: boolean, removable: boolean, manageable: boolean, vouchable: boolean, frozen: boolean }} more
   */
  update(person, { recent, removable, manageable, vouchable, frozen }) {
    const name = personName(person.name);
    this.#show({ ...person, name, plain: person.name ?? "" });
    show(this.recent, recent);
    setText(this.recent, t("people.new"));
    const { icon: picture, words } = trustMark(person.trust);
    redraw(this.mark, picture);
    say(this.sure, words);
    setAttribute(this, "data-trust", person.trust);
    const verified = person.trust === "verified";
    show(this.compare, !verified && person.presence !== "ghost");
    setText(this.compare, t("people.compare"));
    setAttribute(this.compare, "aria-label", t("people.compare_with", { name }));
    const trouble = troubleMark(person);
    show(this.troubleLine, trouble !== null);
    if (trouble) {
      redraw(this.troubleIcon, trouble.icon);
      say(this.trouble, trouble.words);
    }
    setAttribute(this, "data-presence", person.presence);
    show(this.alikeLine, person.alike !== null && !verified);
    if (person.alike) say(this.alikeText, alikeWords(person.alike));
    show(this.vouch, vouchable);
    setText(this.vouch, t("vouch.short"));
    setAttribute(this.vouch, "aria-label", t("vouch.name", { name }));
    show(this.resume, frozen && manageable && !isModerator(person.role));
    setText(this.resume, t("freeze.goes_on_chip"));
    setAttribute(this.resume, "aria-pressed", `${person.goesOn}`);
    setAttribute(this.resume, "aria-label", t("freeze.goes_on_name", { name }));
    show(this.about, manageable);
    setAttribute(this.about, "aria-label", t("about.open", { name }));
    show(this.expel, removable);
    setText(this.expel, t("people.remove"));
    setAttribute(this.expel, "aria-label", t("people.remove_name", { name }));
  }

  /** The person's own row: nothing to find out, nothing to do. @param {Self} self */
  updateSelf(self) {
    const name = self.name ? t("person.you_named", { name: self.name }) : t("person.you");
    this.#show({ ...self, media: self, name, plain: self.name });
    const others = [this.recent, this.trust, this.compare, this.alikeLine, this.troubleLine];
    for (const part of [...others, this.vouch, this.resume, this.expel, this.about]) show(part, false);
  }

  /**
   * @param {{ index: number, name: string, plain: string, role: Person["role"], hand: boolean,
   *   media: { mic: boolean, camera: boolean, screen: boolean } }} who
   */
  #show({ index, name, plain, role, hand, media }) {
    setText(this.initials, initials(plain) || "·");
    setText(this.name, name);
    setAttribute(this, "data-index", index);
    setAttribute(this, "data-hue", index < 0 ? 0 : index % 8);
    const words = roleWords(role);
    show(this.rank, words !== null);
    if (words) say(this.rank, words);
    show(this.facts.hand, hand);
    show(this.facts.screen, media.screen);
    show(this.facts.camera, !media.camera);
    show(this.facts.mic, !media.mic);
  }
}
customElements.define("tertulia-person", Row);

/** @param {import("./icons.js").IconName} picture @param {string} words */
function fact(picture, words) {
  return h("span", { class: "person-fact", title: words }, icon(picture), h("span", { class: "unseen", t: words }));
}
