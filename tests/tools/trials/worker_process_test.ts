import assert from "node:assert/strict";
import { WorkerProcess } from "../../../tools/trials/worker_process.ts";

const CHILD = import.meta.resolve("../../../tools/trials/worker_process.ts");

/** A program of a few lines that answers as a contestant does. */
function program(code: string): [string, ...string[]] {
  const whole = `import { answerRequests } from "${CHILD}"; ${code}`;
  const url = `data:text/typescript,${encodeURIComponent(whole)}`;
  return [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", url];
}

Deno.test("a contestant greets, answers each request, and ends when let go", async () => {
  const { child, hello } = await WorkerProcess.start<string>(
    "doubler",
    program(`await answerRequests("ready", (count) => [2 * count, "ä\\n"]);`),
  );
  {
    await using doubler = child;
    assert.equal(hello, "ready");
    assert.deepEqual(await doubler.ask(21), [42, "ä\n"]);
    assert.deepEqual(await doubler.ask(4), [8, "ä\n"]);
  }
});

Deno.test("a contestant that fails is named with its error", async () => {
  await assert.rejects(
    WorkerProcess.start(
      "faller",
      program(`throw new RangeError("too steep");`),
    ),
    { name: "TypeError", message: /"faller" .*ended with 1 .*too steep/ },
  );
});

Deno.test("a contestant that fails at work is named with its error", async () => {
  const { child } = await WorkerProcess.start(
    "faller",
    program(
      `await answerRequests(0, () => { throw new RangeError("tired"); });`,
    ),
  );
  await using faller = child;
  await assert.rejects(faller.ask(1), { message: /"faller" .*tired/ });
});
