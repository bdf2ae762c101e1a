// @ts-check
import { furnish, h, keep, setAttribute, setStream, setText, show } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { arrange } from "./layout.js";
import { tableDrawing } from "./table.js";
import { seat, Tile } from "./tile.js";
import { View } from "./view.js";
import { personName } from "./words.js";
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("../app/types.js").Person} Person */
/** @typedef {import("./view.js").Look} Look */

const SELF = "self";

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
    this.screen = this.#screen();
    this.seat = this.#emptySeat();
    this.pager = this.#pager();
    furnish(this, { class: "stage", label: "stage.label", attrs: { role: "region" } }, [
      this.screen.box,
      this.seat,
      this.pager.box,
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
    const box = h(
      "div",
      { class: "screen", testid: "screen", attrs: { role: "group" } },
      video,
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
    return { box, video, caption };
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
    return h(
      "div",
      { class: "empty-seat", testid: "alone" },
      tableDrawing({ taken: 1 }),
      h("p", { class: "empty-title", t: "stage.alone" }),
      h("p", { class: "empty-text", t: "stage.alone_text" }),
      invite,
    );
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
  render({ self, people, screen }, look) {
    if (this.size.width === 0) return;
    const shared = screen.index !== null && screen.index !== self.index;
    const input = { ...this.size, people: people.map(({ index }) => index), screen: shared, page: look.page };
    const plan = arrange(input);
    this.page = plan.page;
    const here = people.filter(({ index }) => plan.people.has(index));
    keep(this.tiles, this, [...here.map(({ index }) => index), SELF], (key) => key, (key) => new Tile(key === SELF));
    for (const person of here) this.#seatPerson(person, plan.people);
    this.#seatSelf(self, plan.self, plan.selfFloats);
    this.#showScreen(screen, people, plan.screen);
    show(this.seat, plan.seat !== null);
    if (plan.seat) seat(this.seat, plan.seat);
    this.#showPager(plan, people.filter(({ index, speaking }) => speaking && !plan.people.has(index)));
    this.#tellVisible(plan.people);
  }

  /** @param {Person} person @param {Map<number, import("./layout.js").Box>} boxes */
  #seatPerson(person, boxes) {
    const tile = this.tiles.get(person.index);
    const box = boxes.get(person.index);
    if (!tile || !box) return;
    const { index, speaking, verified, undecryptable, lost, stream } = person;
    const { mic, camera } = person.media;
    const name = personName(person.name);
    tile.update({
      index,
      name,
      plain: name,
      self: false,
      mic,
      camera,
      speaking,
      verified,
      undecryptable,
      lost,
      stream,
    });
    tile.sit(box);
  }

  /** @param {State["self"]} self @param {import("./layout.js").Box} box @param {boolean} floats */
  #seatSelf(self, box, floats) {
    const tile = this.tiles.get(SELF);
    if (!tile) return;
    const { index, mic, camera, speaking, stream } = self;
    const own = { verified: true, undecryptable: false, lost: false, self: true };
    tile.update({
      index,
      name: self.name ? t("person.you_named", { name: self.name }) : t("person.you"),
      plain: self.name,
      mic,
      camera,
      speaking,
      stream,
      ...own,
    });
    setAttribute(tile, "data-floats", `${floats}`);
    tile.sit(box);
  }

  /** @param {State["screen"]} screen @param {readonly Person[]} people @param {import("./layout.js").Box | null} box */
  #showScreen(screen, people, box) {
    show(this.screen.box, box !== null);
    setStream(this.screen.video, box ? screen.stream : null);
    if (!box) return;
    const owner = people.find(({ index }) => index === screen.index);
    setText(this.screen.caption, t("stage.screen_of", { name: personName(owner?.name ?? null) }));
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

  /** @param {Map<number, import("./layout.js").Box>} boxes */
  #tellVisible(boxes) {
    const tiles = [...boxes].map(([index, { height }]) => ({ index, height: Math.round(height * devicePixelRatio) }));
    const told = JSON.stringify(tiles);
    if (told === this.visible) return;
    this.visible = told;
    this.context.call.setVisibleTiles(tiles);
  }
}
customElements.define("tertulia-stage", Stage);
