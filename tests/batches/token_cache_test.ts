import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type CachedExample,
  TokenCache,
  TokenCacheWriter,
} from "bertbook/batches/token_cache.ts";

const NOTHING = { rows: 0, bytes: 0 };

/** T from 1 to 6, with and without a second text and answers. */
function exampleOf(i: number, vocabSize: number): CachedExample {
  const T = 1 + i % 6;
  return {
    inputIds: Array.from({ length: T }, (_, t) => (i * 7919 + t) % vocabSize),
    tokenTypeIds: Array.from({ length: T }, (_, t) => Number(t > i % 3 + 1)),
    answers: [[], [i], [0.1 * i, -1e300]][i % 3]!,
  };
}

async function inFolder(work: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "bertbook-tokens-" });
  try {
    work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a token cache gives back every example, in any order, with ids of two bytes and of four", async () => {
  for (const vocabSize of [2 ** 16, 2 ** 16 + 1, 250_002]) {
    await inFolder((folder) => {
      const examples = Array.from(
        { length: 500 },
        (_, i) => exampleOf(i, vocabSize),
      );
      {
        using writer = new TokenCacheWriter(folder, vocabSize, NOTHING);
        for (const example of examples) writer.append(example);
        assert.equal(writer.complete().rows, 500);
      }
      using cache = new TokenCache(folder, vocabSize, 500);
      for (let i = 0; i < 500; i++) {
        const row = i * 271 % 500;
        assert.deepEqual(cache.at(row), examples[row], `row ${row}`);
      }
      for (const row of [-1, 500, NaN]) assert.equal(cache.at(row), undefined);
    });
  }
});

Deno.test("a token cache is continued behind what was complete", async () => {
  await inFolder((folder) => {
    let size;
    {
      using writer = new TokenCacheWriter(folder, 100, NOTHING);
      for (let i = 0; i < 10; i++) writer.append(exampleOf(i, 100));
      size = writer.complete();
      writer.append(exampleOf(99, 100)); // of a process that is killed then
      writer.complete();
    }
    {
      using writer = new TokenCacheWriter(folder, 100, size);
      for (let i = 10; i < 20; i++) writer.append(exampleOf(i, 100));
      assert.equal(writer.complete().rows, 20);
    }
    using cache = new TokenCache(folder, 100, 20);
    for (let i = 0; i < 20; i++) {
      assert.deepEqual(cache.at(i), exampleOf(i, 100));
    }
    assert.equal(
      Deno.statSync(join(folder, "index.bin")).size,
      20 * 8, // bytes of a row
    );
  });
});

Deno.test("a token cache that was cut is refused, and token types that it cannot keep", async () => {
  await inFolder((folder) => {
    const mixed = { inputIds: [1, 2, 3], tokenTypeIds: [0, 1, 0], answers: [] };
    {
      using writer = new TokenCacheWriter(folder, 100, NOTHING);
      assert.throws(() => writer.append(mixed), {
        name: "TypeError",
        message:
          "Cannot cache tokens: their types must be 0, and 1 from the second text on; found [0,1,0]",
      });
      writer.append(exampleOf(1, 100));
      writer.complete();
    }
    Deno.truncateSync(join(folder, "tokens.bin"), 10);
    using cache = new TokenCache(folder, 100, 1);
    assert.throws(() => cache.at(0), {
      name: "RangeError",
      message:
        "Cannot read a part of a file: it must be as long as before; found its end at byte 10; if it is in a cache of tokens, remove the cache",
    });
  });
});
