/**
 * Loading questions about texts from one's own files, or from this project's corpus.
 *
 * @module
 */

import { checkKnownOptions } from "../options.ts";
import { type Dataset, type DatasetParts, PARTS } from "./dataset.ts";
import { loadParts, type PartFiles, type PartOptions } from "./load_parts.ts";
import { reportDataset, type ReportView } from "./report.ts";
import { parseSquad, type QuestionExample } from "./squad.ts";

/** A file for each part; parts without a file are drawn from that of `train`. */
export type QuestionFiles = PartFiles;

/** How the parts that have no file are drawn; the shares are of contexts. */
export type QuestionOptions = PartOptions;

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
  const found = await loadParts(
    {
      unit: "questions",
      drawnUnit: "texts",
      parse: parseSquad,
      groupOf: ({ context }) => context,
      embedded: {
        title: "Embedded question corpus",
        content: "about texts that this project generates",
        folder: "answers",
        files: {
          train: "train.json",
          validation: "dev.json",
          test: "test.json",
        },
      },
    },
    files,
    options,
  );
  return {
    ...found,
    description: `${found.description} questions`,
    labels: ["answerable", "unanswerable"],
    legend: {},
    report: reportQuestions(found),
  };
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
