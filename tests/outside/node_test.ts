import assert from "node:assert/strict";
import { join } from "node:path";
import { packForNode, TYPESCRIPT } from "../../tools/pack.ts";
import { RUNS_ALL } from "../_tiers.ts";
import {
  assertLabels,
  EmptyFolder,
  NEW_TEXTS,
  PROJECT,
  works,
} from "./_support.ts";

const NODES = ["node@22", "node@24"];

Deno.test({
  name: "the packed library is installed by npm and runs in Node, with types",
  // It installs packages and trains on the slowest engine.
  ignore: !RUNS_ALL || !works("npm", "--version"),
  fn: async (t) => {
    await using folder = await EmptyFolder.make();
    await packForNode(join(folder.path, "bertbook.tgz"));
    await folder.write("package.json", { type: "module" });
    await folder.run("npm", "install", "bertbook.tgz");
    await folder.run("npm", "install", TYPESCRIPT, "@types/node@22");
    const example = await Deno.readTextFile(
      join(PROJECT, "examples", "fine_tune.ts"),
    );
    await folder.write(
      "main.ts",
      example.replace('"bertbook"', '"@bertbook/bertbook"'),
    );
    await t.step(
      "every version is exact, and no install script is needed",
      async () => {
        const { dependencies } = JSON.parse(
          await Deno.readTextFile(
            join(folder.path, "node_modules/@bertbook/bertbook/package.json"),
          ),
        ) as { dependencies: Record<string, string> };
        for (const [name, version] of Object.entries(dependencies)) {
          assert.match(version, /^\d+\.\d+\.\d+$/, name);
          assert.notEqual(name, "@tensorflow/tfjs-node-gpu");
        }
      },
    );
    await t.step("TypeScript accepts the script", async () => {
      const options = ["--strict", "--noEmit", "--module", "nodenext"];
      // tfjs's own declarations do not pass.
      await folder.run("npx", "tsc", ...options, "--skipLibCheck", "main.ts");
    });
    for (const node of NODES) {
      await t.step(`${node} says that its engine is wasm`, async () => {
        await folder.write(
          "engine.mjs",
          `import { describeDevice, startEngine } from "@bertbook/bertbook";
console.log(describeDevice(await startEngine()));
`,
        );
        const printed = await folder.run("npx", "--yes", node, "engine.mjs");
        assert.match(printed, /^Engine: wasm/);
        assert.match(printed, /Not taken: tensorflow, because: .*Deno's FFI/);
      });
    }
    await t.step(
      "node@22 fine-tunes and saves, node@24 classifies",
      async () => {
        await folder.run("npx", "--yes", "node@22", "main.ts");
        assertLabels(
          await folder.run("npx", "--yes", "node@24", "main.ts", ...NEW_TEXTS),
        );
      },
    );
  },
});
