import assert from "node:assert/strict";
import { parseHeader } from "bertbook/checkpoint/safetensors_header.ts";
import { fileOf } from "./_support.ts";

const NUM_CASES = 10_000;

/** Four tensors of four dtypes over 40 bytes of data, one of them empty. */
const SOUND = fileOf({
  __metadata__: { format: "pt" },
  "a.weight": { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
  "b.bias": { dtype: "F16", shape: [4], data_offsets: [24, 32] },
  c: { dtype: "I64", shape: [1], data_offsets: [32, 40] },
  d: { dtype: "BF16", shape: [0, 7], data_offsets: [24, 24] },
}, 40);

/** Numbers in [0, below), the same in each run (mulberry32). */
function numbers(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Pieces that make headers go wrong in ways that random bytes seldom find. */
const PIECES = [
  ...'0123456789-.eE{}[]:," \\',
  ...["null", "true", "1e1", "00", '"shape":[', "9007199254740993", "[[["],
  ...['"a.weight":', '"c"', "__proto__", '"F32"', '"F64"', "[]", "4294967296"],
];

/** Changes one to three places of a sound file. */
function mutate(below: (limit: number) => number): Uint8Array {
  let bytes = Array.from(SOUND);
  for (let rounds = 1 + below(3); rounds > 0; rounds--) {
    const at = below(bytes.length), from = below(bytes.length);
    const piece = new TextEncoder().encode(PIECES[below(PIECES.length)]!);
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
    if (below(2) === 0) bytes[0] = (bytes[0]! + bytes.length - before) & 0xff;
  }
}

/** What the reader under test makes of a file: its tensors, or the error's name. */
function read(bytes: Uint8Array): string {
  try {
    const length = bytes.length < 8
      ? Infinity
      : Number(new DataView(bytes.buffer).getBigUint64(0, true));
    if (length > bytes.length - 8) return "refused";
    const data = bytes.length - 8 - length;
    const { tensors } = parseHeader(
      bytes.subarray(8, 8 + length),
      data,
      "file",
    );
    return JSON.stringify([...tensors].sort());
  } catch (error) {
    assert.match(
      String(error),
      /^(Syntax|Type|Range)Error: Cannot read "file": .+/,
    );
    return "refused";
  }
}

const WIDTHS: ReadonlyMap<unknown, number> = new Map([
  ...["BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3"].map((name) =>
    [name, 1] as const
  ),
  ...["I16", "U16", "F16", "BF16"].map((name) => [name, 2] as const),
  ...["I32", "U32", "F32"].map((name) => [name, 4] as const),
  ...["I64", "U64", "F64"].map((name) => [name, 8] as const),
]);

/** The same by other means: every byte of data counts its owners. */
function readSimply(bytes: Uint8Array): string {
  const length = bytes.slice(0, 8).reduceRight((n, byte) => 256 * n + byte, 0);
  if (bytes.length < 8 || bytes.length < 8 + length) return "refused";
  const raw = bytes.slice(8, 8 + length);
  const text = new TextDecoder().decode(raw);
  const isUtf8 = new TextEncoder().encode(text).join() === raw.join();
  let json: unknown;
  let numMembers = 0;
  try {
    json = JSON.parse(text, function (this: unknown, _, value): unknown {
      if (!Array.isArray(this)) numMembers++;
      return value;
    });
  } catch {
    return "refused";
  }
  // A name that stands twice has its colon twice, but is visited once.
  const withoutStrings = text.replace(/"(?:\\.|[^"\\])*"/g, "");
  const numColons = withoutStrings.split(":").length - 1;
  if (!isUtf8 || text[0] !== "{" || numColons !== numMembers - 1) {
    return "refused";
  }
  const owners = new Uint8Array(bytes.length - 8 - length);
  const facts: unknown[] = [];
  const begins: number[] = [], ends = [0];
  for (const [name, entry] of Object.entries(json as object)) {
    const { dtype, shape, data_offsets: offsets } = Object(entry);
    if (depthOf(entry) > 2) return "refused";
    if (name === "__metadata__") {
      if (depthOf(entry) !== 1 || Array.isArray(entry)) return "refused";
      const strings = Object.values(entry);
      if (strings.some((value) => typeof value !== "string")) return "refused";
      continue;
    }
    const width = WIDTHS.get(dtype);
    if (Array.isArray(entry) || !width || !isSizes(shape, 16)) return "refused";
    if (!isSizes(offsets, 2) || offsets.length !== 2) return "refused";
    if (name in {} || offsets[0]! > offsets[1]!) return "refused";
    if (offsets[1]! > owners.length) return "refused";
    let needed = BigInt(width);
    for (const size of shape) needed *= BigInt(size);
    if (needed !== BigInt(offsets[1]! - offsets[0]!)) return "refused";
    for (let i = offsets[0]!; i < offsets[1]!; i++) owners[i]!++;
    const [begin, end] = offsets as [number, number];
    begins.push(begin);
    ends.push(end);
    facts.push([name, { dtype, shape, begin, end }]);
  }
  if (owners.some((count) => count !== 1)) return "refused";
  // An empty tensor owns nothing, and must still stand between two others.
  if (begins.some((begin) => !ends.includes(begin))) return "refused";
  return JSON.stringify(facts.sort());
}

function isSizes(value: unknown, most: number): value is number[] {
  return Array.isArray(value) && value.length <= most &&
    value.every((size) =>
      Number.isInteger(size) && size >= 0 && size < 2 ** 53
    );
}

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

Deno.test("fault 30: parseHeader() agrees with a simple reader on 10,000 mutations", () => {
  const below = numbers(2018);
  let accepted = 0;
  for (let i = 0; i < NUM_CASES; i++) {
    const bytes = mutate(below);
    const simply = readSimply(bytes);
    assert.equal(read(bytes), simply, new TextDecoder().decode(bytes));
    if (simply !== "refused") accepted++;
  }
  assert.equal(readSimply(SOUND), read(SOUND));
  // Neither reader may pass by refusing all.
  assert.ok(accepted > 200 && accepted < NUM_CASES / 2, `${accepted} accepted`);
});
