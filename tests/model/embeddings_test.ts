import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { checkLength } from "bertbook/model/bert.ts";
import { BERT_TINY } from "bertbook/model/config.ts";
import {
  bertEmbeddings,
  sinusoidalPositions,
} from "bertbook/model/embeddings.ts";
import { NO_DROPOUT } from "bertbook/ops/dropout.ts";
import { assertClose, assertNoLeak, chirp } from "./_support.ts";

await tf.setBackend("cpu");

Deno.test("sinusoidalPositions() is the formula of the paper, worked out", () => {
  tf.tidy(() => {
    // D = 4: the wavelengths are 2π and 2π · 100.
    const rows = [0, 1, 2].map((position) => [
      Math.sin(position),
      Math.cos(position),
      Math.sin(position / 100),
      Math.cos(position / 100),
    ]);
    assertClose(sinusoidalPositions(3, 4), rows, 1e-6);
  });
});

Deno.test("the dot product of two positions depends on their distance alone", () => {
  tf.tidy(() => {
    const T = 40, D = 16;
    const table = sinusoidalPositions(T, D);
    const products = tf.matMul<tf.Tensor2D>(table, table, false, true)
      .arraySync();
    for (let p = 0; p < T; p++) {
      for (let q = 0; q < T; q++) {
        // Σ cos((p − q) / 10000^(2i/D)), by cos a cos b + sin a sin b = cos(a − b).
        const expected = Array.from(
          { length: D / 2 },
          (_, i) => Math.cos((p - q) / 10_000 ** (2 * i / D)),
        )
          .reduce((a, b) => a + b);
        assert.ok(Math.abs(products[p]![q]! - expected) < 1e-4, `${p}, ${q}`);
      }
    }
  });
});

Deno.test("the row k positions on is one rotation of every row", () => {
  tf.tidy(() => {
    const D = 8, k = 5;
    const table = sinusoidalPositions(20, D).arraySync();
    for (let p = 0; p + k < 20; p++) {
      for (let i = 0; i < D; i += 2) {
        const turn = k / 10_000 ** (i / D);
        const [sin, cos] = [table[p]![i]!, table[p]![i + 1]!];
        const moved = sin * Math.cos(turn) + cos * Math.sin(turn);
        assert.ok(Math.abs(moved - table[p + k]![i]!) < 1e-5);
      }
    }
  });
});

Deno.test("sinusoidalPositions() refuses an odd width", () => {
  assert.throws(() => sinusoidalPositions(3, 5), {
    name: "RangeError",
    message: /must be even; found 5$/,
  });
});

Deno.test("sinusoidalPositions() leaves only its output in memory", () => {
  assertNoLeak(() => sinusoidalPositions(3, 4).dispose());
});

Deno.test("a sequence's first position is the offset's row, packed or not", () => {
  tf.tidy(() => {
    const config = { ...BERT_TINY, maxPositionEmbeddings: 5 };
    // RoBERTa: the rows up to the padding's are no positions.
    const roberta = {
      ...config,
      ...{ padTokenId: 1, positionOffset: 2, maxPositionEmbeddings: 7 },
    };
    const position = chirp<tf.Tensor2D>([5, 4], 1);
    const params = {
      word: chirp<tf.Tensor2D>([9, 4], 0),
      position,
      norm: {
        weight: tf.ones<tf.Rank.R1>([4]),
        bias: tf.zeros<tf.Rank.R1>([4]),
      },
    };
    const shifted = {
      ...params,
      position: tf.concat2d([chirp([2, 4], 7), position], 0),
    };
    const inputIds = tf.tensor2d([[3, 1, 4, 1, 5]], [1, 5], "int32");
    const tokens = { inputIds, tokenTypeIds: tf.zerosLike(inputIds) };
    const positionIds = tf.tensor2d([[0, 1, 2, 0, 1]], [1, 5], "int32");
    for (const each of [tokens, { ...tokens, positionIds }]) {
      const plain = bertEmbeddings(params, each, config, NO_DROPOUT);
      const offset = bertEmbeddings(shifted, each, roberta, NO_DROPOUT);
      assertClose(offset, plain.arraySync(), 0);
    }
    assert.throws(
      () => checkLength(6, roberta),
      /between 1 and 5, .* found 6;/,
    );
  });
});
