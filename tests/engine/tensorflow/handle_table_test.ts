import assert from "node:assert/strict";
import { HandleTable } from "bertbook/engine/tensorflow/handle_table.ts";

/** An address that nobody follows. */
const address = (value: number): Deno.PointerObject =>
  Deno.UnsafePointer.create(BigInt(value))!;
const valueOf = (handle: Deno.PointerObject | undefined): bigint =>
  Deno.UnsafePointer.value(handle!);

Deno.test("HandleTable keeps what a Map keeps, whatever comes and goes", () => {
  const table = new HandleTable();
  const map = new Map<number, bigint>();
  const given = new Set<number>();
  let word = 1;
  for (let i = 1; i <= 5_000; i++) {
    word = Math.imul(word, 1_103_515_245) + 12_345 >>> 0;
    const alive = [...map.keys()];
    const gone = alive[word % alive.length];
    if (gone !== undefined && word >>> 16 & 1 && alive.length > 800) {
      table.delete(gone);
      map.delete(gone);
      assert.equal(table.get(gone), undefined);
    } else if (word % 7 === 0) {
      const number = table.nextNumber();
      given.add(number);
      if (word % 14 === 0) {
        table.put(number, address(i));
        map.set(number, BigInt(i));
      }
    } else {
      const number = table.add(address(i));
      assert.ok(!given.has(number), `${number} is given twice`);
      given.add(number);
      map.set(number, BigInt(i));
    }
    assert.equal(table.size, map.size);
  }
  assert.ok(map.size > 800, "it has grown");
  for (const number of given) {
    const handle = table.get(number);
    if (map.has(number)) assert.equal(valueOf(handle), map.get(number));
    else assert.equal(handle, undefined);
  }
});

Deno.test("HandleTable forgets a number once", () => {
  const table = new HandleTable();
  const first = table.add(address(16));
  table.delete(first);
  table.delete(first);
  table.delete(12_345);
  assert.equal(table.size, 0);
  assert.equal(table.get(0), undefined);
});

const PROGRAM = `
import v8 from "node:v8";
import { HandleTable } from "bertbook/engine/tensorflow/handle_table.ts";
const used = () => v8.getHeapSpaceStatistics()
  .find(({ space_name }) => space_name === "old_space").space_used_size;
const table = new HandleTable();
const address = (value) => Deno.UnsafePointer.create(BigInt(value));
for (let i = 1; i <= 100; i++) table.add(address(i)); // a model's weights
gc(); // now the table is old
const before = used();
const COUNT = 200_000;
for (let i = 1; i <= COUNT; i++) table.delete(table.add(address(i)));
console.log((used() - before) / COUNT);
`;

Deno.test("HandleTable leaves no garbage among V8's old objects", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--v8-flags=--expose-gc", PROGRAM],
  }).output();
  assert.equal(code, 0);
  const bytes = Number(new TextDecoder().decode(stdout));
  assert.ok(bytes < 10, `${bytes} bytes each`); // a Map leaves 50
});
