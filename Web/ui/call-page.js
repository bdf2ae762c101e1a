// @ts-check
import { Banner } from "./banner.js";
import { Chat } from "./chat.js";
import { ComparisonView } from "./comparison.js";
import { DetailsSheet } from "./details.js";
import { furnish, h, setAttribute, setText } from "./dom.js";
import { t } from "./i18n.js";
import { HostSheet } from "./host.js";
import { icon, redraw } from "./icons.js";
import { Invite } from "./invite.js";
import { MoveSheet } from "./move.js";
import { Notices } from "./notices.js";
import { People } from "./people.js";
import { PersonSheet } from "./person-sheet.js";
import { ReactionVoice } from "./reactions.js";
import { RemoveSheet } from "./remove.js";
import { Help, Settings } from "./sheets.js";
import { ShieldSheet } from "./shield.js";
import { listenForShortcuts } from "./shortcuts.js";
import { Signal } from "./signal.js";
import { Sound } from "./sound.js";
import { Stage } from "./stage.js";
import { mark } from "./table.js";
import { Toolbar } from "./toolbar.js";
import { shieldMark } from "./trust.js";
import { NARROW, View } from "./view.js";
/** @typedef {import("../app/types.js").State} State */

/** The call: bar, stage and panels, toolbar. */
export class CallPage extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    this.shieldIcon = icon("shield");
    this.shieldText = h("span", { class: "shield-text" });
    this.shield = h(
      "button",
      {
        class: "shield",
        testid: "shield",
        attrs: { type: "button", "aria-haspopup": "dialog" },
        on: { click: () => context.set({ sheet: "shield" }) },
      },
      this.shieldIcon,
      this.shieldText,
    );
    const sound = new Sound(context);
    this.stage = new Stage(context);
    this.toolbar = new Toolbar(context);
    this.bar = h(
      "header",
      { class: "callbar" },
      h("h1", { class: "unseen", t: "stage.title", attrs: { tabindex: "-1" } }),
      h("span", { class: "wordmark" }, mark(), h("span", { class: "wordmark-text" }, "Tertulia")),
      this.shield,
      new Signal(context),
      h("button", {
        class: "round quit",
        testid: "quit",
        label: "quit.now",
        title: "quit.now",
        attrs: { type: "button" },
        on: { click: () => context.call.quit() },
      }, icon("exit")),
    );
    this.banner = new Banner(context, () => sound.unblock());
    furnish(this, { class: "call" }, [
      this.bar,
      this.banner,
      h(
        "main",
        { class: "call-main" },
        this.stage,
        new Chat(context),
        new People(context),
        new Notices(context),
        new ComparisonView(context),
      ),
      this.toolbar,
      new Invite(context),
      new Settings(context),
      new Help(context),
      new ShieldSheet(context),
      new HostSheet(context),
      new PersonSheet(context),
      new MoveSheet(context),
      new RemoveSheet(context),
      new DetailsSheet(context),
      new ReactionVoice(context),
      sound,
    ]);
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.deaf = listenForShortcuts(this.context);
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.deaf?.();
  }

  /** @override @param {Readonly<State>} state @param {Readonly<import("./view.js").Look>} look */
  render({ security, people }, look) {
    const { icon: picture, brief, full } = shieldMark(security);
    const count = people.length + 1;
    setAttribute(this, "data-frozen", security.frozen);
    setAttribute(this.shield, "data-state", security.state);
    redraw(this.shieldIcon, picture);
    setText(this.shieldText, t(look.width < NARROW ? brief : full, { count }));
    setAttribute(this.shield, "aria-label", t(full, { count }));
    // Behind a panel that covers everything there is nothing to reach.
    const covered = look.panel !== null && look.width < NARROW;
    for (const part of [this.bar, this.banner, this.stage, this.toolbar]) part.inert = covered;
  }
}
customElements.define("tertulia-call", CallPage);
