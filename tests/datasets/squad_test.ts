import assert from "node:assert/strict";
import { type ParsedQuestions, parseSquad } from "bertbook/datasets/squad.ts";

const parse = (text: string): ParsedQuestions =>
  parseSquad(new TextEncoder().encode(text), "x.json");
const parseJson = (value: unknown): ParsedQuestions =>
  parse(JSON.stringify(value));

const CONTEXT = "Ada built a kite. The kite flew.";
const ROW = {
  id: "q1",
  question: "Who?",
  context: CONTEXT,
  answers: { text: ["Ada"], answer_start: [0] },
};
const QUESTION = {
  id: "q1",
  question: "Who?",
  context: CONTEXT,
  answers: [{ text: "Ada", start: 0 }],
};

/** A file in SQuAD's own form of one paragraph. */
function squad(qas: unknown[], context = CONTEXT): unknown {
  return {
    version: "v2.0",
    data: [{ title: "Kites", paragraphs: [{ context, qas }] }],
  };
}

Deno.test("parseSquad() reads SQuAD 1.1 and 2.0, with any number of answers", () => {
  const { examples, oddities } = parseJson({
    version: "v2.0",
    data: [
      { title: "A", paragraphs: [] },
      {
        title: "B",
        paragraphs: [{
          context: CONTEXT,
          qas: [
            {
              id: "q1",
              question: "Who?",
              answers: [{ text: "Ada", answer_start: 0 }],
            },
            {
              id: "q2",
              question: "What?",
              is_impossible: false,
              answers: [{ text: "a kite", answer_start: 10 }, {
                text: "kite",
                answer_start: 12,
              }],
            },
            {
              id: "q3",
              question: "When?",
              is_impossible: true,
              answers: [],
              plausible_answers: [{ text: "flew", answer_start: 27 }],
            },
          ],
        }],
      },
    ],
  });
  assert.deepEqual(examples, [
    QUESTION,
    {
      id: "q2",
      question: "What?",
      context: CONTEXT,
      answers: [{ text: "a kite", start: 10 }, { text: "kite", start: 12 }],
    },
    { id: "q3", question: "When?", context: CONTEXT, answers: [] },
  ]);
  assert.deepEqual(oddities, []);
});

Deno.test("parseSquad() reads rows in an array, under data, and in JSON Lines", () => {
  const unanswerable = {
    ...ROW,
    id: "q2",
    answers: { text: [], answer_start: [] },
  };
  const expected = [QUESTION, { ...QUESTION, id: "q2", answers: [] }];
  const rows = [ROW, unanswerable];
  assert.deepEqual(parseJson(rows).examples, expected);
  assert.deepEqual(parseJson({ data: rows }).examples, expected);
  const lines = rows.map((row) => JSON.stringify(row));
  assert.deepEqual(
    parse(`\ufeff${lines.join("\r\n\r\n")}\n`).examples,
    expected,
  );
  assert.deepEqual(parse(lines[0]!).examples, [QUESTION]);
  const asList = {
    ...ROW,
    id: undefined,
    answers: [{ text: "Ada", answer_start: 0 }],
  };
  assert.deepEqual(parseJson([{ ...ROW, id: 7 }, asList]).examples, [
    { ...QUESTION, id: "7" },
    { ...QUESTION, id: "2" },
  ]);
});

Deno.test("answer_start counts characters, as Python does; start counts UTF-16 units", () => {
  const context = "\u{1f642}\u{1f642} Ada e\u0301";
  const row = {
    ...ROW,
    context,
    answers: { text: ["Ada", "e\u0301"], answer_start: [3, 7] },
  };
  const { examples, oddities } = parseJson([row]);
  assert.deepEqual(examples[0]!.answers, [{ text: "Ada", start: 5 }, {
    text: "e\u0301",
    start: 9,
  }]);
  assert.deepEqual(oddities, []);
  // One that counts units is found near it.
  const units = parseJson([{
    ...row,
    answers: { text: ["Ada"], answer_start: [5] },
  }]);
  assert.deepEqual(units.examples[0]!.answers, [{ text: "Ada", start: 5 }]);
  assert.deepEqual(
    units.oddities.map(({ action, rows, ids }) => ({ action, rows, ids })),
    [
      { action: "kept", rows: [1], ids: ["q1"] },
    ],
  );
});

Deno.test("a misplaced answer is moved if it is once near there, and else left out", () => {
  const question = (
    id: string,
    text: string,
    start: number,
    context: string,
  ) => ({
    ...ROW,
    id,
    context,
    answers: { text: [text, "Ada"], answer_start: [start, 0] },
  });
  const far = `Ada${".".repeat(120)}kite`;
  const { examples, oddities } = parseJson([
    question("once", "flew", 30, CONTEXT),
    question("twice", "kite", 13, CONTEXT),
    question("never", "boat", 13, CONTEXT),
    question("far", "kite", 0, far),
    question("within", "kite", 23, far),
    { ...ROW, id: "lost", answers: { text: ["boat"], answer_start: [900] } },
    ROW,
  ]);
  assert.deepEqual(
    examples.map((
      { id, answers },
    ) => [id, ...answers.map(({ start }) => start)]),
    [["once", 27, 0], ["twice", 0], ["never", 0], ["far", 0], [
      "within",
      123,
      0,
    ], ["q1", 0]],
  );
  assert.deepEqual(oddities, [{
    what: "an answer is near its answer_start, not at it",
    action: "kept",
    rows: [1, 5],
    ids: ["once", "within"],
  }, {
    what: "an answer is not at its answer_start",
    action: "left out",
    rows: [2, 3, 4, 6],
    ids: ["twice", "never", "far", "lost"],
  }]);
});

Deno.test("what contradicts itself is counted", () => {
  const answers = [{ text: "Ada", answer_start: 0 }];
  const { examples, oddities } = parseJson(squad([
    { id: "a", question: "Who?", is_impossible: true, answers },
    { id: "b", question: "Who?", is_impossible: false, answers: [] },
    { id: "c", question: " ", answers },
    { id: "d", question: "Who?", answers: [{ text: "", answer_start: 0 }] },
    { id: "e", question: "Who?", is_impossible: true },
  ]));
  assert.deepEqual(examples.map(({ id, answers }) => [id, answers.length]), [
    ["a", 0],
    ["d", 0],
    ["e", 0],
  ]);
  assert.deepEqual(
    oddities.map(({ what, action, ids }) => [ids!.join(), action, what]),
    [
      ["a", "kept", "it has answers, but is_impossible is true"],
      ["b", "left out", "it has no answer, but is_impossible is false"],
      ["c", "left out", "the question or its context is empty"],
      ["d", "left out", "an answer is empty"],
    ],
  );
});

Deno.test("a malformed file is refused, with the place", () => {
  const refused = (text: string, message: RegExp): void => {
    assert.throws(() => parse(text), { name: "SyntaxError", message });
  };
  const row = (change: object): string =>
    JSON.stringify([ROW, { ...ROW, ...change }]);
  for (const empty of ["", "\n \n", "[]", '{"data": []}']) {
    refused(
      empty,
      /^Cannot parse "x.json": it must have a question; found none$/,
    );
  }
  refused('{"id"', /^Cannot parse "x.json": it must be JSON; found /);
  refused(
    '[{"id": "q1",]',
    /^Cannot parse "x.json": it must be JSON; found .* position 13/,
  );
  refused('{"data": [\n{"a": }\n]}', /it must be JSON; found .*\{"a": \}/);
  refused(`${JSON.stringify(ROW)}\n\n{"id"`, /: line 3 must be JSON; found /);
  refused(
    `${JSON.stringify(ROW)}\n${JSON.stringify({ ...ROW, question: 3 })}`,
    /: line 2\.question must be text; found 3$/,
  );
  refused("3", /: it must be an object; found 3$/);
  refused("[3]", /: \[0\] must be an object; found 3$/);
  refused('{"data": {}}', /: data must be a list; found \{\}$/);
  refused(
    row({ context: undefined }),
    /: \[1\]\.context must be text; found nothing$/,
  );
  refused(
    row({ answers: undefined }),
    /: \[1\]\.answers must be an object; found nothing$/,
  );
  refused(
    row({ answers: { text: ["Ada"] } }),
    /\[1\]\.answers\.answer_start must be a list; found nothing$/,
  );
  refused(
    row({ answers: { text: ["Ada"], answer_start: [] } }),
    /\[1\]\.answers must have an answer_start for each text; found 0 for 1 texts$/,
  );
  refused(
    row({ answers: { text: ["Ada"], answer_start: [-1] } }),
    /answers\.answer_start\[0\] must be a whole number of at least 0; found -1$/,
  );
  refused(
    JSON.stringify(squad([{ question: "Who?", answers: [3] }])),
    /data\[0\]\.paragraphs\[0\]\.qas\[0\]\.answers\[0\] must be an object; found 3$/,
  );
  refused(
    JSON.stringify({ data: [{ paragraphs: [{ qas: [{ question: "?" }] }] }] }),
    /paragraphs\[0\]\.context must be text; found nothing$/,
  );
  assert.throws(
    () => parseSquad(Uint8Array.of(0x5b, 0xff), "x.json"),
    /must be UTF-8; found other bytes in line 1/,
  );
});
