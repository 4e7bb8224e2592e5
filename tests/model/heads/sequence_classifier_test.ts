import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { bert, type BertInput } from "bertbook/model/bert.ts";
import {
  type ClassifierParams,
  classifySequences,
} from "bertbook/model/heads/sequence_classifier.ts";
import { dropoutFrom } from "bertbook/ops/dropout.ts";
import { parametersOf } from "bertbook/checkpoint/architectures.ts";
import golden from "../../golden/bert_formula.json" with { type: "json" };
import { GOLDEN_CONFIG as CONFIG, goldenInput } from "../_golden.ts";
import {
  assertClose,
  assertGradient,
  assertNoLeak,
  chirpClassifier,
  differenceOf,
  watchedDropout,
} from "../_support.ts";

await tf.setBackend("cpu");

const params = chirpClassifier(CONFIG, 3);

Deno.test("the parameters of the golden model have Python's names and shapes", () => {
  const listed = parametersOf("sequence-classification", CONFIG, 3)
    .map(({ name, shape }) => [name, shape]);
  assert.deepEqual(listed, golden.parameters);
});

Deno.test("classifySequences() equals Python's transformers in every state and weight", () => {
  tf.tidy(() => {
    const output = classifySequences(params, goldenInput([0, 1, 2]), CONFIG);
    assert.equal(output.hiddenStates.length, 3);
    assert.equal(output.attentions.length, 2);
    output.hiddenStates.forEach((hidden, layer) =>
      assertClose(hidden, golden.hiddenStates[layer]!, 1e-5)
    );
    output.attentions.forEach((weights, layer) =>
      assertClose(weights, golden.attentions[layer]!, 1e-5)
    );
    assertClose(output.logits, golden.logits, 1e-5);
  });
});

Deno.test("classifySequences() ignores what stands in padding, and how much of it", () => {
  tf.tidy(() => {
    const short = classifySequences(params, goldenInput([2], 4), CONFIG).logits;
    const long = goldenInput([2]);
    const other = tf.where(
      long.attentionMask.equal(1),
      long.inputIds,
      tf.fill([1, 7], 13, "int32"),
    ) as tf.Tensor2D;
    for (const inputIds of [long.inputIds, other]) {
      const padded =
        classifySequences(params, { ...long, inputIds }, CONFIG).logits;
      assertClose(padded, short.arraySync(), 1e-6);
    }
  });
});

Deno.test("classifySequences() treats each sequence of a batch alone", () => {
  tf.tidy(() => {
    const forward =
      classifySequences(params, goldenInput([0, 1, 2]), CONFIG).logits;
    const backward =
      classifySequences(params, goldenInput([2, 1, 0]), CONFIG).logits;
    assertClose(backward.reverse(0), forward.arraySync(), 1e-6);
  });
});

Deno.test("classifySequences() tells a pair from a sentence and one order from another", () => {
  tf.tidy(() => {
    const { inputIds, attentionMask, tokenTypeIds } = goldenInput([1]);
    const logits = (change: Partial<BertInput>): tf.Tensor => {
      const tokens = { inputIds, attentionMask, tokenTypeIds, ...change };
      return classifySequences(params, tokens, CONFIG).logits;
    };
    const plain = logits({}).arraySync();
    const oneSentence = logits({ tokenTypeIds: tf.zerosLike(tokenTypeIds) });
    const otherOrder = logits({ inputIds: inputIds.reverse(1) });
    assert.ok(differenceOf(oneSentence, plain) > 0.01);
    assert.ok(differenceOf(otherOrder, plain) > 0.01);
  });
});

Deno.test("dropout changes training's logits, and the same step's in the same way", () => {
  tf.tidy(() => {
    const tokens = goldenInput([0, 1, 2]);
    const logitsAt = (step: number): number[][] => {
      const dropout = dropoutFrom(tf.tensor1d([42, step], "int32"));
      return classifySequences(params, tokens, CONFIG, { dropout }).logits
        .arraySync();
    };
    assert.deepEqual(logitsAt(1), logitsAt(1));
    assert.notDeepEqual(logitsAt(1), logitsAt(2));
    assert.notDeepEqual(logitsAt(1), golden.logits);
  });
});

Deno.test("dropout has its sites: embeddings, three in each layer, the classifier", () => {
  const rates: number[] = [];
  tf.tidy(() =>
    classifySequences(params, goldenInput([0]), {
      ...CONFIG,
      attentionDropout: 0.2,
    }, {
      dropout: watchedDropout((rate) => rates.push(rate)),
    })
  );
  // Attention, its output, the feed-forward layer's output.
  const layer = [0.2, 0.1, 0.1];
  assert.deepEqual(rates, [0.1, ...layer, ...layer, 0.1]);
});

/** A scalar in which all logits count differently. */
function loss(tree: ClassifierParams, tokens: BertInput): tf.Scalar {
  const { logits } = classifySequences(tree, tokens, CONFIG);
  return logits.mul(tf.tensor2d([[1, -2, 3], [2, 1, -1]])).sum();
}

Deno.test("classifySequences() has the gradients of central differences at every depth", () => {
  const { embeddings, layers, pooler } = params.bert;
  const [first] = layers;
  const tokens = goldenInput([1, 2]);
  const replaced = {
    tokenType: (tokenType: tf.Tensor) => ({
      ...params.bert,
      embeddings: { ...embeddings, tokenType: tokenType as tf.Tensor2D },
    }),
    query: (bias: tf.Tensor) => {
      const { kernel } = first!.attention.query;
      const query = { kernel, bias: bias as tf.Tensor1D };
      const layer = { ...first!, attention: { ...first!.attention, query } };
      return { ...params.bert, layers: [layer, layers[1]!] };
    },
    pooler: (bias: tf.Tensor) => ({
      ...params.bert,
      pooler: { ...pooler!, bias: bias as tf.Tensor1D },
    }),
  };
  const lossBy = (field: keyof typeof replaced) => (x: tf.Tensor): tf.Scalar =>
    loss({ ...params, bert: replaced[field](x) }, tokens);
  assertGradient(lossBy("tokenType"), embeddings.tokenType!, 5e-3);
  assertGradient(lossBy("query"), first!.attention.query.bias, 5e-3);
  assertGradient(lossBy("pooler"), pooler!.bias, 5e-3);
  tf.dispose(tokens);
});

Deno.test("classifySequences() leaves only its outputs in memory, and its gradients none", () => {
  const tokens = goldenInput([1, 2]);
  assertNoLeak(() => tf.dispose(classifySequences(params, tokens, CONFIG)));
  assertNoLeak(() => tf.dispose(bert(params.bert, tokens, CONFIG)));
  const { word } = params.bert.embeddings;
  assertNoLeak(() =>
    tf.grad((word) => {
      const embeddings = {
        ...params.bert.embeddings,
        word: word as tf.Tensor2D,
      };
      return loss({ ...params, bert: { ...params.bert, embeddings } }, tokens);
    })(word).dispose()
  );
  tf.dispose(tokens);
});

Deno.test("fault 49: bert() refuses sequences longer than the position table", () => {
  tf.tidy(() => {
    const inputIds = tf.ones<tf.Rank.R2>([1, 10], "int32");
    const tokens = {
      inputIds,
      tokenTypeIds: inputIds,
      attentionMask: inputIds,
    };
    assert.throws(() => bert(params.bert, tokens, CONFIG), {
      name: "RangeError",
      message: /between 1 and 9, .* found 10;/,
    });
  });
});
