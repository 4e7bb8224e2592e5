/** `check` and `quiz`: what a learner is told. */

import assert from "node:assert/strict";
import { exercise } from "../../notebooks/exercises/exercise.ts";
import {
  check,
  type ExerciseId,
  judge,
  quiz,
  quizText,
  results,
} from "../../notebooks/exercises/mod.ts";

const DOUBLE = exercise<(x: number) => number>({
  level: 2,
  minutes: 5,
  check: (double) =>
    double(3) === 6 ? undefined : `double(3) must be 6: it is ${double(3)}.`,
  hints: ["Add.", "Add x to x.", "x + x."],
});

Deno.test("an answer that is undefined is open, with level and time", async () => {
  assert.deepEqual(await judge("4.1", DOUBLE, undefined), {
    id: "4.1",
    status: "open",
    message: "**Exercise 4.1** ●●○, about 5 min: not answered yet.",
  });
});

Deno.test("a right answer is right, and gets no hint", async () => {
  const result = await judge("4.1", DOUBLE, (x: number) => 2 * x, 2);
  assert.deepEqual(result, {
    id: "4.1",
    status: "right",
    message: "**Exercise 4.1**: ✓ right.",
  });
});

Deno.test("wrong answers get hint 1, 2, 3, and 3 from then on", async () => {
  const messages: string[] = [];
  for (const numWrong of [0, 1, 2, 3]) {
    const { status, message } = await judge(
      "4.1",
      DOUBLE,
      (x: number) => x,
      numWrong,
    );
    assert.equal(status, "wrong");
    messages.push(message);
  }
  const wrong =
    "**Exercise 4.1**: ✗ not yet. double(3) must be 6: it is 3.\n\n";
  assert.deepEqual(messages, [
    `${wrong}Hint 1 of 3: Add.`,
    `${wrong}Hint 2 of 3: Add x to x.`,
    `${wrong}Hint 3 of 3: x + x.`,
    `${wrong}Hint 3 of 3: x + x.`,
  ]);
});

Deno.test("an answer that throws is wrong, whatever it throws", async () => {
  const throwing = (thrown: unknown) =>
    judge("4.1", DOUBLE, () => {
      throw thrown;
    });
  const error = await throwing(new RangeError("too far"));
  assert.equal(error.status, "wrong");
  assert.match(error.message, /not yet\. Your code throws RangeError: too far/);
  assert.match((await throwing("a text")).message, /throws "a text"/);
  assert.match((await throwing(undefined)).message, /throws undefined/);
  const none = await judge("4.1", DOUBLE, 7 as never);
  assert.match(none.message, /Your code throws TypeError: .*not a function/);
});

Deno.test("a check that takes time is waited for", async () => {
  const late = exercise<Promise<number>>({
    level: 1,
    minutes: 1,
    check: async (answer) => await answer === 4 ? undefined : "It is not 4.",
    hints: ["", "", ""],
  });
  assert.equal((await judge("1.1", late, Promise.resolve(4))).status, "right");
  assert.equal((await judge("1.1", late, Promise.resolve(5))).status, "wrong");
  const rejected = await judge("1.1", late, Promise.reject(new Error("no")));
  assert.match(rejected.message, /Your code throws Error: no/);
});

Deno.test("check refuses a number that no exercise has, and records nothing", async () => {
  for (const id of ["0.1", "toString", "__proto__"]) {
    await assert.rejects(
      check(id as ExerciseId, undefined as never),
      { name: "RangeError", message: /^Cannot check an answer: .*found "/ },
    );
  }
  assert.deepEqual(results(), []);
});

Deno.test("the record of results cannot be changed from outside", () => {
  results().push({ id: "4.1", status: "right", message: "" });
  assert.deepEqual(results(), []);
  assert.ok(Object.isFrozen(DOUBLE));
});

Deno.test("a quiz folds the reply to each option, and shows code as code", () => {
  const text = quizText([{
    question: "What is `[CLS]`?",
    options: [
      { text: "A `<b>` tag & more", reply: "It is a token." },
      { text: "The first token", reply: "It starts each row.", isRight: true },
    ],
  }]);
  assert.equal(
    text,
    "**1. What is `[CLS]`?**\n\n" +
      "<details><summary>A <code>&lt;b&gt;</code> tag &amp; more</summary>\n\n" +
      "**No.** It is a token.\n\n</details>\n" +
      "<details><summary>The first token</summary>\n\n" +
      "**Right.** It starts each row.\n\n</details>",
  );
});

Deno.test("a page without a quiz is refused", async () => {
  await assert.rejects(quiz(99), {
    name: "RangeError",
    message:
      "Cannot show a quiz: the page must have one; found none for page 99",
  });
});
