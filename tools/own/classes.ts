/** Single-label classification on one's own data: one class for each text, or pair. @module */

import { encodeExamples } from "../../lib/batches/encode_examples.ts";
import type { EncodedExample } from "../../lib/batches/batches.ts";
import type { StreamedExamples } from "../../lib/batches/example_source.ts";
import type { ClassifierModel } from "../../lib/checkpoint/pretrained.ts";
import { type Example, PARTS } from "../../lib/datasets/dataset.ts";
import { bagLogits, fitBagOfWords } from "../../lib/evaluation/bag_of_words.ts";
import {
  expectedCalibrationError,
  reliabilityBins,
} from "../../lib/evaluation/calibration.ts";
import { confusionMatrix } from "../../lib/evaluation/confusion.ts";
import {
  accuracy,
  macroF1,
  matthewsCorrelation,
} from "../../lib/evaluation/metrics.ts";
import { softmax } from "../../lib/evaluation/probabilities.ts";
import { classificationReport } from "../../lib/evaluation/report.ts";
import { attentionsOf } from "../../lib/inference/attentions.ts";
import { calibrate } from "../../lib/inference/calibrate.ts";
import { classify } from "../../lib/inference/classify.ts";
import {
  type Classification,
  classificationOf,
} from "../../lib/inference/postprocessing.ts";
import { explain } from "../../lib/interpretation/explain.ts";
import { fineTune } from "../../lib/training/fine_tune.ts";
import { headView } from "../../lib/views/attention/head_view.ts";
import {
  confusionChart,
  reliabilityChart,
} from "../../lib/views/charts/evaluation.ts";
import { colouredText } from "../../lib/views/coloured_text.ts";
import { classRow, drawn } from "./report.ts";
import {
  numberOf,
  type OwnModel,
  type OwnTask,
  type Row,
  type Section,
  type Shown,
  type Tested,
} from "./task.ts";
import {
  bagOf,
  lengthOf,
  parseTextInput,
  shortened,
  type TextInput,
  textOf,
  textOrPair,
} from "./text_input.ts";

/** More classes make a matrix too large to read. */
const DRAWN_CLASSES = 20;
/** Longer texts take too long to explain, word by word. */
const EXPLAINED_TOKENS = 128;
/** How many mistakes the report lists. */
const MISTAKES = 10;
/** Texts longer than this many tokens make an attention view too wide to read. */
const VIEWED_TOKENS = 48;

/** The task. */
export const SINGLE_LABEL: OwnTask<Example, TextInput, Classification> = {
  name: "single-label",
  purpose: "one class for each text",
  unit: "texts",
  sample: "A text.",
  head: "sequence-classification",
  pipeline: "text-classification",
  metric: "macroF1",
  maxLength: 256,
  check: ({ labels, ...parts }) => {
    const numExamples = PARTS.reduce(
      (sum, part) => sum + parts[part].length,
      0,
    );
    if (labels.length > 1 && 2 * labels.length <= numExamples) return;
    throw new RangeError(
      `Cannot train: there must be at least two classes, of two texts each on ` +
        `average; found ${labels.length} in ${numExamples} texts, such as ` +
        `${
          JSON.stringify(labels[0])
        }; add texts, or name the column of the classes with --label`,
    );
  },
  lengthOf,
  train: (model, data, { maxLength, ...options }) =>
    fineTune(model as ClassifierModel, {
      train: data.streamed as StreamedExamples<EncodedExample> ??
        encode(model, data.train, maxLength),
      validation: encode(model, data.validation, maxLength),
    }, { ...options, metricForBestModel: "macroF1" }),
  tune: async (model, validation) => {
    try {
      await calibrate(model as ClassifierModel, encode(model, validation));
    } catch (error) { // such as if every prediction is right
      if (!(error instanceof RangeError)) throw error;
    }
  },
  inputOf: textOf,
  parseInput: parseTextInput,
  predict: (model, inputs) =>
    classify(model as ClassifierModel, inputs.map(textOrPair)),
  relabel: (example, from, to) => ({
    ...example,
    label: numberOf(from[example.label]!, to),
  }),
  outcome: ({ label, probabilities }, example, labels) => [
    labels.indexOf(label),
    example.label,
    -Math.log(probabilities[labels[example.label]!]!),
  ],
  metrics: (outcomes) => {
    const column = (i: number): number[] => outcomes.map((each) => each[i]!);
    const [predictions, labels] = [column(0), column(1)];
    return {
      macroF1: macroF1(predictions, labels),
      accuracy: accuracy(predictions, labels),
      mcc: matthewsCorrelation(predictions, labels),
      loss: column(2).reduce((sum, loss) => sum + loss, 0) / outcomes.length,
    };
  },
  baselines: ({ train, labels }, test, tokenizer) => {
    const shares = labels.map((_, id) =>
      train.filter(({ label }) => label === id).length / train.length
    );
    const baselineOf = (logits: readonly number[]): Classification => ({
      ...classificationOf(labels, logits),
      numTruncated: 0,
    });
    const bag = fitBagOfWords(
      train.map((each) => bagOf(tokenizer, each)),
      train.map(({ label }) => label),
      {
        numWords: tokenizer.vocabulary.pieces.length,
        numClasses: labels.length,
      },
    );
    return [{
      name: "the commonest class",
      predictions: test.map(() => baselineOf(shares.map(Math.log))),
    }, {
      name: "a bag of words",
      predictions: test.map((each) =>
        baselineOf(bagLogits(bagOf(tokenizer, each), bag))
      ),
    }];
  },
  sections: async (tested) => [
    await classSection(tested),
    await calibrationSection(tested),
    await wordsSection(tested),
  ],
};

function encode(
  { tokenizer, inference }: OwnModel,
  examples: readonly Example[],
  maxLength = inference!.maxLength!,
): EncodedExample[] {
  return encodeExamples(tokenizer, examples, { maxLength });
}

type TestedClasses = Tested<Example, Classification>;

async function classSection(
  { model: { labels }, examples, predictions }: TestedClasses,
): Promise<Section> {
  const predicted = predictions.map(({ label }) => labels.indexOf(label));
  const actual = examples.map(({ label }) => label);
  const { classes } = classificationReport(predicted, actual, labels.length);
  const mistakes = [...examples.keys()]
    .filter((i) => predicted[i] !== actual[i])
    .sort((a, b) => predictions[b]!.probability - predictions[a]!.probability);
  const rows: Row[] = mistakes.slice(0, MISTAKES).map((i) => ({
    text: shortened(examples[i]!),
    label: labels[actual[i]!],
    predicted: predictions[i]!.label,
    probability: predictions[i]!.probability.toFixed(2),
  }));
  return {
    markdown:
      `## The classes\n\n${mistakes.length} of ${examples.length} texts ` +
      `are classified wrongly. The table at the end lists those of which the model was ` +
      `surest: look there for wrong labels first.`,
    shown: [
      ...labels.length > DRAWN_CLASSES ? [] : [
        await drawn(
          confusionChart(
            confusionMatrix(predicted, actual, labels.length),
            labels,
          ),
          "How often each class received each prediction",
        ),
      ],
      {
        rows: classes.map((each, id) => ({
          class: labels[id],
          ...classRow(each, "texts"),
        })),
      },
      ...rows.length > 0 ? [{ rows }] : [],
    ],
  };
}

async function calibrationSection(
  { model, examples, predictions }: TestedClasses,
): Promise<Section> {
  const { labels, inference } = model;
  const { temperature = 1 } = inference ?? {};
  const actual = examples.map(({ label }) => label);
  const bins = (power: number) =>
    reliabilityBins(
      predictions.map(({ probabilities }) =>
        softmax(labels.map((label) => power * Math.log(probabilities[label]!)))
      ),
      actual,
    );
  const [before, after] = [bins(temperature), bins(1)];
  const [was, ece] = [before, after].map(expectedCalibrationError);
  return {
    markdown:
      `## Is it as often right as it is sure?\n\nThe logits are divided by ` +
      `${
        temperature.toFixed(2)
      }, the temperature that fits the validation set best ` +
      `(Guo et al., 2017). For the texts of the scores, the calibration error is ` +
      `${was!.toFixed(3)} without it, ${ece!.toFixed(3)} with it.`,
    shown: [
      await drawn(
        reliabilityChart(after, { ece: ece! }),
        "How often the model is right when it says how sure it is",
      ),
    ],
  };
}

/** The surest right one, the surest wrong one, and the least sure one. */
function threeOf({ examples, predictions, model }: TestedClasses): number[] {
  const bySureness = [...examples.keys()]
    .sort((a, b) => predictions[b]!.probability - predictions[a]!.probability)
    .filter((i) => lengthOf(model.tokenizer, examples[i]!) <= EXPLAINED_TOKENS);
  const isRight = (i: number): boolean =>
    model.labels.indexOf(predictions[i]!.label) === examples[i]!.label;
  const found = [
    bySureness.find(isRight),
    bySureness.find((i) => !isRight(i)),
    bySureness.at(-1),
  ];
  return [...new Set(found)].filter((i) => i !== undefined);
}

async function wordsSection(tested: TestedClasses): Promise<Section> {
  const { model, examples, predictions } = tested;
  const shown: Shown[] = [];
  for (const i of threeOf(tested)) {
    const [encoded] = encode(model, [examples[i]!]);
    const { words, target, occlusion } = await explain(
      model as ClassifierModel,
      encoded!,
    );
    const { label, probability } = predictions[i]!;
    const title = `Predicted: ${label} (${probability.toFixed(2)}), label: ` +
      model.labels[examples[i]!.label];
    shown.push(colouredText(
      words.map(({ text }, word) => ({ text, score: occlusion[word]! })),
      {
        title,
        poles: { above: model.labels[target]!, below: "another class" },
      },
    ));
    const { inputIds, tokenTypeIds } = encoded!;
    if (inputIds.length > VIEWED_TOKENS) continue;
    const { attentions } = await attentionsOf(model as ClassifierModel, {
      inputIds,
      tokenTypeIds,
      attentionMask: inputIds.map(() => 1),
    });
    const { pieces } = model.tokenizer.vocabulary;
    const tokens = inputIds.map((id) => pieces[id]!);
    const layer = attentions.length - 1;
    shown.push(
      headView({ tokens, tokenTypeIds, attentions, title }, { layer }),
    );
  }
  return {
    markdown:
      `## Which words decided?\n\nThe surest right answer, the surest mistake, ` +
      `and the least sure answer. A word's colour is what the score loses without it. ` +
      `Below each: the attention of the last layer's heads.`,
    shown,
  };
}
