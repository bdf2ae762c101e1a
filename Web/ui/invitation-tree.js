// @ts-check
import { asTree, branch } from "../app/invitations.js";
import { furnish, h, keep, reorder, setAttribute, setText, show } from "./dom.js";
import { locale, t } from "./i18n.js";
import { isModerator } from "../app/permissions.js";
import { View } from "./view.js";
import { personName } from "./words.js";

/** @typedef {import("../app/types.js").InvitationShown} InvitationShown */
/** @typedef {import("../app/types.js").Person} Person */
/** @typedef {import("../app/types.js").State} State */

/** Who was invited by whom, what became of it, and the way to take it back. */
export class InvitationTree extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    this.empty = h("p", { class: "hint", t: "invite.tree_empty", testid: "no-invitations" });
    /** @type {Map<string | number, Row>} */
    this.rows = new Map();
    this.list = h("div", { class: "invitations", testid: "invitations", attrs: { role: "list" } });
    furnish(this, { class: "tree" }, [h("h4", { t: "invite.tree" }), this.empty, this.list]);
  }

  /** @override @param {Readonly<State>} state */
  render({ invitations, people, self }) {
    const tree = asTree(invitations ?? []);
    show(this.empty, tree.length === 0);
    show(this.list, tree.length > 0);
    keep(this.rows, this.list, tree, ({ invitation }) => invitation.id, ({ invitation }) => {
      return new Row(invitation.id, (id) => this.context.call.invitations?.revoke(id));
    });
    const all = new Map((invitations ?? []).map((one) => [one.id, one]));
    for (const { invitation, depth } of tree) {
      const ids = branch(invitations ?? [], invitation.id);
      const inside = people.filter((person) => person.invitation !== null && ids.includes(person.invitation)).length;
      const parent = all.get(invitation.parent ?? "") ?? null;
      this.rows.get(invitation.id)?.write({
        invitation,
        depth,
        parent,
        people,
        inside,
        mayRevoke: isModerator(self.role),
      });
    }
    reorder(this.list, tree.flatMap(({ invitation }) => this.rows.get(invitation.id) ?? []));
  }
}
customElements.define("tertulia-invitation-tree", InvitationTree);

/** One invitation; it asks before it is taken back. */
class Row extends HTMLElement {
  /** @param {string} id @param {(id: string) => void} revoke */
  constructor(id, revoke) {
    super();
    this.name = h("p", { class: "strong" });
    this.state = h("p", { class: "hint", testid: "invitation-state" });
    const act = (/** @type {() => void} */ click) => ({ attrs: { type: "button" }, on: { click } });
    this.revoke = h("button", {
      class: "button small",
      testid: "revoke",
      t: "invite.revoke",
      ...act(() => this.#ask(true)),
    });
    this.question = h("p");
    this.keep = h("button", { class: "button small", t: "invite.keep", ...act(() => this.#ask(false)) });
    const now = h("button", {
      class: "button small danger",
      testid: "revoke-now",
      t: "invite.revoke_now",
      ...act(() => {
        this.#ask(false);
        revoke(id);
      }),
    });
    this.confirm = h("div", { class: "callout danger" }, this.question, h("p", { class: "actions" }, now, this.keep));
    this.confirm.hidden = true;
    furnish(this, { class: "invitation", testid: "invitation", attrs: { role: "listitem" } }, [
      h("div", { class: "invitation-words" }, this.name, this.state),
      this.revoke,
      this.confirm,
    ]);
  }

  /** @param {boolean} open */
  #ask(open) {
    show(this.confirm, open);
    (open ? this.keep : this.revoke).focus();
  }

  /**
   * @param {{ invitation: InvitationShown, depth: number, parent: InvitationShown | null, people: readonly Person[],
   *   inside: number, mayRevoke: boolean }} shown
   */
  write({ invitation, depth, parent, people, inside, mayRevoke }) {
    const name = labelOf(invitation);
    const names = people.filter((person) => person.invitation === invitation.id).map((person) =>
      personName(person.name)
    );
    const parts = [
      ...(parent ? [t("invite.by", { name: labelOf(parent) })] : []),
      stateWords(invitation, names, Date.now() / 1_000),
      ...(invitation.delegates ? [t("invite.may_invite")] : []),
    ];
    setText(this.name, name);
    setText(this.state, parts.join(" · "));
    setAttribute(this, "data-depth", Math.min(depth, 3));
    setAttribute(this, "data-over", invitation.revoked);
    setAttribute(this.revoke, "aria-label", t("invite.revoke_name", { name }));
    setText(this.question, inside > 0 ? t("invite.revoke_people", { count: inside }) : t("invite.revoke_nobody"));
    show(this.revoke, mayRevoke && !invitation.revoked);
  }
}
customElements.define("tertulia-invitation", Row);

/** @param {InvitationShown} invitation */
function labelOf({ label }) {
  return label === null ? t("invite.unlabelled") : personName(label);
}

/**
 * @param {InvitationShown} invitation
 * @param {string[]} names of those who came by it and are in the room
 * @param {number} now seconds since the Unix epoch
 */
function stateWords({ revoked, expires, devices, uses }, names, now) {
  if (revoked) return t("invite.revoked");
  if (names.length > 0) return t("invite.here", { names: new Intl.ListFormat(locale()).format(names) });
  if (expires !== 0 && expires < now) return t("invite.expired");
  if (devices === 0) {
    const day = new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" });
    return expires === 0 ? t("invite.unused") : t("invite.unused_until", { date: day.format(expires * 1_000) });
  }
  return uses === 1 ? t("invite.used") : t("invite.used_of", { devices, uses });
}
