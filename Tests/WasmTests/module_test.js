// @ts-check
import { brotliCompressSync } from "node:zlib";
import { build, hexOf, ROOT, run } from "./module.js";

/** Bytes, everything included; compressed as browsers get it. */
const MOST = 450_000;
const MOST_COMPRESSED = 170_000;

Deno.test("the module imports randomness and nothing else", async () => {
  const module = await build("tests");
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(module)).map(({ module, name }) =>
    `${module}.${name}`
  );
  if (imports.join() !== "env.random_get") throw new Error(imports.join());
});

Deno.test("the module is small, and the same bytes wherever it is built", async () => {
  const module = await build("tests");
  const size = brotliCompressSync(module).byteLength;
  if (module.byteLength > MOST || size > MOST_COMPRESSED) {
    throw new Error(`${module.byteLength} bytes, ${size} compressed`);
  }
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

/** The sources in a folder of another name and depth, with the same sources of others and nothing else built. */
const COPY = `
  copy=$2/a/deeper/copy
  mkdir -p "$copy/.build-wasm" "$copy/tools"
  cp -rL "$1/Sources" "$copy/Sources"
  cp "$1/tools/build-wasm" "$copy/tools/"
  for checkout in "$1"/.build*/checkouts/swift-crypto "$1/.build-wasm/swift-crypto"; do
    [ -e "$checkout/.git" ] && ln -sfn "$checkout" "$copy/.build-wasm/swift-crypto"
  done
  for sources in "$1"/.build-wasm/argon2-*/; do ln -sfn "$sources" "$copy/.build-wasm/"; done
  true`;
