// @ts-check
import { furnish, h, keep, setStream } from "./dom.js";
import { may } from "../app/permissions.js";
import { View } from "./view.js";
/** @typedef {import("../app/types.js").State} State */

/** No member is called so: keys have no space. */
const SCREEN = "the screen";

/** Everybody's sound, whether or not their tile is on this page. One audio element for each stream, nothing to see. */
export class Sound extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    /** @type {Map<string | number, HTMLAudioElement>} */
    this.sinks = new Map();
    this.speaker = "";
    furnish(this, { class: "sound", attrs: { "aria-hidden": "true" } });
  }

  /** Plays everything again; from a tap, which is what the browser waited for. */
  unblock() {
    this.context.set({ soundBlocked: false });
    for (const sink of this.sinks.values()) this.#play(sink);
  }

  /** @override @param {Readonly<State>} state */
  render({ self, people, screen }) {
    const shared = screen.key !== null && screen.key !== self.key;
    /** @type {{ key: string, stream: MediaStream | null }[]} */
    const sources = people.map((person) => ({
      key: person.key,
      stream: audible(person, "microphone") ? person.stream : null,
    }));
    const owner = people.find(({ key }) => key === screen.key);
    if (shared) sources.push({ key: SCREEN, stream: owner && audible(owner, "screen") ? screen.stream : null });
    keep(this.sinks, this, sources, ({ key }) => key, () => this.#sink(self.devices.speakerId));
    for (const { key, stream } of sources) {
      const sink = this.sinks.get(key);
      if (!sink || sink.srcObject === stream) continue;
      setStream(sink, stream);
      if (stream) this.#play(sink);
    }
    if (this.speaker === self.devices.speakerId) return;
    this.speaker = self.devices.speakerId;
    for (const sink of this.sinks.values()) route(sink, this.speaker);
  }

  /** @param {string} speaker */
  #sink(speaker) {
    const sink = h("audio", { attrs: { autoplay: true } });
    if (speaker) route(sink, speaker);
    return sink;
  }

  /** @param {HTMLAudioElement} sink */
  async #play(sink) {
    try {
      await sink.play();
    } catch (error) {
      // Anything else is a stream that went away while it was starting.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.context.set({ soundBlocked: true });
    }
  }
}
customElements.define("tertulia-sound", Sound);

/**
 * Whether somebody may be heard here: of whom nobody has vouched for, and of what the room does not let them, nothing.
 * @param {import("../app/types.js").Person} person @param {"microphone" | "screen"} what
 */
function audible({ veiled, permissions }, what) {
  return !veiled && may(permissions, what);
}

/** Only some browsers let a page choose the speaker. @param {HTMLAudioElement} sink @param {string} speaker */
async function route(sink, speaker) {
  try {
    await sink.setSinkId?.(speaker);
  } catch {
    // The chosen speaker is gone; the browser keeps to the default.
  }
}
