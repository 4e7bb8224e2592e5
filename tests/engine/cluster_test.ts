import assert from "node:assert/strict";
import { parseCluster } from "bertbook/engine/cluster.ts";
import { mapShared, shareWork } from "bertbook/engine/shared_work.ts";

const TWO = ["10.0.0.1:2222", "10.0.0.2:2222"];

Deno.test("parseCluster() reads a list, and finds this machine in it", () => {
  const text = JSON.stringify(TWO);
  assert.deepEqual(parseCluster(text, ["127.0.0.1", "10.0.0.2"]), {
    workers: TWO,
    index: 1,
  });
});

Deno.test("parseCluster() reads the form of TF_CONFIG", () => {
  const text = JSON.stringify({
    cluster: { worker: TWO },
    task: { type: "worker", index: 0 },
    heartbeatSeconds: 5,
  });
  assert.deepEqual(parseCluster(text, []), {
    workers: TWO,
    index: 0,
    heartbeatSeconds: 5,
  });
});

Deno.test("parseCluster() refuses what names no worker", () => {
  const refuse = (value: unknown, found: RegExp): void => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    assert.throws(() => parseCluster(text, ["10.0.0.1"]), found);
    const wayOut = /; found [^]+; [a-z]/;
    assert.throws(() => parseCluster(text, ["10.0.0.1"]), wayOut);
  };
  refuse("10.0.0.1:2222", /must be a list of addresses/);
  refuse("null", /must be a list of addresses/);
  refuse({ cluster: { ps: TWO } }, /must be a list of addresses/);
  refuse([], /must be a list of addresses/);
  refuse(["host:2222"], /IPv4 address and a port .*found "host:2222"/);
  refuse(["10.0.0.256:2222"], /IPv4 address/);
  refuse(["10.0.0.1:70000"], /IPv4 address/);
  refuse([TWO[0], TWO[0]], /port of its own, .*found "10.0.0.1:2222"/);
  refuse(["10.0.0.3:2222"], /found 0 of 10.0.0.3:2222 and task.index=none/);
  refuse(["10.0.0.1:1", "10.0.0.1:2"], /found 2 of 10.0.0.1:1, 10.0.0.1:2/);
  refuse({ cluster: { worker: TWO }, task: { index: 2 } }, /task.index=2/);
  refuse({ cluster: { worker: TWO }, heartbeatSeconds: 0 }, /at least 2/);
});

Deno.test("mapShared() computes every item where there is one worker", async () => {
  const square = (x: number) => Promise.resolve(x * x);
  const numbers = [1, 2, 3];
  assert.deepEqual(await mapShared(numbers, square), [1, 4, 9]);
  const shared = await shareWork(() => mapShared(numbers, square));
  assert.deepEqual(shared, [1, 4, 9]);
});
