import * as transformers from "@huggingface/transformers";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { classify } from "bertbook/inference/classify.ts";
import { exportOnnx } from "bertbook/onnx/export_onnx.ts";
import { RUNS_ALL } from "../_tiers.ts";
import { findChromium } from "../browser/_chromium.ts";
import { onSite, PACKAGES } from "../browser/_site.ts";
import { toyModel } from "../checkpoint/_toy.ts";
import { ask } from "../onnx/_ask.mjs";
import { SCORE_TOLERANCES } from "../onnx/_pipelines.ts";
import { EmptyFolder, PROJECT, works } from "./_support.ts";

const PAGE = await Deno.readTextFile(join(PROJECT, "docs/onnx.md"));

/** The program of a section and the lines of its commands, as the page shows them. */
function section(title: string): { program: string; commands: string[] } {
  const [, text] = new RegExp(`^## ${title}\n([^]*?)^## `, "m").exec(PAGE)!;
  const blocks = [...text!.matchAll(/^```(\w+)\n([^]*?)^```$/gm)];
  const [program] = blocks.filter(([, language]) => language !== "sh");
  const commands = blocks.filter(([, language]) => language === "sh")
    .flatMap(([, , lines]) => lines!.trim().split("\n"));
  return { program: program![2]!, commands };
}

/** Text that the toy model can spell, in place of that of the page. */
const TEXT = "the dog bark .";
const onToyText = (shown: string): string => {
  assert.ok(shown.includes("A fine film."));
  return shown.replace("A fine film.", TEXT);
};

/** A folder with `out/reviews/model`, and what `classify` says of the text. */
async function exported(): Promise<
  { folder: EmptyFolder; expected: Record<string, number> }
> {
  await tf.setBackend("cpu");
  const folder = await EmptyFolder.make();
  const model = toyModel();
  await exportOnnx(model, join(folder.path, "out/reviews/model"));
  const [found] = await classify(model, [TEXT]);
  disposeTree(model.params);
  return { folder, expected: found!.probabilities };
}

/** Checks what a program printed: labels and scores, as JavaScript shows them. */
function assertScores(
  printed: string,
  expected: Readonly<Record<string, number>>,
): void {
  const shown = /label: ["'](\w+)["'], score: ([\d.e-]+)/g;
  const scores = [...printed.matchAll(shown)];
  assert.equal(scores.length, Object.keys(expected).length, printed);
  for (const [, label, score] of scores) {
    const difference = Math.abs(Number(score) - expected[label!]!);
    assert.ok(difference < 0.05, printed); // int8
  }
}

/** Puts the packages where npm would. */
async function installPackages(folder: EmptyFolder): Promise<void> {
  const modules = join(folder.path, "node_modules");
  await Deno.mkdir(join(modules, "@huggingface"), { recursive: true });
  await Deno.symlink(
    dirname(PACKAGES.transformers),
    join(modules, "@huggingface/transformers"),
  );
  await Deno.symlink(
    dirname(PACKAGES.onnxruntimeWeb),
    join(modules, "onnxruntime-web"),
  );
}

Deno.test("the program of docs/onnx.md for Deno runs as the page shows it", async () => {
  const { folder, expected } = await exported();
  await using _ = folder;
  const { program, commands: [command] } = section("Deno");
  await folder.write("classify.ts", program);
  await folder.copy("deno.lock", "deno.lock"); // so that nothing is looked up
  const words = onToyText(command!).replaceAll('"', "").split(" ");
  const options = words.slice(0, words.indexOf("classify.ts") + 1);
  assert.deepEqual(options.slice(0, 2), ["deno", "run"]);
  const printed = await folder.run(
    ...options as [string, ...string[]],
    TEXT,
  );
  assertScores(printed, expected);
});

const hasNode = works("node", "--version") && Deno.build.os !== "windows";

Deno.test({
  name: `the program of docs/onnx.md for Node.js runs as the page shows it${
    hasNode ? "" : " (skipped: no node on PATH)"
  }`,
  ignore: !hasNode,
  fn: async () => {
    const { folder, expected } = await exported();
    await using _ = folder;
    const { program, commands: [install, command] } = section("Node.js");
    assert.match(install!, /^npm install @huggingface\/transformers@[\d.]+$/);
    await folder.write("classify.mjs", program);
    await installPackages(folder);
    const printed = await folder.run("sh", "-c", onToyText(command!));
    assertScores(printed, expected);
  },
});

const chromium = findChromium();

Deno.test({
  name: `the page of docs/onnx.md classifies in Chromium${
    chromium ? "" : " (skipped: no Chromium in BERTBOOK_CHROMIUM or on PATH)"
  }`,
  ignore: !RUNS_ALL || !chromium || Deno.build.os === "windows",
  fn: async () => {
    const { folder, expected } = await exported();
    await using _ = folder;
    const { program, commands } = section("Browsers");
    const [install, ...copies] = commands.slice(0, -1);
    assert.match(install!, /^npm install @huggingface\/transformers@[\d.]+$/);
    await installPackages(folder);
    await folder.run("sh", "-ec", copies.join("\n"));
    await folder.write("site/index.html", onToyText(program));
    const site = join(folder.path, "site");
    const answer = await onSite(
      chromium!,
      "index.html",
      [site],
      async (page) => {
        const said = await page.evaluate<string>(`new Promise((resolve) => {
          const end = performance.now() + 60_000;
          const look = () => {
            const { value } = document.querySelector("output") ?? {};
            if (value || performance.now() > end) resolve(value ?? "");
            else setTimeout(look, 20);
          };
          look();
        })`);
        const files = page.requests.map((url) => url.split("/model/")[1])
          .filter((file) => file !== undefined);
        for (const file of files) {
          assert.ok(
            PAGE.includes(`\`${file.replace(/^(onnx)\/.*/, "$1")}\``),
            file,
          );
        }
        return said;
      },
    );
    const [label, score] = answer.split(" ");
    const [likeliest, probability] = Object.entries(expected)
      .toSorted(([, a], [, b]) => b - a)[0]!;
    assert.equal(label, likeliest);
    assert.ok(Math.abs(Number(score) - probability) < 0.05, answer);
  },
});

Deno.test("docs/onnx.md names what is said of files that cannot be read", async () => {
  const { folder } = await exported();
  await using _ = folder;
  const place = join(folder.path, "out/reviews/");
  const input = {
    inputIds: [],
    tokenTypeIds: [],
    attentionMask: [],
    length: 1,
  };
  const question = {
    name: "model",
    task: "text-classification",
    calls: [],
    input,
  };
  const said = async (where: string, dtype: string): Promise<void> => {
    await assert.rejects(
      ask(transformers, where, [question], [dtype]),
      ({ message }: Error) => {
        const texts = [...PAGE.matchAll(/says\s+`([^`]+)`/g)].map(([, t]) =>
          t!
        );
        assert.ok(texts.length >= 2);
        return texts.some((text) => message.toLowerCase().includes(text));
      },
    );
  };
  await Deno.truncate(join(place, "model/onnx/model.onnx"), 5000);
  await said(place, "fp32");
  await Deno.remove(join(place, "model/onnx/model_fp16.onnx"));
  await said(place, "fp16");
  await said(join(place, "model/"), "q8");
});

Deno.test("docs/onnx.md states the tolerances of the tests, and the pinned version", async () => {
  const stated =
    /by (\S+) at\s+most in float32, by (\S+) in float16, and by (\S+) in\s+int8/;
  const [, ...numbers] = stated.exec(PAGE.replace(/\s+/g, " "))!;
  assert.deepEqual(numbers.map(Number), Object.values(SCORE_TOLERANCES));
  const config = await Deno.readTextFile(join(PROJECT, "deno.json"));
  const pinned = JSON.parse(config).imports["@huggingface/transformers"];
  const versions = PAGE.matchAll(/@huggingface\/transformers@[\d.]+/g);
  const found = new Set(versions.map(([version]) => `npm:${version}`));
  assert.deepEqual([...found], [pinned]);
});
