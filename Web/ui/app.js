// @ts-check
import { CallPage } from "./call-page.js";
import { furnish, retranslate } from "./dom.js";
import { Ending } from "./ending.js";
import { Home } from "./home.js";
import { language, remembered, startLanguage, t } from "./i18n.js";
import { listenForQuit } from "./quit.js";
import { startTheme } from "./preferences.js";
import { Prejoin } from "./prejoin.js";
import { View } from "./view.js";
import { Waiting } from "./waiting.js";
/** @typedef {import("../app/types.js").State} State */
/** @typedef {import("../app/store.js").Store} Store */
/** @typedef {import("../app/call.js").Call} Call */
/** @typedef {import("./view.js").Context} Context */
/** @typedef {import("./view.js").Look} Look */

/**
 * Puts the page into `root` and keeps it true to the store.
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Call} call
 */
export async function mountApp(root, store, call) {
  startTheme();
  await startLanguage();
  root.replaceChildren(new App(createContext(store, call)));
  listenForQuit(() => store.get().phase !== "home" && call.quit());
}

/**
 * One render pass for all views after any number of changes in a task.
 * @param {Store} store
 * @param {Call} call
 * @returns {Context}
 */
function createContext(store, call) {
  /** @type {Look} */
  let look = {
    panel: null,
    sheet: null,
    person: null,
    menu: false,
    palette: false,
    page: 0,
    soundBlocked: false,
    shortcuts: remembered("tertulia.shortcuts") !== "off",
    words: 0,
    width: windowWidth(),
  };
  /** @type {Set<View>} */
  const views = new Set();
  let scheduled = false;
  const renderAll = () => {
    scheduled = false;
    for (const view of [...views]) if (view.isConnected) view.render(store.get(), look);
  };
  const schedule = () => {
    if (!scheduled) queueMicrotask(renderAll);
    scheduled = true;
  };
  const set = (/** @type {Partial<Look>} */ change) => {
    look = { ...look, ...change };
    schedule();
  };
  store.subscribe(schedule);
  addEventListener("resize", () => windowWidth() !== look.width && set({ width: windowWidth() }));
  document.addEventListener("visibilitychange", schedule);
  const watch = (/** @type {View} */ view) => {
    views.add(view);
    view.render(store.get(), look);
    return () => views.delete(view);
  };
  return { store, call, look: () => look, set, watch };
}

/** Chooses the page for the phase, and what the tab is called. */
class App extends View {
  /** @param {Context} context */
  constructor(context) {
    super(context);
    furnish(this, { class: "app" });
    /** @type {View | null} */
    this.page = null;
    this.words = 0;
  }

  /** @override @param {Readonly<State>} state @param {Readonly<Look>} look */
  render(state, look) {
    document.documentElement.lang = language();
    if (look.words !== this.words) retranslate(this);
    this.words = look.words;
    document.title = title(state);
    const Page = pageFor(state.phase);
    if (this.page instanceof Page) return;
    const first = this.page === null;
    const page = new Page(this.context);
    this.page = page;
    this.context.set({ panel: null, sheet: null, menu: false, palette: false, page: 0, soundBlocked: false });
    this.replaceChildren(page);
    // A new page starts at its heading, unless it has put the focus somewhere better.
    const heading = /** @type {HTMLElement | null} */ (page.querySelector("h1"));
    if (!first && !page.contains(document.activeElement)) heading?.focus();
  }
}
customElements.define("tertulia-app", App);

/** The pages of an account, fetched when somebody goes there: nobody needs one to meet. */
class AccountDoor extends View {
  /** @override */
  connectedCallback() {
    super.connectedCallback();
    import("../account/page.js").then(({ accountPage }) => accountPage(this.context)).then((page) => {
      if (this.isConnected) this.replaceChildren(page);
    });
  }
}
customElements.define("tertulia-account-door", AccountDoor);

/** @param {State["phase"]} phase */
function pageFor(phase) {
  if (phase === "home") return Home;
  if (phase === "account") return AccountDoor;
  if (phase === "call") return CallPage;
  if (phase === "waiting") return Waiting;
  return phase === "left" || phase === "blocked" ? Ending : Prejoin;
}

/** Never a room or a name: titles end up in histories and on shared screens. @param {Readonly<State>} state */
function title({ phase, unread }) {
  if (phase === "home") return t("title.home");
  if (phase === "waiting") return t("title.waiting");
  if (phase !== "call") return "Tertulia";
  return unread > 0 ? t("title.unread", { count: unread }) : t("title.call");
}

/** Of the window as the style sheets' breakpoints measure it: to whoever reads large letters it is narrower. */
function windowWidth() {
  return innerWidth * 16 / parseFloat(getComputedStyle(document.documentElement).fontSize);
}
