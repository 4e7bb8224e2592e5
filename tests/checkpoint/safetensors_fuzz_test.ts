import assert from "node:assert/strict";
import { parseHeader } from "bertbook/checkpoint/safetensors_header.ts";
import { visibleControls } from "bertbook/printable.ts";
import golden from "../golden/mutations.json" with { type: "json" };
import { compareWithPython, mutations, outcomeOf } from "../_mutations.ts";
import { freshSeed } from "../_property.ts";

/** A tensor in the words of tests/golden/mutations.py. */
type Fact = [
  name: string,
  dtype: string,
  shape: readonly number[],
  data: string,
];

function factsOf(facts: Fact[]): string {
  return JSON.stringify(facts.sort(([a], [b]) => a < b ? -1 : 1));
}

/** What the reader under test makes of a file. */
function read(bytes: Uint8Array): string {
  const length = bytes.length < 8
    ? Infinity
    : Number(new DataView(bytes.buffer).getBigUint64(0, true));
  if (length > bytes.length - 8) throw new RangeError("the header's length");
  const data = bytes.subarray(8 + length);
  const header = bytes.subarray(8, 8 + length);
  const { tensors } = parseHeader(header, data.length, "file");
  return factsOf(
    Array.from(tensors, ([name, { dtype, shape, begin, end }]): Fact => [
      name,
      dtype,
      shape,
      data.subarray(begin, end).toHex(),
    ]),
  );
}

/** Bits of a value. */
const WIDTHS: ReadonlyMap<unknown, number> = new Map(
  Object.entries({
    4: "F4",
    6: "F6_E2M3 F6_E3M2",
    8: "BOOL U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ",
    16: "I16 U16 F16 BF16",
    32: "I32 U32 F32",
    64: "I64 U64 F64 C64",
  }).flatMap(([bits, names]) =>
    names.split(" ").map((name) => [name, Number(bits)])
  ),
);

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
    const revive = function (
      this: unknown,
      _: string,
      value: unknown,
      context?: { source: string },
    ): unknown {
      if (!Array.isArray(this)) numMembers++;
      // Whole numbers have one spelling.
      const isOdd = Number.isInteger(value) && context!.source !== `${value}`;
      return isOdd ? NaN : value;
    };
    json = JSON.parse(text, revive);
  } catch {
    return "refused";
  }
  // A name that stands twice has its colon twice, but is visited once.
  const withoutStrings = text.replace(/"(?:\\.|[^"\\])*"/g, "");
  const numColons = withoutStrings.split(":").length - 1;
  if (!isUtf8 || text[0] !== "{" || numColons !== numMembers - 1) {
    return "refused";
  }
  const strings = text.match(/"(?:\\.|[^"\\])*"/g) ?? [];
  if (!strings.every((each) => JSON.parse(each).isWellFormed())) {
    return "refused";
  }
  const data = bytes.slice(8 + length);
  const owners = new Uint8Array(data.length);
  const facts: Fact[] = [];
  const begins: number[] = [], ends = [0];
  for (const [name, entry] of Object.entries(json as object)) {
    const { dtype, shape, data_offsets: offsets } = Object(entry);
    if (depthOf(entry) > 2) return "refused";
    if (name === "__metadata__") {
      if (entry === null) continue;
      if (depthOf(entry) !== 1 || Array.isArray(entry)) return "refused";
      const strings = Object.values(entry);
      if (strings.some((value) => typeof value !== "string")) return "refused";
      continue;
    }
    const width = WIDTHS.get(dtype);
    if (Array.isArray(entry) || !width || !isSizes(shape, 16)) return "refused";
    if (!isSizes(offsets, 2) || offsets.length !== 2) return "refused";
    if (name in {} || visibleControls(name) !== name) return "refused";
    if (offsets[0]! > offsets[1]!) return "refused";
    if (offsets[1]! > owners.length) return "refused";
    let needed = BigInt(width);
    for (const size of shape) needed *= BigInt(size);
    if (needed !== 8n * BigInt(offsets[1]! - offsets[0]!)) return "refused";
    for (let i = offsets[0]!; i < offsets[1]!; i++) owners[i]!++;
    const [begin, end] = offsets as [number, number];
    begins.push(begin);
    ends.push(end);
    facts.push([name, dtype, shape, data.slice(begin, end).toHex()]);
  }
  if (owners.some((count) => count !== 1)) return "refused";
  // An empty tensor owns nothing, and must still stand between two others.
  if (begins.some((begin) => !ends.includes(begin))) return "refused";
  return factsOf(facts);
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

Deno.test("fault 30: parseHeader() reads 10,000 mutations as Python does, but for known differences", () => {
  const counts = compareWithPython("safetensors", golden.safetensors, read, {
    refused: {
      "names of every object's parts": /named like a part of every object/,
      "other control characters in names": /without control characters/,
      "shapes of 17 sizes, or of 2 ** 53": /a shape of at most 16 sizes/,
      "additions to an entry, nested": /nested at most 3 deep/,
    },
  });
  assert.deepEqual(counts, {
    equal: 9978,
    "names of every object's parts": 12,
    "other control characters in names": 6,
    "shapes of 17 sizes, or of 2 ** 53": 2,
    "additions to an entry, nested": 2,
  });
});

Deno.test("fault 30: parseHeader() agrees with a simple reader on mutations, new ones in test --all", () => {
  const { seed, count } = freshSeed(2019, 500);
  let accepted = 0;
  for (const bytes of mutations("safetensors", seed, count)) {
    const simply = readSimply(bytes);
    const outcome = outcomeOf(read, bytes);
    const found = "text" in outcome ? outcome.text : "refused";
    const file = new TextDecoder().decode(bytes);
    assert.equal(found, simply, `seed ${seed}: ${file}`);
    if (simply !== "refused") accepted++;
  }
  // Neither reader may pass by refusing all.
  assert.ok(accepted > count / 50 && accepted < count / 2, `${accepted}`);
});
