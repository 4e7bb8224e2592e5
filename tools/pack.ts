/**
 * `deno task pack`: the package for Node, as a tarball that `npm install` takes.
 *
 * `deno pack` translates TypeScript to JavaScript with declarations. Four things are
 * changed after it:
 *
 * - `using` is lowered to ES2022, which Node 22 runs.
 * - The files and processes that `Deno` stands for come from `@deno/shim-deno`.
 * - tfjs-node-gpu is no dependency: its install script downloads a library that Node
 *   cannot use here, because TensorFlow is called through Deno's FFI. In Node the
 *   engine is WebAssembly.
 * - Versions are exact, as in deno.json: `deno pack` writes `^`.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { join, relative, resolve } from "node:path";

const PROJECT = join(import.meta.dirname!, "..");

/** What is not in deno.json, as Deno needs neither. */
const SHIM = { name: "@deno/shim-deno", version: "0.19.2" };
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
    await writePackageJson(join(folder, "package.json"));
    await run(work, "tar", "-czf", resolve(tarball), "package");
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Imports `Deno` if a script mentions it; says whether the script needs lowering. */
async function adapt(file: string, folder: string): Promise<boolean> {
  const text = await Deno.readTextFile(file);
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "");
  if (/\bDeno\./.test(code)) {
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

async function writePackageJson(file: string): Promise<void> {
  const json = JSON.parse(await Deno.readTextFile(file));
  const dependencies = Object.entries(json.dependencies as object)
    .filter(([name]) => name !== "@tensorflow/tfjs-node-gpu")
    .map(([name, version]) => [name, String(version).replace("^", "")]);
  json.dependencies = {
    ...Object.fromEntries(dependencies),
    [SHIM.name]: SHIM.version,
  };
  json.engines = { node: ">=22" };
  await Deno.writeTextFile(file, JSON.stringify(json, null, 2) + "\n");
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

if (import.meta.main) {
  const [tarball = "bertbook.tgz"] = Deno.args;
  await packForNode(tarball);
  console.log(`${tarball}: npm install ${tarball}`);
}
