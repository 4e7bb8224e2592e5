/**
 * `deno task pack`: the package for Node, as a tarball that `npm install` takes.
 *
 * `deno pack` translates TypeScript to JavaScript with declarations. Four things are
 * changed after it:
 *
 * - `using` is lowered to ES2022, which Node 22 runs.
 * - The files and processes that `Deno` stands for come from `pack_deno.js`.
 * - tfjs-node-gpu is no dependency: its install script downloads a library that Node
 *   cannot use here, because TensorFlow is called through Deno's FFI. In Node the
 *   engine is WebAssembly.
 * - Versions are exact, as in deno.json: `deno pack` writes `^`, or none at all.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { join, relative, resolve } from "node:path";

const PROJECT = join(import.meta.dirname!, "..");

/** The compiler that lowers, and checks in the test. */
export const TYPESCRIPT = "typescript@5.9.3";

/**
 * Builds the package.
 *
 * @param tarball The file to write.
 */
export async function packForNode(tarball: string): Promise<void> {
  const work = await Deno.makeTempDir({ prefix: "bertbook-pack-" });
  try {
    await run(
      PROJECT,
      Deno.execPath(),
      "pack",
      "--quiet",
      "--allow-dirty",
      "--no-source-maps",
      `--output=${join(work, "packed.tgz")}`,
    );
    await run(work, "tar", "-xzf", "packed.tgz");
    const folder = join(work, "package");
    const scripts: string[] = [];
    for await (const file of files(folder)) {
      if (file.endsWith(".ts") && !file.endsWith(".d.ts")) {
        await Deno.remove(file);
      }
      if (file.endsWith(".js") && await adapt(file, folder)) scripts.push(file);
    }
    await lower(folder, scripts);
    await Deno.copyFile(
      join(import.meta.dirname!, "pack_deno.js"),
      join(folder, "deno.js"),
    );
    await writePackageJson(folder);
    await run(work, "tar", "-czf", resolve(tarball), "package");
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Imports `Deno` if a script mentions it; says whether the script needs lowering. */
async function adapt(file: string, folder: string): Promise<boolean> {
  const text = await Deno.readTextFile(file);
  const code = withoutComments(text);
  // The files that bind TensorFlow refuse to start where there is no Deno.
  const bindsTensorFlow = file.includes(join("lib", "engine", "tensorflow"));
  if (/\bDeno\./.test(code) && !bindsTensorFlow) {
    const path = relative(join(file, ".."), join(folder, "deno.js"))
      .replaceAll("\\", "/");
    const specifier = path.startsWith(".") ? path : `./${path}`;
    const line = `import { Deno } from "${specifier}";\n`;
    await Deno.writeTextFile(file, line + text);
  }
  return /\busing \w+ =/.test(code);
}

/** Lets TypeScript lower scripts in place. */
async function lower(folder: string, scripts: string[]): Promise<void> {
  const options = ["--allowJs", "--noResolve", "--noCheck", "--rootDir", "."];
  await run(
    folder,
    "npx",
    ...["--yes", "--package", TYPESCRIPT, "tsc", "--outDir", "lowered"],
    ...["--target", "es2022", "--module", "esnext", ...options],
    ...scripts.map((file) => relative(folder, file)),
  );
  for (const file of scripts) {
    const path = relative(folder, file);
    await Deno.rename(join(folder, "lowered", path), file);
  }
  await Deno.remove(join(folder, "lowered"), { recursive: true });
}

/** Completes package.json; the versions are those of deno.json. */
async function writePackageJson(folder: string): Promise<void> {
  const { imports } = JSON.parse(
    await Deno.readTextFile(join(PROJECT, "deno.json")),
  );
  const file = join(folder, "package.json");
  const json = JSON.parse(await Deno.readTextFile(file));
  json.dependencies = {};
  for (const name of await packagesIn(folder)) {
    if (name === "@tensorflow/tfjs-node-gpu") continue;
    json.dependencies[name] ??= String(imports[name]).split("@").at(-1);
  }
  json.engines = { node: ">=22" };
  await Deno.writeTextFile(file, JSON.stringify(json, null, 2) + "\n");
}

/** The names of the packages that scripts and declarations import. */
async function packagesIn(folder: string): Promise<string[]> {
  const names = new Set<string>();
  const imports = /\b(?:from|import)\b\s*\(?\s*"((?:@[^/"]+\/)?[\w-]+)[^":]*"/g;
  for await (const file of files(folder)) {
    if (!/\.(js|d\.ts)$/.test(file)) continue;
    const code = withoutComments(await Deno.readTextFile(file));
    for (const [, name] of code.matchAll(imports)) names.add(name!);
  }
  return [...names].sort();
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

async function* files(folder: string): AsyncGenerator<string> {
  for (
    const { name, isDirectory } of await Array.fromAsync(Deno.readDir(folder))
  ) {
    const path = join(folder, name);
    if (isDirectory) yield* files(path);
    else yield path;
  }
}

async function run(
  folder: string,
  command: string,
  ...args: string[]
): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd: folder,
    stdin: "null",
  }).output();
  if (success) return;
  const decoder = new TextDecoder();
  throw new Error(
    `Cannot pack: ${command} must succeed; found ` +
      decoder.decode(stdout) + decoder.decode(stderr),
  );
}

/** Runs `deno task pack`. */
export async function pack(tarball: string): Promise<number> {
  await packForNode(tarball);
  console.log(`${tarball}: npm install ${tarball}`);
  return 0;
}
