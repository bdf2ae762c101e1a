// @ts-check
import { buildForTests, flatten, parse, TestModule } from "./mls_module.js";
import { ROOT } from "./module.js";

/**
 * The official vectors of MLS and HPKE, suites 1 and 2, on the WebAssembly build. Tests/MLSTests runs the same checks
 * natively: here only JSON is read otherwise. Any file of a known name is taken from the folder that TERTULIA_VECTORS
 * names, and from its folders mls and hpke.
 */

const folder = Deno.env.get("TERTULIA_VECTORS") ?? `${ROOT}../shared/vectors`;

const NAMES = [
  "tree-math",
  "deserialization",
  "messages",
  "crypto-basics",
  "rfc9180",
  "key-schedule",
  "psk_secret",
  "secret-tree",
  "transcript-hashes",
  "message-protection",
  "welcome",
  "tree-operations",
  "tree-validation",
  "treekem",
  "passive-client",
];

/** @type {Map<string, string[]>} */
const files = new Map(NAMES.map((name) => [name, []]));
for (const place of ["mls", "hpke", "."]) {
  for (const file of jsonFiles(`${folder}/${place}`)) {
    files.get(NAMES.find((name) => file.startsWith(name)) ?? "")?.push(`${folder}/${place}/${file}`);
  }
}

/** @param {string} path */
function jsonFiles(path) {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name).filter((name) => name.endsWith(".json")).sort();
  } catch {
    return [];
  }
}

/** @type {Promise<Uint8Array<ArrayBuffer>> | undefined} */
let built;
const module = () => built ??= buildForTests();

Deno.test("the checks know the same files", async () => {
  const test = await TestModule.start(await module());
  const known = [];
  for (let length = test.call("vector_kind_name", 0); length; length = test.call("vector_kind_name", known.length)) {
    known.push(new TextDecoder().decode(test.read(length)));
  }
  if (known.join() !== NAMES.join()) throw new Error(`${known}`);
});

for (const [name, paths] of files) {
  if (!paths.length) console.log(`skipped: no ${name}*.json in ${folder} (TERTULIA_VECTORS)`);
  Deno.test({ name: `official vectors in WebAssembly: ${name}`, ignore: !paths.length }, async () => {
    const test = await TestModule.start(await module());
    const failures = [];
    let checked = 0;
    for (const path of paths) {
      const vectors = /** @type {unknown[]} */ (parse(await Deno.readTextFile(path)));
      for (const [place, vector] of vectors.entries()) {
        const result = check(test, vector);
        if (result === null) continue;
        checked += 1;
        if (result) failures.push(`${path}[${place}]: ${result}`);
      }
    }
    console.log(`${checked} vectors of ${name}`);
    if (failures.length || !checked) throw new Error(failures.join("\n") || "none of suite 1 or 2");
  });

  /**
   * Null when the vector is of another suite, "" when it is met, else where it is not.
   * @param {TestModule} test
   * @param {unknown} vector
   */
  function check(test, vector) {
    const bytes = flatten(vector);
    test.write(bytes);
    const result = test.call("vector_check", NAMES.indexOf(name), bytes.length);
    if (result < 0) return null;
    return result ? new TextDecoder().decode(test.read(result)) : "";
  }
}
