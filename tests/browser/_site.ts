import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BrowserPage } from "./_chromium.ts";

/** The files of transformers.js and onnxruntime-web that a page needs, in node_modules. */
export const PACKAGES = (() => {
  const module = fileURLToPath(
    import.meta.resolve("@huggingface/transformers"),
  );
  const web = createRequire(module).resolve("onnxruntime-web");
  return { transformers: dirname(module), onnxruntimeWeb: dirname(web) };
})();

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  mjs: "text/javascript",
  wasm: "application/wasm",
};

/**
 * Opens a page of this machine, and checks that it asks no other for anything.
 *
 * @param chromium The browser.
 * @param path The page; an empty one if there is no such file.
 * @param folders Where the files of the site are; the first that has one is taken.
 * @param use What is done with the page.
 */
export async function onSite<R>(
  chromium: string,
  path: string,
  folders: readonly string[],
  use: (page: BrowserPage) => Promise<R>,
): Promise<R> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async ({ url }) => {
      const name = new URL(url).pathname;
      const type = TYPES[name.split(".").at(-1)!] ?? "application/octet-stream";
      const headers = { "content-type": type };
      for (const folder of folders) {
        const bytes = await Deno.readFile(join(folder, name)).catch(() => {});
        if (bytes) return new Response(bytes, { headers });
      }
      return name.endsWith(".html")
        ? new Response("<!doctype html>", { headers })
        : new Response(null, { status: 404 });
    },
  );
  const site = `http://127.0.0.1:${server.addr.port}/`;
  try {
    await using page = await BrowserPage.open(
      chromium,
      new URL("empty.html", site),
    );
    await page.send("Network.enable");
    await page.send("Page.navigate", { url: site + path });
    const result = await use(page);
    const own = page.requests.filter((url) => url.startsWith(site));
    const local = /^(data|blob:http:\/\/127\.0\.0\.1):/;
    assert.deepEqual(
      page.requests.filter((url) => !own.includes(url) && !local.test(url)),
      [],
    );
    assert.ok(own.some((url) => url.endsWith(".wasm")), own.join(" "));
    return result;
  } finally {
    await server.shutdown();
  }
}
