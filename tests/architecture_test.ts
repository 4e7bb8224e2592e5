import assert from "node:assert/strict";
import { join, relative } from "node:path";

const PROJECT = join(import.meta.dirname!, "..");

/** Which rooms a room may import; the rooms of tools/ may import all of lib/. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "lib/options.ts": [],
  "lib/download": [],
  "lib/evaluation": [],
  "lib/tokenizer": [],
  "lib/views": [],
  "lib/engine": ["lib/download", "lib/options.ts"],
  "lib/ops": ["lib/engine"],
  "lib/model": ["lib/engine", "lib/ops"],
  "lib/batches": ["lib/engine", "lib/model", "lib/tokenizer"],
  "lib/datasets": ["lib/download", "lib/engine"],
  "lib/checkpoint": [
    "lib/download",
    "lib/engine",
    "lib/model",
    "lib/options.ts",
    "lib/tokenizer",
  ],
  "lib/inference": [
    "lib/batches",
    "lib/checkpoint",
    "lib/engine",
    "lib/evaluation",
    "lib/model",
    "lib/options.ts",
    "lib/tokenizer",
  ],
  "lib/training": [
    "lib/batches",
    "lib/checkpoint",
    "lib/engine",
    "lib/evaluation",
    "lib/inference",
    "lib/model",
    "lib/ops",
    "lib/options.ts",
  ],
  "lib/interpretation": [
    "lib/batches",
    "lib/checkpoint",
    "lib/engine",
    "lib/evaluation",
    "lib/inference",
    "lib/model",
    "lib/options.ts",
    "lib/tokenizer",
    "lib/training",
  ],
  "notebooks/support": ["lib"],
  "tools/shell": ["lib"],
  "tools/jupyter": ["lib"],
  "tools/tokenizers": ["lib"],
  "tools/trials": ["lib"],
  "tools/bench": [
    "lib",
    "notebooks/support",
    "tools/jupyter",
    "tools/shell",
    "tools/trials",
  ],
  "tools/race": ["lib", "notebooks/support", "tools/shell", "tools/trials"],
  "tools/sweep": ["lib", "notebooks/support", "tools/shell", "tools/trials"],
  // The commands' own files stand above all.
  tools: ["lib", "notebooks/support", "tools"],
};

/** Rooms that work on plain arrays. */
const WITHOUT_TENSORS = [
  "lib/options.ts",
  "lib/download",
  "lib/tokenizer",
  "lib/evaluation",
  "lib/views",
];

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
  for (const folder of ["lib", "tools", "notebooks/support"]) {
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

/** `lib/ops` of `lib/ops/linear.ts`, `tools` of `tools/main.ts`. */
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
