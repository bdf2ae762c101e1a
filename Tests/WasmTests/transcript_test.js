// @ts-check
import { CoreError } from "../../Web/worker/core.js";
import { build, bytesOf, hexOf, ROOT, run, start } from "./module.js";

/** @typedef {import("../../Web/worker/core.js").Core} Core */
/** @typedef {import("../../Web/worker/core.js").FramePlan} FramePlan */
/** @typedef {{ core: Core, join: Uint8Array, keys: Map<number, CryptoKey> }} Participant */

/** The scripted call of Tests/ClientCoreTests/TranscriptVectorTests.swift, on the module that browsers run. */
Deno.test("the WebAssembly build gives what the native build gives, step by step", async () => {
  const module = await build("tests");
  const steps = JSON.parse(await Deno.readTextFile(new URL("transcript.json", import.meta.url)));
  const call = new ScriptedCall(module);
  for (const [number, step] of steps.entries()) {
    const out = await call.run(step);
    if (out !== step.out) throw new Error(`step ${number} (${step.op}): ${out} is not ${step.out}`);
  }
});

Deno.test("the module imports randomness and nothing else", async () => {
  const module = await build("tests");
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(module)).map(({ module, name }) =>
    `${module}.${name}`
  );
  if (imports.join() !== "env.random_get") throw new Error(imports.join());
});

Deno.test("the module is small, and the same bytes wherever it is built", async () => {
  const module = await build("tests");
  const packed = new Blob([module]).stream().pipeThrough(new CompressionStream("gzip"));
  const size = (await new Response(packed).arrayBuffer()).byteLength;
  if (module.byteLength > 450_000 || size > 170_000) throw new Error(`${module.byteLength} bytes, ${size} compressed`);
  const elsewhere = (await run("mktemp", "-d")).trim();
  try {
    await run("sh", "-c", COPY, "sh", ROOT, elsewhere);
    await run(`${elsewhere}/a/deeper/copy/tools/build-wasm`, `${elsewhere}/out`);
    const again = await Deno.readFile(`${elsewhere}/out/client.wasm`);
    if (hexOf(again) !== hexOf(module)) throw new Error("another folder gives another module");
  } finally {
    await run("rm", "-r", elsewhere);
  }
});

/** The sources in a folder of another name and depth, with the same checkout of swift-crypto and nothing else built. */
const COPY = `
  copy=$2/a/deeper/copy
  mkdir -p "$copy/.build-wasm" "$copy/tools"
  cp -rL "$1/Sources" "$copy/Sources"
  cp "$1/tools/build-wasm" "$copy/tools/"
  for checkout in "$1"/.build*/checkouts/swift-crypto "$1/.build-wasm/swift-crypto"; do
    [ -e "$checkout/.git" ] && ln -sfn "$checkout" "$copy/.build-wasm/swift-crypto"
  done
  true`;

class ScriptedCall {
  #module;
  /** @type {Map<string, Participant>} */
  #participants = new Map();
  /** @type {Uint8Array[]} */
  #results = [];
  #random = 0;
  #joining = false;

  /** @param {Uint8Array<ArrayBuffer>} module */
  constructor(module) {
    this.#module = module;
  }

  /** @param {any} step */
  async run(step) {
    try {
      const result = await this.#perform(step);
      this.#results.push(result);
      if (result.length <= 64) return hexOf(result);
      return `#${hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(result))))}`;
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      this.#results.push(new Uint8Array());
      return `!${error.code}`;
    }
  }

  /** @param {any} step @returns {Promise<Uint8Array> | Uint8Array} */
  #perform(step) {
    if (step.op === "open") return this.#open(step);
    const participant = this.#participant(step.who);
    const { core } = participant;
    switch (step.op) {
      case "newJoin":
        return participant.join = this.#join(() => core.newJoin());
      case "setSelf":
        core.setSelf(step.index);
        return new Uint8Array();
      case "setRoster":
        core.setRoster(
          step.members.map((/** @type {[number, string]} */ [index, who]) => {
            return { index, join: this.#participant(who).join };
          }),
        );
        return new Uint8Array();
      case "sealFrame":
        return seal(participant, step.context, step.kind, this.#bytes(step.frame));
      case "openFrame":
        return open(participant, step.kind, this.#bytes(step.frame));
      case "seal":
        return core.sealMessage(step.label, this.#bytes(step.content));
      case "openBox":
        return core.openMessage(step.label, step.index, this.#bytes(step.box));
      default:
        throw new Error(`unknown step ${step.op}`);
    }
  }

  /** @param {{ who: string, fragment: string }} step */
  async #open({ who, fragment }) {
    const { core } = await start(this.#module, (bytes) => this.#fill(bytes));
    const { gate, join } = this.#join(() => core.open(fragment));
    this.#participants.set(who, { core, join, keys: new Map() });
    return Uint8Array.of(...gate, ...join);
  }

  /**
   * Join ids are drawn out of 00 01 02 ...; the seeds of hash tables come from real randomness, and must not matter.
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  #fill(bytes) {
    if (this.#joining) bytes.forEach((_, index) => bytes[index] = this.#random++ & 255);
    else crypto.getRandomValues(bytes);
  }

  /** @template Result @param {() => Result} body @returns {Result} */
  #join(body) {
    this.#joining = true;
    try {
      return body();
    } finally {
      this.#joining = false;
    }
  }

  /** @param {string} who */
  #participant(who) {
    const participant = this.#participants.get(who);
    if (!participant) throw new Error(`${who} has not opened a link`);
    return participant;
  }

  /** @param {string} text */
  #bytes(text) {
    if (text.startsWith("$")) return this.#results[Number(text.slice(1))];
    if (text.startsWith("*")) return new Uint8Array(Number(text.slice(1))).fill(0x61);
    return bytesOf(text);
  }
}

/** @param {Participant} participant @param {FramePlan} plan */
async function keyOf({ core, keys }, { handle }) {
  let key = keys.get(handle);
  if (!key) {
    key = await crypto.subtle.importKey("raw", core.takeKey(handle), "AES-GCM", false, ["encrypt", "decrypt"]);
    keys.set(handle, key);
  }
  return key;
}

/** @param {Participant} participant @param {number} context @param {number} kind @param {Uint8Array} frame */
async function seal(participant, context, kind, frame) {
  const plan = participant.core.planSeal(context, kind, frame);
  const key = await keyOf(participant, plan);
  const sealed = await crypto.subtle.encrypt(parameters(plan), key, frame.slice(plan.clearLength));
  return Uint8Array.of(...frame.subarray(0, plan.clearLength), ...plan.header, ...new Uint8Array(sealed));
}

/** @param {Participant} participant @param {number} kind @param {Uint8Array} frame */
async function open(participant, kind, frame) {
  const plan = participant.core.planOpen(kind, frame);
  const key = await keyOf(participant, plan);
  const opened = await crypto.subtle.decrypt(parameters(plan), key, frame.slice(plan.clearLength + plan.header.length))
    .catch(() => {
      throw new CoreError("bad_tag");
    });
  participant.core.commit(plan);
  return Uint8Array.of(...frame.subarray(0, plan.clearLength), ...new Uint8Array(opened));
}

/** @param {FramePlan} plan */
function parameters({ nonce, additionalData }) {
  return { name: "AES-GCM", iv: nonce, additionalData, tagLength: 128 };
}
