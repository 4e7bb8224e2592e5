/**
 * The shared library of TensorFlow: from a folder that the user names, the cache, an
 * installed TensorFlow, or the Python package index.
 *
 * @module
 */

import { join } from "node:path";
import { ProvisionError, type ProvisionOptions } from "../../download/asset.ts";
import { ensureAsset, findAsset } from "../../download/ensure_asset.ts";
import { tensorflowFor } from "./wheels.ts";

/** A library and where it was found, in words. */
export type Library = { path: string; origin: string };

/** The library under the names that TensorFlow's distributions give it. */
const FILES = [
  "libtensorflow_cc.so.2",
  "libtensorflow.so.2",
  "libtensorflow_cc.2.dylib",
  "libtensorflow.2.dylib",
  "tensorflow.dll",
];

/**
 * Finds the library, and fetches it if need be. Only if the pinned one cannot be had, an
 * installed TensorFlow is taken, which nobody has compared with anything.
 *
 * @param options The cache, and how to report progress.
 * @returns The library.
 * @throws {RangeError} If it is not in the folder that the user names, if another user
 * can change what is in the cache, or if this machine is one for which no verified
 * library is known and none is installed.
 * @throws {ProvisionError} If it cannot be fetched and none is installed.
 */
export async function provideLibrary(
  options: ProvisionOptions = {},
): Promise<Library> {
  const named = Deno.env.get("BERTBOOK_TENSORFLOW");
  if (named) return await libraryNamed(named);
  let failure: Error;
  const asset = tensorflowFor();
  if (asset !== undefined) {
    try {
      const cached = await findAsset(asset, options);
      const folder = cached ?? await ensureAsset(asset, options);
      const origin = cached ? "from the cache" : "downloaded";
      return { path: join(folder, Object.keys(asset.files)[0]!), origin };
    } catch (error) {
      if (!(error instanceof ProvisionError)) throw error;
      failure = error;
    }
  } else {
    failure = new RangeError(
      `Cannot fetch TensorFlow: this machine must be one with Linux, or a Mac with ` +
        `an Apple processor; found ` +
        `${Deno.build.os} on ${Deno.build.arch}; install TensorFlow 2 for Python, ` +
        `or name the folder of its library in BERTBOOK_TENSORFLOW`,
    );
  }
  const installed = await installedFolder();
  const path = installed && await libraryIn(installed);
  if (path) return { path, origin: "installed with Python" };
  throw failure;
}

async function libraryNamed(folder: string): Promise<Library> {
  const path = await libraryIn(folder);
  if (path) return { path, origin: "named in BERTBOOK_TENSORFLOW" };
  throw new RangeError(
    `Cannot find TensorFlow: BERTBOOK_TENSORFLOW must name the folder of ` +
      `${FILES.slice(0, 2).join(" or ")}; found none in "${folder}"`,
  );
}

/** Looks in a folder, and in its `lib`, as the official C archive unpacks. */
async function libraryIn(folder: string): Promise<string | undefined> {
  for (const name of FILES.flatMap((file) => [file, join("lib", file)])) {
    const path = join(folder, name);
    try {
      if ((await Deno.stat(path)).isFile) return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Prints where Python would import TensorFlow from, without importing it. */
const LOOK = `import importlib.util as u
spec = u.find_spec("tensorflow")
print(spec.submodule_search_locations[0] if spec else "")`;

/**
 * The folder of a TensorFlow that is installed for `python3`. Isolated (`-I`), Python
 * does not look in the working directory, where anybody's code may lie.
 */
async function installedFolder(): Promise<string | undefined> {
  try {
    const python = new Deno.Command("python3", {
      args: ["-I", "-c", LOOK],
      stderr: "null",
    });
    const { success, stdout } = await python.output();
    const folder = new TextDecoder().decode(stdout).trim();
    return success && folder ? folder : undefined;
  } catch {
    return undefined; // no Python, or no permission to run it
  }
}
