import { pipeline } from "@huggingface/transformers";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import type { HeadModel } from "bertbook/checkpoint/pretrained.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { answerQuestions } from "bertbook/inference/answer_questions.ts";
import { classify, classifyMultiLabel } from "bertbook/inference/classify.ts";
import { embed } from "bertbook/inference/embed.ts";
import { fillMask } from "bertbook/inference/fill_mask.ts";
import { predictTags } from "bertbook/inference/find_entities.ts";
import type { BertConfig } from "bertbook/model/config.ts";
import type { HeadName } from "bertbook/model/heads/heads.ts";
import { exportOnnx } from "bertbook/onnx/export_onnx.ts";
import type { OnnxPrecision } from "bertbook/onnx/graph.ts";
import { temporaryFolder } from "../checkpoint/_support.ts";
import { TOY } from "../checkpoint/_toy.ts";
import { compare, DTYPES, formulaModel } from "./_files.ts";

await tf.setBackend("cpu");

/** How far probabilities and vectors may be off. */
const TOLERANCES: Readonly<Record<OnnxPrecision, number>> = {
  float32: 1e-6,
  float16: 2e-3,
  int8: 0.05,
};

const TEXTS = ["The dogs barked.", "he it.", "The cafe dog barked 10"];

/** What transformers.js calls the things that people do with a model. */
type Task = Parameters<typeof pipeline>[0];

/** Runs a check with a model and the pipeline over each of its files. */
async function withPipelines<H extends HeadName>(
  task: Task,
  model: HeadModel<H>,
  check: (
    // Each pipeline has a type of its own, none of which takes all of these calls.
    // deno-lint-ignore no-explicit-any
    run: any,
    tolerance: number,
  ) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  await exportOnnx(model, folder.path);
  for (const [precision, dtype] of Object.entries(DTYPES)) {
    const run = await pipeline(task, folder.path, {
      dtype,
      local_files_only: true,
    });
    await check(run, TOLERANCES[precision as OnnxPrecision]);
    await run.dispose();
  }
  disposeTree(model.params);
}

function assertNear(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number,
): void {
  const { difference } = compare(actual, expected);
  assert.ok(difference <= tolerance, `${difference} > ${tolerance}`);
}

type Scored = { label: string; score: number };

for (
  const problemType of [
    "single_label_classification",
    "multi_label_classification",
  ] as const
) {
  Deno.test(`pipeline("text-classification") gives our probabilities: ${problemType}`, async () => {
    const config: BertConfig = { ...TOY, problemType };
    const model = formulaModel("sequence-classification", config);
    const isSingle = problemType === "single_label_classification";
    // The file has it in its weights.
    if (isSingle) model.inference = { temperature: 0.5 };
    const ours = await (isSingle ? classify : classifyMultiLabel)(model, TEXTS);
    await withPipelines(
      "text-classification",
      model,
      async (run, tolerance) => {
        for (const [i, text] of TEXTS.entries()) {
          const scores: Scored[] = await run(text, { top_k: null });
          const found = Object.fromEntries(
            scores.map(({ label, score }) => [label, score]),
          );
          const { probabilities } = ours[i]!;
          assertNear(
            model.labels.map((label) => found[label]!),
            model.labels.map((label) => probabilities[label]!),
            tolerance,
          );
        }
      },
    );
  });
}

Deno.test('pipeline("token-classification") tags first pieces as we tag words', async () => {
  const model = formulaModel("token-classification", TOY);
  const words = ["the", "dog", "bark", "cafe", "."];
  const [ours] = await predictTags(model, [words]);
  await withPipelines("token-classification", model, async (run, tolerance) => {
    const tokens: { entity: string; score: number; word: string }[] = await run(
      words.join(" "),
      { ignore_labels: [] },
    );
    assert.deepEqual(tokens.map(({ word }) => word), words);
    assert.deepEqual(
      tokens.map(({ entity }) => entity),
      ours!.map(({ tag }) => tag),
    );
    assertNear(
      tokens.map(({ score }) => score),
      ours!.map(({ probability }) => probability),
      tolerance,
    );
  });
});

Deno.test('pipeline("question-answering") gives our answers', async () => {
  const model = formulaModel("question-answering", TOY);
  const asked = [
    { question: "he bark", context: "the dog . cafe it" },
    { question: "it", context: "cafe the bark he . dog" },
  ];
  const ours = await answerQuestions(model, asked);
  assert.notEqual(ours[0]!.answer, ours[1]!.answer);
  await withPipelines("question-answering", model, async (run) => {
    for (const [i, { question, context }] of asked.entries()) {
      const { answer } = await run(question, context);
      assert.equal(answer.replace(/ ?\. ?/, " . ").trim(), ours[i]!.answer);
    }
  });
});

Deno.test('pipeline("fill-mask") gives our words', async () => {
  const model = formulaModel("masked-lm", TOY);
  const text = "the [MASK] bark .";
  const [ours] = await fillMask(model, text, { top: 16 });
  const expected = Object.fromEntries(
    ours!.map(({ word, probability }) => [word.replace("##", ""), probability]),
  );
  await withPipelines("fill-mask", model, async (run, tolerance) => {
    const found: { token_str: string; score: number }[] = await run(text, {
      top_k: 3,
    });
    assert.equal(found.length, 3);
    assertNear(
      found.map(({ score }) => score),
      found.map(({ token_str }) => expected[token_str.replace("##", "")]!),
      tolerance,
    );
  });
});

Deno.test('pipeline("feature-extraction") gives our vectors', async () => {
  const model = formulaModel("base", TOY);
  const ours = await embed(model, TEXTS);
  await withPipelines("feature-extraction", model, async (run, tolerance) => {
    const vectors = await run(TEXTS, { pooling: "mean", normalize: true });
    assert.deepEqual(vectors.dims, [TEXTS.length, TOY.hiddenSize]);
    assertNear(
      [...vectors.data],
      ours.flatMap((vector) => [...vector]),
      tolerance,
    );
  });
});
