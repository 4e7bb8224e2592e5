import assert from "node:assert/strict";
import { join } from "node:path";
import { scorecard, testsIn } from "../../tools/faults.ts";
import { PROJECT } from "../../tools/shell/project.ts";

const TABLE = `# Card

| row | name      | what must hold |
| --: | --------- | -------------- |
|   1 | full disk | It is said     |
|   2 | no power  | It is not said |
|   3 | rust      | None           |
`;
const testCase = (name: string, result = ""): string =>
  `<testcase name="${name}" classname="./a_test.ts" time="0.25" line="1" col="6">
   ${result}
   </testcase>`;

Deno.test("a row holds if all of its tests passed, those that ran", () => {
  const report = [
    testCase("fault 1: a &lt;b&gt;"),
    testCase("fault 1: another", "<skipped/>"),
    testCase("fault 2: good"),
    testCase("fault 2: bad", `<failure message="1">fault 1: no</failure>`),
    testCase("fault 2: bad &gt; its step", "<failure/>"),
    testCase("fault 9: new", "<skipped/>"),
    testCase("softmax() is fine", "<failure/>"),
  ].join("\n");
  const numbers = { seconds: 0.5, numTests: 2 };
  assert.deepEqual(scorecard(TABLE, testsIn(report)), [
    { row: 1, name: "full disk", passed: true, ...numbers },
    { row: 2, name: "no power", passed: false, ...numbers },
    { row: 3, name: "rust", passed: null, seconds: 0, numTests: 0 },
    { row: 9, name: "not listed", passed: null, seconds: 0.25, numTests: 1 },
  ]);
});

Deno.test("docs/faults.md lists every fault that a test names, and in order", async () => {
  const table = await Deno.readTextFile(join(PROJECT, "docs/faults.md"));
  const listed = scorecard(table, []).map(({ row }) => row);
  assert.deepEqual(listed, listed.map((_, i) => i + 1));
  const named = (folder: string): number[] =>
    [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
      const path = join(folder, name);
      if (isDirectory) return named(path);
      if (!name.endsWith("_test.ts") || name === "faults_test.ts") return [];
      return [...Deno.readTextFileSync(path).matchAll(/\bfault (\d+):/g)]
        .map(([, row]) => Number(row));
    });
  const missing = named(join(PROJECT, "tests"))
    .filter((row) => !listed.includes(row));
  assert.deepEqual(missing, []);
});
