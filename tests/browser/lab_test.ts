import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeExamples } from "bertbook/batches/encode_examples.ts";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import { loadTable } from "bertbook/datasets/load_table.ts";
import { startEngine } from "bertbook/engine/engine.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { classify } from "bertbook/inference/classify.ts";
import { fineTune } from "bertbook/training/fine_tune.ts";
import { buildLab, serveLab } from "../../tools/lab.ts";
import { RUNS_ALL } from "../_tiers.ts";
import { findChromium } from "./_chromium.ts";
import { LabPage } from "./_lab.ts";

const chromium = findChromium();
const reason = !RUNS_ALL
  ? " (skipped: only in test --all)"
  : chromium === undefined
  ? " (skipped: no Chromium in BERTBOOK_CHROMIUM or on PATH)"
  : "";

/** Short texts of two classes: in each epoch a state is kept, after 25 steps. */
const ROWS = Array.from({ length: 74 }, (_, i) => ({
  text: `${i % 2 ? "a good" : "a bad"} film, number ${i}`,
  label: i % 2 ? "good" : "bad",
}));
const TABLE = "text,label\n" +
  ROWS.map(({ text, label }) => `"${text}",${label}`).join("\n");
const RECIPE = { epochs: 2, batchSize: 2, learningRate: 1e-3, seed: 7 };

/** The losses of the same training in Deno, without the page. */
async function lossesInDeno(): Promise<number[]> {
  await startEngine({ engine: "wasm" });
  const columns = { text: "text", label: "label" };
  const dataset = await loadTable(ROWS, columns, {
    test: 0,
    seed: RECIPE.seed,
  });
  const model = await loadModel("tiny", {
    head: "sequence-classification",
    labels: dataset.labels,
    seed: RECIPE.seed,
  });
  const [train, validation] = [dataset.train, dataset.validation].map((part) =>
    encodeExamples(model.tokenizer, part, { maxLength: 16 })
  );
  const losses: number[] = [];
  const data = { train: train!, validation: validation! };
  const events = fineTune(model, data, {
    ...RECIPE,
    metricForBestModel: "macroF1",
  });
  for await (const event of events) {
    if (event.kind === "step") losses.push(event.loss);
  }
  disposeTree(model.params);
  return losses;
}

async function withLab(use: (lab: LabPage) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await buildLab(folder, ["tiny"]);
    await using server = await serveLab(folder, 0);
    const url = new URL(`http://127.0.0.1:${server.addr.port}/`);
    await using lab = await LabPage.open(chromium!, url);
    await use(lab);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function labTest(name: string, use: (lab: LabPage) => Promise<void>): void {
  Deno.test({
    name: name + reason,
    ignore: chromium === undefined || !RUNS_ALL,
    fn: () => withLab(use),
  });
}

async function prepare(lab: LabPage): Promise<void> {
  const data = await lab.paste(TABLE);
  assert.equal(data.kind, "data");
  await lab.useTiny();
  await lab.set("epochs", RECIPE.epochs);
  await lab.set("batch", RECIPE.batchSize);
  await lab.set("rate", RECIPE.learningRate);
  await lab.set("seed", RECIPE.seed);
}

labTest(
  "the page trains as Deno does, also if its tab crashes in an epoch, and its model opens in Deno",
  async (lab) => {
    await prepare(lab);
    await lab.click("start");
    await lab.until(
      `answers.filter((a) => a.event?.kind === "step").length > 28`,
    );
    await lab.crash();
    const { kept } = await lab.load();
    const { step, totalSteps } = kept!.progress!;
    assert.ok(step > 0 && step < totalSteps / 2, `${step} of ${totalSteps}`);
    await lab.click("resume");
    const trained = await lab.next("trained");
    assert.equal(trained.kind, "trained", JSON.stringify(trained));
    const steps = await lab.steps();
    assert.equal(steps.filter(({ replayed }) => replayed).length, step);
    assert.deepEqual(steps.map(({ loss }) => loss), await lossesInDeno());

    const text = "a good film, number 1000";
    await lab.set("typed", text);
    await lab.browser.evaluate(
      `document.getElementById("predict").requestSubmit()`,
    );
    const { prediction } = await lab.next("prediction");
    await lab.click("download");
    const { name } = await lab.next("archive");
    const base64 = await lab.browser.evaluate<string>(
      `answers.at(-1).file.bytes().then((bytes) => bytes.toBase64())`,
    );
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeFile(join(folder, name), Uint8Array.fromBase64(base64));
      await new Deno.Command("tar", { args: ["-xf", name], cwd: folder })
        .output();
      const model = await loadModel(join(folder, name.replace(".tar", "")));
      assert.deepEqual(await classify(model, [text]), [prediction]);
      disposeTree(model.params);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

labTest(
  "a training that the browser cannot keep loses nothing when it is stopped",
  async (lab) => {
    await prepare(lab);
    await lab.browser.send("Storage.overrideQuotaForOrigin", {
      origin: lab.url.origin,
      quotaSize: 1e6,
    });
    await lab.click("start");
    const notes = `answers.filter(({ kind }) => kind === "note")`;
    await lab.until(`${notes}.some(({ text }) => text.includes("Quota"))`);
    await lab.until(
      `answers.filter((a) => a.event?.kind === "step").length > 5`,
    );
    await lab.browser.evaluate(`document.getElementById("stop").click()`);
    const stopped = await lab.next("trained");
    assert.equal(stopped.kind, "trained", JSON.stringify(stopped));
    const before = await lab.steps();
    await lab.click("continue");
    await lab.next("trained");
    const after = await lab.steps();
    assert.equal(
      after.filter(({ replayed }) => replayed).length,
      before.length,
    );
    assert.deepEqual(after.map(({ loss }) => loss), await lossesInDeno());
  },
);

labTest("the page refuses bad input in clear words", async (lab) => {
  const refused = async (rule: RegExp): Promise<void> => {
    await lab.until(`!document.getElementById("problem").hidden`);
    assert.match(await lab.problem(), rule);
  };
  const oneClass = TABLE.replaceAll(",good", ",bad");
  assert.equal((await lab.paste(oneClass)).kind, "error");
  await refused(/at least two different ones; found only "bad" in all rows/);
  const torn = await lab.paste('text,label\n"a",b,c');
  assert.equal(torn.kind, "error");
  await refused(/line 2 must have 2 columns, as the header; found 3/);
  const odd = await lab.paste(`${TABLE}\n,good\n"a good film, number 1",good`);
  assert.ok(odd.kind === "data");
  assert.deepEqual(
    odd.oddities.map(({ what, rows }) => ({ what, rows })),
    [{ what: "the text is blank", rows: [76] }],
  );
  const choose = (code: string, id: string): Promise<void> =>
    lab.browser.evaluate(`{
      const files = new DataTransfer();
      ${code}
      document.getElementById("${id}").files = files.files;
      answers.length = 0;
      document.getElementById("${id}").dispatchEvent(new Event("change"));
    }`);
  const big = `const part = new Uint8Array(1e6).fill(97);
    files.items.add(new File(Array(100).fill(part), "big.csv"));`;
  await choose(big, "file");
  await refused(/"big.csv": it must have at most 64.0 MB; found 100.0/);

  const hub = (name: string, path: string): Promise<void> =>
    lab.browser.evaluate(`{
      const plain = fetch;
      window.fetch = (url) => {
        window.fetch = plain;
        return plain(String(url).replace(/^https:.*main/, "${path}"));
      };
      document.getElementById("hub").value = "${name}";
      document.getElementById("use-hub").click();
    }`);
  await hub("../models", "models/tiny");
  await refused(/its name must be like .*found "..\/models"/);
  await hub("sentence-transformers/all-MiniLM-L6-v2", "models.json?");
  await refused(
    /"model.safetensors": its SHA-256 must be 53aa5117.*; found [0-9a-f]{64}/,
  );

  await prepare(lab);
  await choose(
    `for (const [name, text] of Object.entries({
      "config.json": ${JSON.stringify(await tinyConfig())},
      "vocab.txt": "[PAD]\\n[UNK]\\n[CLS]\\n[SEP]\\n[MASK]\\nfilm",
      "model.safetensors": "a broken file",
    })) files.items.add(new File([text], name));`,
    "model-files",
  );
  await lab.click("start");
  assert.equal((await lab.next("trained")).kind as string, "error");
  await refused(/"model.safetensors": its header must fit into the file/);

  assert.equal((await lab.load()).kept, undefined); // and its worker has no lock
  await prepare(lab);
  await lab.browser.evaluate(`new Promise((taken) => void
    navigator.locks.request("bertbook-lab", () => {
      taken();
      return new Promise(() => {});
    }))`);
  await lab.click("start");
  assert.equal((await lab.next("trained")).kind as string, "error");
  await refused(/one tab of this page may train at a time/);
});

labTest(
  "the page keeps its controls and what it has trained, whatever is done in between",
  async (lab) => {
    const of = <T>(id: string, property: string): Promise<T> =>
      lab.browser.evaluate(`document.getElementById("${id}").${property}`);
    await lab.set("encoding", "iso-8859-1");
    await lab.paste(TABLE.replace("a bad", "ein böser"));
    assert.equal(
      await lab.browser.evaluate(
        `answers.find(({ kind }) => kind === "table").rows[0][0]`,
      ),
      "ein böser film, number 0",
    );
    await prepare(lab);
    await lab.set("epochs", 1);
    await lab.browser.evaluate(`{
      answers.length = 0;
      for (const id of ["start", "stop"]) document.getElementById(id).click();
    }`);
    const { progress } = await lab.next("trained");
    assert.equal(progress.step, 1);
    await lab.browser.evaluate(
      `window.confirm = (text) => { window.asked = text; return false; }`,
    );
    const asked = async (): Promise<string> => {
      await lab.click("start");
      return await lab.browser.evaluate("asked");
    };
    const { totalSteps } = progress;
    assert.equal(
      await asked(),
      "This replaces the training that is kept, tiny on pasted.csv: stopped after " +
        `step 1 of ${totalSteps}. Train anew?`,
    );

    await lab.click("continue");
    await lab.until(`answers.some(({ event }) => event?.kind === "step")`);
    assert.equal(await of("encoding", "disabled"), true);
    await lab.set("label", "label"); // reads the columns anew
    await lab.until(`answers.some(({ event }) => event?.kind === "epoch")`);
    assert.equal(await of("stop", "disabled"), false);
    assert.equal(await of("continue", "disabled"), true);
    await lab.next("trained");
    const trained = `tiny on pasted.csv: trained, ${totalSteps} steps.`;
    assert.ok((await asked()).includes(`kept, ${trained} Train anew?`));

    await lab.browser.evaluate(`{
      window.confirm = () => true;
      const engine = document.getElementById("engine");
      engine.append(new Option("none"));
      engine.value = "none";
    }`);
    await lab.click("start");
    assert.equal((await lab.next("trained")).kind as string, "error");
    assert.equal(await of("kept", "hidden"), false);
    assert.equal(await of("kept-text", "textContent"), trained);
    assert.equal(await of("resume", "textContent"), "Open it");
  },
);

/** The configuration of a small model whose weights are in a file. */
async function tinyConfig(): Promise<string> {
  const model = await loadModel("tiny", {
    head: "sequence-classification",
    labels: ["no", "yes"],
  });
  const { modelTexts } = await import("bertbook/checkpoint/written_model.ts");
  disposeTree(model.params);
  return modelTexts(model)["config.json"]!;
}
