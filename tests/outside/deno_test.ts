import assert from "node:assert/strict";
import { join } from "node:path";
import { RUNS_ALL } from "../_tiers.ts";
import { assertLabels, EmptyFolder, NEW_TEXTS, PROJECT } from "./_support.ts";

/** A script that draws a chart and reads embedded data. */
const PICTURE = `import { barChart, loadRhymes, renderPng } from "bertbook";
const bars = [{ label: "a", value: 1 }, { label: "b", value: 2 }];
const titles = { title: "Counts", xTitle: "letter", yTitle: "count" };
console.log((await loadRhymes()).length > 100);
console.log((await renderPng(barChart(bars, titles))).length > 1000);
`;

/** A script that reads a tokenizer. */
const TOKENS = `import { ensureModel, readTokenizer } from "bertbook";
const tokenizer = await readTokenizer(await ensureModel("tiny"));
const tokens: string[] = tokenizer.encode("Hello").tokens;
console.log(tokens.join(" "));
`;

Deno.test("scripts in an empty folder import the library by its path", async (t) => {
  const config = await Deno.readTextFile(join(PROJECT, "deno.json"));
  await using folder = await denoFolder({
    imports: {
      bertbook: join(PROJECT, "mod.ts"),
      "@tensorflow/tfjs": JSON.parse(config).imports["@tensorflow/tfjs"],
    },
  });
  const examples = ["fine_tune.ts", "attention.ts", "compile.ts"];
  for (const file of examples) await folder.copy(`examples/${file}`, file);
  await folder.write("picture.ts", PICTURE);
  await t.step("their types are checked", async () => {
    await folder.run("deno", "check", "--quiet", ...examples, "picture.ts");
  });
  await t.step("one fine-tunes and saves a model", async () => {
    assert.match(await folder.runScript("fine_tune.ts"), /kind: "epoch"/);
  });
  await t.step("a new process loads and classifies", async () => {
    assertLabels(await folder.runScript("fine_tune.ts", ...NEW_TEXTS));
  });
  await t.step("one draws attention", async () => {
    const printed = await folder.runScript("attention.ts");
    assert.match(printed, /10 tokens, 6 layers/);
  });
  await t.step("one compiles a function", async () => {
    const printed = await folder.runScript("compile.ts");
    assert.match(printed, /compiled, second call: /);
  });
  await t.step("one draws a chart and reads embedded data", async () => {
    assert.equal(await folder.runScript("picture.ts"), "true\ntrue\n");
  });
});

Deno.test("a project may also link the package by its name", async () => {
  await using folder = await denoFolder({
    links: [PROJECT],
    imports: { bertbook: "jsr:@bertbook/bertbook@0.1.0" },
  });
  await folder.write("main.ts", TOKENS);
  if (RUNS_ALL) await folder.run("deno", "check", "--quiet", "main.ts");
  const printed = await folder.runScript("main.ts");
  assert.equal(printed.trim(), "[CLS] hello [SEP]");
});

/** A folder with nothing but a deno.json and the lock file, which keeps it offline. */
async function denoFolder(config: object): Promise<EmptyFolder> {
  const folder = await EmptyFolder.make();
  await folder.write("deno.json", config);
  await folder.copy("deno.lock", "deno.lock");
  return folder;
}
