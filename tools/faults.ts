/** `deno task faults`: the scorecard, the tests of each fault of `docs/faults.md`. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { join } from "node:path";
import { PROJECT } from "./shell/project.ts";
import { provision } from "./shell/provision.ts";
import { cellsOf, type Column, textTable } from "./shell/text_table.ts";
import { GROUPS } from "./test.ts";

/** A row of the scorecard. */
export type FaultRow = {
  readonly row: number;
  readonly name: string;
  /** Whether all of its tests passed; null if none ran. */
  readonly passed: boolean | null;
  readonly seconds: number;
};

/** A row, and how many tests it has. */
type ScoredRow = FaultRow & { readonly numTests: number };

/** A test whose name begins with its row. */
type FaultTest = {
  readonly row: number;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly seconds: number;
};

const COLUMNS: readonly Column<ScoredRow>[] = [
  ["fault", ({ row, name }) => `${String(row).padStart(3)} ${name}`],
  ["tests", ({ numTests }) => `${numTests}`],
  [
    "result",
    ({ passed, numTests }) =>
      passed === null
        ? numTests === 0 ? "no test" : "skipped"
        : passed
        ? "holds"
        : "FAILS",
  ],
  ["seconds", ({ seconds }) => seconds.toFixed(1)],
];

/**
 * Runs the tests of all faults and prints the scorecard.
 *
 * @param options `all`: whether the long tests run, too.
 * @returns 0 unless a test failed.
 */
export async function faults({ all }: { all?: boolean }): Promise<number> {
  if (all) Deno.env.set("BERTBOOK_TEST_ALL", "1");
  const table = await Deno.readTextFile(join(PROJECT, "docs/faults.md"));
  await provision();
  const tests: FaultTest[] = [];
  let isWhole = true;
  for (const { paths, permissions } of GROUPS) {
    const files = (await Array.fromAsync(paths, faultTestsIn)).flat();
    if (files.length === 0) continue;
    const { report, success } = await runFaultTests(files, permissions);
    const found = testsIn(report);
    tests.push(...found);
    // A file that cannot be loaded has no tests in the report.
    isWhole &&= success || found.some(({ outcome }) => outcome === "failed");
  }
  const rows = scorecard(table, tests);
  console.log(textTable(cellsOf(COLUMNS, rows)));
  const file = join(PROJECT, "out/faults.json");
  await Deno.mkdir(join(PROJECT, "out"), { recursive: true });
  const stored = rows.map(({ numTests: _, ...row }) => row);
  await Deno.writeTextFile(
    file,
    JSON.stringify({ rows: stored }, null, 2) + "\n",
  );
  const count = (passed: boolean | null): number =>
    rows.filter((row) => row.passed === passed).length;
  console.log(
    `\n${count(true)} hold, ${count(false)} fail, ${
      count(null)
    } were not tested; ` +
      `rows: ${file}`,
  );
  if (!isWhole) console.error("Some tests could not be loaded");
  return isWhole && count(false) === 0 ? 0 : 1;
}

/** The test files below a path that name a fault. */
async function faultTestsIn(path: string): Promise<string[]> {
  if ((await Deno.stat(join(PROJECT, path))).isFile) {
    const text = await Deno.readTextFile(join(PROJECT, path));
    const isTest = path.endsWith("_test.ts") &&
      /["`]fault (?:\d+|\$\{\w+\}):/.test(text);
    return isTest ? [path] : [];
  }
  const names = await Array.fromAsync(Deno.readDir(join(PROJECT, path)));
  const paths = names.map(({ name }) => `${path}/${name}`).sort();
  return (await Array.fromAsync(paths, faultTestsIn)).flat();
}

/** Runs the faults of some files; what they print is shown if a test fails. */
async function runFaultTests(
  files: readonly string[],
  permissions: readonly string[],
): Promise<{ report: string; success: boolean }> {
  const path = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const options = ["--quiet", "--no-check", ...permissions];
    const only = ["--filter=/^fault /", `--junit-path=${path}`];
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      { args: ["test", ...options, ...only, ...files], cwd: PROJECT },
    ).output();
    if (!success) {
      await Deno.stdout.write(stdout);
      await Deno.stderr.write(stderr);
    }
    return { report: await Deno.readTextFile(path), success };
  } finally {
    await Deno.remove(path);
  }
}

/**
 * The tests of faults in a report of `deno test`.
 *
 * @param junit The report, as JUnit's XML.
 */
export function testsIn(junit: string): FaultTest[] {
  const cases = junit.matchAll(
    /<testcase name="fault (\d+): ([^"]*)"[^>]* time="([\d.]+)"[^>]*>([^]*?)<\/testcase>/g,
  );
  // The steps of a test are part of it.
  return [...cases].filter(([, , name]) => !name!.includes(" &gt; "))
    .map(([, row, , seconds, result]) => ({
      row: Number(row),
      outcome: /<(?:failure|error)\b/.test(result!)
        ? "failed"
        : /<skipped\b/.test(result!)
        ? "skipped"
        : "passed",
      seconds: Number(seconds),
    }));
}

/**
 * The scorecard.
 *
 * @param table The text of `docs/faults.md`, which names the rows.
 * @param tests The tests that there are.
 * @returns A row for each of the table, and for each that only a test has.
 */
export function scorecard(
  table: string,
  tests: readonly FaultTest[],
): ScoredRow[] {
  const names = new Map(
    [...table.matchAll(/^\| +(\d+) \| (.+?) +\|/gm)]
      .map(([, row, name]) => [Number(row), name!]),
  );
  for (const { row } of tests) {
    if (!names.has(row)) names.set(row, "not listed");
  }
  return [...names].toSorted(([a], [b]) => a - b).map(([row, name]) => {
    const own = tests.filter((test) => test.row === row);
    const ran = own.filter(({ outcome }) => outcome !== "skipped");
    return {
      row,
      name,
      passed: ran.length === 0
        ? null
        : ran.every(({ outcome }) => outcome === "passed"),
      seconds: Number(
        own.reduce((sum, each) => sum + each.seconds, 0).toFixed(3),
      ),
      numTests: own.length,
    };
  });
}
