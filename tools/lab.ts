/** `deno task lab`: a static web page that fine-tunes BERT in the browser. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { basename, extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ALL_MINI_LM, ensureModel } from "../lib/checkpoint/catalogue.ts";
import { measureFile } from "../lib/download/checksum.ts";
import { bundle } from "../lib/page/bundle.ts";
import { MODEL_FILES, type ModelList } from "./lab/models.ts";
import { listen } from "./shell/listen.ts";
import { UsageError } from "./shell/option_values.ts";
import { openOutFolder } from "./shell/out_folder.ts";
import { pathFromHere, PROJECT } from "./shell/project.ts";

const SOURCES = join(PROJECT, "tools", "lab");
/** Weights in several files, and their index. */
const SHARD = /^model-[\w-]+\.safetensors$|^model\.safetensors\.index\.json$/;
/** Without these two, a browser gives the page one thread. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** The options of the command. */
export type LabCommand = {
  readonly models: readonly string[];
  readonly out: string;
  readonly port?: number;
};

/** Runs the command. */
export async function lab({ models, out, port }: LabCommand): Promise<number> {
  const folder = resolve(out);
  {
    using results = await openOutFolder(folder);
    await buildLab(results.unfinished, models);
    await results.finish();
  }
  console.log(`Page: ${pathFromHere(folder)}, for any server of static files`);
  if (port === undefined) return 0;
  const server = await serveLab(folder, port);
  console.log(`Preview: http://127.0.0.1:${server.addr.port}/ until Ctrl+C`);
  await server.finished;
  return 0;
}

/**
 * Writes the page and all that it needs.
 *
 * @param folder An empty folder.
 * @param models Names or folders of the models that come with the page.
 * @throws {UsageError} If two models have the same name.
 */
export async function buildLab(
  folder: string,
  models: readonly string[],
): Promise<void> {
  const sources = new Map<string, string>();
  for (const model of models) {
    const source = resolve(await ensureModel(model));
    const name = basename(source);
    if (sources.has(name)) {
      throw new UsageError(
        `Cannot build the page: each model must have another name; found two with ` +
          `the name "${name}"; copy one into a folder of another name`,
      );
    }
    sources.set(name, source);
  }
  for (
    const [source, file] of [["lab.ts", "lab.js"], ["worker.ts", "worker.js"]]
  ) {
    const script = await bundle(join(SOURCES, source!));
    await Deno.writeTextFile(join(folder, file!), script);
  }
  await Deno.copyFile(join(SOURCES, "lab.css"), join(folder, "lab.css"));
  await Deno.copyFile(join(SOURCES, "page.html"), join(folder, "index.html"));
  await Deno.writeTextFile(
    join(folder, "_headers"),
    headersFile(await headers()),
  );
  await Deno.mkdir(join(folder, "wasm"));
  const backend = new URL(
    "./",
    import.meta.resolve("@tensorflow/tfjs-backend-wasm"),
  );
  for await (const { name } of Deno.readDir(backend)) {
    if (!name.endsWith(".wasm")) continue;
    const binary = fileURLToPath(new URL(name, backend));
    await Deno.copyFile(binary, join(folder, "wasm", name));
  }
  const embedded = [];
  for (const [name, source] of sources) {
    await Deno.mkdir(join(folder, "models", name), { recursive: true });
    const files: Record<string, string> = {};
    for await (const { name: file } of Deno.readDir(source)) {
      if (!Object.hasOwn(MODEL_FILES, file) && !SHARD.test(file)) continue;
      await Deno.copyFile(
        join(source, file),
        join(folder, "models", name, file),
      );
      files[file] = (await measureFile(join(source, file))).sha256;
    }
    embedded.push({ name, files });
  }
  const published = Object.entries(ALL_MINI_LM.asset.files)
    .map(([file, { sha256 }]) => [file, sha256]);
  const list: ModelList = {
    embedded,
    hub: {
      [`sentence-transformers/${ALL_MINI_LM.name}`]: Object.fromEntries(
        published,
      ),
    },
  };
  await Deno.writeTextFile(join(folder, "models.json"), JSON.stringify(list));
}

/** The page's own policy, which holds for its worker only as a header. */
async function headers(): Promise<Record<string, string>> {
  const page = await Deno.readTextFile(join(SOURCES, "page.html"));
  const [, policy] = /content="(default-src[^"]+)"/.exec(page)!;
  return { "Content-Security-Policy": policy!, ...ISOLATION };
}

/** In the format that Netlify and Cloudflare Pages read. */
function headersFile(given: Record<string, string>): string {
  const lines = Object.entries(given).map(([name, value]) =>
    `  ${name}: ${value}\n`
  );
  return `/*\n${lines.join("")}`;
}

/**
 * Serves the folder to this machine, with all headers.
 *
 * @param folder From {@linkcode buildLab}.
 * @param port 0 for any that is free.
 * @throws {UsageError} If another program has the port.
 */
export async function serveLab(
  folder: string,
  port: number,
): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const all = await headers();
  return listen(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    async ({ url }) => {
      try {
        // A URL has no "..", and an escaped one is taken out here.
        const path = normalize(decodeURIComponent(new URL(url).pathname));
        const file = join(folder, path.endsWith("/") ? "index.html" : path);
        const type = TYPES[extname(file)] ?? "application/octet-stream";
        const { readable } = await Deno.open(file);
        return new Response(readable, {
          headers: { ...all, "content-type": type },
        });
      } catch {
        return new Response("Not found", { status: 404, headers: all });
      }
    },
  );
}
