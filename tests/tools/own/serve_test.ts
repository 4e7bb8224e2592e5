import assert from "node:assert/strict";
import { requestHandler } from "../../../tools/own/serve.ts";
import type { OwnModel, OwnTask } from "../../../tools/own/task.ts";

type Length = { readonly length: number };

/** A task that measures texts; its first batch waits until it is told to go on. */
function slowTask(): {
  readonly task: OwnTask<string, string, Length>;
  readonly batches: string[][];
  readonly goOn: () => void;
} {
  const batches: string[][] = [];
  const gate = Promise.withResolvers<void>();
  const task = {
    name: "single-label",
    parseInput(given: unknown): string {
      if (typeof given === "string") return given;
      throw new TypeError("it must be a text");
    },
    async predict(_: OwnModel, texts: readonly string[]): Promise<Length[]> {
      batches.push([...texts]);
      await gate.promise;
      return texts.map(({ length }) => ({ length }));
    },
  } as unknown as OwnTask<string, string, Length>;
  return { task, batches, goOn: gate.resolve };
}

const MODEL = { labels: ["a", "b"], name: "toy" } as unknown as OwnModel;

function post(body: string, path = "/predict"): Request {
  return new Request(`http://localhost${path}`, { method: "POST", body });
}

const ask = (...inputs: unknown[]): Request => post(JSON.stringify({ inputs }));

Deno.test("requests that come while others are predicted share a batch", async () => {
  const { task, batches, goOn } = slowTask();
  const handle = requestHandler(task, MODEL, {
    maxBytes: 999,
    maxQueue: 9,
    columns: {},
  });
  const answers = [ask("a"), ask("bb", "ccc"), ask("dddd")].map(handle);
  await new Promise((resolve) => setTimeout(resolve, 5)); // the bodies arrive
  goOn();
  const found = await Promise.all(
    answers.map(async (answer) => (await (await answer).json()).predictions),
  );
  assert.deepEqual(found, [
    [{ length: 1 }],
    [{ length: 2 }, { length: 3 }],
    [{ length: 4 }],
  ]);
  assert.equal(batches.flat().length, 4);
  assert.ok(batches.length < 4);
});

Deno.test("a full queue answers 503, and takes requests again when it is empty", async () => {
  const { task, goOn } = slowTask();
  const handle = requestHandler(task, MODEL, {
    maxBytes: 999,
    maxQueue: 2,
    columns: {},
  });
  const first = handle(ask("a"));
  await new Promise((resolve) => setTimeout(resolve, 5)); // it is being predicted
  const second = handle(ask("b", "c"));
  const refused = await handle(ask("d"));
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  goOn();
  assert.deepEqual([(await first).status, (await second).status], [200, 200]);
  assert.equal((await handle(ask("d"))).status, 200);
});

Deno.test("a request that cannot be answered gets its reason", async () => {
  const { task, goOn } = slowTask();
  goOn();
  const handle = requestHandler(task, MODEL, {
    maxBytes: 40,
    maxQueue: 9,
    columns: {},
  });
  const refusals: [Request, number, RegExp][] = [
    [post("{"), 400, /^Cannot predict: the body must be JSON; found /],
    [post("{}"), 400, /the body must be {"inputs": \[one input or more\]}/],
    [ask(), 400, /one input or more/],
    [ask("a", 1), 400, /it must be a text in input 1$/],
    [ask("a".repeat(50)), 413, /at most 40 bytes/],
    [post("{}", "/nowhere"), 404, /found \/nowhere$/],
    [new Request("http://localhost/predict"), 405, /must be POST; found GET$/],
  ];
  for (const [request, status, message] of refusals) {
    const response = await handle(request);
    assert.equal(response.status, status, `${message}`);
    assert.match((await response.json()).error, message);
  }
  const about = await handle(new Request("http://localhost/"));
  assert.deepEqual(await about.json(), {
    task: "single-label",
    labels: ["a", "b"],
    model: "toy",
  });
});
