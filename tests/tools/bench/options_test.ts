import assert from "node:assert/strict";
import { bench, type BenchPlan } from "../../../tools/bench/bench.ts";
import { optionsOf } from "../_main.ts";

const planOf = (...args: string[]) => optionsOf<BenchPlan>("bench", ...args);

Deno.test("bench has the defaults that --help shows", async () => {
  assert.deepEqual(await planOf(), {
    model: ["tiny", "minilm"],
    tokens: [16, 64, 128],
    precision: ["float32"],
    savings: ["all", "none"],
    reducePrecision: ["float32"],
    rounds: 5,
    steps: 4,
    words: 5_632,
    memory: 0,
  });
});

Deno.test("bench reads lists, in their order and each item once", async () => {
  const plan = await planOf(
    "--model=bert-base,tiny",
    "--tokens=64, 16,64",
    "--rounds=2",
    "--precision=bfloat16,float32",
    "--steps=9",
    "--json=x.json",
    "--wasm",
    "--torch",
    "--picture=a.png",
    "--savings=none",
    "--memory=2000",
    "--words=5584",
  );
  assert.deepEqual(plan, {
    model: ["bert-base", "tiny"],
    tokens: [64, 16],
    precision: ["bfloat16", "float32"],
    savings: ["none"],
    reducePrecision: ["float32"],
    torch: true,
    wasm: true,
    rounds: 2,
    steps: 9,
    words: 5584,
    memory: 2000,
    json: "x.json",
    picture: "a.png",
  });
});

Deno.test("bench refuses unknown values, and names a near one", async () => {
  const refusals: [string, RegExp][] = [
    [
      "--model=tiny,minilmm",
      /--model .*found "minilmm"; did you mean "minilm"\?$/,
    ],
    [
      "--precision=bf16",
      /--precision .*found "bf16"$/,
    ],
    [
      "--tokens=16,1024",
      /--tokens .*1 to 512; found "1024"$/,
    ],
    ["--rounds=0", /--rounds .*found "0"$/],
    ["--steps=2.6", /--steps .*found "2.6"$/],
    ["--steps=2,3", /--steps .*found "2,3"$/],
    ["--steps=many", /--steps .*found "many"$/],
    ["--tokens=", /--tokens .*found ""$/],
    ["--tokens=16,", /--tokens .*found ""$/],
  ];
  for (const [option, message] of refusals) {
    await assert.rejects(planOf(option), { name: "CommanderError", message });
  }
});

Deno.test("bench refuses two measurements at once", async () => {
  for (
    const options of [
      ["--by-length", "--start"],
      ["--by-length", "--torch"],
      ["--start", "--eager"],
      ["--onnx", "--torch"],
    ]
  ) {
    await assert.rejects(planOf(...options), {
      name: "CommanderError",
      message: new RegExp(
        `'${options[0]}' cannot be used with option '${options[1]}'`,
      ),
    });
  }
});

Deno.test("bench --workers measures its own steps alone", async () => {
  for (const other of ["--scale", "--precision=bfloat16", "--torch"]) {
    await assert.rejects(planOf("--workers=1,2", other), {
      name: "CommanderError",
      message: /'--workers <counts>' cannot be used with option '--/,
    });
  }
  await assert.rejects(
    async () => await bench(await planOf("--gbit=1")),
    /Cannot use --gbit: --workers must be given, too; found --gbit 1 alone/,
  );
});
