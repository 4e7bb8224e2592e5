/**
 * SQuAD, questions answered by a part of a text: Rajpurkar et al. (2016), "SQuAD:
 * 100,000+ Questions", and (2018), "Know What You Don't Know".
 *
 * @module
 */

import { quoted, visibleControls } from "../printable.ts";
import type { Oddity } from "./dataset.ts";
import { decodeText, isBlank, malformed } from "./read_table.ts";

/** An answer: a part of the context. */
export type Answer = {
  readonly text: string;
  /** Where it begins in the context, in UTF-16 units. */
  readonly start: number;
};

/** A question about a text. */
export type QuestionExample = {
  readonly id: string;
  readonly question: string;
  readonly context: string;
  /** Each of them is right; none if the context does not answer the question. */
  readonly answers: readonly Answer[];
};

/** The questions of a file, and what is odd about them. */
export type ParsedQuestions = {
  readonly examples: QuestionExample[];
  /** Their rows are questions, counted from 1. */
  readonly oddities: Omit<Oddity, "part">[];
};

/** Characters around `answer_start` among which a misplaced answer is looked for. */
const NEAR = 100;

/** What may be odd about a question. */
const ODDITIES = {
  blank: ["the question or its context is empty", "left out"],
  empty: ["an answer is empty", "left out"],
  moved: ["an answer is near its answer_start, not at it", "kept"],
  lost: ["an answer is not at its answer_start", "left out"],
  impossible: ["it has answers, but is_impossible is true", "kept"],
  unanswered: ["it has no answer, but is_impossible is false", "left out"],
} as const;

/** A value of the file, and where it is. */
type Node = {
  readonly value: unknown;
  readonly place: string;
  readonly file: string;
};

/**
 * Reads questions in the form of SQuAD 1.1 and 2.0, or as rows `{ id, question, context,
 * answers: { text: [], answer_start: [] } }`, Hugging Face's form, in a JSON array or in
 * JSON Lines.
 *
 * An answer whose text is not at `answer_start` is moved if the text is exactly once
 * within 100 characters of it, and else left out, with its question if no other answer
 * remains. `answer_start` counts characters, as in Python. A question with
 * `is_impossible`, or with an empty list of answers, is unanswerable.
 *
 * @example
 * ```ts
 * import { parseSquad } from "bertbook";
 * import assert from "node:assert/strict";
 *
 * const row = `{"id": "a", "question": "Who barks?", "context": "A dog barks.",
 *   "answers": {"text": ["A dog"], "answer_start": [1]}}`;
 * const bytes = new TextEncoder().encode(`[${row}]`);
 * const { examples, oddities } = parseSquad(bytes, "dogs.json");
 * assert.deepEqual(examples[0]!.answers, [{ text: "A dog", start: 0 }]);
 * assert.deepEqual(oddities, [{
 *   what: "an answer is near its answer_start, not at it",
 *   action: "kept",
 *   rows: [1],
 *   ids: ["a"],
 * }]);
 * ```
 *
 * @param bytes The file's content, not compressed, UTF-8.
 * @param file Its name, for errors.
 * @returns The questions in order, and what is odd about them; the id of a question without
 * one is its number.
 * @throws {SyntaxError} If the file is not JSON or not of one of these forms, with the
 * place.
 */
export function parseSquad(bytes: Uint8Array, file: string): ParsedQuestions {
  const found = new Map<keyof typeof ODDITIES, Map<number, string>>();
  const examples: QuestionExample[] = [];
  const rows = rowsOf(decodeText(bytes, file), file);
  if (rows.length === 0) {
    throw malformed(file, "it must have a question", "none");
  }
  for (const [i, row] of rows.entries()) {
    const id = String(at(row, "id").value ?? i + 1);
    const note = (oddity: keyof typeof ODDITIES): void => {
      const rows = found.get(oddity) ?? new Map<number, string>();
      found.set(oddity, rows.set(i + 1, id));
    };
    const question = valueOf<string>(at(row, "question"), "text");
    const context = valueOf<string>(row.context ?? at(row, "context"), "text");
    if (isBlank(question) || isBlank(context)) {
      note("blank");
      continue;
    }
    const answers = answersOf(row, context, note);
    if (answers) examples.push({ id, question, context, answers });
  }
  const oddities = [...found].map(([oddity, rows]) => {
    const [what, action] = ODDITIES[oddity];
    return { what, action, rows: [...rows.keys()], ids: [...rows.values()] };
  });
  return { examples, oddities };
}

/** The answers of a question; undefined if the question must be left out. */
function answersOf(
  row: Node,
  context: string,
  note: (oddity: keyof typeof ODDITIES) => void,
): Answer[] | undefined {
  const { value: isImpossible } = at(row, "is_impossible");
  const given = givenAnswers(row, isImpossible === true)
    .filter(({ text }) => !isBlank(text) || note("empty"));
  if (isImpossible === true) {
    if (given.length > 0) note("impossible");
    return [];
  }
  if (given.length === 0) {
    if (isImpossible !== false) return [];
    note("unanswered");
  }
  const answers = given.flatMap(({ text, answerStart }) => {
    const start = startOf(text, context, answerStart);
    if (start === undefined) note("lost");
    else if (start.isMoved) note("moved");
    return start === undefined ? [] : [{ text, start: start.at }];
  });
  return answers.length === 0 ? undefined : answers;
}

/** The answers as the file has them: a list of objects, or an object of lists. */
function givenAnswers(
  row: Node,
  mayLack: boolean,
): { text: string; answerStart: number }[] {
  const answers = at(row, "answers");
  if (mayLack && answers.value === undefined) return [];
  const column = (name: string): Node[] =>
    Array.isArray(answers.value)
      ? itemsOf(answers).map((each) => at(each, name))
      : itemsOf(at(answers, name));
  const texts = column("text"), starts = column("answer_start");
  if (texts.length !== starts.length) {
    const rule = `${answers.place} must have an answer_start for each text`;
    const found = `${starts.length} for ${texts.length} texts`;
    throw malformed(row.file, rule, found);
  }
  return texts.map((text, i) => ({
    text: valueOf(text, "text"),
    answerStart: valueOf(starts[i]!, "a whole number of at least 0"),
  }));
}

/** Where an answer begins in its context, at or near the character that is given. */
function startOf(
  text: string,
  context: string,
  answerStart: number,
): { at: number; isMoved: boolean } | undefined {
  const start = /[\ud800-\udfff]/.test(context) // characters of two units
    ? [...context].slice(0, answerStart).join("").length
    : answerStart;
  if (context.startsWith(text, start)) return { at: start, isMoved: false };
  const from = Math.max(0, start - NEAR);
  const near = context.slice(from, start + text.length + NEAR);
  const first = near.indexOf(text);
  const isOnce = first >= 0 && first === near.lastIndexOf(text);
  return isOnce ? { at: from + first, isMoved: true } : undefined;
}

/** The questions of a file; in SQuAD's own form their context is beside them. */
function rowsOf(text: string, file: string): (Node & { context?: Node })[] {
  let root: Node;
  try {
    root = { value: JSON.parse(text), place: "it", file };
  } catch (error) {
    return linesOf(text, file, error as Error);
  }
  const data = Array.isArray(root.value) ? root : at(root, "data");
  if (data.value === undefined) return [root]; // one line of JSON Lines
  return itemsOf(data).flatMap((entry) => {
    const paragraphs = at(entry, "paragraphs");
    if (paragraphs.value === undefined) return entry;
    return itemsOf(paragraphs).flatMap((paragraph) =>
      itemsOf(at(paragraph, "qas"))
        .map((row) => ({ ...row, context: at(paragraph, "context") }))
    );
  });
}

/** The values of JSON Lines; a file whose first line is not JSON is not of that kind. */
function linesOf(text: string, file: string, whole: Error): Node[] {
  const rows: Node[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (isBlank(line)) continue;
    try {
      rows.push({ value: JSON.parse(line), place: `line ${i + 1}`, file });
    } catch (error) {
      const [place, { message }] = rows.length === 0
        ? ["it", whole]
        : [`line ${i + 1}`, error as Error];
      throw malformed(file, `${place} must be JSON`, visibleControls(message));
    }
  }
  return rows;
}

function at(parent: Node, name: string): Node {
  const value = valueOf<Record<string, unknown>>(parent, "an object");
  const place = `${parent.place}.${name}`.replace(/^it\./, "");
  return { ...parent, value: value[name], place };
}

function itemsOf(parent: Node): Node[] {
  return valueOf<unknown[]>(parent, "a list").map((value, i) => {
    const place = `${parent.place}[${i}]`.replace(/^it\[/, "[");
    return { ...parent, value, place };
  });
}

/** The kinds of value in these files. */
const KINDS = {
  "an object": (value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value),
  "a list": Array.isArray,
  "text": (value: unknown) => typeof value === "string",
  "a whole number of at least 0": (value: unknown) =>
    Number.isSafeInteger(value) && (value as number) >= 0,
};

function valueOf<T>({ value, place, file }: Node, kind: keyof typeof KINDS): T {
  if (KINDS[kind](value)) return value as T;
  throw malformed(file, `${place} must be ${kind}`, quoted(value));
}
