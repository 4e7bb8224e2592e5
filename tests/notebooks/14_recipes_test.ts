/** Notebook 14, on the questions and the sentences of this project. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { checkPage } from "../../tools/jupyter/check_page.ts";
import { readNotebook } from "../../tools/jupyter/notebook_file.ts";
import { NOTEBOOKS, numPictures, runOrSketch, textOf } from "./_run.ts";

Deno.test("14_recipes tries every option", async () => {
  const out = await Deno.makeTempDir({ prefix: "bertbook-recipes-" });
  try {
    const notebook = await runOrSketch("14_recipes", out);
    const text = textOf(notebook);
    assert.match(text, /Embedded question corpus/);
    assert.match(text, /^18 trainings/m);
    assert.match(
      text,
      /^Validation MCC, means .* apart, .* epochs 0\.\d{3}\. .* the (seed|rate)\.$/m,
    );
    assert.equal(numPictures(notebook), 3);

    const scores = new Map(
      [...text.matchAll(/^(\{.*\}): accuracy (\d\.\d+)$/gm)]
        .map(([, changes, score]) => [changes!, Number(score)]),
    );
    assert.deepEqual(
      [...scores.keys()].map((changes) =>
        Object.keys(JSON.parse(changes)).join(" ")
      ),
      [
        ...Array(9).fill("learningRate seed"),
        "schedule",
        "schedule maxGradNorm",
        "freeze",
        "layerwiseLrDecay",
        "epochs patience",
        "schedule maxGradNorm labelSmoothing",
        "classWeights",
        "precision",
        "",
      ],
    );
    const base = scores.get('{"learningRate":0.0003,"seed":42}')!;
    const tooSlow = scores.get('{"learningRate":0.0001,"seed":42}')!;
    assert.ok(base > 0.7 && base > tooSlow, `${base} ${tooSlow}`);
    // Each seed is another training.
    const ofSeeds = [...scores].slice(0, 9).map(([, score]) => score);
    assert.ok(new Set(ofSeeds).size > 3, `${ofSeeds}`);

    // Without dropout, accumulated steps are the same steps.
    const difference = Number(
      /largest difference of their losses is (\d\.\de[+-]\d+)/.exec(text)![1],
    );
    assert.ok(difference < 1e-3, `${difference}`);
    const stopped = Number(/Stopped after epoch (\d+) of 15/.exec(text)![1]);
    assert.ok(stopped < 15, `${stopped}`);

    // Padding costs time: fewer positions, fewer seconds.
    const positions = [...text.matchAll(
      /^(?:all to|to the|the same|packed).*? (\d+\.\d) +\d+\.\d +\d\.\d\d *$/gm,
    )].map(([, count]) => Number(count));
    // First those of this run, then the recorded ones.
    assert.equal(positions.length, 10, text);
    for (const five of [positions.slice(0, 5), positions.slice(5)]) {
      assert.deepEqual(five.slice(0, 2), [128, 64]);
      assert.ok(Math.max(...five.slice(2)) < 25, `${five}`);
    }
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("14_recipes is committed with the embedded questions' outputs", async () => {
  const notebook = await readNotebook(join(NOTEBOOKS, "14_recipes.ipynb"));
  assert.deepEqual(checkPage(notebook), []);
  assert.match(textOf(notebook), /Embedded question corpus/);
});
