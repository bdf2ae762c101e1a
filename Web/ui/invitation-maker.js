// @ts-check
import { roomPath } from "../app/link.js";
import { furnish, h, setAttribute, show } from "./dom.js";
import { icon } from "./icons.js";
import { LinkCard } from "./link-card.js";
import { View } from "./view.js";

const HOUR = 3_600;
/** How long an invitation is good, in seconds; 0 for ever. */
const TERMS = [
  { seconds: HOUR, words: "invite.hour" },
  { seconds: 24 * HOUR, words: "invite.day" },
  { seconds: 7 * 24 * HOUR, words: "invite.week" },
  { seconds: 30 * 24 * HOUR, words: "invite.month" },
  { seconds: 0, words: "invite.always" },
];
const USUAL_TERM = String(7 * 24 * HOUR);
const MOST_DEVICES = 100;
const LABEL_LENGTH = 100;

/** Makes personal invitations. The link of one is shown once: it is kept nowhere. */
export class InvitationMaker extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    this.label = h("input", {
      id: "invitation-label",
      testid: "invitation-label",
      attrs: {
        type: "text",
        maxlength: LABEL_LENGTH,
        autocomplete: "off",
        "aria-describedby": "invitation-label-hint",
      },
    });
    this.roles = select("invitation-role", [
      { value: "speaker", words: "invite.speaker" },
      { value: "listener", words: "invite.listener" },
    ]);
    this.term = select("invitation-term", TERMS.map(({ seconds, words }) => ({ value: String(seconds), words })));
    this.term.value = USUAL_TERM;
    this.uses = h("input", {
      id: "invitation-uses",
      testid: "invitation-uses",
      attrs: { type: "text", inputmode: "numeric", maxlength: 3, value: 1, autocomplete: "off" },
    });
    this.delegates = h("input", {
      id: "invitation-delegates",
      testid: "invitation-delegates",
      attrs: { type: "checkbox" },
    });
    this.button = h("button", { class: "button primary", testid: "make-invitation", attrs: { type: "submit" } });
    this.button.append(icon("invite"), h("span", { t: "invite.make" }));
    this.problem = h("p", { class: "problem", t: "invite.not_made", attrs: { role: "alert" } });
    this.problem.hidden = true;
    this.card = new LinkCard({
      context,
      name: "made",
      label: "invite.made_link",
      message: ["invite.message_hello", "invite.message_open", "invite.message_yours"],
    });
    this.made = h("div", { class: "made", testid: "made" }, h("p", { t: "invite.made" }), this.card.box);
    this.made.hidden = true;
    furnish(this, { class: "maker" }, [
      h(
        "form",
        { class: "maker-form", attrs: { novalidate: true }, on: { submit: (event) => this.#make(event) } },
        h(
          "div",
          { class: "field wide" },
          h("label", { t: "invite.for", attrs: { for: "invitation-label" } }),
          this.label,
          h("p", { class: "hint", id: "invitation-label-hint", t: "invite.for_hint" }),
        ),
        field("invitation-role", "invite.role", this.roles),
        field("invitation-term", "invite.term", this.term),
        field("invitation-uses", "invite.uses", this.uses),
        h(
          "label",
          { class: "check wide", attrs: { for: "invitation-delegates" } },
          this.delegates,
          h("span", { t: "invite.delegates" }),
        ),
        h("div", { class: "wide" }, this.button),
      ),
      this.problem,
      this.made,
    ]);
  }

  /** @param {SubmitEvent} event */
  async #make(event) {
    event.preventDefault();
    if (this.button.ariaBusy === "true") return;
    const uses = /^\s*\d+\s*$/.test(this.uses.value) ? Number(this.uses.value) : 0;
    const fits = uses >= 1 && uses <= MOST_DEVICES;
    setAttribute(this.uses, "aria-invalid", fits ? null : "true");
    if (!fits) return this.uses.focus();
    setAttribute(this.button, "aria-busy", "true");
    const seconds = Number(this.term.value);
    const fragment = await this.context.call.invitations?.create({
      role: this.roles.value === "listener" ? "listener" : "speaker",
      uses,
      expires: seconds === 0 ? 0 : Math.floor(Date.now() / 1_000) + seconds,
      delegates: this.delegates.checked,
      label: this.label.value.trim(),
    }) ?? null;
    setAttribute(this.button, "aria-busy", null);
    show(this.problem, fragment === null);
    show(this.made, fragment !== null);
    if (fragment === null) return;
    const { room } = this.context.store.get();
    this.card.show(location.origin + roomPath({ room, fragment }));
    this.label.value = "";
    this.card.copy.focus();
  }
}
customElements.define("tertulia-invitation-maker", InvitationMaker);

/** @param {string} id @param {{ value: string, words: string }[]} options */
function select(id, options) {
  const items = options.map(({ value, words }) => h("option", { t: words, attrs: { value } }));
  return h("select", { id, testid: id }, ...items);
}

/** @param {string} id @param {string} label key @param {HTMLElement} input */
function field(id, label, input) {
  return h("div", { class: "field" }, h("label", { t: label, attrs: { for: id } }), input);
}
