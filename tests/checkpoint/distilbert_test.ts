import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { bert } from "bertbook/model/bert.ts";
import { type BertConfig, DISTILBERT_BASE } from "bertbook/model/config.ts";
import { buildHead, type HeadParams } from "bertbook/model/heads/heads.ts";
import { predictMaskedTokens } from "bertbook/model/heads/masked_lm.ts";
import { findAnswers } from "bertbook/model/heads/question_answering.ts";
import { classifySequences } from "bertbook/model/heads/sequence_classifier.ts";
import { classifyTokens } from "bertbook/model/heads/token_classifier.ts";
import { sizeOf } from "bertbook/model/parameters.ts";
import { BertTokenizer } from "bertbook/tokenizer/bert_tokenizer.ts";
import { parseVocabulary } from "bertbook/tokenizer/vocabulary.ts";
import {
  configFromJson,
  configToJson,
  parametersOf,
  pythonNameOf,
} from "bertbook/checkpoint/architectures.ts";
import { readJsonObject } from "bertbook/checkpoint/tokenizer_files.ts";
import {
  type ClassifierModel,
  loadModel,
} from "bertbook/checkpoint/pretrained.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import golden from "../golden/distilbert_formula.json" with { type: "json" };
import { goldenInput } from "../model/_golden.ts";
import {
  assertClose,
  chirpParameter,
  watchedDropout,
} from "../model/_support.ts";
import { openWithPython } from "./_saved.ts";
import { temporaryFolder } from "./_support.ts";
import { LABELS, outputOf, TOY, VOCABULARY } from "./_toy.ts";

await tf.setBackend("cpu");

type Head = keyof typeof golden;

const NAMES = Object.keys(golden) as Head[];
/** The sizes of tests/golden/distilbert_formula.py. */
const CONFIG: BertConfig = {
  ...DISTILBERT_BASE,
  vocabSize: 24,
  numLayers: 2,
  numHeads: 2,
  hiddenSize: 8,
  intermediateSize: 16,
  maxPositionEmbeddings: 9,
};

/** The parameters of the golden program: a chirp for each, in Python's order. */
function formulaParams<H extends Head>(head: H): HeadParams[H] {
  const order = golden[head].parameters.map(([name]) => name);
  const names = new Map(
    parametersOf(head, CONFIG, 3).map(({ path, name }) => [path, name]),
  );
  const sizes = { config: CONFIG, numLabels: 3 };
  return buildHead(
    head,
    sizes,
    (parameter) =>
      chirpParameter(parameter, order.indexOf(names.get(parameter.path)!)),
  );
}

const OUTPUTS: { [H in Head]: () => tf.Tensor[] } = {
  "base": () => {
    const params = formulaParams("base");
    return [bert(params, goldenInput(), CONFIG).hiddenStates.at(-1)!];
  },
  "masked-lm": () => {
    const params = formulaParams("masked-lm");
    const { logits } = predictMaskedTokens(params, goldenInput(), CONFIG);
    return [logits.reshape([3, 7, 24])];
  },
  "sequence-classification": () => {
    const params = formulaParams("sequence-classification");
    return [classifySequences(params, goldenInput(), CONFIG).logits];
  },
  "token-classification": () => {
    const params = formulaParams("token-classification");
    return [classifyTokens(params, goldenInput(), CONFIG).logits];
  },
  "question-answering": () => {
    const params = formulaParams("question-answering");
    const output = findAnswers(params, goldenInput(), CONFIG);
    return [output.startLogits, output.endLogits];
  },
};

for (const head of NAMES) {
  const { pythonName, parameters, outputs } = golden[head];

  Deno.test(`DistilBERT's "${head}" has the parameters of Python's ${pythonName}`, () => {
    assert.equal(pythonNameOf(head, "distilbert"), pythonName);
    const listed = parametersOf(head, CONFIG, 3)
      .map(({ name, shape }) => [name, shape]);
    const sorted = (list: unknown[]): string[] =>
      list.map((entry) => JSON.stringify(entry)).sort();
    assert.deepEqual(sorted(listed), sorted(parameters));
  });

  Deno.test(`DistilBERT's "${head}" equals Python's ${pythonName} in every output`, () => {
    tf.tidy(() =>
      OUTPUTS[head]().forEach((output, i) =>
        assertClose(output, outputs[i]!, 1e-5)
      )
    );
  });
}

Deno.test("DistilBERT has the published number of parameters", () => {
  const total = parametersOf("base", DISTILBERT_BASE)
    .reduce((sum, parameter) => sum + sizeOf(parameter), 0);
  assert.equal(total, 66_362_880);
});

Deno.test("DistilBERT survives the journey through config.json, in its own words", () => {
  const json = configToJson(DISTILBERT_BASE, {});
  assert.deepEqual(configFromJson(json, "config.json"), DISTILBERT_BASE);
  assert.equal(json["seq_classif_dropout"], 0.2);
  assert.ok(!("hidden_size" in json) && !("type_vocab_size" in json));
  const bare = { "model_type": "distilbert" };
  assert.deepEqual(configFromJson(bare, "config.json"), DISTILBERT_BASE);
  assert.throws(
    () => configFromJson({ ...bare, "sinusoidal_pos_embds": true }, "c.json"),
    /"sinusoidal_pos_embds" must be false; found true/,
  );
});

Deno.test("DistilBERT drops before its last layer alone, and before the answers", () => {
  const rates: number[] = [];
  const dropout = watchedDropout((rate) => rates.push(rate));
  const config = { ...CONFIG, numLayers: 0, hiddenDropout: 0.25 };
  tf.tidy(() => {
    const classifier = formulaParams("sequence-classification");
    const one = { ...classifier, bert: { ...classifier.bert, layers: [] } };
    classifySequences(one, goldenInput(), config, { dropout });
    const answers = formulaParams("question-answering");
    const two = { ...answers, bert: { ...answers.bert, layers: [] } };
    findAnswers(two, goldenInput(), config, { dropout });
  });
  assert.deepEqual(rates, [0.25, 0.2, 0.25, 0.1]);
});

const HEAD = "sequence-classification";
const { typeVocabSize, hasPooler, modelType } = DISTILBERT_BASE;
const TOY_CONFIG: BertConfig = {
  ...TOY,
  ...{ typeVocabSize, hasPooler, modelType },
  classifierDropout: 0.2,
  answerDropout: 0.1,
};

function toyClassifier(): ClassifierModel {
  const sizes = { config: TOY_CONFIG, numLabels: LABELS.length };
  let index = 0;
  return {
    head: HEAD,
    config: TOY_CONFIG,
    params: buildHead(
      HEAD,
      sizes,
      (parameter) => chirpParameter(parameter, index++),
    ),
    tokenizer: new BertTokenizer(parseVocabulary(VOCABULARY, "vocab.txt")),
    labels: [...LABELS],
    name: "toy",
  };
}

Deno.test("a saved DistilBERT gives its own logits when it is loaded", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model");
  const model = toyClassifier();
  await saveModel(model, path);
  const settings = await readJsonObject(path, "tokenizer_config.json");
  assert.equal(settings["tokenizer_class"], "DistilBertTokenizer");
  const loaded = await loadModel(path);
  assert.deepEqual(outputOf(loaded), outputOf(model));
  assert.deepEqual(loaded.config, model.config);
  assert.deepEqual(
    [loaded.head, loaded.labels, loaded.report.missing],
    [HEAD, LABELS, []],
  );
  const words = await loadModel(path, { head: "masked-lm" });
  assert.deepEqual(
    words.report.initialized.map((name) => name.replace(/\..*/, "")),
    [
      "vocab_projector",
      ...["vocab_transform", "vocab_transform"],
      ...["vocab_layer_norm", "vocab_layer_norm"],
    ],
  );
  for (const each of [model, loaded, words]) disposeTree(each.params);
});

/** Names a Python that has transformers. */
const python = Deno.env.get("BERTBOOK_PYTHON");

Deno.test({
  name: python
    ? "Python's from_pretrained opens a saved DistilBERT and gives our logits"
    : "Python's from_pretrained opens a saved DistilBERT (BERTBOOK_PYTHON is not set)",
  ignore: !python,
  fn: async () => {
    await using folder = await temporaryFolder();
    const model = toyClassifier();
    await saveModel(model, folder.path + "/model");
    const { logits, labels, missing } = await openWithPython(
      python!,
      folder.path + "/model",
    );
    assert.deepEqual([labels, missing], [LABELS, []]);
    tf.tidy(() => assertClose(tf.tensor(logits), outputOf(model).logits, 1e-4));
    disposeTree(model.params);
  },
});

Deno.test("DistilBERT refuses the heads that it does not have, and other classifiers", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model");
  const model = toyClassifier();
  await saveModel(model, path);
  disposeTree(model.params);
  await assert.rejects(loadModel(path, { head: "next-sentence" }), {
    name: "RangeError",
    message: /DistilBERT with this head: it must be one of base, masked-lm, /,
  });
  await assert.rejects(loadModel(path, { classifier: { hiddenSizes: [] } }), {
    name: "RangeError",
    message: /its head must have pooling "cls", hidden sizes \[8\]; found/,
  });
});
