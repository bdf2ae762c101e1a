// @ts-check
import { every } from "./clock.js";
import { decode, encode, SUBPROTOCOL, WireError } from "./wire.js";

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./wire.js").ClientMessage} ClientMessage */
/** @typedef {import("./wire.js").ServerMessage} ServerMessage */

/**
 * @typedef {object} SignalingEvents
 * @property {(lostFor: number) => Promise<ClientMessage[]>} opened what to say first; `lostFor` is how long there was no welcome, in milliseconds, `Infinity` before the first one
 * @property {() => void} greeted what `opened` gave has been sent
 * @property {(message: ServerMessage) => void} message every valid message but `pong`
 * @property {() => void} lost the socket is gone, another attempt is scheduled
 */

const FIRST_RETRY = 250;
/** While the node still keeps our place there is something to win by hurrying; afterwards it is spared. */
const LONGEST_RETRY = 1_500;
const HURRIED_RETRIES = 12;
const PATIENT_RETRY = 5_000;
const OPEN_TIMEOUT = 8_000;
const PING_PERIOD = 5_000;
const DEAD_AFTER = 10_000;
/** After sleep or a change of network an answer comes at once, or the socket is a corpse. */
const WAKE_DEAD_AFTER = 2_000;
/** A node that sends this many broken messages on one socket is not worth listening to. */
const MAX_INVALID = 50;

/** The WebSocket to the node: stays, or comes back. What the messages mean is for the call to say. */
export class Signaling {
  #clock;
  #connect;
  #events;
  /** @type {WebSocket | null} */
  #socket = null;
  #running = false;
  #attempts = 0;
  #greeted = false;
  #welcomed = false;
  #lastWelcomed = -Infinity;
  #heard = 0;
  #cancelRetry = () => {};
  #cancelTimeout = () => {};
  #cancelPings = () => {};
  #cancelDead = () => {};
  /** When the socket counts as dead, if nothing is heard. */
  #due = Infinity;

  /** Messages refused, by reason; for tests and for the curious. */
  counters = { unknown: 0, invalid: 0 };

  /**
   * @param {SignalingEvents} events
   * @param {Clock} clock
   * @param {() => WebSocket} connect
   */
  constructor(events, clock, connect = connectToOrigin) {
    this.#events = events;
    this.#clock = clock;
    this.#connect = connect;
  }

  /** True between the greeting and the loss of a socket: messages go out. */
  get open() {
    return this.#greeted && this.#socket?.readyState === 1;
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    this.#attempts = 0;
    this.#open();
  }

  /**
   * @param {ClientMessage} message
   * @returns {boolean} false when there is no open socket: the message is dropped
   */
  send(message) {
    if (!this.open) return false;
    this.#socket?.send(encode(message));
    return true;
  }

  /** Page visible again, network back: find out now whether the socket lives. */
  wake() {
    if (!this.#running) return;
    if (!this.#socket) {
      this.#attempts = 0;
      this.#open();
    } else if (this.open) {
      this.#ping(WAKE_DEAD_AFTER);
    }
  }

  /** Drops the socket and comes back with a new one: the node will see another `hello`. */
  restart() {
    if (!this.#running) return;
    this.#drop();
    this.#attempts = 0;
    this.#open();
  }

  stop() {
    this.#running = false;
    this.#cancelRetry();
    this.#drop();
  }

  #open() {
    this.#cancelRetry();
    this.#attempts += 1;
    const socket = this.#connect();
    this.#socket = socket;
    const current = () => this.#socket === socket;
    socket.onopen = () => current() && this.#greet(socket);
    socket.onmessage = ({ data }) => current() && this.#receive(data);
    socket.onclose = () => current() && this.#lost();
    this.#cancelTimeout = this.#clock.after(OPEN_TIMEOUT, () => current() && this.#lost());
  }

  /** @param {WebSocket} socket */
  async #greet(socket) {
    this.#heard = this.#clock.now();
    const greeting = await this.#events.opened(this.#heard - this.#lastWelcomed);
    if (this.#socket !== socket) return;
    this.#greeted = true;
    for (const message of greeting) this.send(message);
    this.#events.greeted();
    this.#cancelPings = every(this.#clock, PING_PERIOD, () => this.#ping(DEAD_AFTER));
  }

  /** @param {unknown} data */
  #receive(data) {
    this.#heard = this.#clock.now();
    this.#alive();
    /** @type {ServerMessage} */
    let message;
    try {
      message = decode(data);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.counters[error.code] += 1;
      if (this.counters.invalid > MAX_INVALID) this.#lost();
      return;
    }
    if (message.type === "pong") return;
    if (message.type === "lobby") {
      // Whoever waits at the door is connected: a host may take her time.
      this.#cancelTimeout();
      this.#attempts = 0;
    }
    if (message.type === "welcome") {
      // A second one on the same socket could give us back an index whose keys were used already.
      if (this.#welcomed) return;
      this.#cancelTimeout();
      this.#attempts = 0;
      this.counters.invalid = 0;
      this.#welcomed = true;
    }
    this.#events.message(message);
  }

  /** @param {number} patience */
  #ping(patience) {
    this.send({ type: "ping" });
    const due = this.#clock.now() + patience;
    if (due >= this.#due) return;
    // Counted from a ping, not from the last message: timers of a hidden page come late, and prove nothing.
    this.#cancelDead();
    this.#due = due;
    this.#cancelDead = this.#clock.after(patience, () => this.#lost());
  }

  /** Whatever the node says answers a ping. */
  #alive() {
    this.#cancelDead();
    this.#due = Infinity;
  }

  #lost() {
    this.#drop();
    if (!this.#running) return;
    const longest = this.#attempts > HURRIED_RETRIES ? PATIENT_RETRY : LONGEST_RETRY;
    const delay = Math.min(FIRST_RETRY * 2 ** Math.max(0, this.#attempts - 1), longest);
    this.#cancelRetry = this.#clock.after(delay * (0.75 + this.#clock.random() / 2), () => this.#open());
    this.#events.lost();
  }

  #drop() {
    this.#cancelTimeout();
    this.#cancelPings();
    this.#alive();
    if (this.#welcomed) this.#lastWelcomed = this.#heard;
    this.#welcomed = false;
    this.#greeted = false;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}

/** @returns {WebSocket} */
function connectToOrigin() {
  const address = new URL("/ws", location.href);
  address.protocol = location.protocol === "http:" ? "ws:" : "wss:";
  address.hash = "";
  return new WebSocket(address, SUBPROTOCOL);
}
