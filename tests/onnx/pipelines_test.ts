import * as transformers from "@huggingface/transformers";
import * as tf from "@tensorflow/tfjs";
import { runIn, works } from "../outside/_support.ts";
import { ask } from "./_ask.mjs";
import { assertOurAnswers } from "./_pipelines.ts";

await tf.setBackend("cpu");

Deno.test("pipelines in Deno give our answers", () =>
  assertOurAnswers((...given) => ask(transformers, ...given)));

const hasNode = works("node", "--version");

Deno.test({
  name: `pipelines in Node.js give our answers${
    hasNode ? "" : " (skipped: no node on PATH)"
  }`,
  ignore: !hasNode,
  fn: () =>
    assertOurAnswers((...given) => {
      const program =
        `import * as transformers from "@huggingface/transformers";
import { ask } from "./_ask.mjs";
console.log(await ask(transformers, ...${JSON.stringify(given)}));`;
      const args = ["--input-type=module", "-e", program];
      return runIn(import.meta.dirname!, "node", ...args);
    }),
});
