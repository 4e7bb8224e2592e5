import {
  provideLibrary,
  TENSORFLOW,
} from "bertbook/engine/tensorflow/library.ts";
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

Deno.test("a library that is none of TensorFlow's is refused with its path", async () => {
  const { openTensorFlow } = await import(
    "bertbook/engine/tensorflow/c_api.ts"
  );
  await inFolder(["libtensorflow_cc.so.2"], (folder) => {
    const path = join(folder, "libtensorflow_cc.so.2");
    assert.throws(() => openTensorFlow(path), {
      name: "TypeError",
      message: new RegExp(
        `^Cannot open "${path}": TensorFlow must be 2.4 or newer`,
      ),
    });
    return Promise.resolve();
  });
});

Deno.test("every file to fetch has a member of the wheel and a digest", () => {
  for (const source of TENSORFLOW.sources) {
    assert.deepEqual(
      Object.keys(source.members ?? {}).sort(),
      Object.keys(TENSORFLOW.files).sort(),
    );
  }
  for (const { sha256, bytes } of Object.values(TENSORFLOW.files)) {
    assert.match(sha256, /^[0-9a-f]{64}$/);
    assert.ok(bytes > 0);
  }
});
