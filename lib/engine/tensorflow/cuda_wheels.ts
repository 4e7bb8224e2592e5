/**
 * CUDA wheels: TensorFlow's build for NVIDIA's cards and the libraries of CUDA that it
 * opens, as `pip install tensorflow[and-cuda]` gets them, pinned.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import type { Asset, ProvisionOptions } from "../../download/asset.ts";
import { ensureAsset } from "../../download/ensure_asset.ts";

/**
 * Each wheel: requirement, platform as pip names it, bytes, sha256; and its files: member,
 * bytes, sha256. The first file is the one that is opened, after the wheels that it needs. TensorFlow opens no others to
 * compute: cupti, nvcc, nvrtc and curand are for profilers, compilers and random numbers.
 */
const WHEELS = `
nvidia-cuda-runtime-cu12==12.9.79 manylinux2014_x86_64 3493179 25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3
  nvidia/cuda_runtime/lib/libcudart.so.12 741088 256e6409e4f06f618e1fb53d4844a6b81cdded1013afa8ade40c22f99eb133b7
nvidia-nvjitlink-cu12==12.9.86 manylinux2010_x86_64 39748338 e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9
  nvidia/nvjitlink/lib/libnvJitLink.so.12 95935344 02d3acb5fe598dd20f0fca3cc03734ad164037a22747a01900561a42d0b8448f
nvidia-cublas-cu12==12.9.3.13 manylinux_2_27_x86_64 581217458 d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72
  nvidia/cublas/lib/libcublas.so.12 105140976 9b6997d8ac06badb59b90fd08cb89b1f807576306f6b0d762f3e72000b69d260
  nvidia/cublas/lib/libcublasLt.so.12 749169616 fbbf5c66fcc42c4eb6e56a7cb40be3936edbf0d08e757761e95c84afb9606cb6
nvidia-cudnn-cu12==9.28.0.42 manylinux_2_27_x86_64 716538495 9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375
  nvidia/cudnn/lib/libcudnn.so.9 137432 727cf38cefa39f745dee3caa207395163a86e8fafdb47e3af6d185fdd67858d4
  nvidia/cudnn/lib/libcudnn_adv.so.9 232904280 d7a4f6de7c83eb39506d424cf8f1a6f3715faeee2320f2cc03498c9dcc10283b
  nvidia/cudnn/lib/libcudnn_cnn.so.9 4203992 5bccc296c64d21ef9326c70ccdcf01b149122dd242ec80a2d3bdc2a4389879ad
  nvidia/cudnn/lib/libcudnn_engines_precompiled.so.9 559964512 9a9bbe2c9d4be6c324760199f667fa84a2a9a2d66820b8ca55844b9da235e837
  nvidia/cudnn/lib/libcudnn_engines_runtime_compiled.so.9 48269792 8b49b082768bda0ac9f2465c235331e727682f92139ad41f15276b81f20f0f96
  nvidia/cudnn/lib/libcudnn_ext.so.9 10492448 7614a9e626eeeacbcfc8aa6633700e3cd4321e18497447825172d2d21f0b0e6f
  nvidia/cudnn/lib/libcudnn_graph.so.9 115563344 d56ec4d0cc21836e0138e4e75dcf6a1e589687675e9d6da0d006936ef7169078
  nvidia/cudnn/lib/libcudnn_heuristic.so.9 96473944 ab31bec932bc0b37431dfed946ec4c373441e0d5a62ad477e6cd19fc805e7577
  nvidia/cudnn/lib/libcudnn_ops.so.9 92284600 fbc82ffd752ec10601b2001226dee311b7ddd034c93a30c3536f2bbd19361b0c
nvidia-cufft-cu12==11.4.1.4 manylinux2014_x86_64 200877592 c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28
  nvidia/cufft/lib/libcufft.so.11 291507928 e1d65ebd08895f9d9883f848f3974f89e0130416252477b18835ba7f15d159bc
nvidia-cusparse-cu12==12.5.10.65 manylinux2014_x86_64 366465088 73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78
  nvidia/cusparse/lib/libcusparse.so.12 486556368 6d85ab1acdabfe3b5a54aa76bc948c719bcd03e07eede3eb8122b083c1a6ecf7
nvidia-cusolver-cu12==11.7.5.82 manylinux_2_27_x86_64 338117415 15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88
  nvidia/cusolver/lib/libcusolver.so.11 302024152 30a1fe2fe22dad7141afaa2878fb6e9d7360b016e164d2153e1f31a46f2a9833
nvidia-nccl-cu12==2.32.3 manylinux_2_27_x86_64 351526311 bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c
  nvidia/nccl/lib/libnccl.so.2 473614536 a23d2e3e47ad7f8987ac73eb04a373d6d40cfbb3a7a5bf41a9e0e8434817559b
tensorflow==2.21.0 manylinux_2_27_x86_64 572440367 9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124
  tensorflow/libtensorflow_cc.so.2 1096372272 2889ecc99d7641620f41a4bea538f4dd4b626f75aa3e12623161ae939054191c
  tensorflow/libtensorflow_framework.so.2 162648808 98847c6f0448308159f6d3ff55e13a9e92978598c7fbb34cde63aadf35c6fe84
`;

/**
 * The folder of all files. TensorFlow looks for `../nvidia/…/lib` beside its own, and the
 * libraries of CUDA look for each other in the same way.
 */
const FOLDER = "tensorflow/2.21.0-cuda-linux-x64";

/** The licence of each wheel whose name does not begin with this is Apache's. */
const NVIDIA = "nvidia-";

/**
 * Reads the table of wheels.
 *
 * @returns An asset for each wheel, in the order in which they are to be loaded.
 */
export function cudaAssets(): Asset[] {
  const wheels = WHEELS.trim().split(/\n(?! )/);
  return wheels.map((wheel) => {
    const [archive, ...files] = wheel.split("\n").map((line) =>
      line.trim().split(" ")
    );
    const [requirement, platform, bytes, sha256] = archive!;
    const name = requirement!.startsWith(NVIDIA)
      ? requirement!
      : "TensorFlow for CUDA";
    return {
      name,
      folder: `${FOLDER}/${dirname(files[0]![0]!)}`,
      licence: requirement!.startsWith(NVIDIA)
        ? "NVIDIA's terms for CUDA, in the wheel"
        : "Apache-2.0",
      validFor: 86_400_000,
      files: Object.fromEntries(
        files.map(([member, bytes, sha256]) => [
          basename(member!),
          { bytes: Number(bytes), sha256: sha256! },
        ]),
      ),
      sources: [{
        kind: "pip",
        requirement: requirement!,
        pythonVersion: "3.11",
        implementation: "cp",
        platform: platform!,
        archive: { bytes: Number(bytes), sha256: sha256! },
        members: Object.fromEntries(
          files.map(([member]) => [basename(member!), member!]),
        ),
      }],
    };
  });
}

/** The files of TensorFlow for CUDA. */
export type CudaFiles = {
  /** TensorFlow's library. */
  readonly path: string;
  /** Where they were found, in words. */
  readonly origin: string;
  /** The libraries that it opens by their names, in the order in which to load them. */
  readonly libraries: readonly string[];
};

/**
 * Makes sure that all files are in the cache.
 *
 * @param options The cache, and how to report progress.
 * @param assets Default: all of {@linkcode cudaAssets}.
 * @returns Their paths.
 * @throws {ProvisionError} If one cannot be fetched.
 * @throws {RangeError} If another user can change what is in the cache.
 */
export async function provideCuda(
  options: ProvisionOptions = {},
  assets: readonly Asset[] = cudaAssets(),
): Promise<CudaFiles> {
  const paths: string[] = [];
  for (const asset of assets) {
    const folder = await ensureAsset(asset, options);
    paths.push(join(folder, Object.keys(asset.files)[0]!));
  }
  const [path, origin] = [paths.at(-1)!, "from the cache"];
  return { path, origin, libraries: paths.slice(0, -1) };
}
