/**
 * `deno task stick FOLDER`: all that laptops without a network need, for a USB stick.
 *
 * For each platform there is an archive with the project, Deno, the npm packages as
 * Deno's cache has them, TensorFlow and the weights; a start script unpacks it to the
 * laptop's disk, as sticks are slow and know no links.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { dirname, join, resolve } from "node:path";
import { ALL_MINI_LM } from "../lib/checkpoint/catalogue.ts";
import { extractArchive } from "../lib/download/archives.ts";
import type { FileFact } from "../lib/download/asset.ts";
import { cacheFolder } from "../lib/download/cache.ts";
import { measureFile } from "../lib/download/checksum.ts";
import { ensureAsset } from "../lib/download/ensure_asset.ts";
import { tensorflowFor } from "../lib/engine/tensorflow/wheels.ts";
import { UsageError } from "./shell/option_values.ts";
import { pathFromHere, PROJECT } from "./shell/project.ts";
import { progressLines } from "./shell/provision.ts";

const DENO = "2.9.6";

/** A kind of laptop. */
type Platform = {
  /** As Deno names them. */
  readonly build: { os: typeof Deno.build.os; arch: typeof Deno.build.arch };
  /** As `deno install` names them. */
  readonly npm: { os: string; cpu: string };
  /** The npm package of Deno, what must hold for its archive, and its program's size. */
  readonly deno: {
    package: string;
    archive: FileFact;
    program: { bytes: number };
  };
  readonly script: string;
};

/** The platforms, by the names that the command takes. */
export const PLATFORMS: Readonly<Record<string, Platform>> = {
  "linux-x64": {
    build: { os: "linux", arch: "x86_64" },
    npm: { os: "linux", cpu: "x64" },
    deno: {
      package: "@deno/linux-x64-glibc",
      archive: {
        sha256:
          "a6596af07f3570b4f1ffa6783bfee9942aac14a719a601baa6bf5b71bf0105e2",
        bytes: 42_285_097,
      },
      program: { bytes: 95_600_728 },
    },
    script: "start-linux.sh",
  },
  "linux-arm64": {
    build: { os: "linux", arch: "aarch64" },
    npm: { os: "linux", cpu: "arm64" },
    deno: {
      package: "@deno/linux-arm64-glibc",
      archive: {
        sha256:
          "8e32a9c72c84c14f91fde26efbef0b5f347286f3c68b4b7d4b8040ae9e6f42ec",
        bytes: 40_997_166,
      },
      program: { bytes: 84_905_856 },
    },
    script: "start-linux.sh",
  },
  "mac-arm64": {
    build: { os: "darwin", arch: "aarch64" },
    npm: { os: "darwin", cpu: "arm64" },
    deno: {
      package: "@deno/darwin-arm64",
      archive: {
        sha256:
          "60321cf03244e275589f0d099575bfc739c72ff5aa6e9d19d47d8f0757c24bad",
        bytes: 39_597_481,
      },
      program: { bytes: 80_915_104 },
    },
    script: "start-mac.command",
  },
  "windows-x64": {
    build: { os: "windows", arch: "x86_64" },
    npm: { os: "win32", cpu: "x64" },
    deno: {
      package: "@deno/win32-x64",
      archive: {
        sha256:
          "559b622e642210e0f0af0e4581953a0a9679a21968a57b7dc8a1b1a91d09b67f",
        bytes: 42_294_800,
      },
      program: { bytes: 97_316_640 },
    },
    script: "start-windows.bat",
  },
};

const SUMS = "SHA256SUMS";

/**
 * Fills a folder, which may be that of a stick.
 *
 * @param folder New, empty, or filled by this command before.
 * @param options `platform`: names of {@linkcode PLATFORMS}; default the one of this
 * machine.
 * @returns The exit code.
 * @throws {UsageError} If the folder has other files, or this machine is none of the
 * platforms and none is named.
 */
export async function stick(
  folder: string,
  { platform = [thisPlatform()] }: { platform?: readonly string[] },
): Promise<number> {
  const place = resolve(folder);
  await Deno.mkdir(place, { recursive: true });
  const names = Array.from(Deno.readDirSync(place), ({ name }) => name);
  if (names.length > 0 && !names.includes(SUMS)) {
    throw new UsageError(
      `Cannot fill "${folder}": it must be new, empty, or filled by this command; ` +
        `found "${names.toSorted()[0]}"`,
    );
  }
  const sums: string[] = [];
  for (const name of platform) {
    console.log(`Gathering ${name}`);
    const file = `bertbook-${name}.tar.gz`;
    await writeArchive(PLATFORMS[name]!, join(place, file));
    const { sha256, bytes } = await measureFile(join(place, file));
    sums.push(`${sha256}  ${file}\n`);
    console.log(`${file}: ${(bytes / 1e9).toFixed(2)} GB`);
  }
  await Deno.writeTextFile(join(place, SUMS), sums.join(""));
  for (const name of platform) {
    const { script } = PLATFORMS[name]!;
    const text = script.endsWith(".bat") ? batchFile() : shellScript();
    await Deno.writeTextFile(join(place, script), text, { mode: 0o755 });
  }
  await Deno.writeTextFile(join(place, "README.txt"), readme(platform));
  console.log(
    `Ready: ${pathFromHere(place)}. Try it on a laptop of each kind.`,
  );
  return 0;
}

function thisPlatform(): string {
  const { os, arch } = Deno.build;
  const found = Object.entries(PLATFORMS).find(([, { build }]) =>
    build.os === os && build.arch === arch
  );
  if (found !== undefined) return found[0];
  throw new UsageError(
    `Cannot choose a platform: this machine must be one of ` +
      `${
        Object.keys(PLATFORMS).join(", ")
      }; found ${os} on ${arch}; name the ` +
      `laptops' with --platform`,
  );
}

/** Gathers everything below the cache folder, whose disk has room, and packs it. */
async function writeArchive(platform: Platform, file: string): Promise<void> {
  await Deno.mkdir(cacheFolder(), { recursive: true, mode: 0o700 });
  const stage = await Deno.makeTempDir({
    dir: cacheFolder(),
    prefix: "stick-",
  });
  try {
    const project = join(stage, "bertbook");
    const offline = join(project, ".offline");
    await copyProject(project);
    await Deno.mkdir(join(offline, "home"), { recursive: true, mode: 0o700 });
    await provideDeno(platform, stage, offline);
    await fetchPackages(platform, project, join(offline, "deno_dir"));
    const home = join(offline, "home");
    const options = { home, offline: false, onProgress: progressLines() };
    const tensorflow = tensorflowFor(platform.build);
    for (
      const asset of [ALL_MINI_LM.asset, ...tensorflow ? [tensorflow] : []]
    ) {
      await ensureAsset(asset, options);
    }
    await run("tar", ["-czf", file, "-C", stage, "bertbook"]);
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

/** Copies the files that git knows; all but results and packages if there is no git. */
async function copyProject(target: string): Promise<void> {
  for (const file of await filesOfProject()) {
    const copy = join(target, file);
    await Deno.mkdir(dirname(copy), { recursive: true });
    await Deno.copyFile(join(PROJECT, file), copy);
  }
}

async function filesOfProject(): Promise<string[]> {
  try {
    const args = ["ls-files", "-z"];
    const git = new Deno.Command("git", { args, cwd: PROJECT });
    const { success, stdout } = await git.output();
    if (success) {
      return new TextDecoder().decode(stdout).split("\0").slice(0, -1);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const files: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for await (
      const { name, isDirectory } of Deno.readDir(join(PROJECT, folder))
    ) {
      if (["node_modules", "out", ".git"].includes(name)) continue;
      const path = join(folder, name);
      if (isDirectory) await walk(path);
      else files.push(path);
    }
  };
  await walk("");
  return files;
}

/** Deno's program: this one's, or that of npm's package. */
async function provideDeno(
  { deno, build }: Platform,
  stage: string,
  folder: string,
): Promise<void> {
  const member = build.os === "windows" ? "deno.exe" : "deno";
  const { os, arch } = Deno.build;
  const program = join(folder, member);
  if (
    build.os === os && build.arch === arch && Deno.version.deno === DENO
  ) {
    await Deno.copyFile(Deno.execPath(), program);
  } else {
    const args = ["pack", "--silent", `${deno.package}@${DENO}`];
    await run("npm", args, { cwd: stage });
    const name = `${deno.package.slice(1).replace("/", "-")}-${DENO}.tgz`;
    const { sha256 } = await measureFile(join(stage, name));
    if (sha256 !== deno.archive.sha256) {
      throw new Error(
        `Cannot use ${name}: its sha256 must be ${deno.archive.sha256}; found ` +
          sha256,
      );
    }
    const wanted = { member: `package/${member}`, path: program };
    const { bytes } = deno.program;
    await extractArchive(join(stage, name), [{ ...wanted, bytes }]);
  }
  await Deno.chmod(program, 0o755);
}

/** Fills a cache of Deno's with the packages for a platform. */
async function fetchPackages(
  { npm }: Platform,
  project: string,
  cache: string,
): Promise<void> {
  const args = ["install", "--quiet", "--os", npm.os, "--arch", npm.cpu];
  const env = { DENO_DIR: cache };
  await run(Deno.execPath(), args, { cwd: project, env });
  // Its links are those of this system; the laptop makes its own from the cache.
  await Deno.remove(join(project, "node_modules"), { recursive: true });
}

async function run(
  command: string,
  args: string[],
  options: Deno.CommandOptions = {},
): Promise<void> {
  const { code } = await new Deno.Command(command, {
    ...options,
    args,
    stdin: "null",
    stdout: "null",
  }).spawn().status;
  if (code === 0) return;
  throw new Error(
    `Cannot fill the stick: "${command} ${
      args[0]
    }" must end with 0; found ${code}`,
  );
}

/** For Linux and macOS. */
function shellScript(): string {
  return `#!/bin/sh
# Unpacks Bertbook to this laptop's disk, once, and runs it without a network.
# Another command as an argument: sh ${"$0"} kernel
set -e
here=$(cd "$(dirname "$0")" && pwd)
home=\${BERTBOOK_WORKSHOP:-$HOME/bertbook-workshop}
case "$(uname -s) $(uname -m)" in
  "Linux x86_64") platform=linux-x64 ;;
  "Linux aarch64") platform=linux-arm64 ;;
  "Darwin arm64") platform=mac-arm64 ;;
  *) echo "There is no Bertbook for this laptop: $(uname -s) $(uname -m)" >&2; exit 1 ;;
esac
archive=bertbook-$platform.tar.gz
project=$home/bertbook
if [ ! -f "$project/.offline/unpacked" ]; then
  echo "Unpacking to $home, once"
  mkdir -p "$home"
  if command -v sha256sum >/dev/null; then check="sha256sum"; else check="shasum -a 256"; fi
  (cd "$here" && grep " $archive\\$" ${SUMS} | $check -c -) >/dev/null
  tar -xzf "$here/$archive" -C "$home"
  touch "$project/.offline/unpacked"
fi
cd "$project"
export DENO_DIR="$project/.offline/deno_dir" BERTBOOK_HOME="$project/.offline/home"
export BERTBOOK_OFFLINE=1 BERTBOOK_DATA=embedded PATH="$project/.offline:$PATH"
[ $# -gt 0 ] || set -- start
exec deno task "$@"
`;
}

/** For Windows, whose tar reads these archives. */
function batchFile(): string {
  return `@echo off
rem Unpacks Bertbook to this laptop's disk, once, and runs it without a network.
rem Another command as an argument: start-windows.bat kernel
setlocal
set "HERE=%~dp0"
set "PLACE=%USERPROFILE%\\bertbook-workshop"
set "PROJECT=%PLACE%\\bertbook"
if not exist "%PROJECT%\\.offline\\unpacked" (
  echo Unpacking to %PLACE%, once
  if not exist "%PLACE%" mkdir "%PLACE%"
  tar -xzf "%HERE%bertbook-windows-x64.tar.gz" -C "%PLACE%" || exit /b 1
  echo unpacked> "%PROJECT%\\.offline\\unpacked"
)
cd /d "%PROJECT%"
set "DENO_DIR=%PROJECT%\\.offline\\deno_dir"
set "BERTBOOK_HOME=%PROJECT%\\.offline\\home"
set "BERTBOOK_OFFLINE=1"
set "BERTBOOK_DATA=embedded"
set "PATH=%PROJECT%\\.offline;%PATH%"
if "%~1"=="" (deno task start) else (deno task %*)
`.replaceAll("\n", "\r\n");
}

function readme(platforms: readonly string[]): string {
  const lines = platforms.map((name) => {
    const { script, build } = PLATFORMS[name]!;
    const engine = tensorflowFor(build) ? "TensorFlow" : "WebAssembly, slower";
    const note = name === "linux-x64" ? "" : " (prepared, not tried)";
    return `${name.padEnd(12)} ${script.padEnd(18)} ${engine}${note}`;
  });
  return `Bertbook for laptops without a network

1. Run the script for your laptop. It unpacks 3 GB to your home folder, once, and
   fine-tunes BERT; the report is out/report.html in bertbook-workshop/bertbook.
2. With JupyterLab or VS Code installed: run the script with the argument "kernel",
   then open bertbook-workshop/bertbook/notebooks.

laptop       script             engine
${lines.join("\n")}
`;
}
