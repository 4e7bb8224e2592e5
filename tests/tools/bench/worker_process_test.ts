import assert from "node:assert/strict";
import {
  type WorkerCommand,
  WorkerProcess,
} from "../../../tools/bench/worker_process.ts";

const CHILD = import.meta.resolve("../../../tools/bench/worker_process.ts");

/** A worker of a few lines. */
function worker(name: string, code: string): WorkerCommand {
  const whole = `import { answerRequests } from "${CHILD}"; ${code}`;
  const url = `data:text/typescript,${encodeURIComponent(whole)}`;
  const options = ["--quiet", "--no-check", "--allow-all"];
  return { name, command: [Deno.execPath(), "run", ...options, url] };
}

Deno.test("a worker greets, answers each request, and ends when disposed", async () => {
  await using doubler = await WorkerProcess.start<string>(worker(
    "doubler",
    `await answerRequests("ready", (count) => [2 * count, "ä\\n"]);`,
  ));
  assert.equal(doubler.hello, "ready");
  assert.deepEqual(await doubler.ask(21), [42, "ä\n"]);
  assert.deepEqual(await doubler.ask(4), [8, "ä\n"]);
});

Deno.test("a worker that fails is named with its error", async () => {
  await assert.rejects(
    WorkerProcess.start(
      worker("faller", `throw new RangeError("too steep");`),
    ),
    { name: "TypeError", message: /"faller": .*exit code 1 .*too steep/ },
  );
});

Deno.test("a worker that fails at work is named with its error", async () => {
  await using faller = await WorkerProcess.start(worker(
    "faller",
    `await answerRequests(0, () => { throw new RangeError("tired"); });`,
  ));
  await assert.rejects(faller.ask(1), { message: /"faller": .*tired/ });
});
