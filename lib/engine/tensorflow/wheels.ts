/** TensorFlow's wheels: the files that hold all of its C API, pinned for each platform. @module */

import type { Asset, FileFact } from "../../download/asset.ts";

/** The release that is pinned. */
export const VERSION = "2.21.0";

/** A wheel of the Python package index. */
type Wheel = {
  readonly package: string;
  /** The platform as pip names it. */
  readonly tag: string;
  readonly archive: FileFact;
  /** By their names; all lie in the wheel's folder `tensorflow`. */
  readonly files: Readonly<Record<string, FileFact>>;
};

/**
 * By the names that Deno gives to system and processor. Windows has none: its library
 * cannot be loaded without that of Python 3.11.
 */
const WHEELS: Readonly<Record<string, Wheel>> = {
  "linux-x64": {
    package: "tensorflow-cpu",
    tag: "manylinux_2_27_x86_64",
    archive: {
      sha256:
        "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
      bytes: 273_829_956,
    },
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
  },
  "linux-arm64": {
    package: "tensorflow",
    tag: "manylinux_2_27_aarch64",
    archive: {
      sha256:
        "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c",
      bytes: 281_828_020,
    },
    files: {
      "libtensorflow_cc.so.2": {
        sha256:
          "5f7de6ba6478ed7b83767a6e661e3e6e6931b05c64db14ba98250e52316a007c",
        bytes: 814_885_544,
      },
      "libtensorflow_framework.so.2": {
        sha256:
          "deade33b9ab90ff468fd1d1f8f6079bec5a3a507cf2d13c3218aa8beec28aeb3",
        bytes: 68_176_664,
      },
    },
  },
  "darwin-arm64": {
    package: "tensorflow",
    tag: "macosx_12_0_arm64",
    archive: {
      sha256:
        "51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88",
      bytes: 223_405_849,
    },
    files: {
      "libtensorflow_cc.2.dylib": {
        sha256:
          "753272d059c7be51f64369aaa8e12ac514ce372e0c4ba66f3cc49ec3b1c33384",
        bytes: 691_352_648,
      },
      "libtensorflow_framework.2.dylib": {
        sha256:
          "e581d6db9e26f13e49327427e5d304cecbfe45d3467db7700e058857a4fd76bb",
        bytes: 49_452_976,
      },
    },
  },
};

/**
 * The pinned library of a platform.
 *
 * @param platform System and processor, as Deno names them; default those that run this.
 * @returns What to fetch; undefined if there is no library that can be loaded there.
 */
export function tensorflowFor(
  { os, arch }: Pick<typeof Deno.build, "os" | "arch"> = Deno.build,
): Asset | undefined {
  const platform = `${os}-${arch === "x86_64" ? "x64" : "arm64"}`;
  const wheel = WHEELS[platform];
  if (wheel === undefined) return undefined;
  const { tag, archive, files } = wheel;
  const members = Object.keys(files).map((file) =>
    [file, `tensorflow/${file}`] as const
  );
  return {
    name: `TensorFlow ${VERSION} for CPUs`,
    folder: `tensorflow/${VERSION}-cpu-${platform}`,
    licence: "Apache-2.0",
    validFor: 86_400_000, // to hash 853 MB takes a second or two
    files,
    sources: [{
      kind: "pip",
      requirement: `${wheel.package}==${VERSION}`,
      pythonVersion: "3.11",
      implementation: "cp",
      platform: tag,
      archive,
      members: Object.fromEntries(members),
    }],
  };
}
