import assert from "node:assert/strict";
import { reportDataset } from "bertbook/datasets/report.ts";
import { modelCard } from "../../../tools/own/card.ts";
import { SINGLE_LABEL } from "../../../tools/own/classes.ts";
import { REGRESSION } from "../../../tools/own/targets.ts";
import type { OwnModel, OwnTask } from "../../../tools/own/task.ts";

/** The card of a model for a task. */
function cardOf<E, I, P extends object>(
  task: OwnTask<E, I, P>,
  inference: OwnModel["inference"],
): string {
  const parts = { train: [], validation: [], test: [] };
  const dataset = {
    ...parts,
    title: "a.csv",
    origin: "folder",
    folder: "",
    description: "a.csv",
    labels: [],
    legend: {},
    report: reportDataset(parts),
  } as const;
  const model = { name: "toy", inference } as OwnModel;
  return modelCard(model, task, dataset, {
    verdict: {
      metric: task.metric,
      score: { value: 1, low: 1, high: 1 },
      comparisons: [],
      sentence: "it is right",
    },
    part: "test",
    metrics: {},
    recipe: {},
    maxLength: 16,
    base: undefined,
  });
}

Deno.test("the card says by what the logits are to be divided, and where they are already", () => {
  const card = cardOf(SINGLE_LABEL, { temperature: 1.25 });
  assert.match(card, /Divide the logits by 1\.2500 for calibrated/);
  assert.match(card, /ONNX\nfiles are already divided by it\./);
  assert.doesNotMatch(cardOf(SINGLE_LABEL, {}), /divided/);
});

Deno.test("the card of a regression shows no pipeline that gives probabilities", () => {
  const python = 'pipeline("text-classification", model="."';
  const javascript = 'await pipeline("text-classification", "model"';
  const classes = cardOf(SINGLE_LABEL, {});
  assert.ok(classes.includes(`${python})`) && classes.includes(javascript));
  const numbers = cardOf(REGRESSION, {});
  assert.ok(numbers.includes(`${python}, function_to_apply="none")`));
  assert.ok(!numbers.includes(javascript));
  assert.match(numbers, /logits of\n`AutoModelForSequenceClassification`;/);
  for (const card of [classes, numbers]) {
    assert.equal(card.match(/^```/gm)!.length % 2, 0);
  }
});
