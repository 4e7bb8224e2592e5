/** PyTorch as a baseline: where it is installed, and its fastest way. @module */

// deno-lint-ignore-file no-console -- what is left out is reported in the terminal

import { join } from "node:path";
import { type WorkerCommand, WorkerProcess } from "./worker_process.ts";

/** A Python, and the version of PyTorch that it has. */
export type Torch = {
  readonly python: string;
  /** Undefined if PyTorch is not installed. */
  readonly version?: string;
  /** Why it is not, and how to install it. */
  readonly reason?: string;
};

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
 * @returns Where it is, or how to install it.
 */
export async function findTorch(
  python: string = Deno.env.get("BERTBOOK_PYTHON") || "python3",
): Promise<Torch> {
  const install = `-m pip install ${PACKAGES}`;
  try {
    const { success, stdout } = await new Deno.Command(python, {
      args: ["-c", VERSIONS],
      stderr: "null",
    }).output();
    const version = new TextDecoder().decode(stdout).trim();
    if (success) return { python, version };
    return { python, reason: `install it with\n  ${python} ${install}` };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return {
      python,
      reason: `there is no "${python}"; install Python, then\n  python3 ` +
        `${install}\nor name another Python in BERTBOOK_PYTHON`,
    };
  }
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
 * @param options `measure` returns the milliseconds of a step of a worker that has
 * just started; `report` shows a line that stays.
 * @returns The fastest way's command, named "torch" and its way.
 * @throws {TypeError} If every way fails.
 */
export async function fastestTorch(
  { python }: Torch,
  workload: unknown,
  options: {
    readonly measure: (worker: WorkerProcess) => Promise<number>;
    readonly signal: AbortSignal;
    readonly onProgress: (text: string) => void;
    readonly report?: (text: string) => void;
  },
): Promise<WorkerCommand> {
  const { measure, signal, onProgress, report = console.log } = options;
  let fastest: { worker: WorkerCommand; milliseconds: number } | undefined;
  let failure: unknown;
  let compiles = true;
  for (const way of WAYS) {
    const isCompiled = way.endsWith("compile");
    if (isCompiled && !compiles) continue;
    const name = `torch ${way}`;
    onProgress(`trying ${name}`);
    const worker: WorkerCommand = {
      name,
      command: [
        python,
        join(import.meta.dirname!, "torch_worker.py"),
        way,
        JSON.stringify(workload),
      ],
    };
    try {
      await using process = await WorkerProcess.start(worker, signal);
      const milliseconds = await measure(process);
      if (milliseconds < (fastest?.milliseconds ?? Infinity)) {
        fastest = { worker, milliseconds };
      }
    } catch (error) {
      if (signal.aborted || !(error instanceof TypeError)) throw error;
      failure = error;
      compiles = !isCompiled;
      const needs = isCompiled ? " (it needs a C++ compiler)" : "";
      report(`Left out ${name}${needs}: ${error.message}`);
    }
  }
  if (fastest === undefined) throw failure;
  return fastest.worker;
}
