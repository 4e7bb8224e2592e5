/** Multi-label classification and regression on one's own data. @module */

import * as tf from "@tensorflow/tfjs";
import { encodeTargets } from "../../lib/batches/encode_examples.ts";
import type { StreamedExamples } from "../../lib/batches/example_source.ts";
import type { EncodedTargets } from "../../lib/batches/head_batches.ts";
import type { ClassifierModel } from "../../lib/checkpoint/pretrained.ts";
import type { TargetsExample } from "../../lib/datasets/dataset.ts";
import { bagLogits, fitBagOfWords } from "../../lib/evaluation/bag_of_words.ts";
import {
  multiLabelScores,
  tuneThresholds,
} from "../../lib/evaluation/multi_label.ts";
import { regressionMetrics } from "../../lib/evaluation/regression.ts";
import { softmax } from "../../lib/evaluation/probabilities.ts";
import { classificationReport } from "../../lib/evaluation/report.ts";
import {
  classifyMultiLabel,
  regress,
  type Regression,
} from "../../lib/inference/classify.ts";
import {
  byLabel,
  labelsReached,
  type MultiLabelClassification,
} from "../../lib/inference/postprocessing.ts";
import { fineTune } from "../../lib/training/fine_tune.ts";
import { classRow, firstTen } from "./report.ts";
import { numberOf, type OwnModel, type OwnTask, type Row } from "./task.ts";
import {
  bagOf,
  lengthOf,
  parseTextInput,
  shortened,
  type TextInput,
  textOf,
  textOrPair,
} from "./text_input.ts";

/** What the two tasks share. */
const TARGETS = {
  unit: "texts",
  sample: "A text.",
  head: "sequence-classification",
  pipeline: "text-classification",
  maxLength: 256,
  lengthOf,
  train: (
    model: OwnModel,
    data: Parameters<OwnTask<TargetsExample, TextInput, object>["train"]>[1],
    { maxLength, ...options }: Parameters<
      OwnTask<TargetsExample, TextInput, object>["train"]
    >[2],
  ) => {
    const encode = (examples: readonly TargetsExample[]): EncodedTargets[] =>
      encodeTargets(model.tokenizer, examples, { maxLength });
    const encoded = {
      train: data.streamed as StreamedExamples<EncodedTargets> ??
        encode(data.train),
      validation: encode(data.validation),
    };
    return fineTune(model as ClassifierModel, encoded, options);
  },
  inputOf: textOf,
  parseInput: parseTextInput,
} as const;

/** Texts of which each may have several labels, or none. */
export const MULTI_LABEL: OwnTask<
  TargetsExample,
  TextInput,
  MultiLabelClassification
> = {
  ...TARGETS,
  name: "multi-label",
  purpose: "any number of labels for each text",
  problemType: "multi_label_classification",
  metric: "microF1",
  tune: async (model, validation) => {
    const found = await MULTI_LABEL.predict(model, validation.map(textOf));
    const thresholds = tuneThresholds(
      found.map(({ probabilities }) => Object.values(probabilities)),
      validation.map(({ targets }) => targets),
    );
    model.inference = { ...model.inference, thresholds };
  },
  predict: (model, inputs) =>
    classifyMultiLabel(model as ClassifierModel, inputs.map(textOrPair)),
  relabel: (example, from, to) => {
    const targets = to.map(() => 0);
    for (const [i, target] of example.targets.entries()) {
      if (target === 1) targets[numberOf(from[i]!, to)] = 1;
    }
    return { ...example, targets };
  },
  outcome: ({ labels: given }, { targets }, labels) => [
    ...labels.map((label) => given.includes(label) ? 1 : 0),
    ...targets,
  ],
  metrics: (outcomes, numLabels) =>
    multiLabelScores(
      outcomes.map((each) => each.slice(0, numLabels)),
      outcomes.map((each) => each.slice(numLabels)),
    ),
  baselines: ({ train, labels }, test, tokenizer) => {
    const bags = train.map((each) => bagOf(tokenizer, each));
    const numWords = tokenizer.vocabulary.pieces.length;
    const models = labels.map((_, id) =>
      fitBagOfWords(bags, train.map(({ targets }) => targets[id]!), {
        numWords,
        numClasses: 2,
      })
    );
    const shares = labels.map((_, id) =>
      train.filter(({ targets }) => targets[id] === 1).length / train.length
    );
    const baselineOf = (
      probabilities: readonly number[],
    ): MultiLabelClassification => ({
      ...labelsReached(labels, probabilities),
      numTruncated: 0,
    });
    return [{
      name: "the commonest labels",
      predictions: test.map(() => baselineOf(shares)),
    }, {
      name: "a bag of words",
      predictions: test.map((each) => {
        const bag = bagOf(tokenizer, each);
        return baselineOf(
          models.map((model) => softmax(bagLogits(bag, model))[1]!),
        );
      }),
    }];
  },
  sections: ({ model: { labels, inference }, examples, predictions }) => {
    const rows = labels.map((label, id): Row => {
      const { classes } = classificationReport(
        predictions.map((each) => each.labels.includes(label) ? 1 : 0),
        examples.map(({ targets }) => targets[id]!),
        2,
      );
      const threshold = inference?.thresholds?.[id];
      return {
        label,
        threshold: threshold?.toFixed(4),
        ...classRow(classes[1]!, "texts"),
      };
    });
    const namesOf = (targets: readonly number[]): string =>
      labels.filter((_, id) => targets[id] === 1).join(", ") || "none";
    const wrong = examples.flatMap((example, i): Row[] => {
      const [label, predicted] = [
        namesOf(example.targets),
        predictions[i]!.labels.join(", ") || "none",
      ];
      return label === predicted
        ? []
        : [{ text: shortened(example), labels: label, predicted }];
    });
    return Promise.resolve([{
      markdown:
        `## The labels\n\nEach label is given from its threshold on, the ` +
        `probability that gives the best F1 on the validation set. ${wrong.length} of ` +
        `${examples.length} texts get other labels than they have${
          firstTen(wrong)
        }.`,
      shown: [
        { rows },
        ...wrong.length > 0 ? [{ rows: wrong.slice(0, 10) }] : [],
      ],
    }]);
  },
};

/** A number for each text. */
export const REGRESSION: OwnTask<TargetsExample, TextInput, Regression> = {
  ...TARGETS,
  name: "regression",
  purpose: "a number for each text",
  problemType: "regression",
  metric: "pearson",
  train: trainStandardized,
  tune: () => Promise.resolve(),
  predict: (model, inputs) =>
    regress(model as ClassifierModel, inputs.map(textOrPair)),
  relabel: (example) => example,
  outcome: ({ values }, { targets }) => [...Object.values(values), ...targets],
  metrics: (outcomes, numLabels) =>
    regressionMetrics(
      outcomes.map((each) => each.slice(0, numLabels)),
      outcomes.map((each) => each.slice(numLabels)),
    ),
  baselines: ({ train, labels }, test, tokenizer) => {
    const valuesOf = (numbers: readonly number[]): Regression => ({
      values: byLabel(labels, numbers),
      numTruncated: 0,
    });
    const means = labels.map((_, id) =>
      mean(train.map((each) => each.targets[id]!))
    );
    const fit = ridge(
      train.map((each) => bagOf(tokenizer, each)),
      train.map(({ targets }) =>
        targets.map((value, id) => value - means[id]!)
      ),
      tokenizer.vocabulary.pieces.length,
    );
    return [{
      name: "the mean",
      predictions: test.map(() => valuesOf(means)),
    }, {
      name: "a bag of words",
      predictions: test.map((each) => {
        const found = fit(bagOf(tokenizer, each));
        return valuesOf(found.map((value, id) => value + means[id]!));
      }),
    }];
  },
  sections: ({ model: { labels }, examples, predictions }) => {
    const rows = examples.flatMap((example, i) =>
      labels.map((label, id) => ({
        text: shortened(example),
        ...labels.length > 1 && { column: label },
        actual: example.targets[id]!,
        predicted: predictions[i]!.values[label]!,
      }))
    ).sort((a, b) =>
      Math.abs(b.predicted - b.actual) - Math.abs(a.predicted - a.actual)
    );
    return Promise.resolve([{
      markdown:
        "## The largest errors\n\nLook here for wrong numbers in the data first. " +
        "The losses of the training are in squared standard deviations of the numbers.",
      shown: [{ rows: rows.slice(0, 10) }],
    }]);
  },
};

/**
 * Trains on standardized numbers, as a new head would take thousands of steps to reach
 * prices or years; the head then gets their mean and deviation.
 */
async function* trainStandardized(
  model: OwnModel,
  { train, validation }: Parameters<typeof TARGETS.train>[1],
  options: Parameters<typeof TARGETS.train>[2],
): ReturnType<typeof TARGETS.train> {
  const columns = train[0]!.targets.map((_, id) =>
    train.map(({ targets }) => targets[id]!)
  );
  const means = columns.map(mean);
  const deviations = columns.map((column, id) =>
    Math.sqrt(mean(column.map((value) => (value - means[id]!) ** 2))) || 1
  );
  const standardized = (examples: readonly TargetsExample[]) =>
    examples.map((example) => ({
      ...example,
      targets: example.targets.map((value, id) =>
        (value - means[id]!) / deviations[id]!
      ),
    }));
  const events = TARGETS.train(model, {
    train: standardized(train),
    validation: standardized(validation),
  }, options);
  try {
    yield* events;
  } finally { // also if the loop was left
    const { kernel, bias } = (model as ClassifierModel).params.classifier as {
      kernel: tf.Variable<tf.Rank.R2>;
      bias: tf.Variable<tf.Rank.R1>;
    };
    tf.tidy(() => {
      kernel.assign(kernel.mul(deviations));
      bias.assign(bias.mul(deviations).add(means));
    });
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Passes over the training texts; the means then move by less than their spread. */
const RIDGE_PASSES = 50;

/**
 * Linear regression on which pieces a text has, with an L2 penalty, by the normalized
 * least-mean-squares steps of Kaczmarz (1937).
 *
 * @returns What the regression says of a text.
 */
function ridge(
  bags: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  numWords: number,
): (bag: readonly number[]) => number[] {
  const sizes = targets[0]!.length;
  const weights = targets[0]!.map(() => new Float64Array(numWords));
  const predict = (bag: readonly number[]): number[] =>
    weights.map((row) => bag.reduce((sum, word) => sum + row[word]!, 0));
  for (let pass = 1; pass <= RIDGE_PASSES; pass++) {
    for (const [n, bag] of bags.entries()) {
      const errors = predict(bag).map((value, id) => targets[n]![id]! - value);
      const rate = 1 / (pass * (1 + bag.length));
      for (let id = 0; id < sizes; id++) {
        for (const word of bag) weights[id]![word]! += rate * errors[id]!;
      }
    }
  }
  return predict;
}
