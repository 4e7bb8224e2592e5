import assert from "node:assert/strict";
import { existsSync } from "node:fs";
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
  training: ["data", "engine", "model"],
  classifier: [
    "data",
    "engine",
    "evaluation",
    "model",
    "training",
    "weights",
  ],
  pretraining: [
    "data",
    "engine",
    "evaluation",
    "model",
    "text",
    "training",
    "weights",
  ],
  generation: ["data", "engine", "evaluation", "model", "training"],
  attribution: [
    "classifier",
    "data",
    "engine",
    "evaluation",
    "model",
    "text",
    "training",
    "weights",
  ],
  jupyter: ["provision", "views"],
  notebook: [
    "classifier",
    "data",
    "engine",
    "evaluation",
    "model",
    "pretraining",
    "provision",
    "random",
    "text",
    "training",
    "views",
    "weights",
  ],
};

/** The same within `lib/cli/`, whose rooms may import every other folder. */
const CLI_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  shell: [],
  tokenizers: [],
  trials: [],
  bench: ["shell", "trials"],
  race: ["shell", "trials"],
  sweep: ["shell", "trials"],
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

/** The imports of a file, those of our own as paths in `folder`. */
async function importsIn(file: string, folder: string): Promise<string[]> {
  const code = await Deno.readTextFile(file);
  return importsOf(code).map((specifier) =>
    specifier.startsWith(".")
      ? relative(folder, join(file, "..", specifier))
      : specifier
  );
}

Deno.test("imports between the folders of lib/ point one way", async () => {
  const wrong: string[] = [];
  for await (const file of sources(LIB)) {
    const path = relative(LIB, file);
    const folder = path.split("/")[0]!;
    if (folder === "cli") continue;
    const allowed = MAY_IMPORT[folder];
    assert.ok(allowed !== undefined, `lib/${folder} has no rule`);
    for (const target of await importsIn(file, LIB)) {
      const isOurs = existsSync(join(LIB, target));
      const isAllowed = isOurs
        ? [folder, ...allowed].includes(target.split("/")[0]!)
        : !(WITHOUT_TENSORS.includes(folder) &&
          target.startsWith("@tensorflow/"));
      if (!isAllowed) wrong.push(`${path} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("imports between the rooms of lib/cli/ point one way", async () => {
  const wrong: string[] = [];
  for await (const file of sources(join(LIB, "cli"))) {
    const [room, ...inside] = relative(join(LIB, "cli"), file).split("/");
    if (inside.length === 0) continue; // the commands' own files stand above all
    const allowed = CLI_MAY_IMPORT[room!];
    assert.ok(allowed !== undefined, `lib/cli/${room} has no rule`);
    for (const target of await importsIn(file, join(LIB, "cli"))) {
      const isOurs = existsSync(join(LIB, "cli", target));
      const isElsewhere = !isOurs || target.startsWith("..");
      if (isElsewhere || [room, ...allowed].includes(target.split("/")[0])) {
        continue;
      }
      wrong.push(`lib/cli/${room}/${inside.join("/")} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("no files of lib/ import one another in a circle, not even types", async () => {
  const imports = new Map<string, string[]>();
  for await (const file of sources(LIB)) {
    const targets = await importsIn(file, LIB);
    imports.set(relative(LIB, file), targets);
  }
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const seen = path.indexOf(file);
    if (seen >= 0) assert.fail([...path.slice(seen), file].join(" → "));
    if (done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
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
