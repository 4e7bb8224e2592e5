import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import {
  openSafetensors,
  writeSafetensors,
} from "bertbook/checkpoint/safetensors.ts";
import golden from "../golden/safetensors_file.json" with { type: "json" };
import { fileOf, temporaryFolder, writeModel } from "./_support.ts";

const bytesOf = (base64: string): Uint8Array =>
  new Uint8Array(Buffer.from(base64, "base64"));

Deno.test("openSafetensors() reads what Python wrote", async () => {
  await using folder = await temporaryFolder();
  const path = await writeModel(folder.path, bytesOf(golden.plain));
  using file = await openSafetensors(path);
  assert.deepEqual(file.metadata, { format: "pt" });
  assert.deepEqual([...file.tensors.keys()], ["a.bias", "b.weight", "empty"]);
  assert.deepEqual(file.tensors.get("b.weight")!.shape, [2, 3]);
  const small = Math.fround(1e-30);
  assert.deepEqual([...file.read("b.weight")], [0.5, -2, 3.25, small, 7, -0]);
  assert.deepEqual([...file.read("a.bias")], [1]);
  assert.equal(file.read("empty").length, 0);
});

Deno.test("fault 32: openSafetensors() converts each dtype exactly", async () => {
  await using folder = await temporaryFolder();
  const path = await writeModel(folder.path, bytesOf(golden.mixed));
  using file = await openSafetensors(path);
  for (const [name, values] of Object.entries(golden.values)) {
    assert.deepEqual([...file.read(name)], values, name);
  }
});

Deno.test("writeSafetensors() writes Python's bytes, whatever the order", async () => {
  await using folder = await temporaryFolder();
  const path = await writeModel(folder.path, bytesOf(golden.plain));
  using file = await openSafetensors(path);
  const tensors = [...file.tensors].reverse().map(([name, { shape }]) => ({
    name,
    shape,
    values: () => file.read(name),
  }));
  const copy = join(folder.path, "copy.safetensors");
  await writeSafetensors(copy, tensors);
  assert.deepEqual(await Deno.readFile(copy), bytesOf(golden.plain));
});

Deno.test("writeSafetensors() leaves the old file and no scrap when it fails", async () => {
  await using folder = await temporaryFolder();
  const path = await writeModel(folder.path, bytesOf(golden.plain));
  const good = { name: "a", shape: [1], values: () => Float32Array.of(1) };
  const bad = { name: "b", shape: [2, 2], values: () => new Float32Array(3) };
  await assert.rejects(writeSafetensors(path, [good, bad]), {
    name: "RangeError",
    message: /Cannot write "b": .* found 3 values for \[2,2\]/,
  });
  assert.deepEqual(await Deno.readFile(path), bytesOf(golden.plain));
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
  assert.deepEqual(names, ["model.safetensors"]);
});

/** A file of one tensor "w" with these bytes. */
function oneTensor(dtype: string, values: ArrayBufferView): Uint8Array {
  const { buffer, byteLength } = values;
  const shape = [(values as Float64Array).length];
  const header = { w: { dtype, shape, data_offsets: [0, byteLength] } };
  const bytes = fileOf(header, byteLength);
  bytes.set(new Uint8Array(buffer), bytes.length - byteLength);
  return bytes;
}

/** Values that a model must not have. */
const VALUES: [number, string, Uint8Array, ErrorConstructor, RegExp][] = [
  [
    33,
    "NaN",
    oneTensor("F32", Float32Array.of(1, NaN)),
    RangeError,
    /"w": .* NaN at index 1/,
  ],
  [
    33,
    "infinity",
    oneTensor("F32", Float32Array.of(-Infinity)),
    RangeError,
    /-Infinity/,
  ],
  [
    33,
    "NaN as F16",
    oneTensor("F16", Uint16Array.of(0x7e00)),
    RangeError,
    /NaN/,
  ],
  [
    33,
    "infinity as BF16",
    oneTensor("BF16", Uint16Array.of(0x7f80)),
    RangeError,
    /Infin/,
  ],
  [
    33,
    "NaN as F64",
    oneTensor("F64", Float64Array.of(NaN)),
    RangeError,
    /finite/,
  ],
  [
    32,
    "0.1 as F64",
    oneTensor("F64", Float64Array.of(0.1)),
    RangeError,
    /found 0\.1 at/,
  ],
  [
    32,
    "1e300",
    oneTensor("F64", Float64Array.of(1e300)),
    RangeError,
    /found 1e\+300/,
  ],
  [
    32,
    "2^24 + 1",
    oneTensor("I64", BigInt64Array.of(16777217n)),
    RangeError,
    /16777217/,
  ],
  [32, "whole bytes", oneTensor("U8", Uint8Array.of(1)), TypeError, /found U8/],
];

for (const [row, what, bytes, error, message] of VALUES) {
  Deno.test(`fault ${row}: read() refuses ${what} by the tensor's name`, async () => {
    await using folder = await temporaryFolder();
    using file = await openSafetensors(await writeModel(folder.path, bytes));
    assert.throws(() => file.read("w"), { name: error.name, message });
  });
}

Deno.test("read() refuses a name that is not there, and a file that was cut", async () => {
  await using folder = await temporaryFolder();
  const bytes = oneTensor("F32", Float32Array.of(1, 2));
  const path = await writeModel(folder.path, bytes);
  using file = await openSafetensors(path);
  assert.throws(
    () => file.read("v"),
    /Cannot read "v": .* found no such tensor/,
  );
  await Deno.truncate(path, bytes.length - 4);
  assert.throws(() => file.read("w"), {
    name: "RangeError",
    message: /it was cut while open/,
  });
});
