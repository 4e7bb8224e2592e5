/** `deno task test`: the tests, each group with the permissions it needs. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { didYouMean, UsageError } from "./shell/option_values.ts";
import { PROJECT } from "./shell/project.ts";
import { provision } from "./shell/provision.ts";
import { duration } from "./shell/terminal.ts";

/** Tests that share a set of permissions. */
type TestGroup = {
  readonly name: string;
  readonly paths: readonly string[];
  /** Examples in docstrings instead of test files. */
  readonly examples?: boolean;
  readonly permissions: readonly string[];
  /** Whether the tests need the engine's library and the weights. */
  readonly needsAssets?: boolean;
};

const NATIVE = ["--allow-read", "--allow-env", "--allow-ffi", "--allow-sys"];
const PROCESSES = ["--allow-write", "--allow-run", "--allow-net=127.0.0.1"];

/** Every folder of `tests/`, and the examples in docstrings. */
export const GROUPS: readonly TestGroup[] = [
  {
    name: "arithmetic",
    paths: [
      "tests/architecture_test.ts",
      "tests/options_test.ts",
      "tests/printable_test.ts",
      "tests/evaluation",
      "tests/ops",
      "tests/model",
    ],
    permissions: ["--allow-read", "--allow-env"],
  },
  {
    name: "views",
    paths: ["tests/views", "tests/support"],
    permissions: [...NATIVE, "--allow-write"],
  },
  {
    name: "files and processes",
    paths: ["tests/tools", "tests/download", "tests/datasets", "tests/browser"],
    permissions: [...NATIVE, ...PROCESSES],
  },
  {
    name: "engine and training",
    paths: [
      "tests/engine",
      "tests/tokenizer",
      "tests/checkpoint",
      "tests/batches",
      "tests/training",
      "tests/inference",
      "tests/interpretation",
    ],
    permissions: [...NATIVE, "--allow-write", "--allow-run"],
    needsAssets: true,
  },
  {
    name: "examples",
    paths: [
      "mod.ts",
      "core.ts",
      "lib",
      "docs/compile.md",
      "tools/bench",
      "tools/shell",
      "tools/sweep",
    ],
    examples: true,
    permissions: [...NATIVE, "--allow-write"],
    needsAssets: true,
  },
  {
    name: "from outside",
    paths: ["tests/outside"],
    permissions: ["--allow-all"], // scripts in other folders have all of them
    needsAssets: true,
  },
  {
    name: "notebooks",
    paths: ["tests/notebooks"],
    permissions: [...NATIVE, ...PROCESSES],
    needsAssets: true,
  },
];

/**
 * Runs the tests and prints `N passed, N failed` as the last line.
 *
 * @param only Files or folders to run; all of them if empty.
 * @param options `all`: whether the long tests run too, and property tests with new
 * random cases; they see it as `BERTBOOK_TEST_ALL=1`.
 * @returns 0 if every test passed, else 1.
 */
export async function test(
  only: readonly string[],
  { all }: { all?: boolean },
): Promise<number> {
  if (all) Deno.env.set("BERTBOOK_TEST_ALL", "1");
  const wanted = only.map(pathInProject);
  const chosen = GROUPS
    .map((group) => ({ ...group, paths: pathsOf(group, wanted) }))
    .filter(({ paths }) => paths.length > 0);
  if (chosen.some(({ needsAssets }) => needsAssets)) await provision();
  const total = { passed: 0, failed: 0 };
  for (const group of chosen) {
    const start = performance.now();
    const result = await runGroup(group);
    total.passed += result.passed;
    total.failed += result.failed;
    console.log(
      `${group.name}: ${result.passed} passed, ${result.failed} failed, ${result.ignored} skipped (${
        duration((performance.now() - start) / 1e3)
      })`,
    );
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** A path as the groups write it. */
function pathInProject(typed: string): string {
  const path = relative(PROJECT, resolve(PROJECT, typed)).replaceAll("\\", "/");
  const owned = GROUPS.flatMap(({ paths }) => paths);
  const isKnown = owned.some((each) =>
    path === each || path.startsWith(`${each}/`)
  );
  if (isKnown && existsSync(join(PROJECT, path))) return path;
  throw new UsageError(
    `Cannot run tests: their path must be a file or folder of tests; found ` +
      `"${typed}"${didYouMean(path, owned)}`,
  );
}

function pathsOf(group: TestGroup, only: readonly string[]): string[] {
  if (only.length === 0) return [...group.paths];
  return only.filter((path) =>
    group.paths.some((owned) => path === owned || path.startsWith(owned + "/"))
  );
}

async function runGroup(
  { paths, permissions, examples }: TestGroup,
): Promise<{ passed: number; failed: number; ignored: number }> {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "--quiet",
        "--no-check",
        ...(examples ? ["--doc"] : []),
        ...permissions,
        `--junit-path=${report}`,
        ...paths,
      ],
      cwd: PROJECT,
      stdin: "null",
    }).spawn().status;
    const counts = countsIn(await Deno.readTextFile(report));
    // A crash outside a test (an import that fails) leaves a report without it.
    if (!success && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    await Deno.remove(report);
  }
}

/** Adds up the suites of a JUnit report. */
function countsIn(
  junit: string,
): { passed: number; failed: number; ignored: number } {
  const counts = { passed: 0, failed: 0, ignored: 0 };
  for (const [suite] of junit.matchAll(/<testsuite [^>]*>/g)) {
    const read = (name: string): number =>
      Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = read("failures") + read("errors");
    counts.failed += failed;
    counts.ignored += read("disabled");
    counts.passed += read("tests") - failed - read("disabled");
  }
  return counts;
}
