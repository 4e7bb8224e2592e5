import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { classify } from "bertbook/inference/classify.ts";
import { exportOnnx } from "bertbook/onnx/export_onnx.ts";
import { modelPage } from "bertbook/page/model_page.ts";
import { openOnnxFile } from "../../tools/own/onnx_file.ts";
import { RUNS_ALL } from "../_tiers.ts";
import { BrowserPage, findChromium } from "./_chromium.ts";

const chromium = findChromium();
const LABELS = ["bug", "</script><script>window.pwned=1</script>", "praise"];
const TEXT = "The café's log-in page crashes!";

/** Waits until an expression of the page is true. */
async function waitFor(page: BrowserPage, expression: string): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (await page.evaluate(expression)) return;
    await delay(50);
  }
  assert.fail(`The page must come to this within 60 s: ${expression}`);
}

const textOf = (id: string) => `document.getElementById("${id}")?.textContent`;

Deno.test({
  name: "a page answers offline, by the keyboard alone, as the int8 file does" +
    (RUNS_ALL ? "" : " (skipped: only in test --all)"),
  ignore: chromium === undefined || !RUNS_ALL,
  fn: async () => {
    await tf.setBackend("cpu");
    const folder = await Deno.makeTempDir();
    const model = await loadModel("all-MiniLM-L6-v2", {
      head: "sequence-classification",
      labels: LABELS,
    });
    // So that the new head gives a text and another different answers.
    const { kernel } = model.params.classifier;
    model.params.classifier.kernel = kernel.mul(20);
    model.inference = { temperature: 1.5 };
    await exportOnnx(model, folder, { precisions: ["int8"] });
    await using file = await openOnnxFile(folder, "int8", model.head);
    const exported = { ...model, run: file.run, inference: {} };
    const [expected] = await classify(exported, [TEXT]);
    const [other] = await classify(exported, ["praise"]);
    const place = join(folder, "page.html");
    await Deno.writeTextFile(place, await modelPage(model));
    try {
      const url = pathToFileURL(place);
      await using page = await BrowserPage.open(chromium!, url);
      await page.send("Network.enable");
      await page.send("Network.emulateNetworkConditions", {
        ...{ offline: true, latency: 0 },
        ...{ downloadThroughput: 0, uploadThroughput: 0 },
      });
      await page.evaluate("window.isOld = true");
      await page.send("Page.reload");
      await waitFor(
        page,
        `window.isOld === undefined && ${textOf("status")}?.includes("ready")`,
      );
      await page.press("Tab");
      await page.type(TEXT);
      await page.press("Enter", 2); // with Ctrl
      await waitFor(page, `document.querySelectorAll("#rows tr").length > 0`);
      const rows = await page.evaluate<[string, number][]>(
        `[...document.querySelectorAll("#rows tr")].map((row) => [
          row.querySelector("th").textContent,
          Number(row.querySelector("data").value),
        ])`,
      );
      assert.equal(rows.length, LABELS.length);
      for (const [label, probability] of rows) {
        const difference = probability - expected!.probabilities[label]!;
        assert.ok(Math.abs(difference) < 1e-3, `${label} ${difference}`);
      }
      const [one, two] = [expected, other].map((each) =>
        each!.probabilities["bug"]!
      );
      assert.ok(Math.abs(one! - two!) > 0.02, `${one} ${two}`);
      assert.match(
        await page.evaluate(textOf("said")),
        new RegExp(
          `, ${(100 * expected!.probability).toFixed(1).slice(0, -2)}\\.\\d %$`,
        ),
      );
      await waitFor(page, `document.querySelectorAll(".words li").length > 0`);
      const words = await page.evaluate<string[]>(
        `[...document.querySelectorAll(".words li")].map((item) =>
          item.firstChild.textContent.trim())`,
      );
      assert.equal(
        words.join(" "),
        "the cafe ' s log - in page crashes !",
      );
      // The words of a decision do not stand under another one.
      const numWords = await page.evaluate<number>(`{
        const choice = document.getElementById("decision");
        choice.selectedIndex = 1;
        choice.dispatchEvent(new Event("change"));
        document.querySelectorAll(".words li").length;
      }`);
      assert.equal(numWords, 0);
      await waitFor(page, `document.querySelectorAll(".words li").length > 0`);
      const tokens = await page.evaluate<string[]>(
        `[...document.querySelector("#view div").shadowRoot
          .querySelectorAll("ul.query bdi")].map((each) => each.textContent)`,
      );
      assert.deepEqual(tokens, model.tokenizer.encode(TEXT).tokens);
      assert.deepEqual(page.requests, [url.href]);
      // An error leaves no old answer, and its message goes with the next answer.
      const ask = `document.getElementById("form").requestSubmit();`;
      await page.evaluate(`{
        window.normalize = String.prototype.normalize;
        String.prototype.normalize = () => { throw new Error("broken"); };
        ${ask}
      }`);
      await waitFor(page, `${textOf("status")}.includes("wrong: broken")`);
      assert.equal(await page.evaluate(textOf("said")), "…");
      await page.evaluate(`{
        String.prototype.normalize = window.normalize;
        ${ask}
      }`);
      await waitFor(page, `${textOf("said")} !== "…"`);
      assert.equal(await page.evaluate(textOf("status")), "");
      // The policy, not only the missing network, forbids a connection.
      await page.send("Network.emulateNetworkConditions", {
        ...{ offline: false, latency: 0 },
        ...{ downloadThroughput: -1, uploadThroughput: -1 },
      });
      assert.match(
        await page.evaluate(`new Promise((resolve) => {
          document.addEventListener("securitypolicyviolation",
            ({ violatedDirective }) => resolve(violatedDirective));
          fetch("data:,").catch(() => {});
        })`),
        /^connect-src/,
      );
      assert.equal(await page.evaluate("typeof window.pwned"), "undefined");
    } finally {
      disposeTree(model.params);
      await Deno.remove(folder, { recursive: true });
    }
  },
});
