// @ts-check
import { build, hexOf, ROOT, start } from "./module.js";

/** The meeting of Tests/ClientCoreTests/Transcript on the module that browsers run. */
Deno.test("the WebAssembly build says what the native build says, step by step", async () => {
  const sources = ["ClientCoreTests/Transcript/MeetingTranscript.swift", "WasmTests/TranscriptExports.swift"];
  const { exports } = await start(await build("transcript", sources.map((path) => `${ROOT}Tests/${path}`)));
  const call = /** @type {Record<string, () => number>} */ (/** @type {unknown} */ (exports));
  const length = call.transcript_run();
  const memory = /** @type {WebAssembly.Memory} */ (exports.memory);
  const digests = new Uint8Array(memory.buffer, call.mailbox_address(), length);
  const recorded = (await Deno.readTextFile(new URL("transcript.txt", import.meta.url))).trim().split("\n");
  const steps = recorded.map((_, step) => hexOf(digests.subarray(32 * step, 32 * step + 32)));
  if (length !== 32 * recorded.length) throw new Error(`${length / 32} steps and not ${recorded.length}`);
  recorded.forEach((digest, step) => {
    if (steps[step] !== digest) throw new Error(`step ${step}: ${steps[step]} is not ${digest}`);
  });
});
