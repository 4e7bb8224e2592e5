import assert from "node:assert/strict";
import type { Output } from "../../../tools/jupyter/notebook.ts";
import { CellOutputs, type Displays } from "../../../tools/jupyter/outputs.ts";
import { nested, textsOf } from "./_support.ts";

type Published = [type: string, content: Record<string, unknown>];

const print = (
  text: string,
  name = "stdout",
): Published => ["stream", { name, text }];
const display = (
  text: string,
  id?: string,
  type = "display_data",
): Published => [
  type,
  {
    data: { "text/plain": text },
    metadata: {},
    transient: { "display_id": id },
  },
];

/** What a cell shows after these messages. */
function collect(
  messages: Published[],
  displays: Displays = new Map(),
): Output[] {
  const list: Output[] = [];
  const outputs = new CellOutputs(list, displays, () => {});
  for (const [type, content] of messages) outputs.take(type, content);
  return list;
}

Deno.test("CellOutputs joins what is printed in a row on one stream", () => {
  const shown = collect([
    print("a"),
    print("b"),
    print("c", "stderr"),
    print("d"),
  ]);
  assert.deepEqual(textsOf(shown), ["stdout: ab", "stderr: c", "stdout: d"]);
});

Deno.test("CellOutputs updates every display of an id, in other cells too", () => {
  const displays: Displays = new Map();
  const first = collect([
    display("0", "a"),
    display("other", "b"),
    display("0", "a"),
  ], displays);
  const second = collect([display("1", "a", "update_display_data")], displays);
  assert.deepEqual(textsOf(first), ["1", "other", "1"]);
  assert.deepEqual(second, []);
  assert.deepEqual(Object.keys(first[0]!).sort(), [
    "data",
    "metadata",
    "output_type",
  ]);
});

Deno.test("CellOutputs clears at once, or when the next output comes", () => {
  const clear = (wait: boolean): Published => ["clear_output", { wait }];
  assert.deepEqual(collect([print("a"), clear(false)]), []);
  assert.deepEqual(textsOf(collect([print("a"), clear(true)])), ["stdout: a"]);
  assert.deepEqual(
    textsOf(collect([print("a"), clear(true), print("b"), print("c")])),
    ["stdout: bc"],
  );
});

Deno.test("CellOutputs tells of each output as it then stands", () => {
  const heard: string[] = [];
  const outputs = new CellOutputs(
    [],
    new Map(),
    (output) => heard.push(...textsOf([output])),
  );
  for (
    const [type, content] of [
      print("a"),
      print("b"),
      display("0", "x"),
      display("1", "x", "update_display_data"),
    ]
  ) {
    outputs.take(type, content);
  }
  assert.deepEqual(heard, ["stdout: a", "stdout: ab", "0", "1"]);
});

Deno.test("CellOutputs makes text of data that the format wants as text", () => {
  const data = { "text/plain": 5, "text/html": ["a"], "application/json": [5] };
  const [output] = collect([["display_data", { data }]]);
  assert.ok(output?.output_type === "display_data");
  assert.deepEqual(output.data, {
    "text/plain": "5",
    "text/html": '["a"]',
    "application/json": [5],
  });
  assert.deepEqual(output.metadata, {});
});

Deno.test("fault 91: CellOutputs leaves out what is nested without end, and says so", () => {
  const data = { "text/plain": nested(20_000) };
  const shown = collect([["display_data", { data, metadata: {} }], print("a")]);
  assert.deepEqual(textsOf(shown), [
    "stderr: Left out an output nested deeper than 100\n",
    "stdout: a",
  ]);
});
