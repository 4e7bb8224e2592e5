import { provideLibrary } from "bertbook/engine/tensorflow/library.ts";
import { tensorflowFor } from "bertbook/engine/tensorflow/wheels.ts";
import assert from "node:assert/strict";
import { join } from "node:path";

/** Runs with BERTBOOK_TENSORFLOW naming a new folder that holds `files`. */
async function inFolder(
  files: string[],
  run: (folder: string) => Promise<void>,
): Promise<void> {
  const before = Deno.env.get("BERTBOOK_TENSORFLOW");
  const folder = await Deno.makeTempDir();
  for (const file of files) {
    await Deno.mkdir(join(folder, file, ".."), { recursive: true });
    await Deno.writeTextFile(join(folder, file), "");
  }
  Deno.env.set("BERTBOOK_TENSORFLOW", folder);
  try {
    await run(folder);
  } finally {
    if (before === undefined) Deno.env.delete("BERTBOOK_TENSORFLOW");
    else Deno.env.set("BERTBOOK_TENSORFLOW", before);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a folder that the user names comes first", async () => {
  for (
    const file of [
      "libtensorflow_cc.so.2",
      "lib/libtensorflow.so.2",
      "libtensorflow_cc.2.dylib",
      "lib/tensorflow.dll",
    ]
  ) {
    await inFolder([file], async (folder) => {
      assert.deepEqual(await provideLibrary({ offline: true }), {
        path: join(folder, file),
        origin: "named in BERTBOOK_TENSORFLOW",
      });
    });
  }
});

Deno.test("a named folder without the library is an error, not a detour", async () => {
  await inFolder(["readme.txt"], async (folder) => {
    await assert.rejects(provideLibrary({ offline: true }), {
      name: "RangeError",
      message:
        `Cannot find TensorFlow: BERTBOOK_TENSORFLOW must name the folder ` +
        `of libtensorflow_cc.so.2 or libtensorflow.so.2; found none in "${folder}"`,
    });
  });
});

Deno.test("a library that is none of TensorFlow's is refused with its name", async () => {
  const { openTensorFlow } = await import(
    "bertbook/engine/tensorflow/c_api.ts"
  );
  await inFolder(["libtensorflow_cc.so.2"], (folder) => {
    const path = join(folder, "libtensorflow_cc.so.2");
    assert.throws(() => openTensorFlow(path), {
      name: "TypeError",
      message: new RegExp(
        `^Cannot open "libtensorflow_cc.so.2": TensorFlow must be 2.4 or newer`,
      ),
    });
    return Promise.resolve();
  });
});

/** Runs without BERTBOOK_TENSORFLOW in a folder that is the cache. */
async function inCache(run: (home: string) => Promise<void>): Promise<void> {
  await inFolder([], async (home) => {
    Deno.env.delete("BERTBOOK_TENSORFLOW");
    await run(home);
  });
}

const TENSORFLOW = tensorflowFor({ os: "linux", arch: "x86_64" })!;

const isPinned = Deno.build.os === "linux" && Deno.build.arch === "x86_64";

Deno.test({
  name: "fault 68: the library of a cache that others can write is not opened",
  ignore: !isPinned,
  fn: () =>
    inCache(async (home) => {
      const folder = join(home, ...TENSORFLOW.folder.split("/"));
      await Deno.mkdir(folder, { recursive: true });
      await Deno.chmod(folder, 0o777);
      await assert.rejects(provideLibrary({ home, offline: true }), {
        name: "RangeError",
        message: new RegExp(
          `nobody else may write to "${folder}"; found mode 777`,
        ),
      });
    }),
});

Deno.test({
  name:
    "fault 75: a library that is not the pinned one is not opened, and named",
  ignore: !isPinned,
  fn: () =>
    inCache(async (home) => {
      const folder = join(home, ...TENSORFLOW.folder.split("/"));
      await Deno.mkdir(folder, { recursive: true });
      for (const [file, { bytes }] of Object.entries(TENSORFLOW.files)) {
        await Deno.writeTextFile(join(folder, file), "");
        if (file.includes("framework")) {
          await Deno.truncate(join(folder, file), bytes);
        }
      }
      await withPath("", () =>
        assert.rejects(provideLibrary({ home, offline: true }), {
          name: "ProvisionError",
          message:
            /libtensorflow_cc.so.2": its size must be 788086608 .* 0, .*framework.so.2": its sha256 must be f060/,
        }));
    }),
});

async function withPath(path: string, run: () => Promise<void>): Promise<void> {
  const before = Deno.env.get("PATH")!;
  Deno.env.set("PATH", path);
  try {
    await run();
  } finally {
    Deno.env.set("PATH", before);
  }
}

Deno.test({
  name:
    "fault 69: nothing in the working directory is taken for an installed TensorFlow",
  ignore: !isPinned,
  fn: () =>
    inCache(async (home) => {
      const before = Deno.cwd();
      const folder = join(home, "notebooks");
      await Deno.mkdir(join(folder, "tensorflow"), { recursive: true });
      const library = join(folder, "tensorflow", "libtensorflow_cc.so.2");
      await Deno.writeTextFile(library, "");
      await Deno.writeTextFile(join(folder, "tensorflow", "__init__.py"), "");
      Deno.chdir(folder);
      try {
        const found = await provideLibrary({ home, offline: true })
          .catch((error) => error);
        assert.notEqual(found.path, library);
      } finally {
        Deno.chdir(before);
      }
    }),
});

Deno.test({
  name:
    "fault 69: an installed TensorFlow is taken only if the pinned one cannot be had",
  ignore: !isPinned,
  fn: () =>
    inCache(async (home) => {
      const library = join(home, "site", "libtensorflow_cc.so.2");
      await Deno.mkdir(join(home, "site"));
      await Deno.writeTextFile(library, "");
      // This python also is the pip that is asked first, and fails.
      const python = `#!/bin/sh
echo "$1" >> "${home}/asked"
[ "$1" = -I ] && { echo "${home}/site"; exit 0; }
echo "error: there is no network to get it from" >&2; exit 1
`;
      const options = { mode: 0o755 };
      await Deno.writeTextFile(join(home, "python3"), python, options);
      await withPath(home, async () => {
        assert.deepEqual(await provideLibrary({ home, offline: false }), {
          path: library,
          origin: "installed with Python",
        });
      });
      const asked = await Deno.readTextFile(join(home, "asked"));
      assert.deepEqual(asked, "-m\n-I\n");
    }),
});

Deno.test("every platform's library has members of its wheel and digests", () => {
  for (const os of ["linux", "darwin", "windows"] as const) {
    for (const arch of ["x86_64", "aarch64"] as const) {
      const asset = tensorflowFor({ os, arch });
      if (asset === undefined) continue;
      const [first, framework] = Object.keys(asset.files);
      assert.match(first!, /^libtensorflow_cc\./); // the one that is opened
      assert.match(framework!, /^libtensorflow_framework\./);
      assert.deepEqual(
        Object.keys(asset.sources[0]!.members ?? {}),
        [first, framework],
      );
      for (const { sha256, bytes } of Object.values(asset.files)) {
        assert.match(sha256, /^[0-9a-f]{64}$/);
        assert.ok(bytes > 0);
      }
    }
  }
  const folders = (["x86_64", "aarch64"] as const)
    .map((arch) => tensorflowFor({ os: "linux", arch })?.folder);
  assert.deepEqual(folders, [
    "tensorflow/2.21.0-cpu-linux-x64",
    "tensorflow/2.21.0-cpu-linux-arm64",
  ]);
});
