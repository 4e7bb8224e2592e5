import assert from "node:assert/strict";
import { join } from "node:path";
import { openSafetensors } from "bertbook/checkpoint/safetensors.ts";
import { visibleControls } from "bertbook/printable.ts";
import { readJsonObject } from "bertbook/checkpoint/tokenizer_files.ts";
import {
  type Entry,
  fileOf,
  fileOfBytes,
  temporaryFolder,
  writeModel,
} from "./_support.ts";

const F32 = (begin: number, end: number, shape?: unknown): Entry => ({
  dtype: "F32",
  shape: shape ?? [(end - begin) / 4],
  data_offsets: [begin, end],
});
const length = (bytes: bigint): Uint8Array =>
  new Uint8Array(BigUint64Array.of(bytes).buffer);
const nested = (depth: number): string =>
  `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;

/** Each fault with its row in docs/faults.md, the file that has it, and what must be said of it. */
const FAULTS: [
  row: number,
  fault: string,
  file: Uint8Array,
  error: ErrorConstructor,
  message: RegExp,
][] = [
  [
    19,
    "an empty file",
    new Uint8Array(),
    SyntaxError,
    /8 bytes .* found 0 bytes/,
  ],
  [
    18,
    "a header over the limit",
    length(1n << 40n),
    RangeError,
    /found 10995116/,
  ],
  [
    18,
    "a header of 2^64 - 1",
    length(~0n),
    RangeError,
    /found 18446744073709551/,
  ],
  [19, "a header over the file", length(1n), RangeError, /found 1 of 8/],
  [
    20,
    "a header that is not UTF-8",
    fileOfBytes(Uint8Array.of(0x7b, 0xff, 0x7d), 0),
    SyntaxError,
    /must be valid UTF-8/,
  ],
  [
    20,
    "a byte order mark",
    fileOf("\uFEFF{}", 0),
    SyntaxError,
    /begin with "{"/,
  ],
  [21, "bad JSON", fileOf("{oops", 0), SyntaxError, /must be JSON; found /],
  [
    21,
    "an open string",
    fileOf('{"a\\', 0),
    SyntaxError,
    /must be JSON; found /,
  ],
  [21, "a list", fileOf("[]", 0), SyntaxError, /must begin with "{"/],
  [21, "nesting of 4", fileOf(nested(3), 0), SyntaxError, /nested at most 3/],
  [
    21,
    "nesting of 10^6",
    fileOf(nested(1e6), 0),
    SyntaxError,
    /nested at most 3/,
  ],
  [
    22,
    "overlapping tensors",
    fileOf({ a: F32(0, 8), b: F32(4, 12) }, 12),
    RangeError,
    /"b" must begin at byte 8 .* \[4, 12\], an overlap/,
  ],
  [
    23,
    "a hole between tensors",
    fileOf({ a: F32(0, 4), b: F32(8, 12) }, 12),
    RangeError,
    /"b" must begin at byte 4 .* a hole/,
  ],
  [23, "a hole in front", fileOf({ a: F32(4, 8) }, 8), RangeError, /a hole/],
  [
    24,
    "offsets out of range",
    fileOf({ a: F32(0, 8) }, 4),
    RangeError,
    /out of ra/,
  ],
  [
    24,
    "a negative offset",
    fileOf({ a: F32(-4, 0) }, 4),
    SyntaxError,
    /"a" .*\[-4,0/,
  ],
  [
    24,
    "reversed offsets",
    fileOf({ a: F32(8, 4, [1]) }, 8),
    SyntaxError,
    /ascending/,
  ],
  [
    24,
    "half an offset",
    fileOf({ a: F32(0, 4.5, [1]) }, 8),
    SyntaxError,
    /ascending/,
  ],
  [
    24,
    "three offsets",
    fileOf({ a: { ...F32(0, 4), data_offsets: [0, 2, 4] } }, 4),
    SyntaxError,
    /ascending/,
  ],
  [
    25,
    "a shape for other bytes",
    fileOf({ a: F32(0, 8, [3]) }, 8),
    RangeError,
    /"a" .* 12 for F32 \[3\]; found data_offsets that span 8/,
  ],
  [
    26,
    "a shape whose product is 2^64",
    fileOf({ a: F32(0, 0, [2 ** 32, 2 ** 32]) }, 0),
    RangeError,
    /73786976294838206464 for F/,
  ],
  [
    26,
    "a shape whose product is 2^53 + 1 rounded",
    fileOf({ a: F32(0, 8, [3, 3_002_399_751_580_331]) }, 8),
    RangeError,
    /36028797018963972 for F/,
  ],
  [
    26,
    "a size of 2^53",
    fileOf({ a: F32(0, 4, [2 ** 53]) }, 4),
    SyntaxError,
    /shape/,
  ],
  [
    25,
    "a negative size",
    fileOf({ a: F32(0, 4, [-1]) }, 4),
    SyntaxError,
    /shape/,
  ],
  [
    25,
    "no list of sizes",
    fileOf({ a: F32(0, 4, "1") }, 4),
    SyntaxError,
    /shape/,
  ],
  [
    25,
    "a million axes",
    fileOf({ a: F32(0, 4, new Array(1e6).fill(1)) }, 4),
    SyntaxError,
    /at most 100000 values/,
  ],
  [
    25,
    "17 axes",
    fileOf({ a: F32(0, 4, new Array(17).fill(1)) }, 4),
    SyntaxError,
    /at most 16 sizes/,
  ],
  [
    27,
    "a name twice",
    fileOf(`{"a":${JSON.stringify(F32(0, 4))},"\\u0061":1}`, 4),
    SyntaxError,
    /free of duplicates; found "a" twice/,
  ],
  [
    28,
    "__proto__",
    fileOf('{"__proto__":{}}', 0),
    SyntaxError,
    /"__proto__" must/,
  ],
  [
    28,
    "constructor",
    fileOf({ constructor: F32(0, 4) }, 4),
    SyntaxError,
    /"constr/,
  ],
  [
    29,
    "trailing bytes",
    fileOf({ a: F32(0, 4) }, 5),
    RangeError,
    /4 of 5 bytes/,
  ],
  [29, "data of nobody", fileOf("{}", 1), RangeError, /found 0 of 1 bytes/],
  [
    30,
    "an unknown dtype",
    fileOf({ a: { ...F32(0, 4), dtype: "F33" } }, 4),
    TypeError,
    /"a" must have a known dtype; found "F33"/,
  ],
  [
    30,
    "a dtype of every object",
    fileOf({ a: { ...F32(0, 4), dtype: "toString" } }, 4),
    TypeError,
    /known dtype/,
  ],
  [
    21,
    "a tensor of null",
    fileOf({ a: null }, 0),
    SyntaxError,
    /"a" must be an/,
  ],
  [
    21,
    "metadata of numbers",
    fileOf({ __metadata__: { a: 1 } }, 0),
    SyntaxError,
    /be strings/,
  ],
  [
    21,
    "no metadata",
    fileOf({ __metadata__: 1 }, 0),
    SyntaxError,
    /be an object/,
  ],
  [
    31,
    "a zipped pickle",
    new TextEncoder().encode("PK\x03\x04\0\0\b\b and so on"),
    SyntaxError,
    /found a pickle, which may run any code/,
  ],
  [
    31,
    "a bare pickle",
    Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20),
    SyntaxError,
    /found a pickle/,
  ],
];

for (const [row, fault, bytes, error, message] of FAULTS) {
  Deno.test(`fault ${row}: openSafetensors() refuses ${fault} at once`, async () => {
    await using folder = await temporaryFolder();
    const path = await writeModel(folder.path, bytes);
    const start = performance.now();
    const expected = { name: error.name, message };
    await assert.rejects(openSafetensors(path), expected);
    // A reader that believes what the header claims takes minutes.
    assert.ok(performance.now() - start < 5_000);
  });
}

Deno.test("fault 81: a header of very many names is refused before its end", async () => {
  await using folder = await temporaryFolder();
  const names = Array.from({ length: 1e5 }, (_, i) => `"${i.toString(36)}":0,`);
  const path = await writeModel(
    folder.path,
    fileOf(`{${names.join("")}oops`, 0),
  );
  await assert.rejects(openSafetensors(path), {
    name: "SyntaxError",
    message: /its header must be of at most 100000 values$/,
  });
});

Deno.test({
  name: "fault 81: a pipe, a folder or a giant is refused before it is opened",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "model.safetensors");
    const config = join(folder.path, "config.json");
    for (const pipe of [path, config]) {
      await new Deno.Command("mkfifo", { args: [pipe] }).output();
    }
    const isPipe = {
      name: "TypeError",
      message: /must be a plain file; found a pipe or a device$/,
    };
    await assert.rejects(openSafetensors(path), isPipe);
    await assert.rejects(readJsonObject(folder.path, "config.json"), isPipe);
    await Deno.remove(path);
    await Deno.mkdir(path);
    await assert.rejects(openSafetensors(path), {
      name: "TypeError",
      message: /"model\.safetensors": it must be a plain file; found a folder$/,
    });
    await Deno.remove(config);
    await Deno.writeTextFile(config, "{}");
    await Deno.truncate(config, 3e9); // a hole, which takes no space
    await assert.rejects(readJsonObject(folder.path, "config.json"), {
      name: "RangeError",
      message:
        /"config\.json": it must have at most 67108864 bytes; found 3000/,
    });
  },
});

Deno.test("fault 84: a tensor's name holds no terminal control", async () => {
  await using folder = await temporaryFolder();
  for (const code of ["\u001b]0;title\u0007", "\u009b2J", "a\u202eb"]) {
    const path = await writeModel(
      folder.path,
      fileOf({ [code]: F32(0, 4) }, 4),
    );
    await assert.rejects(openSafetensors(path), (error: Error) => {
      assert.match(
        error.message,
        /must have a name without control characters$/,
      );
      assert.equal(error.message, visibleControls(error.message));
      return error instanceof SyntaxError;
    });
  }
});
