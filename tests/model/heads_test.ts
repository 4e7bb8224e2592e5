import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { disposeTree, namedLeaves } from "bertbook/engine/tensor_tree.ts";
import { bert, pool } from "bertbook/model/bert.ts";
import { classifySequences } from "bertbook/model/heads/sequence_classifier.ts";
import { BERT_BASE } from "bertbook/model/config.ts";
import { type HeadName, HEADS, initHead } from "bertbook/model/heads/heads.ts";
import {
  predictMaskedTokens,
  scoreTokens,
} from "bertbook/model/heads/masked_lm.ts";
import { predictNextSentence } from "bertbook/model/heads/next_sentence.ts";
import { predictPretrainingTasks } from "bertbook/model/heads/pretraining.ts";
import { findAnswers } from "bertbook/model/heads/question_answering.ts";
import { classifyTokens } from "bertbook/model/heads/token_classifier.ts";
import { normalRandom } from "bertbook/model/parameters.ts";
import {
  parametersOf,
  pythonNameOf,
} from "bertbook/checkpoint/architectures.ts";
import golden from "../golden/heads_formula.json" with { type: "json" };
import { GOLDEN_CONFIG as CONFIG, goldenInput } from "./_golden.ts";
import {
  assertClose,
  assertGradient,
  assertNoLeak,
  chirpHead,
} from "./_support.ts";

await tf.setBackend("cpu");

const SIZES = { config: CONFIG, numLabels: 3 };
const NAMES = Object.keys(HEADS) as HeadName[];
const input = goldenInput();

/** What each head says of the golden sequences, in the order of Python's outputs. */
const OUTPUTS: { [H in HeadName]: () => tf.Tensor[] } = {
  "base": () => {
    const params = chirpHead("base", SIZES);
    const last = bert(params, input, CONFIG).hiddenStates.at(-1)!;
    return [last, pool(params.pooler!, last)];
  },
  "pretraining": () => {
    const { wordLogits, sentenceLogits } = predictPretrainingTasks(
      chirpHead("pretraining", SIZES),
      input,
      CONFIG,
    );
    return [wordLogits.reshape([3, 7, 24]), sentenceLogits];
  },
  "masked-lm": () => {
    const params = chirpHead("masked-lm", SIZES);
    return [
      predictMaskedTokens(params, input, CONFIG).logits.reshape([3, 7, 24]),
    ];
  },
  "next-sentence": () => {
    const params = chirpHead("next-sentence", SIZES);
    return [predictNextSentence(params, input, CONFIG).logits];
  },
  "sequence-classification": () => {
    const params = chirpHead("sequence-classification", SIZES);
    return [classifySequences(params, input, CONFIG).logits];
  },
  "token-classification": () => {
    const params = chirpHead("token-classification", SIZES);
    return [classifyTokens(params, input, CONFIG).logits];
  },
  "question-answering": () => {
    const params = chirpHead("question-answering", SIZES);
    const { startLogits, endLogits } = findAnswers(params, input, CONFIG);
    return [startLogits, endLogits];
  },
};

for (const head of NAMES) {
  const { pythonName } = golden.heads[head];

  Deno.test(`"${head}" has the parameters of Python's ${pythonName}, in order`, () => {
    assert.equal(pythonNameOf(head, "bert"), pythonName);
    const listed = parametersOf(head, CONFIG, 3)
      .map(({ name, shape }) => [name, shape]);
    assert.deepEqual(listed, golden.heads[head].parameters);
  });

  Deno.test(`"${head}" equals Python's ${pythonName} in every output`, () => {
    tf.tidy(() => {
      const outputs = OUTPUTS[head]();
      const expected = golden.heads[head].outputs;
      assert.equal(outputs.length, expected.length);
      outputs.forEach((output, i) => assertClose(output, expected[i]!, 1e-5));
    });
  });

  Deno.test(`"${head}" begins as one tensor for each listed parameter`, () => {
    const params = initHead(head, SIZES, normalRandom(1));
    const grown = namedLeaves(params).map(([path, leaf]) => [path, leaf.shape]);
    const listed = HEADS[head].parameters(CONFIG, 3).map(
      ({ path, shape, role }) => [
        path,
        role === "kernel" ? shape.toReversed() : shape,
      ],
    );
    assert.deepEqual(grown, listed);
    disposeTree(params);
  });
}

Deno.test("the heads of bert-base have as many tensors as Python's", () => {
  // 197 in the encoder, 2 in the pooler, 5 in the decoder, 2 in each linear head.
  const counts = NAMES.map((head) =>
    HEADS[head].parameters(BERT_BASE, 2).length
  );
  assert.deepEqual(counts, [199, 206, 202, 201, 201, 199, 199]);
});

Deno.test("predictMaskedTokens() computes the positions that are asked for, and no others", () => {
  tf.tidy(() => {
    const params = chirpHead("masked-lm", SIZES);
    const all = predictMaskedTokens(params, input, CONFIG).logits;
    const positions = tf.tensor1d([8, 1, 8], "int32");
    const some =
      predictMaskedTokens(params, input, CONFIG, { positions }).logits;
    assertClose(some, tf.gather(all, positions).arraySync(), 1e-6);
    const both = chirpHead("pretraining", SIZES);
    const whole = predictPretrainingTasks(both, input, CONFIG);
    const part = predictPretrainingTasks(both, input, CONFIG, { positions });
    const rows = tf.gather(whole.wordLogits, positions).arraySync();
    assertClose(part.wordLogits, rows, 1e-6);
    assertClose(part.sentenceLogits, whole.sentenceLogits.arraySync(), 1e-6);
  });
});

Deno.test("the word embeddings get a gradient from both ends of the model", () => {
  const params = chirpHead("masked-lm", SIZES);
  const { embeddings } = params.bert;
  const positions = tf.tensor1d([1, 9], "int32");
  const loss = (word: tf.Tensor): tf.Scalar => {
    const bert = {
      ...params.bert,
      embeddings: { ...embeddings, word: word as tf.Tensor2D },
    };
    const { logits } = predictMaskedTokens({ ...params, bert }, input, CONFIG, {
      positions,
    });
    return tf.logSoftmax(logits).slice([0, 5], [2, 2]).sum();
  };
  assertGradient(loss, embeddings.word, 2e-2);
  tf.dispose(positions);
});

Deno.test("scoreTokens() has the gradient of central differences by its input", () => {
  const { predictions, bert } = chirpHead("masked-lm", SIZES);
  const { word } = bert.embeddings;
  const loss = (hidden: tf.Tensor): tf.Scalar =>
    scoreTokens(predictions, hidden as tf.Tensor2D, word, CONFIG)
      .slice([0, 3], [2, 4]).square().sum();
  const hidden = tf.tensor2d([1, -1, 2, 0.5, -2, 1.5, 3, -0.5], [1, 8]);
  const two: tf.Tensor2D = tf.concat([hidden, hidden.neg()]) as tf.Tensor2D;
  assertGradient((x) => loss(x).div(100), two, 2e-2);
  tf.dispose([hidden, two]);
});

Deno.test("token classification drops before its classifier, as Python does", () => {
  const sites: number[][] = [];
  tf.tidy(() =>
    classifyTokens(chirpHead("token-classification", SIZES), input, CONFIG, {
      dropout: Object.assign(<T extends tf.Tensor>(x: T): T => {
        sites.push(x.shape);
        return x;
      }, { key: () => void sites.push([]) }),
    })
  );
  assert.equal(sites.length, 8);
  assert.deepEqual(sites.at(-1), [21, 8]);
});

Deno.test("the heads leave only their outputs in memory", () => {
  const lm = chirpHead("pretraining", SIZES);
  assertNoLeak(() => tf.dispose(predictPretrainingTasks(lm, input, CONFIG)));
  const tags = chirpHead("token-classification", SIZES);
  assertNoLeak(() => tf.dispose(classifyTokens(tags, input, CONFIG)));
  const answers = chirpHead("question-answering", SIZES);
  assertNoLeak(() => tf.dispose(findAnswers(answers, input, CONFIG)));
  const pairs = chirpHead("next-sentence", SIZES);
  assertNoLeak(() => tf.dispose(predictNextSentence(pairs, input, CONFIG)));
  const words = chirpHead("masked-lm", SIZES);
  assertNoLeak(() => tf.dispose(predictMaskedTokens(words, input, CONFIG)));
});
