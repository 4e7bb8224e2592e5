/**
 * Loading questions about texts from one's own files, or from this project's corpus.
 *
 * @module
 */

import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { checkKnownOptions, checkOption, RULES } from "../options.ts";
import {
  type Dataset,
  type DatasetParts,
  type Oddity,
  PARTS,
} from "./dataset.ts";
import { embeddedPath, unzip } from "./load_dataset.ts";
import { reportDataset, type ReportView } from "./report.ts";
import { split } from "./split.ts";
import { parseSquad, type QuestionExample } from "./squad.ts";

/** A file for each part; parts without a file are drawn from that of `train`. */
export type QuestionFiles =
  & { readonly train: string }
  & { readonly [part in "validation" | "test"]?: string };

/** How the parts that have no file are drawn. */
export type QuestionOptions = {
  /** Share of the contexts whose questions become `validation`; default 0.1. */
  readonly validation?: number;
  /** Share of the contexts whose questions become `test`; default 0.1. */
  readonly test?: number;
  /** Chooses the contexts; default 42. */
  readonly seed?: number;
};

/**
 * Loads questions from files that `parseSquad` reads, which may be compressed with gzip.
 *
 * A part without a file is drawn from the training file, by contexts: all questions about
 * one text are in one part, or the model would know the text of a test question.
 *
 * @example Two questions about one text
 * ```ts
 * import { loadQuestions } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const context = "Dogs bark.";
 * const file = await Deno.makeTempFile({ suffix: ".jsonl" });
 * await Deno.writeTextFile(file, [
 *   { question: "Who barks?", context, answers: { text: ["Dogs"], answer_start: [0] } },
 *   { question: "Who purrs?", context, answers: { text: [], answer_start: [] } },
 * ].map((row) => JSON.stringify(row)).join("\n"));
 * const { train, labels, report } = await loadQuestions(file, { validation: 0, test: 0 });
 * assert.deepEqual(train[0]!.answers, [{ text: "Dogs", start: 0 }]);
 * assert.deepEqual(labels, ["answerable", "unanswerable"]);
 * assert.deepEqual(report.train.labelCounts, [1, 1]);
 * await Deno.remove(file);
 * ```
 *
 * @param files The path of the training file, or a path for each part.
 * @param options Shares of the parts without a file, in [0, 1), and the seed.
 * @returns The questions; its labels, "answerable" and "unanswerable", are those that its
 * report counts. There, `inTrain` counts questions whose context is also in `train`. Its
 * oddities say which questions were changed or left out.
 * @throws {RangeError} If a file is missing, an option is out of its range, or a part
 * would be empty.
 * @throws {SyntaxError} If a file is malformed, with the place.
 * @throws {TypeError} If an option is unknown.
 */
export async function loadQuestions(
  files: string | QuestionFiles,
  options: QuestionOptions = {},
): Promise<Dataset<QuestionExample>> {
  checkKnownOptions("load questions", options, ["validation", "test", "seed"]);
  const { validation = 0.1, test = 0.1, seed = 42 } = options;
  checkOption("validation", validation, RULES.belowOne);
  checkOption("test", test, RULES.belowOne);
  checkOption("seed", seed, RULES.seed);
  const paths: QuestionFiles = typeof files === "string"
    ? { train: files }
    : files;
  const { parts, oddities } = await readParts(paths);
  const fractions = { validation, test };
  for (const part of ["test", "validation"] as const) {
    if (paths[part] !== undefined || fractions[part] === 0) continue;
    // Of what the test has left, if that was drawn before.
    const before = part === "validation" && paths.test === undefined ? test : 0;
    const fraction = fractions[part] / (1 - before);
    const contexts = [...new Set(parts.train.map(({ context }) => context))];
    const { validation: own } = split(contexts.length, { fraction, seed });
    const taken = new Set(own.map((index) => contexts[index]));
    const isTaken = ({ context }: QuestionExample): boolean =>
      taken.has(context);
    parts[part] = parts.train.filter(isTaken);
    parts.train = parts.train.filter((example) => !isTaken(example));
  }
  return datasetOf(parts, {
    title: "Your own questions",
    origin: "folder",
    folder: dirname(paths.train),
    oddities,
  });
}

/**
 * Loads the questions of this project, about invented places, people and machines.
 *
 * @returns Questions in the form of SQuAD 2.0; no context of `test` is in `train`.
 * @throws {RangeError} If the library is in no folder of this machine.
 */
export async function loadAnswers(): Promise<Dataset<QuestionExample>> {
  const folder = embeddedPath("answers");
  const { parts, oddities } = await readParts({
    train: join(folder, "train.json"),
    validation: join(folder, "dev.json"),
    test: join(folder, "test.json"),
  });
  return datasetOf(parts, {
    title: "Embedded corpus of questions and answers",
    origin: "embedded",
    folder,
    oddities,
  });
}

/** Reads the file of each part. */
async function readParts(files: QuestionFiles): Promise<{
  parts: DatasetParts<QuestionExample>;
  oddities: Oddity[];
}> {
  const parts: DatasetParts<QuestionExample> = {
    train: [],
    validation: [],
    test: [],
  };
  const oddities: Oddity[] = [];
  for (const part of PARTS) {
    const path = files[part];
    if (path === undefined) continue;
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) { // a pipe would be waited for
      throw new RangeError(
        `Cannot load questions: "${path}" must be a file; found ` +
          (found ? "a folder, pipe or device" : "none"),
      );
    }
    const file = basename(path);
    const parsed = parseSquad(unzip(await readFile(path), file), file);
    parts[part] = parsed.examples;
    oddities.push(...parsed.oddities.map((each) => ({ part, ...each })));
  }
  return { parts, oddities };
}

/** The dataset, with a description and a report. */
function datasetOf(
  parts: DatasetParts<QuestionExample>,
  origin: Pick<Dataset, "title" | "origin" | "folder" | "oddities">,
): Dataset<QuestionExample> {
  const view: ReportView<QuestionExample> = {
    textOf: ({ question, context }) => `${question}\n${context}`,
    labelsOf: ({ answers }) => [answers.length > 0 ? 0 : 1],
    answerOf: ({ answers }) => answers.map(({ text }) => text).join("\n"),
  };
  const report = reportDataset(parts, view);
  // A text that the model knows is a leak, whatever is asked about it.
  const ofContexts = reportDataset(parts, {
    ...view,
    textOf: ({ context }) => context,
  });
  for (const part of PARTS) report[part].inTrain = ofContexts[part].inTrain;
  const sizes = PARTS.filter((part) => parts[part].length > 0)
    .map((part) => `${parts[part].length.toLocaleString("en-US")} ${part}`);
  return {
    ...parts,
    ...origin,
    description: `${origin.title}: ${sizes.join(", ")}`,
    labels: ["answerable", "unanswerable"],
    legend: {},
    report,
  };
}
