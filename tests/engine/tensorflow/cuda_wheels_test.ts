import {
  cudaAssets,
  provideCuda,
} from "bertbook/engine/tensorflow/cuda_wheels.ts";
import { tensorflowFor } from "bertbook/engine/tensorflow/wheels.ts";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";

Deno.test("every wheel for CUDA has digests, and the folder in which TensorFlow looks", () => {
  const assets = cudaAssets();
  const digests = new Set<string>();
  for (const { files, folder, sources } of assets) {
    const [source] = sources;
    assert.ok(source?.kind === "pip");
    assert.match(
      source.requirement,
      /^(tensorflow|nvidia-[a-z]+(-[a-z]+)?-cu12)==[\d.]+$/,
    );
    assert.deepEqual(Object.keys(source.members), Object.keys(files));
    for (const [file, member] of Object.entries(source.members)) {
      assert.ok(`${folder}/${file}`.endsWith(`/${member}`), member);
    }
    for (const { bytes, sha256 } of [source.archive, ...Object.values(files)]) {
      assert.ok(bytes > 100_000);
      assert.match(sha256, /^[0-9a-f]{64}$/);
      digests.add(sha256);
    }
  }
  assert.equal(digests.size, 9 + 19); // wheels, files
  const folders = assets.map(({ folder }) =>
    folder.replace("tensorflow/2.21.0-cuda-linux-x64/", "")
  );
  assert.equal(folders.at(-1), "tensorflow");
  assert.ok(
    folders.indexOf("nvidia/nvjitlink/lib") <
      folders.indexOf("nvidia/cusparse/lib"),
  );
  assert.ok(
    folders.indexOf("nvidia/cusparse/lib") <
      folders.indexOf("nvidia/cusolver/lib"),
  );
  assert.equal(Object.keys(assets.at(-1)!.files)[0], "libtensorflow_cc.so.2");
  const cpu = tensorflowFor({ os: "linux", arch: "x86_64" })!;
  const release = cpu.folder.replace(/-cpu-.*/, "");
  assert.ok(assets[0]!.folder.startsWith(`${release}-cuda-`)); // the same release
});

Deno.test("the libraries lie where TensorFlow looks, in the order in which they are loaded", async () => {
  const home = await Deno.makeTempDir();
  try {
    const assets = cudaAssets().map((asset) => ({
      ...asset,
      files: Object.fromEntries(
        Object.keys(asset.files).map((file) => {
          const sha256 = createHash("sha256").update(file).digest("hex");
          return [file, { bytes: file.length, sha256 }];
        }),
      ),
    }));
    const first = assets[0]!;
    await assert.rejects(provideCuda({ home, offline: true }, assets), {
      name: "ProvisionError",
      message: /nvidia-cuda-runtime-cu12.*no "libcudart.so.12"/,
    });
    for (const { folder, files } of assets) {
      await Deno.mkdir(join(home, folder), { recursive: true });
      for (const file of Object.keys(files)) {
        await Deno.writeTextFile(join(home, folder, file), file);
      }
    }
    const { path, libraries } = await provideCuda(
      { home, offline: true },
      assets,
    );
    assert.ok(path.endsWith("tensorflow/libtensorflow_cc.so.2"));
    assert.deepEqual(
      libraries.map((library) => library.split("/").slice(-3).join("/")),
      [
        "cuda_runtime/lib/libcudart.so.12",
        "nvjitlink/lib/libnvJitLink.so.12",
        "cublas/lib/libcublas.so.12",
        "cudnn/lib/libcudnn.so.9",
        "cufft/lib/libcufft.so.11",
        "cusparse/lib/libcusparse.so.12",
        "cusolver/lib/libcusolver.so.11",
        "nccl/lib/libnccl.so.2",
      ],
    );
    await Deno.writeTextFile(
      join(home, first.folder, "libcudart.so.12"),
      "other",
    );
    await assert.rejects(provideCuda({ home, offline: true }, assets), {
      name: "ProvisionError",
      message: /libcudart.so.12": its size must be 15 .* 5/,
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
