import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import type { Broadcast } from "bertbook/views/show.ts";
import { progress } from "../../notebooks/support/progress.ts";

type Sent = {
  type: string;
  content: {
    data: Record<"text/html" | "text/plain", string>;
    transient: Record<"display_id", string>;
  };
};

/** Records what is shown, with a clock that only the test moves. */
function recorder(): {
  sent: Sent[];
  broadcast: Broadcast;
  clock: { milliseconds: number };
} {
  const sent: Sent[] = [];
  return {
    sent,
    broadcast: (type, content) => {
      sent.push({ type, content: content as Sent["content"] });
      return Promise.resolve();
    },
    clock: { milliseconds: 0 },
  };
}

Deno.test("progress() updates one output, four times a second at most", async () => {
  const { sent, broadcast, clock } = recorder();
  const bar = progress({
    title: "Training",
    total: 100,
    broadcast,
    now: () => clock.milliseconds,
  });
  for (let step = 1; step <= 100; step++) {
    clock.milliseconds += 50;
    await bar.update(step, { loss: 1 / step });
  }
  await bar.finish();
  // Step 1, then every fifth step of 50 ms, then the end.
  assert.equal(sent.length, 1 + 19 + 1);
  assert.equal(sent[0]!.type, "display_data");
  assert.ok(sent.slice(1).every(({ type }) => type === "update_display_data"));
  const inputIds = sent.map(({ content }) => content.transient.display_id);
  assert.equal(new Set(inputIds).size, 1);
  assert.deepEqual(bar.lines, [
    "Batch 40 of 100. Elapsed 00:00:02. Loss 0.0250.",
    "Batch 80 of 100. Elapsed 00:00:04. Loss 0.0125.",
  ]);
  const last = sent.at(-1)!.content.data;
  assert.deepEqual(last["text/plain"].split("\n"), [
    "Training",
    ...bar.lines,
    "Batch 100 of 100. Elapsed 00:00:05. Loss 0.0100.",
  ]);
});

Deno.test("progress() shows the step, the time left and every fact", async () => {
  const { sent, broadcast, clock } = recorder();
  const bar = progress({
    title: "Train <b>",
    total: 4,
    unit: "step",
    broadcast,
    now: () => clock.milliseconds,
  });
  clock.milliseconds = 3_725_000;
  await bar.update(1, { loss: 2e-5, epoch: 3, note: "</span><script>" });
  const { data } = sent[0]!.content;
  const line = "Step 1 of 4. Elapsed 01:02:05. Loss 0.00002. Epoch 3. " +
    "Note </span><script>.";
  assert.equal(data["text/plain"], `Train <b>\n${line}`);
  const { document } = parseHTML(`<main>${data["text/html"]}</main>`);
  assert.equal(document.querySelector("strong")!.textContent, "Train <b>");
  assert.equal(document.querySelector("span")!.textContent, line);
  assert.equal(document.querySelector("script, b"), null);
  const bars = document.querySelector("progress")!;
  assert.equal(bars.getAttribute("value"), "1");
  assert.equal(bars.getAttribute("max"), "4");
});

Deno.test("progress() estimates the time left by the typical step, not by the first", async () => {
  const { sent, broadcast, clock } = recorder();
  const bar = progress({
    title: "Training",
    total: 64,
    broadcast,
    now: () => clock.milliseconds,
  });
  // Tracing takes 20 seconds, a step 1, and an evaluation before step 4 takes 30.
  for (const [i, seconds] of [20, 1, 1, 31].entries()) {
    clock.milliseconds += seconds * 1000;
    await bar.update(i + 1);
  }
  const left = sent.map(({ content }) =>
    /About (\S+) left/.exec(content.data["text/plain"])?.[1]
  );
  assert.deepEqual(left, [undefined, undefined, "00:01:01", "00:01:00"]);
});

Deno.test("two progress displays do not share an output", async () => {
  const { sent, broadcast } = recorder();
  for (const title of ["first", "second"]) {
    await progress({ title, total: 1, broadcast }).update(1);
  }
  const [first, second] = sent.map(({ content }) =>
    content.transient.display_id
  );
  assert.notEqual(first, second);
});
