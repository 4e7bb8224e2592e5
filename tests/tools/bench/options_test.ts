import assert from "node:assert/strict";
import { BENCH } from "../../../tools/bench/bench.ts";
import { benchPlan } from "../../../tools/bench/options.ts";
import { readArguments } from "../../../tools/shell/command.ts";

const planOf = (...args: string[]) => benchPlan(readArguments(BENCH, args));

Deno.test("benchPlan() without options is what --help shows", () => {
  assert.deepEqual(planOf(), {
    models: ["tiny", "minilm"],
    tokens: [16, 64, 128],
    precisions: ["float32"],
    savings: ["all", "none"],
    byLength: false,
    start: false,
    rivals: [],
    rounds: 5,
    steps: 4,
    words: 5_632,
    memory: 0,
    json: "out/bench.json",
    picture: undefined,
  });
});

Deno.test("benchPlan() keeps the figures of different measurements apart", () => {
  assert.equal(planOf("--by-length").json, "out/lengths.json");
  assert.equal(planOf("--by-length", "--json=a.json").json, "a.json");
});

Deno.test("benchPlan() reads lists, in their order and each item once", () => {
  const plan = planOf(
    ...["--model=bert-base,tiny", "--tokens=64, 16,64", "--rounds=2"],
    ...["--precision=bfloat16,float32", "--steps=9", "--json=x.json"],
    ...[
      "--wasm",
      "--torch",
      "--picture=a.png",
      "--savings=none",
      "--memory=2000",
      "--words=5584",
    ],
  );
  assert.deepEqual(plan, {
    models: ["bert-base", "tiny"],
    tokens: [64, 16],
    precisions: ["bfloat16", "float32"],
    savings: ["none"],
    byLength: false,
    start: false,
    rivals: ["torch", "wasm"],
    rounds: 2,
    steps: 9,
    words: 5584,
    memory: 2000,
    json: "x.json",
    picture: "a.png",
  });
});

Deno.test("benchPlan() names the nearest value of one that is unknown", () => {
  const refusals: [string, RegExp][] = [
    [
      "--model=tiny,minilmm",
      /--model .*found "minilmm"; did you mean minilm\?$/,
    ],
    [
      "--precision=bf16",
      /--precision .*found "bf16"; did you mean bfloat16\?$/,
    ],
    [
      "--tokens=16,1024",
      /--tokens .*1 to 512: found "1024"; did you mean 512\?$/,
    ],
    ["--rounds=0", /--rounds .*found "0"; did you mean 1\?$/],
    ["--steps=2.6", /--steps .*found "2.6"; did you mean 3\?$/],
    ["--steps=2,3", /--steps as it takes one value: found "2,3"; write/],
    ["--steps=many", /--steps .*found "many"; write it in digits$/],
    ["--tokens=", /--tokens as it needs a value/],
    ["--tokens=16,", /--tokens .*found ""; write it in digits$/],
  ];
  for (const [option, message] of refusals) {
    assert.throws(() => planOf(option), { name: "UsageError", message });
  }
});

Deno.test("benchPlan() refuses two measurements at once", () => {
  for (
    const options of [
      ["--by-length", "--start"],
      ["--by-length", "--torch"],
      ["--start", "--eager"],
    ]
  ) {
    assert.throws(() => planOf(...options), {
      name: "UsageError",
      message: new RegExp(
        `one thing at a time: found ${options.join(" and ")}`,
      ),
    });
  }
});
