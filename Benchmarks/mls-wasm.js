// @ts-check
/**
 * MLS in WebAssembly: a member of a large group processes a commit with a path, and somebody joins by Welcome.
 *
 *   deno run -A Benchmarks/mls-wasm.js [--members N] [--runs N] [--module FILE]
 *
 * prints one JSON object of medians. A page imports `measure` and hands it the bytes of the same module.
 */

/** @typedef {(...values: number[]) => number} Export */
/** @typedef {{ memory: WebAssembly.Memory } & Record<string, Export>} Exports */

/**
 * @param {BufferSource} bytes the module as Tests/WasmTests/mls_module.js builds it
 * @param {{ members?: number, runs?: number }} [options]
 */
export async function measure(bytes, { members = 1000, runs = 9 } = {}) {
  const module = await WebAssembly.compile(bytes);
  const maker = await instantiate(module);
  const length = maker.bench_make(members);
  if (length < 0) throw new Error("the group was not made");
  const address = maker.scratch_reserve(0);
  const large = new Uint8Array(maker.memory.buffer).slice(address, address + length);

  const joins = [];
  for (let run = 0; run < runs; run++) {
    const joiner = await load(module, large);
    joins.push(time(() => expect(joiner.bench_join(0), members)));
  }
  const member = await load(module, large);
  expect(member.bench_join(1), members);
  const commits = [];
  const made = [];
  const epoch = member.bench_process_commit(0);
  for (let run = 0; run < 3 * runs; run++) {
    commits.push(time(() => expect(member.bench_process_commit(0), epoch)));
    made.push(time(() => member.bench_make_commit()));
  }
  return {
    members,
    runs,
    commit_ms: median(commits),
    join_ms: median(joins),
    make_commit_ms: median(made),
    memory_bytes: await memoryOfAMember(module, large, members),
    large_bytes: length,
  };
}

/**
 * All the memory of an instance that has joined and gone on to the next epoch, keeping the one before.
 * @param {WebAssembly.Module} module
 * @param {Uint8Array} large
 * @param {number} members
 */
async function memoryOfAMember(module, large, members) {
  const member = await load(module, large);
  expect(member.bench_join(1), members);
  if (member.bench_process_commit(1) < 0) throw new Error("the commit was refused");
  return member.memory.buffer.byteLength;
}

/** @param {WebAssembly.Module} module @returns {Promise<Exports>} */
async function instantiate(module) {
  /** @type {WebAssembly.Instance} */
  const instance = await WebAssembly.instantiate(module, {
    env: {
      random_get(/** @type {number} */ address, /** @type {number} */ count) {
        const memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
        const bytes = new Uint8Array(count);
        crypto.getRandomValues(bytes);
        new Uint8Array(memory.buffer, address >>> 0, count).set(bytes);
      },
    },
  });
  const exports = /** @type {Exports} */ (/** @type {unknown} */ (instance.exports));
  exports._initialize();
  return exports;
}

/** @param {WebAssembly.Module} module @param {Uint8Array} large */
async function load(module, large) {
  const exports = await instantiate(module);
  const address = exports.scratch_reserve(large.length);
  new Uint8Array(exports.memory.buffer).set(large, address);
  expect(exports.bench_load(large.length), 0);
  return exports;
}

/** @param {() => void} body @returns {number} milliseconds */
function time(body) {
  const start = performance.now();
  body();
  return performance.now() - start;
}

/** @param {number} value @param {number} expected */
function expect(value, expected) {
  if (value !== expected) throw new Error(`${value} instead of ${expected}`);
}

/** @param {number[]} values */
function median(values) {
  return Math.round(values.sort((a, b) => a - b)[values.length >> 1] * 100) / 100;
}

/** @param {string} name @returns {string | undefined} */
function option(name) {
  const place = Deno.args.indexOf(`--${name}`);
  return place < 0 ? undefined : Deno.args[place + 1];
}

if ("Deno" in globalThis && import.meta.main) {
  const file = option("module");
  const bytes = file
    ? await Deno.readFile(file)
    : await (await import("../Tests/WasmTests/mls_module.js")).buildForTests();
  const options = { members: Number(option("members") ?? 1000), runs: Number(option("runs") ?? 9) };
  console.log(JSON.stringify(await measure(bytes, options)));
}
