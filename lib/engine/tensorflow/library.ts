/**
 * The shared library of TensorFlow: from a folder that the user names, the cache, an
 * installed TensorFlow, or the Python package index.
 *
 * @module
 */

import { join } from "node:path";
import {
  type Asset,
  ProvisionError,
  type ProvisionOptions,
} from "../../download/asset.ts";
import { ensureAsset, findAsset } from "../../download/ensure_asset.ts";

/** A library and where it was found, in words. */
export type Library = { path: string; origin: string };

/** The two files of TensorFlow's wheel that hold all of its C API. */
export const TENSORFLOW: Asset = {
  name: "TensorFlow 2.21.0 for CPUs",
  folder: "tensorflow/2.21.0-cpu-linux-x64",
  licence: "Apache-2.0",
  validFor: 86_400_000, // to hash 853 MB takes a second or two
  files: {
    "libtensorflow_cc.so.2": {
      sha256:
        "6505a4b9657e62100c6bdacb683957a395cb047725042945aaa50e40a71e429e",
      bytes: 788_086_608,
    },
    "libtensorflow_framework.so.2": {
      sha256:
        "f060b323b26ef80add21b9df9428de3aeaf2843d772c5bb098745f7abff3709b",
      bytes: 65_222_328,
    },
  },
  sources: [{
    kind: "pip",
    requirement: "tensorflow-cpu==2.21.0",
    pythonVersion: "3.11",
    implementation: "cp",
    platform: "manylinux_2_27_x86_64",
    archive: {
      sha256:
        "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
      bytes: 273_829_956,
    },
    members: {
      "libtensorflow_cc.so.2": "tensorflow/libtensorflow_cc.so.2",
      "libtensorflow_framework.so.2": "tensorflow/libtensorflow_framework.so.2",
    },
  }],
};

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
  if (Deno.build.os === "linux" && Deno.build.arch === "x86_64") {
    try {
      const cached = await findAsset(TENSORFLOW, options);
      const folder = cached ?? await ensureAsset(TENSORFLOW, options);
      const origin = cached ? "from the cache" : "downloaded";
      return { path: join(folder, FILES[0]!), origin };
    } catch (error) {
      if (!(error instanceof ProvisionError)) throw error;
      failure = error;
    }
  } else {
    failure = new RangeError(
      `Cannot fetch TensorFlow: this machine must be Linux on x86_64; found ` +
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
