// @ts-check
import { build, bytesOf, hexOf, ROOT, start } from "./module.js";

/** RFC 9605's official vectors on the WebAssembly build; Tests/SFrameTests runs the same natively. */

const folder = Deno.env.get("TERTULIA_VECTORS") ?? `${ROOT}../shared/vectors`;
const vectors = await Deno.readTextFile(`${folder}/sframe/test-vectors.json`).then(JSON.parse).catch(() => null);
if (!vectors) console.log(`skipped: no sframe/test-vectors.json in ${folder} (TERTULIA_VECTORS)`);

/** @typedef {(...values: (number | bigint)[]) => number} Export */

async function vectorModule() {
  const { exports } = await start(await build("vectors", [`${ROOT}Tests/WasmTests/VectorExports.swift`]));
  const memory = /** @type {WebAssembly.Memory} */ (exports.memory);
  const address = /** @type {Export} */ (exports.mailbox_address);
  const reserve = /** @type {Export} */ (exports.mailbox_reserve);
  return (/** @type {string} */ name, /** @type {(number | bigint)[]} */ values, /** @type {string[]} */ ...inputs) => {
    const input = bytesOf(inputs.join(""));
    reserve(input.length);
    new Uint8Array(memory.buffer).set(input, address());
    const length = /** @type {Export} */ (exports[name])(...values);
    return length < 0 ? length : hexOf(new Uint8Array(memory.buffer, address(), length));
  };
}

Deno.test({ name: "RFC 9605 headers", ignore: !vectors }, async () => {
  const call = await vectorModule();
  for (const { kid, ctr, encoded } of exactIntegers(vectors.header)) {
    equal(call("vector_header_write", [kid, ctr]), encoded);
  }
});

Deno.test({ name: "RFC 9605 AES-GCM suites", ignore: !vectors }, async () => {
  const call = await vectorModule();
  let count = 0;
  for (const one of vectors.sframe) {
    if (![4, 5].includes(one.cipher_suite)) continue;
    const [kid, ctr] = [BigInt(one.kid), BigInt(one.ctr)];
    const size = (/** @type {string} */ hex) => hex.length / 2;
    equal(
      call("vector_derive", [one.cipher_suite, kid, size(one.base_key)], one.base_key),
      one.sframe_key + one.sframe_salt,
    );
    const seal = [one.cipher_suite, kid, ctr, size(one.base_key), size(one.metadata), size(one.pt)];
    equal(call("vector_seal", seal, one.base_key, one.metadata, one.pt), one.ct);
    const open = [...seal.slice(0, 5), size(one.ct)];
    equal(call("vector_open", open, one.base_key, one.metadata, one.ct), one.pt);
    const changed = one.ct.slice(0, -1) + (one.ct.endsWith("0") ? "1" : "0");
    equal(call("vector_open", open, one.base_key, one.metadata, changed), -7);
    count += 1;
  }
  equal(count, 2);
});

/**
 * JSON numbers over 2^53 lose digits: every header vector says the same values in its encoding.
 * @param {{ kid: number, ctr: number, encoded: string }[]} headers
 */
function exactIntegers(headers) {
  return headers.map(({ kid, ctr, encoded }) => {
    const bytes = bytesOf(encoded);
    const fields = [BigInt(bytes[0] >> 4 & 7), BigInt(bytes[0] & 7)];
    let offset = 1;
    [bytes[0] >> 4, bytes[0]].forEach((bits, field) => {
      if (!(bits & 8)) return;
      const length = (bits & 7) + 1;
      fields[field] = BigInt(`0x${encoded.slice(2 * offset, 2 * (offset + length))}`);
      offset += length;
    });
    equal([Number(fields[0]), Number(fields[1])].join(), [kid, ctr].join());
    return { kid: fields[0], ctr: fields[1], encoded };
  });
}

/** @param {unknown} actual @param {unknown} expected */
function equal(actual, expected) {
  if (actual !== expected) throw new Error(`${actual} is not ${expected}`);
}
