/** PyTorch as a baseline: where it is installed, and its fastest way. @module */

// deno-lint-ignore-file no-console -- a missing PyTorch is reported in the terminal

import { join } from "node:path";
import type { StatusLine } from "../shell/terminal.ts";
import { spreadOf } from "./statistics.ts";
import { type WorkerCommand, WorkerProcess } from "./worker_process.ts";

/** A Python, and the version of PyTorch that it has; undefined if it has none. */
export type Torch = { readonly python: string; readonly version?: string };

/** The packages that `torch_worker.py` was written for. */
const PACKAGES = "torch==2.13.0 transformers==5.23.0";

/** Reads versions without importing, which would take seconds. */
const VERSIONS = `from importlib.metadata import version
version("transformers")
print(version("torch"))`;

/**
 * Finds PyTorch and transformers.
 *
 * @param python The program to ask; default `BERTBOOK_PYTHON`, else `python3`.
 * @param report Receives a line on how to install them if they are missing.
 * @returns The program, and its version of PyTorch.
 */
export async function findTorch(
  python: string = Deno.env.get("BERTBOOK_PYTHON") || "python3",
  report: (text: string) => void = console.log,
): Promise<Torch> {
  let missing = "";
  try {
    const { success, stdout } = await new Deno.Command(python, {
      args: ["-c", VERSIONS],
      stderr: "null",
    }).output();
    const version = new TextDecoder().decode(stdout).trim();
    if (success) return { python, version };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    missing = `, after installing Python or naming it in BERTBOOK_PYTHON`;
  }
  report(
    `PyTorch is left out; to install it: ${python} -m pip install ` +
      `${PACKAGES}${missing}`,
  );
  return { python };
}

/**
 * The ways of PyTorch's AdamW, transformers' attention and `torch.compile`.
 * "sdpa" is transformers' default; on a CPU with dropout, "eager" is often faster.
 */
const WAYS = [
  "default sdpa",
  "fused sdpa",
  "fused eager",
  "fused sdpa compile",
  "fused eager compile",
] as const;

/**
 * Finds PyTorch's fastest way of one workload.
 *
 * The ways run one after the other: all at once, they would need more memory than
 * many machines have. A way that fails is reported in one line and left out, such as
 * `torch.compile` without a C++ compiler.
 *
 * @param torch From {@linkcode findTorch}.
 * @param workload What `torch_worker.py` reads.
 * @param signal Ends the search.
 * @param line Shows the progress.
 * @returns The fastest way's command, named "torch" and its way.
 * @throws {TypeError} If every way fails.
 */
export async function fastestTorch(
  { python }: Torch,
  workload: unknown,
  signal: AbortSignal,
  line: StatusLine,
): Promise<WorkerCommand> {
  const program = join(import.meta.dirname!, "torch_worker.py");
  const found: { worker: WorkerCommand; milliseconds: number }[] = [];
  let compiles = true, failure: unknown;
  for (const way of WAYS) {
    const isCompiled = way.endsWith("compile");
    if (isCompiled && !compiles) continue;
    const worker: WorkerCommand = {
      name: `torch ${way}`,
      command: [python, program, way, JSON.stringify(workload)],
    };
    line.update(`trying ${worker.name}`);
    try {
      await using process = await WorkerProcess.start(worker, signal);
      const trial = await process.ask<{ milliseconds: number[] }>(0);
      const { median } = spreadOf(trial.milliseconds);
      found.push({ worker, milliseconds: median });
    } catch (error) {
      if (signal.aborted || !(error instanceof TypeError)) throw error;
      failure = error;
      compiles = !isCompiled;
      const needs = isCompiled ? " (it needs a C++ compiler)" : "";
      line.finish(`Left out ${worker.name}${needs}: ${error.message}`);
    }
  }
  const [fastest] = found.toSorted((a, b) => a.milliseconds - b.milliseconds);
  if (fastest === undefined) throw failure;
  return fastest.worker;
}
