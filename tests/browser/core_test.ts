import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BrowserPage, findChromium } from "./_chromium.ts";
import { tenLosses } from "./_core_training.ts";

const chromium = findChromium();
const reason = chromium === undefined
  ? " (skipped: no Chromium in BERTBOOK_CHROMIUM or on PATH)"
  : "";

const WASM_FOLDER = new URL(
  "./",
  import.meta.resolve("@tensorflow/tfjs-backend-wasm"),
);

/** The core and its training in one script, without a name of Deno or Node.js. */
async function bundle(): Promise<string> {
  const source = fileURLToPath(import.meta.resolve("./_core_training.ts"));
  const output = join(await Deno.makeTempDir(), "core.js");
  const deno = new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "-o", output, source],
    stdout: "null",
    stderr: "piped",
  });
  const { success, stderr } = await deno.output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const code = await Deno.readTextFile(output);
  await Deno.remove(join(output, ".."), { recursive: true });
  return code;
}

Deno.test({
  name: `a bundle of the core trains in a browser as in Deno${reason}`,
  ignore: chromium === undefined,
  fn: async () => {
    const code = await bundle();
    assert.doesNotMatch(code, /"node:|\bDeno\./);
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async ({ url }) => {
        const { pathname } = new URL(url);
        const [, binary] = /^\/wasm\/([\w-]+\.wasm)$/.exec(pathname) ?? [];
        if (binary !== undefined) {
          const bytes = await Deno.readFile(new URL(binary, WASM_FOLDER));
          return new Response(bytes, {
            headers: { "content-type": "application/wasm" },
          });
        }
        return pathname === "/core.js"
          ? new Response(code, {
            headers: { "content-type": "text/javascript" },
          })
          : new Response("<!doctype html><title>core</title>", {
            headers: { "content-type": "text/html" },
          });
      },
    );
    try {
      const { port } = server.addr;
      const page = new URL(`http://127.0.0.1:${port}/`);
      await using browser = await BrowserPage.open(chromium!, page);
      const losses = await browser.evaluate<number[]>(
        `import("/core.js").then(({ tenLosses }) => tenLosses("/wasm"))`,
      );
      assert.equal(losses.length, 10);
      assert.deepEqual(losses, await tenLosses());
    } finally {
      await server.shutdown();
    }
  },
});
