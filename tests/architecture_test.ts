import assert from "node:assert/strict";
import { join, relative } from "node:path";

const LIB = join(import.meta.dirname!, "..", "lib");

/** Which folders of `lib/` a folder may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  random: [],
  provision: [],
  text: [],
  evaluation: [],
  views: [],
  engine: ["provision", "random"],
  data: ["provision", "random", "text"],
  model: ["engine"],
  weights: ["engine", "model", "provision", "text"],
  training: ["data", "engine", "evaluation", "model", "text", "weights"],
  jupyter: ["provision", "views"],
  notebook: [
    "data",
    "engine",
    "evaluation",
    "model",
    "provision",
    "random",
    "text",
    "training",
    "views",
    "weights",
  ],
};

/** Folders that work on plain arrays, so that they run anywhere. */
const WITHOUT_TENSORS = [
  "random",
  "provision",
  "text",
  "data",
  "evaluation",
  "views",
];

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

function importsOf(code: string): string[] {
  return [...code.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)]
    .map(([, specifier]) => specifier!);
}

Deno.test("imports between the folders of lib/ point one way", async () => {
  const wrong: string[] = [];
  for await (const file of sources(LIB)) {
    const path = relative(LIB, file);
    const folder = path.split("/")[0]!;
    if (folder === "cli") continue;
    const allowed = MAY_IMPORT[folder];
    assert.ok(allowed !== undefined, `lib/${folder} has no rule`);
    for (const specifier of importsOf(await Deno.readTextFile(file))) {
      if (specifier.startsWith(".")) {
        const target = relative(LIB, join(file, "..", specifier)).split(
          "/",
        )[0]!;
        if (target !== folder && !allowed.includes(target)) {
          wrong.push(`${path} imports ${specifier}`);
        }
      } else if (
        WITHOUT_TENSORS.includes(folder) && specifier.startsWith("@tensorflow/")
      ) wrong.push(`${path} imports ${specifier}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("no source file of lib/ is longer than one idea", async () => {
  const long: string[] = [];
  for await (const file of sources(LIB)) {
    const lines = (await Deno.readTextFile(file)).split("\n").length - 1;
    if (lines > 250) long.push(`${relative(LIB, file)}: ${lines} lines`);
  }
  assert.deepEqual(long, []);
});

Deno.test("lib/ prints only from the commands", async () => {
  const loud: string[] = [];
  for await (const file of sources(LIB)) {
    const path = relative(LIB, file);
    const code = await Deno.readTextFile(file);
    if (!path.startsWith("cli/") && /\bconsole\.\w+\(/.test(code)) {
      const outsideComments = code.replace(/^\s*\*.*$/gm, "");
      if (/\bconsole\.\w+\(/.test(outsideComments)) loud.push(path);
    }
  }
  assert.deepEqual(loud, []);
});
