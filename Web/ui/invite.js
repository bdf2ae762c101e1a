// @ts-check
import { isModerator, may } from "../app/permissions.js";
import { h, show } from "./dom.js";
import { InvitationMaker } from "./invitation-maker.js";
import { InvitationTree } from "./invitation-tree.js";
import { LinkCard } from "./link-card.js";
import { Sheet } from "./sheet.js";
import { noticeWords } from "./words.js";

/** @typedef {import("../app/types.js").Notice} Notice */
/** @typedef {import("../app/types.js").State} State */

/** Who else is to come: with the room's link, which opens for everybody, or with an invitation for one person. */
export class Invite extends Sheet {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context, "invite", "invite.title");
    this.card = new LinkCard({
      context,
      name: "invite",
      label: "invite.link",
      message: ["invite.message_hello", "invite.message_open", "invite.message_room"],
      copyLink: () => context.call.copyLink(),
    });
    this.text = h("p", { t: "invite.text" });
    this.waits = h("p", { t: "invite.text_lobby" });
    this.maker = new InvitationMaker(context);
    this.tree = new InvitationTree(context);
    this.personal = h(
      "section",
      { class: "sheet-part", testid: "personal" },
      h("h3", { t: "invite.personal" }),
      h("p", { t: "invite.personal_text" }),
      this.maker,
      this.tree,
    );
    this.password = h("p", { t: "invite.password", testid: "invite-password" });
    this.body.append(this.text, this.waits, this.password, this.card.box, this.personal);
    this.first = this.card.copy;
    this.asked = false;
    /** @type {Notice | undefined} */
    this.told = undefined;
  }

  /** @param {readonly Notice[]} notices */
  #tell(notices) {
    const last = notices.findLast(({ code }) => code === "link_copied" || code === "copy_failed");
    if (last && last !== this.told) this.card.say(noticeWords(last)?.text ?? null);
    this.told = last;
  }

  /**
   * @override
   * @param {Readonly<State>} state
   * @param {Readonly<import("./view.js").Look>} look
   */
  render({ link, password, notices, self, security }, look) {
    const open = this.follow(look);
    const makes = security.counter > 0 &&
      (self.role === "host" || (may(self.permissions, "invite") && self.delegates));
    const sees = makes || (security.counter > 0 && isModerator(self.role));
    if (open && sees && !this.asked) this.context.call.invitations?.ask();
    this.asked = open && sees;
    if (!open) return;
    this.#tell(notices);
    this.card.show(link);
    show(this.text, security.door === "open");
    show(this.waits, security.door !== "open");
    show(this.password, password);
    show(this.personal, sees);
    show(this.maker, makes);
  }
}
customElements.define("tertulia-invite", Invite);
