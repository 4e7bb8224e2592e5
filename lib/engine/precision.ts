/** Precision of matrix products: float32 or bfloat16. @module */

import type { PyTree } from "./py_tree.ts";
import { accelerator } from "./accelerator.ts";
import { compile, type Compiled, type CompileOptions } from "./compile.ts";
import { platform } from "./platform.ts";

/**
 * `"bfloat16"` keeps 8 of a float's 24 binary digits inside matrix products; weights,
 * moments and sums stay float32 (Micikevicius et al., 2018, section 3.1).
 */
export type Precision = "float32" | "bfloat16";

/** A function of tensors, compiled once for each precision. */
export type CompiledEach<
  // deno-lint-ignore no-explicit-any -- its arguments are PyTrees of any kind
  Run extends (...args: any) => PyTree | void,
> = Readonly<Record<Precision, Compiled<Parameters<Run>, ReturnType<Run>>>>;

/**
 * Compiles a function once for each precision.
 *
 * @param run As for `compile`.
 * @param options As for `compile`.
 * @returns The compiled functions, which trace at their first calls.
 */
export function compileEach<
  Args extends readonly PyTree[],
  Result extends PyTree | void,
>(
  run: (...args: Args) => Result,
  options: CompileOptions,
): Record<Precision, Compiled<Args, Result>> {
  return {
    float32: compile(run, options),
    bfloat16: compile(run, { ...options, bfloat16: true }),
  };
}

/** Any of these multiplies bfloat16 without taking it apart first. */
const MULTIPLY_BFLOAT16 = ["AVX-512-BF16", "AMX-BF16", "ARM-BF16"];

/**
 * Whether a processor multiplies bfloat16 by itself.
 *
 * @param sets The names of its instruction sets, such as `AVX2`; undefined if not known.
 * @returns Undefined where `sets` is.
 */
export function multipliesBfloat16(
  sets: readonly string[] | undefined,
): boolean | undefined {
  return sets?.some((name) => MULTIPLY_BFLOAT16.includes(name));
}

/**
 * Refuses bfloat16 if it would only be slower.
 *
 * @param precision What is asked for.
 * @param sets The instruction sets of what computes, null if they are not known; default,
 * those of the processor that the running engine uses.
 * @throws {RangeError} If what computes does not multiply bfloat16.
 */
export function checkPrecision(
  precision: Precision,
  sets: readonly string[] | null = setsInUse(),
): void {
  if (
    precision !== "bfloat16" || multipliesBfloat16(sets ?? undefined) !== false
  ) return;
  throw new RangeError(
    `Cannot compute in bfloat16: the processor must multiply it ` +
      `(${MULTIPLY_BFLOAT16.join(", ")}); found ${
        sets!.join(", ") || "none of the known instruction sets"
      }; use precision "float32"`,
  );
}

/** A card has none, and an engine need not use all that the processor has. */
function setsInUse(): readonly string[] | null {
  const multiplies = accelerator()?.multipliesBfloat16;
  if (multiplies === true) return null;
  const sets = platform().instructionSets();
  return multiplies === undefined
    ? sets ?? null
    : sets?.filter((name) => !MULTIPLY_BFLOAT16.includes(name)) ?? [];
}

/**
 * For functions whose callers cannot choose the sizes: keeps more signatures than a
 * training or a page needs, and forgets the oldest in a session of many models.
 */
export const MANY_SIGNATURES = {
  maxSignatures: 256,
  whenFull: "forget",
} as const satisfies CompileOptions;
