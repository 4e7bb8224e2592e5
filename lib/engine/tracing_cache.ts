/**
 * The tracing cache of a compiled function: its traced forms by the signature of the
 * arguments, that is, by what a trace depends on: the structure of the arguments, the
 * shapes and element types of their tensors, and their plain values.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import {
  entriesWithPaths,
  flatten,
  isRecord,
  type PathEntry,
  type PyTree,
  refuseNode,
} from "./py_tree.ts";

/** What belongs to one signature; undefined until it is set. */
export type CacheEntry<T> = { value: T | undefined };

/** A node in the tree of all walks through arguments. */
type Step<T> = CacheEntry<T> & { readonly next: Map<unknown, Step<T>> };

/** What is known of a variable: shape and element type, which never change. */
type KnownVariable = {
  readonly token: string;
  /** The last call in which it was seen, and its number among the leaves. */
  call: number;
  leaf: number;
};

/**
 * Values of type `T` by the signatures of arguments.
 *
 * The arguments are walked once, and each thing on the way is one step in a tree of
 * all walks so far. So a call with hundreds of variables neither builds a key nor
 * compares one.
 */
export class SignatureIndex<T> {
  readonly #variables = new WeakMap<tf.Tensor, KnownVariable>();
  #start: Step<T> = newStep();
  #call = 0;

  /**
   * Walks the arguments of one call.
   *
   * @param args Trees of tensors and plain values.
   * @returns The tensors in order, and the entry that belongs to their signature: set
   * its `value`, and equal arguments will find it.
   * @throws {TypeError} If a tree holds something else, such as a function.
   */
  find(args: readonly PyTree[]): { leaves: tf.Tensor[]; entry: CacheEntry<T> } {
    const leaves: tf.Tensor[] = [];
    const call = ++this.#call;
    let entry = this.#start;
    const step = (token: unknown): void => {
      let next = entry.next.get(token);
      if (next === undefined) {
        next = newStep();
        entry.next.set(token, next);
      }
      entry = next;
    };
    const walk = (node: PyTree): void => {
      if (typeof node !== "object" || node === null) step(plainToken(node));
      else if (Array.isArray(node)) {
        step(`(${node.length}`);
        for (const child of node) walk(child);
      } else if (isRecord(node)) {
        const names = Object.keys(node);
        step(`{${names.length}`);
        for (const name of names) {
          step(name);
          walk(node[name]);
        }
      } else if (node instanceof tf.Tensor) {
        step(this.#tokenOf(node, call, leaves.length));
        leaves.push(node);
      } else throw refuseNode(node);
    };
    walk(args);
    return { leaves, entry };
  }

  /** Forgets all values. */
  clear(): void {
    this.#start = newStep();
  }

  /** A variable that is given twice counts as itself, not as another one. */
  #tokenOf(tensor: tf.Tensor, call: number, leaf: number): string {
    const known = this.#variables.get(tensor);
    if (known === undefined) {
      const token = `${tensor.dtype}[${tensor.shape}]`;
      if (!(tensor instanceof tf.Variable)) return token;
      const variable = { token: `variable ${token}`, call, leaf };
      this.#variables.set(tensor, variable);
      return variable.token;
    }
    if (known.call === call) return `variable ${known.leaf}`;
    known.call = call;
    known.leaf = leaf;
    return known.token;
  }
}

function newStep<T>(): Step<T> {
  return { next: new Map(), value: undefined };
}

/** Plain values are their own tokens; a text must not look like another token. */
function plainToken(value: unknown): unknown {
  switch (typeof value) {
    case "string":
      return `"${value}`;
    case "number":
      return Object.is(value, -0) ? "-0" : value; // a Map takes −0 for 0
    case "boolean":
    case "undefined":
    case "object": // null
      return value;
    default:
      throw refuseNode(value);
  }
}

/** How many values a cache keeps, and what one more means. */
export type CacheLimit = {
  readonly maxSignatures: number;
  readonly whenFull: "refuse" | "forget";
};

/** The traced forms of one function, of limited number. */
export class TracingCache<T extends { dispose(): void }> {
  readonly #index = new SignatureIndex<T>();
  /** What is set, with a sample of its arguments; if some are forgotten, the last used last. */
  readonly #samples = new Map<CacheEntry<T>, Sample>();

  /**
   * @param name The function's, for messages.
   * @param limit How many signatures are kept.
   * @throws {RangeError} If the limit is no positive whole number or Infinity.
   */
  constructor(
    private readonly name: string,
    private readonly limit: CacheLimit,
  ) {
    const { maxSignatures } = limit;
    if (maxSignatures === Infinity) return;
    if (Number.isSafeInteger(maxSignatures) && maxSignatures >= 1) return;
    throw new RangeError(
      `Cannot compile "${name}": maxSignatures must be a whole number of at least ` +
        `1, or Infinity; found ${maxSignatures}`,
    );
  }

  /** All that is traced. */
  get values(): T[] {
    return Array.from(this.#samples.keys(), ({ value }) => value!);
  }

  /**
   * Looks arguments up.
   *
   * @param args Trees of tensors and plain values.
   * @returns The tensors in order, and the entry of their signature.
   */
  find(args: readonly PyTree[]): { leaves: tf.Tensor[]; entry: CacheEntry<T> } {
    const found = this.#index.find(args);
    if (this.limit.whenFull === "forget") {
      const sample = this.#samples.get(found.entry);
      if (sample !== undefined) {
        this.#samples.delete(found.entry);
        this.#samples.set(found.entry, sample);
      }
    }
    return found;
  }

  /**
   * Keeps a new value.
   *
   * @param entry Of the arguments, from {@linkcode find}.
   * @param args The arguments.
   * @param make Makes the value, once there is room for it.
   * @throws {RangeError} If there is no room, and nothing may be forgotten.
   */
  add(entry: CacheEntry<T>, args: readonly PyTree[], make: () => T): T {
    const sample = sampleOf(args);
    this.#makeRoom(sample);
    const value = make();
    entry.value = value;
    this.#samples.set(entry, sample);
    return value;
  }

  /** Disposes and forgets all values. */
  clear(): void {
    for (const value of this.values) value.dispose();
    this.#samples.clear();
    this.#index.clear();
  }

  #makeRoom(sample: Sample): void {
    if (this.#samples.size < this.limit.maxSignatures) return;
    if (this.limit.whenFull === "refuse") {
      throw tooManySignatures(this.name, [...this.#samples.values(), sample]);
    }
    const [oldest] = this.#samples.keys();
    this.#samples.delete(oldest!);
    oldest!.value!.dispose();
    oldest!.value = undefined;
  }
}

/** The arguments of one trace, without the tensors themselves, by path. */
type Sample = ReadonlyMap<string, SampleEntry>;

type SampleEntry =
  | { readonly shape: readonly number[]; readonly dtype: string }
  | { readonly plain: unknown };

/** Values of one path that a message shows. */
const NUM_SHOWN = 4;

function sampleOf(args: readonly PyTree[]): Sample {
  const { leaves, treeDef } = flatten(args);
  const entryOf = (at: PathEntry["at"]): SampleEntry => {
    if ("plain" in at) return at;
    const { shape, dtype } = leaves[at.leaf]!;
    return { shape, dtype };
  };
  return new Map(
    entriesWithPaths(treeDef).map(({ path, at }) => [path, entryOf(at)]),
  );
}

/**
 * The error of a function that would be traced once too often: what differs between
 * its calls.
 *
 * @param name The function's.
 * @param samples The arguments that it was traced for, and last those that it was to
 * be traced for.
 */
function tooManySignatures(
  name: string,
  samples: readonly Sample[],
): RangeError {
  const differences = differencesOf(samples);
  const found = differences.length === 0
    ? "the structure of the arguments varies"
    : differences.map(({ text }) => text).join(", ");
  const ways = [...new Set(differences.map(({ wayOut }) => wayOut))];
  return new RangeError(
    `Cannot trace "${name}" once more: it must have at most ${
      samples.length - 1
    } ` +
      `signatures; found that ${found}; ` +
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
