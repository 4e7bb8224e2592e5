/** `deno task test`: the tests, each group with the permissions it needs. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { didYouMean } from "../lib/options.ts";
import { UsageError } from "./shell/option_values.ts";
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
      "tests/exact_math_test.ts",
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
    permissions: [...NATIVE, "--allow-write", "--allow-net=127.0.0.1"],
  },
  {
    name: "files and processes",
    paths: ["tests/tools", "tests/download", "tests/datasets", "tests/browser"],
    permissions: [...NATIVE, ...PROCESSES],
    needsAssets: true,
  },
  {
    name: "engine and training",
    paths: [
      "tests/engine",
      "tests/tokenizer",
      "tests/checkpoint",
      "tests/onnx",
      "tests/page",
      "tests/batches",
      "tests/training",
      "tests/inference",
      "tests/interpretation",
    ],
    permissions: [...NATIVE, ...PROCESSES],
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
  const runAll = async (groups: readonly TestGroup[]): Promise<void> => {
    for (const group of groups) {
      const result = await runGroup(group, group === aside);
      total.passed += result.passed;
      total.failed += result.failed;
    }
  };
  // A notebook keeps little more than one core busy, so it shares the machine.
  const aside = chosen.length > 1 ? chosen.at(-1) : undefined;
  await Promise.all([
    runAll(chosen.filter((group) => group !== aside)),
    runAll(aside === undefined ? [] : [aside]),
  ]);
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

/** Runs a group and prints its output: at once, or as a whole at its end. */
async function runGroup(
  { name, paths, permissions, examples }: TestGroup,
  asWhole: boolean,
): Promise<{ passed: number; failed: number; ignored: number }> {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  const start = performance.now();
  try {
    const command = new Deno.Command(Deno.execPath(), {
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
    });
    let success: boolean;
    if (asWhole) {
      const output = await command.output();
      success = output.success;
      for (const bytes of [output.stdout, output.stderr]) {
        const text = new TextDecoder().decode(bytes).trimEnd();
        if (text !== "") console.log(text);
      }
    } else {
      success = (await command.spawn().status).success;
    }
    const counts = countsIn(await Deno.readTextFile(report));
    // A crash outside a test (an import that fails) leaves a report without it.
    if (!success && counts.failed === 0) counts.failed = 1;
    const { passed, failed, ignored } = counts;
    console.log(
      `${name}: ${passed} passed, ${failed} failed, ${ignored} skipped (${
        duration((performance.now() - start) / 1e3)
      })`,
    );
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
