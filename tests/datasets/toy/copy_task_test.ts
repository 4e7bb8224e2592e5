import assert from "node:assert/strict";
import { copySequences, SEPARATOR } from "bertbook/datasets/toy/copy_task.ts";
import { randomStream } from "bertbook/engine/random/stream.ts";

Deno.test("a sequence is symbols, the separator and the same symbols", () => {
  const sizes = { numSymbols: 4, length: 6 };
  const sequences = copySequences(500, { ...sizes, random: randomStream(1) });
  const seen = new Set<number>();
  for (const { inputIds, promptLength } of sequences) {
    assert.equal(promptLength, 7);
    assert.equal(inputIds[6], SEPARATOR);
    assert.deepEqual(inputIds.slice(7), inputIds.slice(0, 6));
    inputIds.slice(0, 6).forEach((id) => seen.add(id));
  }
  assert.deepEqual([...seen].sort(), [1, 2, 3, 4]);
});

Deno.test("a seed fixes the sequences", () => {
  const of = (seed: number) =>
    copySequences(20, { numSymbols: 9, length: 5, random: randomStream(seed) });
  assert.deepEqual(of(1), of(1));
  assert.notDeepEqual(of(1), of(2));
});
