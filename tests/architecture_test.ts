import assert from "node:assert/strict";
import { join, relative } from "node:path";

const PROJECT = join(import.meta.dirname!, "..");

/** Which rooms a room may import; the rooms of tools/ may import all of lib/. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "lib/exact_math.ts": [],
  "lib/options.ts": [],
  "lib/printable.ts": [],
  "lib/download": ["lib/printable.ts"],
  "lib/evaluation": ["lib/exact_math.ts"],
  "lib/tokenizer": ["lib/printable.ts"],
  "lib/views": ["lib/printable.ts"],
  "lib/engine": ["lib/download", "lib/exact_math.ts", "lib/options.ts"],
  "lib/ops": ["lib/engine"],
  "lib/model": [
    "lib/engine",
    "lib/exact_math.ts",
    "lib/ops",
    "lib/printable.ts",
  ],
  "lib/batches": [
    "lib/engine",
    "lib/model",
    "lib/options.ts",
    "lib/printable.ts",
    "lib/tokenizer",
  ],
  "lib/datasets": [
    "lib/batches",
    "lib/download",
    "lib/engine",
    "lib/options.ts",
    "lib/printable.ts",
    "lib/tokenizer",
  ],
  "lib/checkpoint": [
    "lib/download",
    "lib/engine",
    "lib/model",
    "lib/options.ts",
    "lib/printable.ts",
    "lib/tokenizer",
  ],
  "lib/inference": [
    "lib/batches",
    "lib/checkpoint",
    "lib/engine",
    "lib/evaluation",
    "lib/model",
    "lib/options.ts",
    "lib/printable.ts",
    "lib/tokenizer",
  ],
  "lib/training": [
    "lib/batches",
    "lib/checkpoint",
    "lib/engine",
    "lib/evaluation",
    "lib/exact_math.ts",
    "lib/inference",
    "lib/model",
    "lib/ops",
    "lib/options.ts",
  ],
  "lib/onnx": [
    "lib/batches",
    "lib/checkpoint",
    "lib/engine",
    "lib/model",
    "lib/ops",
    "lib/options.ts",
    "lib/printable.ts",
  ],
  "lib/page": [
    "lib/batches",
    "lib/checkpoint",
    "lib/evaluation",
    "lib/exact_math.ts",
    "lib/inference",
    "lib/model",
    "lib/onnx",
    "lib/options.ts",
    "lib/printable.ts",
    "lib/tokenizer",
    "lib/views",
  ],
  "lib/interpretation": [
    "lib/batches",
    "lib/checkpoint",
    "lib/engine",
    "lib/evaluation",
    "lib/exact_math.ts",
    "lib/inference",
    "lib/model",
    "lib/options.ts",
    "lib/tokenizer",
  ],
  "notebooks/figures": ["lib"],
  "notebooks/support": ["lib"],
  "tools/shell": ["lib"],
  "tools/jupyter": ["lib"],
  "tools/bench": ["lib", "notebooks/support", "tools/jupyter", "tools/shell"],
  "tools/sweep": ["lib", "tools/bench", "tools/own", "tools/shell"],
  "tools/own": ["lib", "tools/jupyter", "tools/shell"],
  "tools/tokenizers": ["lib", "tools/bench"],
  "tools/lab": ["lib"],
  // The commands' own files stand above all.
  "notebooks/exercises": ["lib"],
  tools: ["lib", "notebooks/exercises", "notebooks/support", "tools"],
};

/** Rooms that work on plain arrays. */
const WITHOUT_TENSORS = [
  "lib/exact_math.ts",
  "lib/options.ts",
  "lib/printable.ts",
  "lib/download",
  "lib/tokenizer",
  "lib/evaluation",
  "lib/views",
];

/** Rooms that compute: they run in Deno, in Node.js and in a browser. */
const CORE = [
  "lib/exact_math.ts",
  "lib/options.ts",
  "lib/printable.ts",
  "lib/batches",
  "lib/checkpoint",
  "lib/datasets",
  "lib/engine",
  "lib/evaluation",
  "lib/inference",
  "lib/interpretation",
  "lib/model",
  "lib/onnx",
  "lib/ops",
  "lib/tokenizer",
  "lib/training",
];

/** Files and folders of these rooms that bind a platform, and what for. */
const BINDS_PLATFORM: Readonly<Record<string, string>> = {
  "lib/engine/engine.ts": "registers the engines of Deno and Node.js",
  "lib/engine/measured.ts": "reads and writes the cache",
  "lib/engine/processor.ts": "reads /proc/cpuinfo",
  "lib/engine/speed_settings.ts": "reads the environment",
  "lib/engine/system_memory.ts": "reads /proc/meminfo",
  "lib/engine/tensorflow": "calls TensorFlow through FFI",
  "lib/checkpoint/catalogue.ts": "finds and downloads model folders",
  "lib/checkpoint/plain_file.ts": "reads files",
  "lib/checkpoint/pretrained.ts": "reads model folders",
  "lib/checkpoint/receipt.ts": "hashes files",
  "lib/checkpoint/atomic_write.ts": "replaces files",
  "lib/checkpoint/safetensors.ts": "reads and writes files",
  "lib/checkpoint/save_model.ts": "writes model folders",
  "lib/checkpoint/tokenizer_files.ts": "reads model folders",
  "lib/checkpoint/training_checkpoint.ts": "writes and reads checkpoints",
  "lib/checkpoint/folder_lock.ts": "locks a folder",
  "lib/checkpoint/training_runs.ts": "keeps checkpoints in folders",
  "lib/onnx/export_onnx.ts": "writes model folders",
  "lib/batches/token_cache.ts": "writes and reads files",
  "lib/datasets/load_dataset.ts": "finds and downloads files",
  "lib/datasets/load_entities.ts": "reads files",
  "lib/datasets/load_parts.ts": "reads files",
  "lib/datasets/load_questions.ts": "reads files",
  "lib/datasets/load_table.ts": "reads files and folders",
  "lib/datasets/stream_rows.ts": "reads files",
  "lib/datasets/stream_table.ts": "finds files, and keeps a cache of them",
  "lib/datasets/tokenized_files.ts": "keeps a cache of files",
};

type Import = { readonly file: string; readonly target: string };

/** Every import of `lib/`, `tools/` and the notebooks' support, as paths in the project. */
const IMPORTS: readonly Import[] = await Array.fromAsync(importsOfProject());

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

async function* importsOfProject(): AsyncGenerator<Import> {
  for (
    const folder of ["lib", "tools", "notebooks/figures", "notebooks/support"]
  ) {
    for await (const file of sources(join(PROJECT, folder))) {
      for (const specifier of importsOf(await Deno.readTextFile(file))) {
        const target = specifier.startsWith(".")
          ? relative(PROJECT, join(file, "..", specifier))
          : specifier;
        yield { file: relative(PROJECT, file), target };
      }
    }
  }
}

function importsOf(code: string): string[] {
  return [...code.matchAll(/^(?! \*).*(?:from|import)\s*\(?\s*"([^"]+)"/gm)]
    .map(([, specifier]) => specifier!);
}

/** `lib/ops` of `lib/ops/linear.ts`, `tools` of `tools/commands.ts`. */
function roomOf(path: string): string {
  const parts = path.split("/");
  const [top] = parts;
  if (top === "tools" && parts.length === 2) return top;
  return parts.slice(0, 2).join("/");
}

Deno.test("imports between rooms point one way", () => {
  const wrong = IMPORTS.filter(({ file, target }) => {
    const room = roomOf(file);
    const allowed = MAY_IMPORT[room];
    assert.ok(allowed !== undefined, `${room} has no rule`);
    if (!/^(lib|tools|notebooks)\//.test(target)) return false;
    const wanted = roomOf(target);
    return ![room, ...allowed].some((each) =>
      wanted === each || wanted.startsWith(`${each}/`)
    );
  });
  assert.deepEqual(wrong, []);
});

Deno.test("rooms of plain arrays import no tensors", () => {
  const wrong = IMPORTS.filter(({ file, target }) =>
    WITHOUT_TENSORS.includes(roomOf(file)) && target.startsWith("@tensorflow/")
  );
  assert.deepEqual(wrong, []);
});

function bindsPlatform(file: string): boolean {
  return Object.keys(BINDS_PLATFORM)
    .some((path) => file === path || file.startsWith(`${path}/`));
}

/** A file without its comments, whose examples import more than the file does. */
async function codeOf(path: string): Promise<string> {
  const text = await Deno.readTextFile(path);
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

/** The modules that code loads: imports of types alone are erased. */
function loadedBy(code: string): string[] {
  const imports =
    /\b(?:import|export)\b(?! type)([^;"]*\bfrom)?\s*\(?\s*"([^"]+)"/g;
  return [...code.matchAll(imports)].flatMap(([, names = "", specifier]) => {
    const all = /\{(.*)\}/s.exec(names)?.[1]?.split(",") ?? ["all"];
    const isOnlyTypes = all.every((name) => /^\s*(type\s|$)/.test(name));
    return isOnlyTypes ? [] : [specifier!];
  });
}

Deno.test("the core imports nothing that binds a platform, and uses no runtime's own names", async () => {
  const wrong: string[] = [];
  for await (const path of sources(join(PROJECT, "lib"))) {
    const file = relative(PROJECT, path);
    if (!CORE.includes(roomOf(file)) || bindsPlatform(file)) continue;
    const code = await codeOf(path);
    for (const found of code.matchAll(/\b(Deno|process|Buffer)\./g)) {
      wrong.push(`${file} uses ${found[0]}`);
    }
    for (const specifier of loadedBy(code)) {
      const target = specifier.startsWith(".")
        ? relative(PROJECT, join(path, "..", specifier))
        : specifier;
      const isCore = target.startsWith("lib/")
        ? CORE.includes(roomOf(target)) && !bindsPlatform(target)
        : !target.startsWith("node:");
      if (!isCore) wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

/**
 * Names of `Math` whose digits ECMA-262 leaves to the engine, and `**`. A power of two is
 * the same in every engine, which tests/browser compares.
 */
const ENGINES_OWN_DIGITS =
  /\bMath\.(?:a?(?:cos|sin|tan)h?|atan2|cbrt|expm?1?|hypot|log(?:10|1p|2)?|pow|random)\b|\bMath\b(?!\.)|(?<!\b2 )\*\*/g;

/** Files and folders that use them nevertheless, and what for. */
const USES_ENGINES_OWN_DIGITS: Readonly<Record<string, string>> = {
  "lib/views": "places and shades of what is only looked at",
  "lib/engine/tensorflow/trace.ts": "refuses Math.random in a trace",
};

Deno.test("lib/ computes no number whose digits are the engine's own", async () => {
  const found: string[] = [];
  for await (const path of sources(join(PROJECT, "lib"))) {
    const code = (await codeOf(path)).replace(/"[^"\n]*"/g, '""');
    for (const [use] of code.matchAll(ENGINES_OWN_DIGITS)) {
      found.push(`${relative(PROJECT, path)} uses ${use}`);
    }
  }
  const allowed = Object.keys(USES_ENGINES_OWN_DIGITS);
  assert.deepEqual(
    found.filter((use) => !allowed.some((path) => use.startsWith(path))),
    [],
    "lib/exact_math.ts has these functions",
  );
  assert.deepEqual(
    allowed.filter((path) => !found.some((use) => use.startsWith(path))),
    [],
  );
});

Deno.test("what is said to bind a platform does", async () => {
  const idle: string[] = [];
  for (const path of Object.keys(BINDS_PLATFORM)) {
    if (!path.endsWith(".ts")) continue;
    const code = await codeOf(join(PROJECT, path));
    const loads = loadedBy(code).map((specifier) =>
      specifier.startsWith(".")
        ? relative(PROJECT, join(PROJECT, path, "..", specifier))
        : specifier
    );
    const binds = /\b(Deno|process|Buffer)\./.test(code) ||
      loads.some((target) => target.startsWith("node:")) ||
      loads.some(bindsPlatform);
    if (!binds) idle.push(path);
  }
  assert.deepEqual(idle, []);
});

Deno.test("no two files import one another in a circle, not even types", () => {
  const imports = Map.groupBy(IMPORTS, ({ file }) => file);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const seen = path.indexOf(file);
    if (seen >= 0) assert.fail([...path.slice(seen), file].join(" → "));
    if (done.has(file)) return;
    for (const { target } of imports.get(file) ?? []) {
      visit(target, [...path, file]);
    }
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
});

Deno.test("lib/ prints nothing", async () => {
  const loud: string[] = [];
  for await (const file of sources(join(PROJECT, "lib"))) {
    const code = await Deno.readTextFile(file);
    const outsideComments = code.replace(/^\s*\*.*$/gm, "");
    if (/\bconsole\.\w+\(/.test(outsideComments)) {
      loud.push(relative(PROJECT, file));
    }
  }
  assert.deepEqual(loud, []);
});

Deno.test("docs/ARCHITECTURE.md draws every import between the rooms of lib/", async () => {
  const document = await Deno.readTextFile(
    join(PROJECT, "docs", "ARCHITECTURE.md"),
  );
  const drawn = Map.groupBy(
    document.matchAll(/^ *(\w+) --> (\w+)$/gm).map((
      [, from, to],
    ) => [from!, to!]),
    ([from]) => from!,
  );
  const reaches = (from: string, to: string): boolean =>
    from === to ||
    (drawn.get(from) ?? []).some(([, next]) => reaches(next!, to));
  const missing = IMPORTS.map(({ file, target }) => [file, target].map(roomOf))
    .filter((rooms) => rooms.every((room) => /^lib\/\w+$/.test(room)))
    .map((rooms) => rooms.map((room) => room.slice("lib/".length)))
    .filter(([from, to]) => !reaches(from!, to!));
  assert.deepEqual(missing, []);
});
