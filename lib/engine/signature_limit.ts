/**
 * Says why a function was traced too often: what differs between its calls.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import { type Form, type Place, placesIn } from "./py_tree.ts";

/** The arguments of one trace, by their places. */
export type Sample = ReadonlyMap<string, Entry>;

type Entry =
  | { readonly shape: readonly number[]; readonly dtype: string }
  | { readonly plain: unknown };

/** Values of one place that a message shows. */
const NUM_SHOWN = 4;

/** What the arguments were, without the tensors themselves. */
export function sampleOf(form: Form, leaves: readonly tf.Tensor[]): Sample {
  const entryOf = (at: Place["at"]): Entry => {
    if ("plain" in at) return at;
    const { shape, dtype } = leaves[at.leaf]!;
    return { shape, dtype };
  };
  return new Map(placesIn(form).map(({ path, at }) => [path, entryOf(at)]));
}

/**
 * The error of a function that would be traced once too often.
 *
 * @param name The function's.
 * @param samples The arguments that it was traced for, and at last those that
 * it was to be traced for.
 */
export function tooManySignatures(
  name: string,
  samples: readonly Sample[],
): RangeError {
  const differences = differencesOf(samples);
  const found = differences.length === 0
    ? "the form of the arguments varies"
    : differences.map(({ text }) => text).join(", ");
  const ways = [...new Set(differences.map(({ wayOut }) => wayOut))];
  return new RangeError(
    `Cannot trace "${name}" once more as at most ${samples.length - 1} ` +
      `signatures may be traced: ${found}; ` +
      [...ways, "raise maxSignatures"].join(", or "),
  );
}

function differencesOf(
  samples: readonly Sample[],
): { text: string; wayOut: string }[] {
  const last = samples.at(-1)!;
  return Array.from(last).flatMap(([path, entry]) => {
    const all = samples.flatMap((sample) => sample.get(path) ?? []);
    if ("plain" in entry) {
      const values = distinct(
        all.map((one) => "plain" in one ? String(one.plain) : "a tensor"),
      );
      if (values.length === 1) return [];
      return [{
        text: `the value ${path} was ${shown(values)}`,
        wayOut: `pass ${path} as a tensor`,
      }];
    }
    return entry.shape.flatMap((_, axis) => {
      const sizes = distinct(
        all.map((one) => "shape" in one ? one.shape[axis] : undefined),
      );
      if (sizes.length === 1) return [];
      return [{
        text: `dimension ${axis} of ${path} was ${shown(sizes)}`,
        wayOut: "round sizes up so that few occur",
      }];
    });
  });
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function shown(values: readonly unknown[]): string {
  const more = values.length > NUM_SHOWN ? "…, " : "";
  return more + values.slice(-NUM_SHOWN).join(", ");
}
