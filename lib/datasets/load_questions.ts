/**
 * Loading questions about texts from one's own files, or from this project's corpus.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { checkKnownOptions, checkOption, RULES } from "../options.ts";
import {
  type Dataset,
  type DatasetParts,
  type Oddity,
  PARTS,
  partSizes,
} from "./dataset.ts";
import { embeddedPath, readDataFile } from "./load_dataset.ts";
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
 * @param files The path of the training file, or a path for each part; default the
 * embedded corpus, about invented towns, people and machines.
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
  files?: string | QuestionFiles,
  options: QuestionOptions = {},
): Promise<Dataset<QuestionExample>> {
  checkKnownOptions("load questions", options, ["validation", "test", "seed"]);
  const { validation = 0.1, test = 0.1, seed = 42 } = options;
  checkOption("validation", validation, RULES.belowOne);
  checkOption("test", test, RULES.belowOne);
  checkOption("seed", seed, RULES.seed);
  const paths: QuestionFiles = typeof files === "string"
    ? { train: files }
    : files ?? {
      train: embeddedPath("answers", "train.json"),
      validation: embeddedPath("answers", "dev.json"),
      test: embeddedPath("answers", "test.json"),
    };
  const { parts, oddities } = await readParts(paths);
  const shares = { validation, test };
  for (const part of ["test", "validation"] as const) {
    if (paths[part] !== undefined || shares[part] === 0) continue;
    // Of what the test has left, if that was drawn before.
    const before = part === "validation" && paths.test === undefined ? test : 0;
    const fraction = shares[part] / (1 - before);
    const contexts = [...new Set(parts.train.map(({ context }) => context))];
    const { validation: own } = split(contexts.length, { fraction, seed });
    const taken = new Set(own.map((index) => contexts[index]));
    const isTaken = ({ context }: QuestionExample): boolean =>
      taken.has(context);
    parts[part] = parts.train.filter(isTaken);
    parts.train = parts.train.filter((example) => !isTaken(example));
  }
  const isOwn = files !== undefined;
  const what = isOwn
    ? "Your own questions, from a local folder"
    : "Embedded question corpus, about texts that this project generates";
  return {
    ...parts,
    title: isOwn ? "Your own questions" : "Embedded question corpus",
    origin: isOwn ? "folder" : "embedded",
    folder: dirname(paths.train),
    description: `${what}: ${partSizes(parts)} questions`,
    labels: ["answerable", "unanswerable"],
    legend: {},
    report: reportQuestions(parts),
    oddities,
  };
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
    if (!existsSync(path)) {
      throw new RangeError(
        `Cannot load "${path}": it must be a file; found none in the folder ` +
          `"${resolve(dirname(path))}"`,
      );
    }
    const file = basename(path);
    const parsed = parseSquad(await readDataFile(path, file), file);
    parts[part] = parsed.examples;
    oddities.push(...parsed.oddities.map((each) => ({ part, ...each })));
  }
  return { parts, oddities };
}

/** A report in which a question is in `train` if its context is, whatever is asked. */
function reportQuestions(
  parts: DatasetParts<QuestionExample>,
): Dataset["report"] {
  const view: ReportView<QuestionExample> = {
    textOf: ({ question, context }) => `${question}\n${context}`,
    labelsOf: ({ answers }) => [answers.length > 0 ? 0 : 1],
    answerOf: ({ answers }) => answers.map(({ text }) => text).join("\n"),
  };
  const report = reportDataset(parts, view);
  const ofContexts = reportDataset(parts, {
    ...view,
    textOf: ({ context }) => context,
  });
  for (const part of PARTS) report[part].inTrain = ofContexts[part].inTrain;
  return report;
}
