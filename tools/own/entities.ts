/** Named entities in one's own sentences. @module */

import { encodeEntities } from "../../lib/batches/encode_entities.ts";
import type { HeadModel } from "../../lib/checkpoint/pretrained.ts";
import type { EntityExample } from "../../lib/datasets/conll.ts";
import { entityReport, entitySpans } from "../../lib/evaluation/entities.ts";
import { ratio, scoresOf } from "../../lib/evaluation/report.ts";
import {
  findEntitiesAmong,
  type FoundEntities,
} from "../../lib/inference/find_entities.ts";
import { quoted } from "../../lib/printable.ts";
import { type TextSpan, textWords } from "../../lib/tokenizer/normalize.ts";
import { fineTune } from "../../lib/training/fine_tune.ts";
import { classRow, firstTen } from "./report.ts";
import { numberOf, type OwnTask, type Row } from "./task.ts";
import { parseTextInput, shortened } from "./text_input.ts";

/** A text, or a sentence whose words are known. */
export type EntityInput =
  | { readonly text: string }
  | { readonly words: readonly string[] };

/** The entities of a text, and the tag of each word. */
export type EntityPrediction = FoundEntities;

type TokenModel = HeadModel<"token-classification">;

/** The task. */
export const ENTITIES: OwnTask<EntityExample, EntityInput, EntityPrediction> = {
  name: "entities",
  purpose: "the entities in each text",
  unit: "sentences",
  sample: "Ada Lovelace was born in London.",
  head: "token-classification",
  pipeline: "token-classification",
  metric: "f1",
  maxLength: 256,
  lengthOf: (tokenizer, { words }) =>
    words.reduce((sum, word) => sum + tokenizer.tokenize(word).length, 2),
  train: (model, data, { maxLength, ...options }) => {
    const encode = (examples: readonly EntityExample[]) =>
      encodeEntities(model.tokenizer, examples, { maxLength });
    return fineTune(model as TokenModel, {
      train: encode(data.train),
      validation: encode(data.validation),
    }, { ...options, metricForBestModel: "f1" });
  },
  tune: () => Promise.resolve(),
  inputOf: ({ words }) => ({ words }),
  parseInput: (given, columns) => {
    const { words } = Object(given);
    if (words === undefined) {
      return { text: parseTextInput(given, columns).text };
    }
    const areWords = Array.isArray(words) && words.length > 0 &&
      words.every((word) => typeof word === "string" && word.trim() !== "");
    if (areWords) return { words };
    throw new TypeError(
      `Cannot predict: "words" must be a list of words; found ${quoted(words)}`,
    );
  },
  predict: (model, inputs) =>
    findEntitiesAmong(
      model as TokenModel,
      inputs.map((each) =>
        "text" in each
          ? { text: each.text, words: textWords(each.text) }
          : { text: each.words.join(" "), words: spansOf(each.words) }
      ),
    ),
  relabel: ({ words, tags }, from, to) => ({
    words,
    tags: tags.map((tag) => numberOf(from[tag]!, to)),
  }),
  outcome: ({ words }, { tags }, labels) => {
    const [found, actual] = [
      words.map(({ tag }) => tag),
      tags.map((tag) => labels[tag]!),
    ];
    const key = (
      { type, start, end }: { type: string; start: number; end: number },
    ) => `${type} ${start} ${end}`;
    const spans = entitySpans(actual).map(key);
    const predicted = entitySpans(found).map(key);
    return [
      predicted.filter((span) => spans.includes(span)).length,
      predicted.length,
      spans.length,
      found.filter((tag, i) => tag === actual[i]).length,
      actual.length,
    ];
  },
  metrics: (outcomes) => {
    const sum = (i: number): number =>
      outcomes.reduce((total, each) => total + each[i]!, 0);
    const { fScore: f1, precision, recall } = scoresOf({
      right: sum(0),
      predicted: sum(1),
      support: sum(2),
    });
    return { f1, precision, recall, accuracy: ratio(sum(3), sum(4)) };
  },
  baselines: ({ train, labels }, test) => {
    const counts = new Map<string, number[]>();
    for (const { words, tags } of train) {
      for (const [i, word] of words.entries()) {
        const own = counts.get(word) ?? labels.map(() => 0);
        own[tags[i]!]!++;
        counts.set(word, own);
      }
    }
    const outside = labels.indexOf("O");
    const tagWith = (tagOf: (word: string) => number) =>
      test.map(({ words }) => ({
        entities: [],
        words: spansOf(words).map((span) => ({
          ...span,
          tag: labels[tagOf(span.text)]!,
          probability: 1,
        })),
      }));
    return [
      { name: "finding no entities", predictions: tagWith(() => outside) },
      {
        name: "each word's commonest tag",
        predictions: tagWith((word) => {
          const own = counts.get(word);
          return own === undefined ? outside : own.indexOf(Math.max(...own));
        }),
      },
    ];
  },
  sections: ({ model: { labels }, examples, predictions }) => {
    const found = predictions.map(({ words }) => words.map(({ tag }) => tag));
    const actual = examples.map(({ tags }) => tags.map((tag) => labels[tag]!));
    const { types } = entityReport(found, actual);
    const errors = examples.flatMap(({ words }, i): Row[] => {
      const [is, should] = [found[i]!, actual[i]!].map((tags) =>
        entitySpans(tags).map(({ type, start, end }) =>
          `${words.slice(start, end).join(" ")} (${type})`
        ).join(", ") || "none"
      );
      return is === should ? [] : [{
        sentence: shortened({ text: words.join(" ") }),
        entities: should,
        predicted: is,
      }];
    });
    return Promise.resolve([{
      markdown:
        `## The entities\n\nAn entity is found if its type and both of its ends ` +
        `are right. ${errors.length} of ${examples.length} sentences have an error` +
        `${firstTen(errors)}.`,
      shown: [
        {
          rows: Object.entries(types).map(([type, each]) => ({
            type,
            ...classRow(each, "entities"),
          })),
        },
        ...errors.length > 0 ? [{ rows: errors.slice(0, 10) }] : [],
      ],
    }]);
  },
};

/** Where words are in the sentence that they make. */
function spansOf(words: readonly string[]): TextSpan[] {
  let end = -1;
  return words.map((text) => {
    const start = end + 1; // after a space
    return { text, start, end: end = start + text.length };
  });
}
