// @ts-check
import { readChain } from "./certificates.js";
import { forRole, isModerator, may } from "./permissions.js";
import { cleanName } from "./text.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./secure-session.js").InvitationWish} InvitationWish */
/** @typedef {import("./secure-session.js").SecureSession} SecureSession */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").InvitationShown} InvitationShown */
/** @typedef {import("./wire.js").HostMessage} HostMessage */
/** @typedef {import("./wire.js").InvitationEntry} InvitationEntry */

/**
 * @typedef {object} InvitationDoors
 * @property {Store} store
 * @property {Clock} clock
 * @property {Pick<SecureSession, "createInvitation" | "readLabel" | "setRules" | "remove">} group
 * @property {(message: HostMessage) => boolean} send to the node
 */

/** Milliseconds after which a node that has not listed an invitation has not taken it. */
const ANSWER_PATIENCE = 10_000;

/** The personal invitations of a room: made here, kept by the node without being read, shown as the tree they grew into. */
export class Invitations {
  #doors;
  /** Lists are opened one after another; only the last one counts. */
  #round = 0;
  /** The invitation that the node is to take. @type {{ id: string, settle: (taken: boolean) => void } | null} */
  #offered = null;
  /** The chain of the invitation that we came by. */
  #own = "";

  /** @param {InvitationDoors} doors */
  constructor(doors) {
    this.#doors = doors;
  }

  /** We came by the last invitation of this chain: only one that delegates lets us make others. @param {string} chain */
  async came(chain) {
    this.#own = chain;
    const delegates = (await readChain(chain))?.delegates === true;
    if (chain === this.#own) this.#doors.store.update(({ self }) => ({ self: { ...self, delegates } }));
  }

  /** Asks the node for the list; it arrives in the store. */
  ask() {
    this.#doors.send({ type: "invitations" });
  }

  /**
   * @param {InvitationWish} wish
   * @returns {Promise<string | null>} the fragment for whoever is invited, once the node has it; null: it is not ours to
   *   invite, or the node does not take it, or cannot be reached
   */
  async create(wish) {
    const { group, send, store } = this.#doors;
    const made = await group.createInvitation(wish).catch(() => null);
    if (!made) return null;
    const taken = this.#offer(made.id);
    if (!send({ type: "invite", box: made.chain, label: made.label })) this.refused();
    if (!await taken) return null;
    const { self, security } = store.get();
    // Leave to invite is nothing without an invitation that gives it on, and such an invitation nothing without the leave.
    if (wish.delegates && isModerator(self.role) && !may(security[wish.role], "invite")) {
      group.setRules(forRole(security, wish.role, "invite", true));
    }
    return made.fragment;
  }

  /** The node took none of what was asked of it last, or is out of reach. @returns {boolean} whether that was an invitation */
  refused() {
    const offered = this.#offered !== null;
    this.#offered?.settle(false);
    return offered;
  }

  /** A link that opens nothing must not be passed on. @param {string} id @returns {Promise<boolean>} whether the node lists it */
  #offer(id) {
    this.refused();
    return new Promise((resolve) => {
      const cancel = this.#doors.clock.after(ANSWER_PATIENCE, () => this.refused());
      const settle = (/** @type {boolean} */ taken) => {
        cancel();
        this.#offered = null;
        resolve(taken);
      };
      this.#offered = { id, settle };
    });
  }

  /**
   * Takes an invitation back, with all that came of it: nobody comes in by them any more, and whoever did is removed.
   * @param {string} id
   */
  revoke(id) {
    const { store, group, send } = this.#doors;
    const { invitations, people } = store.get();
    const ids = branch(invitations ?? [], id);
    const joins = people.filter(({ invitation }) => invitation !== null && ids.includes(invitation)).map(({ key }) =>
      key
    );
    send({ type: "revoke", ids });
    group.setRules({ revoke: ids });
    if (joins.length > 0) group.remove(joins);
    this.ask();
  }

  /** The node's list. @param {InvitationEntry[]} list */
  async receive(list) {
    if (list.some(({ id }) => id === this.#offered?.id)) this.#offered?.settle(true);
    const round = ++this.#round;
    const shown = await Promise.all(list.map((entry) => this.#open(entry)));
    if (round !== this.#round) return;
    this.#doors.store.update(() => ({ invitations: shown.filter((one) => one !== null) }));
  }

  /** We are outside: what was read inside is forgotten. */
  forget() {
    this.refused();
    this.#round += 1;
    this.#own = "";
    this.#doors.store.update(({ self }) => ({ invitations: null, self: { ...self, delegates: false } }));
  }

  /** @param {InvitationEntry} entry @returns {Promise<InvitationShown | null>} */
  async #open({ id, box, label, devices, revoked }) {
    const certificate = await readChain(box);
    // The node names them by their ids: one under a wrong name would have another one revoked.
    if (certificate?.id !== id) return null;
    const text = label === "" ? null : await this.#doors.group.readLabel(label).catch(() => null);
    return { ...certificate, label: cleanName(text), devices, revoked };
  }
}

/**
 * An invitation and all below it.
 * @param {readonly Pick<InvitationShown, "id" | "parent">[]} list
 * @param {string} id
 */
export function branch(list, id) {
  const ids = [id];
  for (let at = 0; at < ids.length; at += 1) {
    for (const { id: child, parent } of list) if (parent === ids[at] && !ids.includes(child)) ids.push(child);
  }
  return ids;
}

/**
 * The list as a forest, those that nobody known issued at the top; loops, which no honest list has, are cut.
 * @param {readonly InvitationShown[]} list
 * @returns {{ invitation: InvitationShown, depth: number }[]} parents before their children
 */
export function asTree(list) {
  const known = new Set(list.map(({ id }) => id));
  /** @type {{ invitation: InvitationShown, depth: number }[]} */
  const rows = [];
  const seen = new Set();
  /** @param {InvitationShown} invitation @param {number} depth */
  const grow = (invitation, depth) => {
    if (seen.has(invitation.id)) return;
    seen.add(invitation.id);
    rows.push({ invitation, depth });
    for (const child of list) if (child.parent === invitation.id) grow(child, depth + 1);
  };
  for (const invitation of list) if (invitation.parent === null || !known.has(invitation.parent)) grow(invitation, 0);
  return rows;
}
