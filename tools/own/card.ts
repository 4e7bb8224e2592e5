/** Model card: the README.md of a model, in Hugging Face's form, filled with facts. @module */

import type { Dataset } from "../../lib/datasets/dataset.ts";
import { PARTS } from "../../lib/datasets/dataset.ts";
import { words } from "../../lib/printable.ts";
import type { OwnModel, OwnTask } from "./task.ts";
import type { Verdict } from "./verdict.ts";

/** What the card says of the training. */
export type CardFacts = {
  readonly verdict: Verdict;
  /** The part that the verdict and the metrics are about. */
  readonly part: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly recipe: Readonly<Record<string, unknown>>;
  readonly maxLength: number;
  /** The name of the starting model on the hub, if it has one. */
  readonly base: string | undefined;
};

const NUMBERS_IN_JAVASCRIPT =
  `After \`deno task export FOLDER\`, in JavaScript, the numbers are the logits of
\`AutoModelForSequenceClassification\`; \`pipeline\` takes a softmax, which is 1 for a single
number.
`;

/**
 * Writes the card.
 *
 * Mitchell et al. (2019), "Model Cards for Model Reporting"; the block at its head is
 * what the hub reads.
 *
 * @param model The model.
 * @param task What it does.
 * @param dataset What it was trained on.
 * @param facts How it was trained, and how well it does.
 * @returns Markdown.
 */
export function modelCard<E, I, P extends object>(
  model: OwnModel,
  task: OwnTask<E, I, P>,
  dataset: Dataset<E>,
  { verdict, part, metrics, recipe, maxLength, base }: CardFacts,
): string {
  const isRegression = task.problemType === "regression";
  const named = Object.entries(metrics);
  const head = [
    "library_name: transformers",
    `pipeline_tag: ${task.pipeline}`,
    ...base === undefined ? [] : [`base_model: ${base}`],
    "model-index:",
    `- name: ${JSON.stringify(dataset.title)}`,
    "  results:",
    "  - task:",
    `      type: ${task.pipeline}`,
    "    dataset:",
    `      name: ${JSON.stringify(dataset.title)}`,
    "      type: own",
    `      split: ${part}`,
    "    metrics:",
    ...named.flatMap(([name, value]) => [
      `    - type: ${name}`,
      `      value: ${value.toFixed(4)}`,
    ]),
  ];
  const sizes = PARTS.filter((part) => dataset[part].length > 0)
    .map((part) =>
      `| ${part} | ${dataset[part].length.toLocaleString("en")} |`
    );
  const list = (values: Readonly<Record<string, unknown>>): string =>
    Object.entries(values).map(([name, value]) =>
      `| ${words(name)} | ${value} |`
    )
      .join("\n");
  return `---
${head.join("\n")}
---

# ${dataset.title}

${model.name}, fine-tuned to give ${task.purpose}.

## Scores

${verdict.sentence}.

| metric on the ${part} set | value |
| --- | --- |
${
    named.map(([name, value]) => `| ${words(name)} | ${value.toFixed(4)} |`)
      .join("\n")
  }

In brackets: 95 % intervals. They speak for ${task.unit} like those of the ${part} set,
and for no others.

## Data

${dataset.description}.

| part | ${task.unit} |
| --- | --- |
${sizes.join("\n")}

## Training

| setting | value |
| --- | --- |
${list(recipe)}

\`receipt.json\` has the hashes of the data, of the starting weights and of the code.

## Use

Texts are cut after ${maxLength} tokens.
${
    model.inference?.temperature === undefined
      ? ""
      : `Divide the logits by ${
        model.inference.temperature.toFixed(4)
      } for calibrated
probabilities; \`config.json\` has the number under \`inference\`. The logits of the ONNX
files are already divided by it.
`
  }
\`\`\`python
from transformers import pipeline
pipeline("${task.pipeline}", model="."${
    isRegression ? ', function_to_apply="none"' : ""
  })
\`\`\`

${
    isRegression
      ? NUMBERS_IN_JAVASCRIPT
      : `After \`deno task export FOLDER\`, in JavaScript:

\`\`\`js
import { env, pipeline } from "@huggingface/transformers";
env.localModelPath = "./"; // where the folder of the model is
await pipeline("${task.pipeline}", "model", { dtype: "q8", local_files_only: true });
\`\`\`
`
  }
\`\`\`sh
deno task predict FOLDER "a text"
\`\`\`
`;
}
