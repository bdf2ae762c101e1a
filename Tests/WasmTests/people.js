// @ts-check
import { decode, encode } from "../../Web/worker/base64url.js";
import { Epochs } from "../../Web/worker/epochs.js";
import { MediaKeys } from "../../Web/worker/media-keys.js";
import { Input } from "../../Web/worker/meeting-codec.js";
import { TLSReader, TLSWriter } from "../../Web/worker/tls.js";
import { start } from "./module.js";

/** @typedef {import("../../Web/worker/meeting-codec.js").Effect} Effect */
/** @typedef {import("../../Web/worker/meeting-codec.js").Input} InputBytes */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

export const SECRET = "1AAECAwQFBgcICQoLDA0ODw";

/** One participant on the real module. */
export class Person {
  keys;
  epochs = new Epochs();
  epoch = 0;
  /** @type {Effect[]} what happened, but for what went to the node */
  events = [];
  /** What is for the node and has not been fetched. @type {import("../../Web/worker/meeting-codec.js").Upload[]} */
  sent = [];
  now = 0;

  /** @param {import("../../Web/worker/core.js").Core} core @param {string} [fragment] @param {Uint8Array | null} [seed] */
  constructor(core, fragment = SECRET, seed = null) {
    this.core = core;
    this.keys = new MediaKeys(core);
    this.gate = core.open(fragment, seed).gate;
  }

  get join() {
    return this.core.join;
  }

  /** @param {InputBytes} input */
  hear(input) {
    this.#perform(this.core.handle(input, { now: this.now, wallClock: 1_700_000_000 }));
  }

  /** @param {number} milliseconds */
  wait(milliseconds) {
    this.now += milliseconds;
    this.#perform(this.core.advance({ now: this.now, wallClock: 1_700_000_000 }));
  }

  /** @param {string} type */
  last(type) {
    return /** @type {any} */ (this.events.findLast((event) => event.type === type));
  }

  /** @param {Effect[]} effects */
  #perform(effects) {
    for (const effect of effects) {
      if (effect.type === "send") this.sent.push(effect.message);
      else this.events.push(effect);
      if (effect.type === "members") this.epochs.setMembers(effect.members);
      if (effect.type !== "security" || effect.epoch === this.epoch) continue;
      this.epoch = effect.epoch;
      this.epochs.begin();
    }
    this.keys.retire();
  }
}

/** A node that does what it should, for people who come one after the other. */
export class Node {
  /** @type {Person[]} */
  people = [];
  /** @type {Bytes[]} */
  #tree = [];
  #epoch = 0;

  /** @param {Person} person */
  enter(person) {
    person.hear(Input.entered(false, new Uint8Array(32).fill(7)));
    this.people.push(person);
    for (const one of this.people) {
      one.hear(Input.roster(this.people.filter((other) => other !== one).map(({ join }) => join)));
    }
    const packages = person.sent.splice(0).flatMap((m) => m.type === "key_package" ? bytes(m.box) : []);
    if (this.people.length === 1) {
      person.hear(Input.createGroup());
    } else {
      this.people[0].hear(Input.commitRequest(packages));
    }
    this.settle();
  }

  /** Carries to everybody what anybody has to say, until nobody has. */
  settle() {
    for (let author; (author = this.people.find(({ sent }) => sent.length > 0));) {
      const message = /** @type {import("../../Web/worker/meeting-codec.js").Upload} */ (author.sent.shift());
      this.#take(message, author);
    }
  }

  /** @param {import("../../Web/worker/meeting-codec.js").Upload} message @param {Person} author */
  #take(message, author) {
    const others = this.people.filter((person) => person !== author);
    switch (message.type) {
      case "group": {
        const reader = new TLSReader(bytes(message.box));
        reader.opaque();
        return this.#change(reader);
      }
      case "commit": {
        const reader = new TLSReader(bytes(message.box));
        const [commit, welcome] = [reader.opaque(), reader.opaque()];
        reader.opaque();
        const epoch = this.#epoch;
        if (epochOf(commit) !== epoch) return author.hear(Input.commitRefused(epochOf(commit)));
        this.#change(reader);
        const known = new Set(author.last("members").members.map((/** @type {{ join: string }} */ one) => one.join));
        this.#epoch += 1;
        for (const person of this.people) {
          const isMember = known.has(encode(person.join));
          if (isMember) person.hear(Input.commit(epoch, commit));
          else person.hear(Input.groupWelcome(welcome, this.#served));
        }
        return;
      }
      case "message": {
        const { box, to } = message;
        for (const person of others) {
          if (!to || to.includes(encode(person.join))) person.hear(Input.message(bytes(box), author.join));
        }
      }
    }
  }

  /** @param {TLSReader} reader */
  #change(reader) {
    const count = uint32(reader);
    for (const { index, node } of reader.vector((r) => ({ index: uint32(r), node: r.opaque() }))) {
      this.#tree[index] = node;
    }
    this.#tree.length = count;
  }

  /** `optional<Node> ratchet_tree<V>`, without blanks at the end. */
  get #served() {
    const last = this.#tree.findLastIndex((node) => node?.length > 0);
    return new TLSWriter().vector((writer) => {
      for (const node of this.#tree.slice(0, last + 1)) {
        if (node?.length) writer.uint8(1).raw(node);
        else writer.uint8(0);
      }
    }).bytes;
  }
}

/**
 * A group of people who came one after the other, and who all seal for each other by now.
 * @param {Bytes} module
 * @param {number} count
 */
export async function meet(module, count) {
  const node = new Node();
  for (let number = 0; number < count; number += 1) node.enter(new Person((await start(module)).core));
  for (const person of node.people) {
    person.wait(1_000);
    node.settle();
  }
  return { node, people: node.people };
}

/** Of a PublicMessage (RFC 9420 §6). @param {Bytes} message */
function epochOf(message) {
  const reader = new TLSReader(message);
  uint32(reader);
  reader.opaque();
  return reader.uint64();
}

/** @param {TLSReader} reader */
const uint32 = (reader) => reader.uint16() * 0x10000 + reader.uint16();

/** @param {string} text */
const bytes = (text) => /** @type {Bytes} */ (decode(text));
