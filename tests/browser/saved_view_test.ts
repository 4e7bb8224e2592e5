/** Saved views, opened as files: what a reader gets by a double click. */

import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { headView } from "bertbook/views/attention/head_view.ts";
import type { HtmlView } from "bertbook/views/attention/html_view.ts";
import { modelView } from "bertbook/views/attention/model_view.ts";
import { neuronView } from "bertbook/views/attention/neuron_view.ts";
import { saveView } from "bertbook/views/attention/save_view.ts";
import {
  INJECTIONS,
  sampleAttention,
  sampleNeurons,
  samplePair,
} from "../views/_samples.ts";
import { all, inBrowser, view } from "./_views.ts";

const folder = Deno.makeTempDirSync({ prefix: "bertbook-views-" });
globalThis.addEventListener(
  "unload",
  () => Deno.removeSync(folder, { recursive: true }),
);

/** Saves a view and gives its address. */
async function saved(
  name: string,
  made: HtmlView,
  title?: string,
): Promise<URL> {
  const path = `${folder}/${name}.html`;
  await saveView(made, path, title === undefined ? {} : { title });
  return pathToFileURL(path);
}

const pair = samplePair(2, 3);
const neurons = sampleNeurons([2, 3, 8], pair);
const files = {
  head: await saved("head", headView(pair)),
  model: await saved("model", modelView(pair)),
  neuron: await saved("neuron", neuronView(neurons), INJECTIONS.join(" ")),
};

for (const [name, file] of Object.entries(files)) {
  inBrowser(
    `a saved ${name} view runs, and may run nothing else`,
    () => file,
    async (page) => {
      assert.equal(
        await page.evaluate(
          "document.title.length > 10 && document.documentElement.lang",
        ),
        "en",
      );
      const count = await page.evaluate<number>(
        `${all("canvas, path")}.length`,
      );
      assert.ok(count > 0);

      await page.evaluate(`{
      const script = document.createElement("script");
      script.textContent = "window.pwned = 1";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend",
        "<a onclick='window.pwned = 1'>x</a>");
      document.body.lastChild.click();
    }`);
      assert.equal(await page.evaluate("typeof window.pwned"), "undefined");

      const requests: string[] = [];
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        ({ url }) => {
          requests.push(url);
          return new Response("reached", {
            headers: { "access-control-allow-origin": "*" },
          });
        },
      );
      const address = `http://127.0.0.1:${server.addr.port}`;
      const reached = await page.evaluate<string>(`(async () => {
      const picture = new Image();
      const failed = new Promise((done) => picture.onerror = done);
      picture.src = "${address}/picture";
      await failed;
      return fetch("${address}/fetch").then(() => "yes", () => "no");
    })()`);
      assert.equal(reached, "no");
      assert.deepEqual(requests, []);
    },
  );
}

for (const scheme of ["light", "dark"]) {
  inBrowser(
    `a saved view is readable in a ${scheme} system`,
    () => files.model,
    async (page) => {
      await page.send("Emulation.setEmulatedMedia", {
        features: [{ name: "prefers-color-scheme", value: scheme }],
      });
      const [ground, ink] = await page.evaluate<number[]>(`[
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(${view(0)}.querySelector(".title")).color,
    ].map((color) => color.match(/[\\d.]+/g).slice(0, 3).reduce((a, b) => +a + +b, 0))`);
      const contrast = (ink! - ground!) * (scheme === "dark" ? 1 : -1);
      assert.ok(contrast > 500, `${ground} ${ink}`);
    },
  );
}

const tokens = Array.from({ length: 64 }, (_, i) => `token${i}`);
const attentions = sampleAttention(12, 12, 64);
const large: Record<string, () => HtmlView> = {
  head: () => headView({ tokens, attentions }),
  model: () => modelView({ tokens, attentions }),
  neuron: () => neuronView(sampleNeurons([12, 12, 64], { tokens })),
};
for (const [name, make] of Object.entries(large)) {
  const file = await saved(`large_${name}`, make());
  inBrowser(
    `a ${name} view of 12 × 12 heads over 64 tokens is small`,
    () => file,
    async (page) => {
      const { size } = await Deno.stat(file);
      assert.ok(size < 5e6, `${size} bytes`);
      const seconds = await page.evaluate<number>(`new Promise((done) =>
      requestAnimationFrame(() => setTimeout(() => done(
        performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd / 1e3,
      ))))`);
      // deno-lint-ignore no-console -- a figure to read, for a clock is no witness
      console.log(
        `${name} view, 12 × 12 heads over 64 tokens: ` +
          `${(size / 1e6).toFixed(2)} MB, drawn after ${seconds.toFixed(2)} s`,
      );
    },
  );
}
