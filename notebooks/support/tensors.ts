/** Looking at tensors on a page: their shapes, and whether two are equal. @module */

import * as tf from "@tensorflow/tfjs";
import type { TensorTree } from "../../lib/engine/tensor_tree.ts";
import { show } from "../../lib/views/show.ts";

/**
 * The shapes of tensors, as the rows of a table.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { shapesOf } from "./tensors.ts";
 * import assert from "node:assert/strict";
 *
 * await tf.setBackend("cpu");
 * const rows = shapesOf({ "weights [T, T]": tf.zeros([2, 2]) });
 * assert.deepEqual(rows, [{ tensor: "weights [T, T]", shape: "2 × 2" }]);
 * ```
 *
 * @param tensors Tensors by the names to show.
 */
export function shapesOf(
  tensors: Readonly<Record<string, tf.Tensor>>,
): { tensor: string; shape: string }[] {
  return Object.entries(tensors).map(([tensor, { shape }]) => ({
    tensor,
    shape: shape.join(" × "),
  }));
}

/**
 * A tree of parameters as indented text, as Python's `print(model)` shows modules: a
 * record whose members are all tensors takes one line, layers of equal shapes one block.
 *
 * @param tree Tensors in objects and lists.
 */
export function moduleTree(tree: TensorTree): string {
  return linesOf(tree).join("\n");
}

function linesOf(tree: TensorTree): string[] {
  const members = Object.entries(tree) as [string, TensorTree][];
  const blocks = members.map(([name, member]) => ({
    name,
    lines: member instanceof tf.Tensor
      ? member.shape.join(" × ")
      : linesOf(member),
  }));
  if (blocks.every(({ lines }) => typeof lines === "string")) {
    return [blocks.map(({ name, lines }) => `${name} ${lines}`).join(", ")];
  }
  return blocks.flatMap(({ name, lines }, i) => {
    const isSame = (j: number): boolean =>
      Array.isArray(tree) &&
      JSON.stringify(blocks[j]?.lines) === JSON.stringify(lines);
    if (isSame(i - 1)) return [];
    let last = i;
    while (isSame(last + 1)) last++;
    const title = last > i ? `${name} to ${last}, each` : name;
    return lines.length === 1 || typeof lines === "string"
      ? [`${title}: ${lines}`]
      : [`${title}:`, ...lines.map((line) => `  ${line}`)];
  });
}

/** What rounding may change where the same sum is taken in another order. */
const ROUNDING = 1e-5;

/**
 * Asserts that what a page derives is what the library computes.
 *
 * @param derived The page's tensor.
 * @param expected The library's.
 * @returns The largest difference between them.
 * @throws {RangeError} If the shapes differ, or a value by more than rounding.
 */
export async function assertSame(
  derived: tf.Tensor,
  expected: tf.Tensor,
): Promise<number> {
  if (!tf.util.arraysEqual(derived.shape, expected.shape)) {
    throw new RangeError(
      `Cannot accept two tensors as equal: their shapes must be equal; ` +
        `found [${derived.shape}] and [${expected.shape}]`,
    );
  }
  const [actual, wanted] = await Promise.all([derived.data(), expected.data()]);
  // Not Math.max of a list: it would pass over NaN.
  let largest = 0;
  for (const [i, value] of actual.entries()) {
    const difference = Math.abs(value - wanted[i]!);
    if (!(difference <= ROUNDING)) {
      throw new RangeError(
        `Cannot accept two tensors as equal: values may differ by rounding only; ` +
          `found ${value} and ${wanted[i]} at ${i}`,
      );
    }
    largest = Math.max(largest, difference);
  }
  return largest;
}

/**
 * Shows that what a page derives is what another formula, or the library, computes.
 *
 * @param what What is compared.
 * @param derived The page's tensor.
 * @param expected The other.
 * @throws {RangeError} If the shapes differ, or a value by more than rounding.
 */
export async function showSame(
  what: string,
  derived: tf.Tensor,
  expected: tf.Tensor,
): Promise<void> {
  const difference = await assertSame(derived, expected);
  await show(`${what}: the same. Difference ${difference.toExponential(0)}`);
}

/**
 * Shows the error that a call ends with: what the library refuses, and why.
 *
 * @param call A call that must fail.
 * @throws {RangeError} If it does not fail.
 */
export async function showError(call: () => unknown): Promise<void> {
  let error: unknown;
  try {
    await call();
  } catch (thrown) {
    error = thrown;
  }
  if (error === undefined) {
    throw new RangeError(
      "Cannot show an error: the call must fail; it did not",
    );
  }
  await show(String(error));
}
