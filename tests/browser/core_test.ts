import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RUNS_ALL } from "../_tiers.ts";
import { BrowserPage, findChromium } from "./_chromium.ts";
import { type Digits, hundredSteps } from "./_core_training.ts";

const chromium = findChromium();
const reason = chromium === undefined
  ? " (skipped: no Chromium in BERTBOOK_CHROMIUM or on PATH)"
  : "";

const WASM_FOLDER = new URL(
  "./",
  import.meta.resolve("@tensorflow/tfjs-backend-wasm"),
);

/** The core and its training in one script. */
async function bundle(platform: "browser" | "deno"): Promise<string> {
  const source = fileURLToPath(import.meta.resolve("./_core_training.ts"));
  const output = join(await Deno.makeTempDir(), "core.js");
  const deno = new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", platform, "-o", output, source],
    stdout: "null",
    stderr: "piped",
  });
  const { success, stderr } = await deno.output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const code = await Deno.readTextFile(output);
  await Deno.remove(join(output, ".."), { recursive: true });
  return code;
}

/** What each other engine is compared with. */
let found: Promise<Digits> | undefined;
async function inDeno(): Promise<Digits> {
  const digits = await (found ??= hundredSteps());
  assert.equal(digits.losses.length, 100);
  assert.ok(digits.validation.at(-1)! < digits.validation[0]! / 2);
  return digits;
}

/** Trains in a page, and says which binary files of the engine it fetched. */
async function inChromium(
  settings: Parameters<typeof hundredSteps>[0],
  server: {
    headers?: Record<string, string>;
    patch?: (bytes: Uint8Array<ArrayBuffer>) => void;
  } = {},
): Promise<{ digits: Digits; binaries: string[] }> {
  const code = await bundle("browser");
  // The core uses no name of Deno or Node.js.
  assert.doesNotMatch(code, /"node:|\bDeno\./);
  const binaries: string[] = [];
  const { headers, patch } = server;
  const listening = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async ({ url }) => {
      const { pathname } = new URL(url);
      const respond = (body: BodyInit, type: string): Response =>
        new Response(body, { headers: { ...headers, "content-type": type } });
      const [, binary] = /^\/wasm\/([\w-]+\.wasm)$/.exec(pathname) ?? [];
      if (binary !== undefined) {
        binaries.push(binary);
        const bytes = await Deno.readFile(new URL(binary, WASM_FOLDER));
        patch?.(bytes);
        return respond(bytes, "application/wasm");
      }
      return pathname === "/core.js"
        ? respond(code, "text/javascript")
        : respond("<!doctype html><title>core</title>", "text/html");
    },
  );
  try {
    const page = new URL(`http://127.0.0.1:${listening.addr.port}/`);
    await using browser = await BrowserPage.open(chromium!, page);
    const given = JSON.stringify({ ...settings, wasmFolder: "/wasm" });
    const digits = await browser.evaluate<Digits>(
      `import("/core.js").then(({ hundredSteps }) => hundredSteps(${given}))`,
    );
    return { digits, binaries: [...new Set(binaries)] };
  } finally {
    await listening.shutdown();
  }
}

/** Trains in a release of Node.js, fetched by npm. */
async function inNode(
  node: string,
  settings: Parameters<typeof hundredSteps>[0] = {},
): Promise<Digits> {
  const folder = await Deno.makeTempDir();
  const wasmFolder = fileURLToPath(WASM_FOLDER);
  await Deno.writeTextFile(join(folder, "core.mjs"), await bundle("deno"));
  await Deno.writeTextFile(
    join(folder, "main.mjs"),
    `globalThis.__dirname = ${JSON.stringify(wasmFolder)}; // for Emscripten
const { hundredSteps } = await import("./core.mjs");
const settings = ${JSON.stringify({ ...settings, wasmFolder })};
console.log(JSON.stringify(await hundredSteps(settings)));
`,
  );
  const { success, stdout, stderr } = await new Deno.Command("npx", {
    args: ["--yes", node, join(folder, "main.mjs")],
  }).output();
  await Deno.remove(folder, { recursive: true });
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test({
  name: `a bundle of the core trains in a browser as in Deno${reason}`,
  ignore: chromium === undefined,
  fn: async () => {
    const { digits, binaries } = await inChromium({});
    assert.deepEqual(binaries, ["tfjs-backend-wasm-simd.wasm"]);
    assert.deepEqual(digits, await inDeno());
  },
});

Deno.test({
  name: `threads of the wasm engine change no digit${reason}`,
  ignore: chromium === undefined || !RUNS_ALL,
  fn: async () => {
    const isolated = {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    };
    const { digits, binaries } = await inChromium(
      { threads: 3 },
      { headers: isolated },
    );
    assert.deepEqual(binaries, ["tfjs-backend-wasm-threaded-simd.wasm"]);
    assert.deepEqual(digits, await inDeno());
  },
});

/**
 * XNNPACK, which the engine multiplies matrices with, takes one set of kernels on x86 and
 * another on all other processors. It tells them by the sign of ∞ − ∞, the only thing in
 * which WebAssembly lets processors differ. Here ∞ + ∞, a positive number, takes its place.
 */
function asIfNotX86(bytes: Uint8Array<ArrayBuffer>): void {
  // f32.sub, i32.reinterpret_f32, local.tee 2, i32.const 0, i32.ge_s
  const code = [0x93, 0xbc, 0x22, 2, 0x41, 0, 0x4e];
  const places = [...bytes.keys()]
    .filter((at) => code.every((byte, i) => bytes[at + i] === byte));
  assert.equal(places.length, 1);
  bytes[places[0]!] = 0x92; // f32.add
}

Deno.test({
  name:
    `the wasm engine's kernels for other processors change no digit${reason}`,
  ignore: chromium === undefined || !RUNS_ALL,
  fn: async () => {
    const { digits } = await inChromium({}, { patch: asIfNotX86 });
    assert.deepEqual(digits, await inDeno());
  },
});

for (const node of ["node@22", "node@24"]) {
  Deno.test({
    name: `a bundle of the core trains in ${node} as in Deno`,
    ignore: !RUNS_ALL || !await hasNpm(),
    fn: async () => assert.deepEqual(await inNode(node), await inDeno()),
  });
}

Deno.test({
  name: "the binary of the wasm engine without SIMD adds in another order",
  ignore: !RUNS_ALL || !await hasNpm(),
  fn: async () => {
    const flags = { WASM_HAS_SIMD_SUPPORT: false };
    const [expected, digits] = [
      await inDeno(),
      await inNode("node@22", { flags }),
    ];
    assert.equal(digits.functions, expected.functions);
    assert.notEqual(digits.weights, expected.weights);
    digits.losses.forEach((loss, step) =>
      assert.ok(Math.abs(loss / expected.losses[step]! - 1) < 1e-6)
    );
  },
});

async function hasNpm(): Promise<boolean> {
  try {
    const npm = new Deno.Command("npm", { args: ["--version"] });
    return (await npm.output()).success;
  } catch {
    return false;
  }
}
