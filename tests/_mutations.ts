/**
 * Mutations: sound files that are changed at random places, the same ones in each run.
 *
 * tests/golden/mutations.py judges them with Python's own readers:
 *
 *     deno run tests/_mutations.ts json 1 5000    # prints a file in each line, as Base64
 */

// deno-lint-ignore-file no-console -- a program prints its files

import assert from "node:assert/strict";
import { createHash } from "node:crypto";

/** The kinds of files. */
export type MutationKind = "safetensors" | "json" | "csv" | "notebook";

/** Numbers in [0, below), the same in each run (mulberry32). */
export function numbers(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const utf8 = new TextEncoder();

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Four tensors of four dtypes over 40 bytes of data, one of them empty. */
const HEADER: Json = {
  __metadata__: { format: "pt" },
  "a.weight": { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
  "b.bias": { dtype: "F16", shape: [4], data_offsets: [24, 32] },
  c: { dtype: "I64", shape: [1], data_offsets: [32, 40] },
  d: { dtype: "BF16", shape: [0, 7], data_offsets: [24, 24] },
};

/** A safetensors file of this header, over 40 bytes. */
function safetensorsOf(header: string): Uint8Array {
  const bytes = utf8.encode(header);
  const length = BigUint64Array.of(BigInt(bytes.length));
  return Uint8Array.from([
    ...new Uint8Array(length.buffer),
    ...bytes,
    ...Array(40).keys(),
  ]);
}

/** A sound file of each kind but notebooks. */
export const SOUND = {
  safetensors: safetensorsOf(JSON.stringify(HEADER)),
  json: utf8.encode(
    '{"names": ["alpha", "b\\u00e9ta and more of it"], "numbers": [12345, -2.5e-3, ' +
      '6.02e23], "nested": [[], {}, {"a": {"b": [true, null]}}], "\\"": ' +
      '"\\ud83d\\ude00", "": "a text of some length, in which much may change"}',
  ),
  csv: utf8.encode('text,label\n"One, ""two""\nthrée",a\r\n"",\nplain,b\n'),
};

/** Pieces that make files go wrong in ways that random bytes seldom find. */
const PIECES: Record<keyof typeof SOUND, readonly string[]> = {
  safetensors: [
    ...'0123456789-.eE{}[]:," \\',
    ...["null", "true", "1e1", "00", '"shape":[', "9007199254740993", "[[["],
    ...[
      '"a.weight":',
      '"c"',
      "__proto__",
      '"F32"',
      '"F64"',
      "[]",
      "4294967296",
    ],
  ],
  json: [
    ...'0123456789-+.eE{}[]:," \\/\t\n',
    ...[
      "null",
      "false",
      "NaN",
      "Infinity",
      "1e400",
      "0.1",
      "-0",
      "1E+2",
      "\\u",
    ],
    ...[
      '"a":1,',
      '"\\u0061"',
      "__proto__",
      "\\ud800",
      "\u2028",
      "\ufeff",
      "[[",
    ],
  ],
  csv: [
    ...'",\n\r a',
    ...['""', '"\n', "\r\n", '",', ',"', "\n\n", "é", "\u2028", "\0", "\ufeff"],
  ],
};

/** Changes one to three places of a sound file. */
function mutateBytes(
  kind: keyof typeof SOUND,
  below: (limit: number) => number,
): Uint8Array {
  let bytes = Array.from(SOUND[kind]);
  const pieces = PIECES[kind];
  for (let rounds = 1 + below(3); rounds > 0; rounds--) {
    const at = below(bytes.length), from = below(bytes.length);
    const piece = utf8.encode(pieces[below(pieces.length)]!);
    const actions: (() => void)[] = [
      () => bytes[at] = below(256),
      () => bytes[at]! ^= 1 << below(8),
      () => bytes.splice(at, piece.length, ...piece),
      () => resize(() => bytes.splice(at, 0, ...piece)),
      () => resize(() => bytes.splice(at, 1 + below(12))),
      () =>
        resize(() =>
          bytes.splice(at, 0, ...bytes.slice(from, from + below(80)))
        ),
      () => bytes = bytes.slice(0, at),
      () => bytes.push(below(256)),
    ];
    actions[below(actions.length)]!();
  }
  return Uint8Array.from(bytes);

  /** Half of the time, keeps the length in front true to the header. */
  function resize(change: () => void): void {
    const before = bytes.length;
    change();
    if (kind !== "safetensors" || below(2) === 1) return;
    bytes[0] = (bytes[0]! + bytes.length - before) & 0xff;
  }
}

/** One cell and one output of each kind. */
const NOTEBOOK: Json = {
  nbformat: 4,
  "nbformat_minor": 5,
  metadata: {
    kernelspec: { name: "deno", display_name: "Deno", language: "typescript" },
    language_info: { name: "typescript", codemirror_mode: "typescript" },
  },
  cells: [
    {
      cell_type: "markdown",
      id: "a",
      metadata: { tags: ["intro"], collapsed: false },
      source: ["# T\n", "one"],
      attachments: { "p.png": { "image/png": "iVBO" } },
    },
    { cell_type: "raw", id: "b", metadata: { format: "text/x" }, source: "" },
    {
      cell_type: "code",
      id: "c",
      metadata: { scrolled: "auto" },
      execution_count: 1,
      source: "1",
      outputs: [
        { output_type: "stream", name: "stdout", text: ["1\n"] },
        {
          output_type: "display_data",
          metadata: {},
          data: { "text/plain": "x", "application/json": { b: null } },
        },
        {
          output_type: "execute_result",
          execution_count: 1,
          metadata: {},
          data: { "text/plain": ["1"] },
        },
        { output_type: "error", ename: "E", evalue: "", traceback: ["a"] },
      ],
    },
  ],
};

/** What takes the place of a value. */
const VALUES: Record<"safetensors" | "notebook", readonly Json[]> = {
  safetensors: [
    ...[
      null,
      true,
      -1,
      0,
      1,
      2,
      4,
      6,
      8,
      24,
      32,
      40,
      2 ** 53,
      1e300,
      0.5,
      "pt",
    ],
    ...["F32", "F64", "F16", "I8", "F8_E8M0", "F4", "C64", "f32", "BOOL"],
    ...[
      [],
      {},
      [2],
      [6],
      [3, 2],
      [1, 2, 3],
      [24, 32],
      [0, 24],
      Array(17).fill(1),
    ],
  ],
  notebook: [
    ...[null, true, 0, -1, 1.5, 4, 5, "", "a", "c", "a b", "ü", "x".repeat(65)],
    ...["code", "raw", "stdout", "stream", "error", "display_data", "auto"],
    ...[[], {}, ["a"], ["a", "a"], [1], { a: "b" }, { "text/plain": "a" }],
  ],
};

/** Names that an object may not expect. */
const NAMES = ["e", "__proto__", "constructor", "\u0000", "\ud800", "é"];

/** Changes one or two values of a tree. */
function mutateTree(
  sound: Json,
  values: readonly Json[],
  below: (limit: number) => number,
): Json {
  const tree = structuredClone(sound);
  for (let rounds = 1 + below(2); rounds > 0; rounds--) {
    const places: [parent: Record<string, Json>, key: string][] = [];
    const visit = (value: Json): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, child] of Object.entries(value)) {
        places.push([value as Record<string, Json>, key]);
        visit(child);
      }
    };
    visit(tree);
    const [parent, key] = places[below(places.length)]!;
    const [from, name] = places[below(places.length)]!;
    const value = structuredClone(values[below(values.length)]!);
    const other = below(2) === 0 ? name : NAMES[below(NAMES.length)]!;
    const set = (key: string, value: Json): void => {
      Object.defineProperty(parent, key, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    };
    const actions: (() => void)[] = [
      () => set(key, value),
      () => set(key, structuredClone(from[name]!)),
      () => set(Array.isArray(parent) ? key : other, value),
      () => {
        if (Array.isArray(parent)) return parent.splice(Number(key), 1);
        if (below(2) === 0) set(other, parent[key]!);
        delete parent[key];
      },
    ];
    actions[below(actions.length)]!();
  }
  return tree;
}

/** A changed header, in which a number may be spelled as one with a fraction. */
function mutateHeader(below: (limit: number) => number): Uint8Array {
  const tree = mutateTree(HEADER, VALUES.safetensors, below);
  const header = JSON.stringify(tree);
  const tail = [".0", "e0", ""][below(3)]!;
  const at = [...header.matchAll(/\d+(?=[,\]])/g)]
    .map(({ index, 0: digits }) => index + digits.length)[below(20)];
  return safetensorsOf(
    below(4) > 0 || at === undefined
      ? header
      : header.slice(0, at) + tail + header.slice(at),
  );
}

/**
 * Changed files.
 *
 * @param kind Their kind.
 * @param seed Decides the changes.
 * @param count How many.
 */
export function* mutations(
  kind: MutationKind,
  seed: number,
  count: number,
): Generator<Uint8Array> {
  const below = numbers(seed);
  for (let i = 0; i < count; i++) {
    if (kind === "notebook") {
      const notebook = mutateTree(NOTEBOOK, VALUES.notebook, below);
      yield utf8.encode(JSON.stringify(notebook));
    } else if (kind === "safetensors" && i % 2 === 0) yield mutateHeader(below);
    else yield mutateBytes(kind, below);
  }
}

/** What tests/golden/mutations.py has found out about one kind. */
type Verdicts = {
  readonly seed: number;
  readonly count: number;
  /** SHA-256 of all files. */
  readonly files: string;
  /** The number of each file that Python reads, and a digest of what it reads. */
  readonly accepted: Readonly<Record<string, string>>;
};

/** Differences from Python that are meant, by their names. */
export type KnownDifferences = {
  /** What is refused here; its error says why. */
  readonly refused?: Readonly<Record<string, RegExp>>;
  /** What is read here, or read in another way; the file shows why. */
  readonly read?: Readonly<Record<string, RegExp>>;
};

/**
 * Compares a reader with Python's on many changed files.
 *
 * @param kind The kind of the files.
 * @param verdicts Python's.
 * @param read What the reader makes of a file, in the words of mutations.py. It throws
 * what it refuses.
 * @param known The differences that may occur.
 * @returns How many files have equal verdicts, and how many each known difference.
 */
export function compareWithPython(
  kind: MutationKind,
  verdicts: Verdicts,
  read: (file: Uint8Array) => string,
  known: KnownDifferences = {},
): Record<string, number> {
  const counts: Record<string, number> = { equal: 0 };
  const all = createHash("sha256");
  let number = 0;
  for (const file of mutations(kind, verdicts.seed, verdicts.count)) {
    all.update(file);
    const theirs = verdicts.accepted[number++];
    const outcome = outcomeOf(read, file);
    const ours = "text" in outcome ? digestOf(outcome.text) : undefined;
    const text = new TextDecoder().decode(file);
    const [name] = ours === theirs
      ? ["equal"]
      : "text" in outcome
      ? namesOf(known.read, text)
      : namesOf(known.refused, outcome.refusal);
    assert.ok(
      name !== undefined,
      `file ${number - 1}: Python ${
        theirs ? "reads" : "refuses"
      } ${text}; found ` +
        JSON.stringify(outcome),
    );
    counts[name] = (counts[name] ?? 0) + 1;
  }
  assert.equal(all.digest("hex"), verdicts.files, "run mutations.py again");
  return counts;
}

/** What a reader makes of a file: its text, or the message of a typed error. */
export function outcomeOf(
  read: (file: Uint8Array) => string,
  file: Uint8Array,
): { readonly text: string } | { readonly refusal: string } {
  try {
    return { text: read(file) };
  } catch (error) {
    const isTyped = [SyntaxError, TypeError, RangeError]
      .some((type) => error instanceof type);
    assert.ok(isTyped, String(error));
    return { refusal: (error as Error).message };
  }
}

function namesOf(
  patterns: Readonly<Record<string, RegExp>> = {},
  text: string,
): string[] {
  return Object.keys(patterns).filter((name) => patterns[name]!.test(text));
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

if (import.meta.main) {
  const [kind, seed, count] = Deno.args as [MutationKind, string, string];
  for (const file of mutations(kind, Number(seed), Number(count))) {
    console.log(file.toBase64());
  }
}
