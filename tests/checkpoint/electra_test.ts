import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { bert } from "bertbook/model/bert.ts";
import { type BertConfig, ELECTRA_SMALL } from "bertbook/model/config.ts";
import { buildHead, type HeadParams } from "bertbook/model/heads/heads.ts";
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
import {
  type ClassifierModel,
  loadModel,
} from "bertbook/checkpoint/pretrained.ts";
import {
  openSafetensors,
  writeSafetensors,
} from "bertbook/checkpoint/safetensors.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import golden from "../golden/electra_formula.json" with { type: "json" };
import { goldenInput } from "../model/_golden.ts";
import {
  assertClose,
  assertNoLeak,
  chirpParameter,
  watchedDropout,
} from "../model/_support.ts";
import { openWithPython } from "./_saved.ts";
import { temporaryFolder } from "./_support.ts";
import { LABELS, outputOf, TOY, VOCABULARY } from "./_toy.ts";

await tf.setBackend("cpu");

type Head = keyof typeof golden.heads;

const NAMES = Object.keys(golden.heads) as Head[];
/** The sizes of tests/golden/electra_formula.py. */
const CONFIG: BertConfig = {
  ...ELECTRA_SMALL,
  vocabSize: 24,
  numLayers: 2,
  numHeads: 2,
  hiddenSize: 8,
  embeddingSize: 6,
  intermediateSize: 16,
  maxPositionEmbeddings: 9,
};

/** The parameters of the golden program: a chirp for each, in Python's order. */
function formulaParams<H extends Head>(head: H): HeadParams[H] {
  const order = golden.heads[head].parameters.map(([name]) => name);
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
  const { pythonName, parameters, outputs } = golden.heads[head];

  Deno.test(`ELECTRA's "${head}" has the parameters of Python's ${pythonName}`, () => {
    assert.equal(pythonNameOf(head, "electra"), pythonName);
    const listed = parametersOf(head, CONFIG, 3)
      .map(({ name, shape }) => [name, shape]);
    assert.deepEqual(listed, parameters);
  });

  Deno.test(`ELECTRA's "${head}" equals Python's ${pythonName} in every output`, () => {
    assertNoLeak(() =>
      tf.tidy(() =>
        OUTPUTS[head]().forEach((output, i) =>
          assertClose(output, outputs[i]!, 1e-5)
        )
      )
    );
  });
}

Deno.test("ELECTRA-Small has the number of parameters of Python's ElectraModel", () => {
  const total = parametersOf("base", ELECTRA_SMALL)
    .reduce((sum, parameter) => sum + sizeOf(parameter), 0);
  // Embeddings (30,522 + 512 + 2) · 128 + 256, projection 128 · 256 + 256, and twelve
  // layers of 4 · (256² + 256) + 2 · 256 · 1024 + 1024 + 256 + 4 · 256.
  assert.equal(total, 13_483_008);
});

Deno.test("ELECTRA survives the journey through config.json, with Python's defaults", () => {
  const json = configToJson(ELECTRA_SMALL, {});
  assert.deepEqual(configFromJson(json, "config.json"), ELECTRA_SMALL);
  assert.equal(json["embedding_size"], 128);
  const bare = { "model_type": "electra" };
  assert.deepEqual(configFromJson(bare, "config.json"), ELECTRA_SMALL);
  const { embeddingSize: _, ...wide } = ELECTRA_SMALL;
  assert.equal(configToJson(wide, {})["embedding_size"], 256);
});

Deno.test("ELECTRA drops before and after its hidden layer, and before tokens' classes", () => {
  const rates: number[] = [];
  const dropout = watchedDropout((rate) => rates.push(rate));
  const rate = { hiddenDropout: 0.25, classifierDropout: 0.5 };
  const config = { ...CONFIG, ...rate, numLayers: 0 };
  tf.tidy(() => {
    const classifier = formulaParams("sequence-classification");
    const one = { ...classifier, bert: { ...classifier.bert, layers: [] } };
    classifySequences(one, goldenInput(), config, { dropout });
    const tokens = formulaParams("token-classification");
    const two = { ...tokens, bert: { ...tokens.bert, layers: [] } };
    classifyTokens(two, goldenInput(), config, { dropout });
    const answers = formulaParams("question-answering");
    const three = { ...answers, bert: { ...answers.bert, layers: [] } };
    findAnswers(three, goldenInput(), config, { dropout });
  });
  assert.deepEqual(rates, [0.25, 0.5, 0.5, 0.25, 0.5, 0.25]);
});

const HEAD = "sequence-classification";
const { hasPooler, modelType } = ELECTRA_SMALL;
const TOY_CONFIG: BertConfig = {
  ...TOY,
  hasPooler,
  modelType,
  embeddingSize: 6,
  classifierDropout: 0.3,
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

Deno.test("a saved ELECTRA gives its own logits when it is loaded", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model");
  const model = toyClassifier();
  await saveModel(model, path);
  const loaded = await loadModel(path);
  assert.deepEqual(outputOf(loaded), outputOf(model));
  assert.deepEqual(loaded.config, model.config);
  assert.deepEqual(
    [loaded.head, loaded.labels, loaded.report.missing],
    [HEAD, LABELS, []],
  );
  for (const each of [model, loaded]) disposeTree(each.params);
});

Deno.test("an ELECTRA as Google pretrained it opens without its discriminating head", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model");
  const model = toyClassifier();
  await saveModel(model, path);
  const weights = join(path, "model.safetensors");
  {
    using file = await openSafetensors(weights);
    const tensors = [...file.tensors].map(([name, { shape }]) => ({
      name: name.replace("classifier.", "discriminator_predictions."),
      shape,
      values: () => file.read(name),
    }));
    await writeSafetensors(weights, tensors);
  }
  const config = configToJson(TOY_CONFIG, {
    architectures: ["ElectraForPreTraining"],
  });
  await Deno.writeTextFile(join(path, "config.json"), JSON.stringify(config));
  await assert.rejects(loadModel(path), {
    name: "RangeError",
    message: /found "ElectraForPreTraining"; pass the option head, one of /,
  });
  const loaded = await loadModel(path, { head: HEAD, labels: LABELS });
  const tensorsOf = (part: string): string[] =>
    ["dense.bias", "dense.weight", "out_proj.bias", "out_proj.weight"]
      .map((name) => `${part}.${name}`);
  assert.deepEqual(loaded.report.missing.sort(), tensorsOf("classifier"));
  assert.deepEqual(
    loaded.report.unexpected.sort(),
    tensorsOf("discriminator_predictions"),
  );
  await assert.rejects(loadModel(path, { head: "masked-lm" }), {
    name: "RangeError",
    message: /ELECTRA with this head: it must be one of base, sequence-classi/,
  });
  for (const each of [model, loaded]) disposeTree(each.params);
});

/** Names a Python that has transformers. */
const python = Deno.env.get("BERTBOOK_PYTHON");

Deno.test({
  name: python
    ? "Python's from_pretrained opens a saved ELECTRA and gives our logits"
    : "Python's from_pretrained opens a saved ELECTRA (BERTBOOK_PYTHON is not set)",
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
