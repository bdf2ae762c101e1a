// @ts-check
import { limitPictures, Spotlight } from "../app/modes.js";
import { furnish, h, keep, say, setAttribute, setStream, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { isModerator, may } from "../app/permissions.js";
import { arrange } from "./layout.js";
import { mayFreeze } from "./rules-words.js";
import { tableDrawing } from "./table.js";
import { seat, Tile } from "./tile.js";
import { View } from "./view.js";
import { personName } from "./words.js";
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("../app/types.js").Person} Person */
/** @typedef {import("../app/types.js").Reaction} Reaction */
/** @typedef {import("./view.js").Look} Look */

const SELF = "self";
/** What nobody's own view can suffer from. */
const WELL = { shown: true, weak: false, undecryptable: false, lost: false, alike: null };
/** One is sure of oneself. */
const VERIFIED = /** @type {const} */ ("verified");

/** The table: everybody's tile, a shared screen, the pager. */
export class Stage extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    /** @type {Map<string | number, Tile>} */
    this.tiles = new Map();
    this.size = { width: 0, height: 0 };
    this.visible = "";
    this.page = 0;
    this.spotlight = new Spotlight();
    this.screen = this.#screen();
    this.seat = this.#emptySeat();
    /** @type {Map<string | number, HTMLElement>} */
    this.floating = new Map();
    this.elsewhere = h("div", { class: "elsewhere", attrs: { "aria-hidden": "true" } });
    this.pager = this.#pager();
    furnish(this, { class: "stage", label: "stage.label", attrs: { role: "region" } }, [
      this.screen.box,
      this.seat.box,
      this.pager.box,
      this.elsewhere,
    ]);
    this.observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      this.size = { width, height };
      this.render(context.store.get(), context.look());
    });
  }

  #screen() {
    const video = h("video", { testid: "screen-video", attrs: { playsinline: true, autoplay: true, tabindex: "-1" } });
    video.muted = true;
    const caption = h("bdi", { class: "tile-name" });
    const { saved, words } = this.#savedScreen();
    const box = h(
      "div",
      { class: "screen", testid: "screen", attrs: { role: "group" } },
      video,
      saved,
      h("div", { class: "tile-caption" }, caption),
    );
    box.hidden = true;
    if (document.fullscreenEnabled) {
      const act = () => document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen();
      const attrs = { type: "button" };
      const button = {
        class: "screen-full",
        label: "stage.fullscreen",
        title: "stage.fullscreen",
        attrs,
        on: { click: act },
      };
      box.append(h("button", button, icon("expand")));
    }
    return { box, video, caption, saved, words };
  }

  /** What stands in the place of a screen that is not received. */
  #savedScreen() {
    const words = h("p");
    const attrs = { type: "button" };
    const on = { click: () => this.context.call.openScreen() };
    const button = h("button", { class: "button primary", testid: "show-screen", t: "saving.screen_show", attrs, on });
    return { saved: h("div", { class: "screen-saved", testid: "screen-saved" }, icon("screen"), words, button), words };
  }

  #emptySeat() {
    const invite = h(
      "button",
      {
        class: "button primary",
        testid: "seat-invite",
        attrs: { type: "button" },
        on: { click: () => this.context.set({ sheet: "invite" }) },
      },
      icon("invite"),
      h("span", { t: "stage.invite" }),
    );
    const title = h("p", { class: "empty-title" });
    const text = h("p", { class: "empty-text" });
    const box = h("div", { class: "empty-seat", testid: "alone" }, tableDrawing({ taken: 1 }), title, text, invite);
    return { box, title, text, invite };
  }

  #pager() {
    const turn = (/** @type {number} */ by) => () => this.context.set({ page: this.page + by });
    const button = (/** @type {"back" | "next"} */ name, /** @type {string} */ label, /** @type {number} */ by) =>
      h(
        "button",
        { class: "round", testid: `page-${name}`, label, attrs: { type: "button" }, on: { click: turn(by) } },
        icon(name),
      );
    const back = button("back", "stage.page_back", -1);
    const next = button("next", "stage.page_next", 1);
    const text = h("span", { class: "pager-text" });
    return {
      box: h("div", { class: "pager", attrs: { role: "group" }, label: "stage.pages" }, back, text, next),
      back,
      next,
      text,
    };
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.observer.observe(this);
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.observer.disconnect();
  }

  /**
   * @override
   * @param {Readonly<State>} state
   * @param {Readonly<Look>} look
   */
  render({ self, people, screen, security, reactions, mode, screenOpen }, look) {
    if (this.size.width === 0) return;
    const owner = people.find(({ key }) => key === screen.key);
    const shared = owner !== undefined && may(owner.permissions, "screen");
    const input = { ...this.size, people: people.map(({ key }) => key), screen: shared, page: look.page };
    const plan = arrange(input);
    this.page = plan.page;
    const here = people.filter(({ key }) => plan.people.has(key));
    keep(this.tiles, this, [...here.map(({ key }) => key), SELF], (key) => key, (key) => this.#tile(key));
    const withCamera = here.filter(({ media }) => media.camera);
    const lit = this.spotlight.choose(mode, withCamera.map(({ key, speaking }) => ({ key, speaking })));
    for (const person of here) {
      const removable = self.canRemove && !isModerator(person.role);
      const stopped = stands(security, person);
      const vouchable = mayFreeze(self, security);
      this.#seatPerson(person, plan.people, { shown: lit.has(person.key), removable, vouchable, stopped, reactions });
    }
    this.#seatSelf(self, plan.self, { floats: plan.selfFloats, stopped: stands(security, self), reactions });
    this.#showScreen(screen, people, plan.screen, mode === "audio_only" && !screenOpen);
    this.#showSeat(plan.seat, security.state === "joining");
    this.#showPager(plan, people.filter(({ key, speaking }) => speaking && !plan.people.has(key)));
    this.#showElsewhere(reactions.filter(({ key }) => key !== self.key && !plan.people.has(key)));
    const seen = [...plan.people].filter(([key]) => mode === "full" || lit.has(key));
    this.#tellVisible(seen.map(([key, { height }]) => ({ key, height })), mode);
  }

  /** @param {string} key */
  #tile(key) {
    if (key === SELF) return new Tile(true);
    const remove = () => this.context.set({ sheet: "remove", person: key });
    return new Tile(false, remove, () => this.context.call.hosting.vouch(key));
  }

  /**
   * @param {Person} person
   * @param {Map<string, import("./layout.js").Box>} boxes
   * @param {{ shown: boolean, removable: boolean, vouchable: boolean, stopped: boolean,
   *   reactions: readonly Reaction[] }} more
   */
  #seatPerson(person, boxes, { shown, removable, vouchable, stopped, reactions }) {
    const tile = this.tiles.get(person.key);
    const box = boxes.get(person.key);
    if (!tile || !box) return;
    const { key, index, trust, hand, undecryptable, lost, weak, stream, veiled, alike, permissions } = person;
    // What the room does not let them is not opened here: the last picture of it must not stand as if it were now.
    const mic = person.media.mic && may(permissions, "microphone");
    const camera = person.media.camera && may(permissions, "camera");
    const speaking = person.speaking && mic && !veiled;
    const name = personName(person.name);
    const facts = {
      mic,
      camera,
      speaking,
      hand,
      trust,
      shown,
      weak,
      undecryptable,
      lost,
      stream,
      veiled,
      vouchable,
      alike,
      stopped,
    };
    const own = reactions.filter((reaction) => reaction.key === key);
    tile.update({ index, name, plain: name, self: false, removable, reactions: own, ...facts });
    tile.sit(box);
  }

  /**
   * @param {State["self"]} self
   * @param {import("./layout.js").Box} box
   * @param {{ floats: boolean, stopped: boolean, reactions: readonly Reaction[] }} more
   */
  #seatSelf(self, box, { floats, stopped, reactions }) {
    const tile = this.tiles.get(SELF);
    if (!tile) return;
    const { key, index, mic, camera, speaking, hand, stream, veiled } = self;
    const name = self.name ? t("person.you_named", { name: self.name }) : t("person.you");
    const facts = { mic, camera, speaking, hand, trust: VERIFIED, ...WELL, stream, veiled, vouchable: false, stopped };
    const own = reactions.filter((reaction) => reaction.key === key);
    tile.update({ index, name, plain: self.name, self: true, removable: false, reactions: own, ...facts });
    setAttribute(tile, "data-floats", `${floats}`);
    tile.sit(box);
  }

  /** @param {import("./layout.js").Box | null} box @param {boolean} joining who else is here is not known yet */
  #showSeat(box, joining) {
    show(this.seat.box, box !== null);
    if (!box) return;
    say(this.seat.title, joining ? "stage.joining" : "stage.alone");
    say(this.seat.text, joining ? "stage.joining_text" : "stage.alone_text");
    show(this.seat.invite, !joining);
    seat(this.seat.box, box);
  }

  /** Reactions of people who have no tile on this page, with their names. @param {Reaction[]} reactions */
  #showElsewhere(reactions) {
    keep(this.floating, this.elsewhere, reactions, ({ id }) => id, (reaction) => {
      const name = h("bdi", { class: "elsewhere-name" }, personName(reaction.name));
      return h("span", { class: "elsewhere-one", testid: "reaction" }, reaction.emoji, " ", name);
    });
  }

  /**
   * @param {State["screen"]} screen
   * @param {readonly Person[]} people
   * @param {import("./layout.js").Box | null} box
   * @param {boolean} saved it is not received unless somebody wants it
   */
  #showScreen(screen, people, box, saved) {
    show(this.screen.box, box !== null);
    setStream(this.screen.video, box && !saved ? screen.stream : null);
    if (!box) return;
    const owner = people.find(({ key }) => key === screen.key);
    const name = personName(owner?.name ?? null);
    const veiled = owner?.veiled === true;
    setAttribute(this.screen.box, "data-veiled", veiled);
    setText(this.screen.caption, t(veiled ? "stage.screen_veiled" : "stage.screen_of", { name }));
    setText(this.screen.words, t("saving.screen", { name }));
    show(this.screen.video, !saved);
    show(this.screen.saved, saved);
    seat(this.screen.box, box);
  }

  /** @param {import("./layout.js").Stage} plan @param {Person[]} heard people who speak on another page */
  #showPager({ pager, page, pages }, heard) {
    show(this.pager.box, pager !== null);
    if (!pager) return;
    seat(this.pager.box, pager);
    const where = t("stage.page_of", { page: page + 1, pages });
    setText(this.pager.text, heard.length ? t("stage.speaking_elsewhere", { name: personName(heard[0].name) }) : where);
    this.pager.back.disabled = page === 0;
    this.pager.next.disabled = page === pages - 1;
  }

  /** @param {{ key: string, height: number }[]} seen in CSS pixels @param {State["mode"]} mode */
  #tellVisible(seen, mode) {
    const pixels = seen.map(({ key, height }) => ({ key, height: Math.round(height * devicePixelRatio) }));
    const tiles = limitPictures(mode, pixels);
    const told = JSON.stringify(tiles);
    if (told === this.visible) return;
    this.visible = told;
    this.context.call.setVisibleTiles(tiles);
  }
}
customElements.define("tertulia-stage", Stage);

/**
 * Whether somebody has to wait while the room is frozen.
 * @param {State["security"]} security
 * @param {Pick<Person, "role" | "goesOn">} person
 */
function stands({ frozen }, { role, goesOn }) {
  return frozen && !goesOn && !isModerator(role);
}
