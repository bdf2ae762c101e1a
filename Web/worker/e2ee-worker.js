// @ts-check
/**
 * The dedicated worker that holds a call's keys. The page sends it commands, the browser sends it encoded frames; plain
 * keys and the link secret stay in here.
 */
import * as messages from "./app-messages.js";
import { decode, encode } from "./base64url.js";
import { Core, CoreError } from "./core.js";
import { FrameTransform } from "./frame-transform.js";
import { MediaKeys } from "./media-keys.js";

/** @typedef {import("./frame-transform.js").TransformOptions} TransformOptions */
/** @typedef {import("./frame-transform.js").Transformer} Transformer */

/**
 * The part of the worker's global scope that is used.
 * @typedef {object} Scope
 * @property {(message: object) => void} postMessage
 * @property {((event: MessageEvent) => void) | null} onmessage
 * @property {((event: TransformEvent) => void) | null} onrtctransform
 */

/** @typedef {{ transformer: Transformer & { options: TransformOptions } }} TransformEvent */

/** @typedef {{ index: number, join: string }} RosterEntry */

const scope = /** @type {Scope} */ (/** @type {unknown} */ (globalThis));

/** @type {{ core: Core, keys: MediaKeys } | null} */
let session = null;
/** @type {Map<string, FrameTransform>} the newest transform of each name */
const transforms = new Map();

function opened() {
  if (!session) throw new CoreError("not_open");
  return session;
}

const commands = {
  /** @param {{ secret: string }} arguments_ */
  async open({ secret }) {
    const core = await Core.load("/worker/client.wasm");
    const { gate, join } = core.open(secret);
    session = { core, keys: new MediaKeys(core) };
    return { gate: encode(gate), join: encode(join) };
  },

  newJoin() {
    return encode(opened().core.newJoin());
  },

  /** @param {{ index: number }} arguments_ */
  setSelf({ index }) {
    opened().core.setSelf(index);
  },

  /** @param {{ members: RosterEntry[] }} arguments_ */
  setRoster({ members }) {
    opened().core.setRoster(members.map(({ index, join }) => {
      const bytes = decode(join);
      if (!bytes) throw new CoreError("bad_argument");
      return { index, join: bytes };
    }));
  },

  /** @param {{ label: messages.LabelName, content: object }} arguments_ */
  seal({ label, content }) {
    return messages.seal(opened().core, label, content);
  },

  /** @param {{ label: messages.LabelName, index: number, box: unknown }} arguments_ */
  openBox({ label, index, box }) {
    return messages.open(opened().core, label, index, box);
  },

  counters() {
    return [...transforms.values()].map(({ counters }) => counters);
  },
};

/** @param {MessageEvent} event */
scope.onmessage = async ({ data: { id, command, arguments: arguments_ } }) => {
  try {
    const run = /** @type {(arguments_: object) => unknown} */ (commands[/** @type {keyof commands} */ (command)]);
    scope.postMessage({ id, result: await run(arguments_) });
  } catch (error) {
    scope.postMessage({ id, error: error instanceof CoreError ? error.code : "wasm_failed" });
  }
};

/** @param {TransformEvent} event */
scope.onrtctransform = async ({ transformer }) => {
  const { core, keys } = opened();
  const { options } = transformer;
  const transform = new FrameTransform(core, keys, options, (event, detail) => scope.postMessage({ event, detail }));
  transforms.set(options.name, transform);
  // The stream errs when the connection ends in the middle of a frame; there is nobody left to tell.
  await transform.run(transformer).catch(() => {});
  if (transforms.get(options.name) === transform) transforms.delete(options.name);
};
