/** `deno task doctor`: what this machine has, and what to do about the rest. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { existsSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  ALL_MINI_LM,
  CATALOGUE,
  type CatalogueModel,
  ensureModel,
} from "../lib/checkpoint/catalogue.ts";
import { COLA } from "../lib/datasets/cola.ts";
import type { DatasetSource } from "../lib/datasets/dataset.ts";
import { IMDB } from "../lib/datasets/imdb.ts";
import { loadDataset } from "../lib/datasets/load_dataset.ts";
import { TREC } from "../lib/datasets/trec.ts";
import { type Asset, ProvisionError } from "../lib/download/asset.ts";
import { cacheFolder } from "../lib/download/cache.ts";
import { measureFile } from "../lib/download/checksum.ts";
import { findAsset } from "../lib/download/ensure_asset.ts";
import { PIP } from "../lib/download/pip.ts";
import { accelerator } from "../lib/engine/accelerator.ts";
import { describeDevice, startEngine } from "../lib/engine/engine.ts";
import { describeSpeed, speedSettings } from "../lib/engine/speed_settings.ts";
import { cudaAssets } from "../lib/engine/tensorflow/cuda_wheels.ts";
import { provideLibrary } from "../lib/engine/tensorflow/library.ts";
import { describeCard, nvidiaDriver } from "../lib/engine/tensorflow/nvidia.ts";
import { tensorflowFor } from "../lib/engine/tensorflow/wheels.ts";
import { chosenPrecision } from "../lib/model/choose_precision.ts";
import { settings } from "../notebooks/support/settings.ts";
import { bestOf, peakMeter } from "./bench/peak_flops.ts";
import { kernelspecFolder } from "./kernel.ts";
import { PROJECT } from "./shell/project.ts";

/** What was found. */
type Finding = {
  readonly text: string;
  /** What to do about it. */
  readonly cure?: string | undefined;
  /** Whether it should be cured; default: whether there is a cure. */
  readonly isFault?: boolean;
  /** Whether it is not on this machine. */
  readonly isMissing?: boolean;
};

/** Why something cannot be fetched. */
type Obstacle = { readonly why: string; readonly cure: string };

/** The folder of downloaded files. */
type Cache = {
  /** Undefined if the environment names none. */
  readonly folder?: string;
  /** Free space, in bytes. */
  readonly free: number;
  readonly obstacle?: Obstacle;
  /** Why nothing can be written there. */
  readonly error?: string;
};

/** Nothing is downloaded. */
const provision = { offline: true };

/**
 * Reports what `deno task start` needs, and the cure for what is missing; downloads
 * nothing.
 *
 * @param options `peak`: whether the peak speed is measured, too.
 * @returns The exit code: 1 if something should be cured.
 */
export async function doctor({ peak }: { peak?: boolean }): Promise<number> {
  let isWell = true;
  const report = async (
    label: string,
    look: () => Finding | Promise<Finding>,
  ): Promise<void> => {
    const { text, cure, isFault = cure !== undefined } = await attempt(look);
    if (isFault) isWell = false;
    const lines = cure === undefined ? text : `${text}\n→ ${cure}`;
    const indented = lines.replaceAll("\n", `\n${" ".repeat(12)}`);
    console.log(`${label.padEnd(12)}${indented}`);
  };
  const { deno, typescript } = Deno.version;
  const cache = lookAtCache();
  await report("Deno", () => ({ text: `${deno}, TypeScript ${typescript}` }));
  await report("Cache", () => describeCache(cache));
  await report("Results", lookAtResults);
  for (const model of CATALOGUE) {
    await report("Weights", () => lookAtWeights(model, cache));
  }
  const folder = Deno.env.get("BERTBOOK_MODEL");
  if (folder && CATALOGUE.every(({ name }) => name !== folder)) {
    await report("Weights", async () => ({
      text: await ensureModel(folder, { offline: true }),
    }));
  }
  for (const source of [COLA, TREC, IMDB]) {
    await report("Data", () => lookAtData(source, cache));
  }
  const library = await attempt(() => lookAtTensorFlow(cache));
  await report("TensorFlow", () => library);
  await report("GPU", () => lookAtGpu(cache));
  if (!library.isMissing || Deno.env.get("BERTBOOK_ENGINE") !== "tensorflow") {
    await report("Engine", async () => {
      const engine = await startEngine({ provision });
      // What is missing stands above.
      const notTaken = library.isMissing ? [] : engine.notTaken;
      const lines = [
        describeDevice({ ...engine, notTaken }),
        describeSpeed(speedSettings(engine)),
        await lookAtPrecision(),
        ...peak ? [peakSpeed()] : [],
      ];
      return { text: lines.join("\n") };
    });
  }
  await report("Kernel", lookAtKernel);
  return isWell ? 0 : 1;
}

/** An error is what is found. */
async function attempt(
  look: () => Finding | Promise<Finding>,
): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    const text = error instanceof Error ? error.message : `${error}`;
    return { text, isFault: true };
  }
}

function lookAtCache(): Cache {
  let folder: string | undefined;
  try {
    folder = cacheFolder();
    const { bavail, bsize } = statfsSync(checkWritable(folder));
    const free = bavail * bsize;
    if (Deno.env.get("BERTBOOK_OFFLINE") !== "1") return { folder, free };
    const why = "BERTBOOK_OFFLINE=1 forbids downloads";
    const cure = "run `deno task start` once without it";
    return { folder, free, obstacle: { why, cure } };
  } catch (error) {
    const why = "the cache cannot be written";
    const cure = "set BERTBOOK_HOME to a folder that you can write";
    return {
      ...folder && { folder },
      free: 0,
      obstacle: { why, cure },
      error: (error as Error).message,
    };
  }
}

function describeCache(
  { folder = "none", free, obstacle, error }: Cache,
): Finding {
  return error === undefined
    ? { text: `${folder}, ${(free / 1e9).toFixed(1)} GB free` }
    : { text: `${folder}: ${error}`, cure: obstacle?.cure };
}

/** Where `deno task start` writes. */
function lookAtResults(): Finding {
  const { outFolder } = settings();
  try {
    checkWritable(outFolder);
    return { text: outFolder };
  } catch (error) {
    const text = `${outFolder}: files cannot be written there: ` +
      (error as Error).message;
    const cure = "name another folder in BERTBOOK_OUT";
    return { text, cure };
  }
}

/** Writes a file into a folder, or where it would be made; returns what exists of it. */
function checkWritable(folder: string): string {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const prefix = ".bertbook-";
  Deno.removeSync(Deno.makeTempFileSync({ dir: existing, prefix }));
  return existing;
}

async function lookAtWeights(
  { name, asset, pretrained }: CatalogueModel,
  cache: Cache,
): Promise<Finding> {
  const { folder } = cache;
  if (folder !== undefined) {
    const found = await findAsset(asset);
    if (found) return { text: `${name}: ${found}` };
    const place = join(folder, asset.folder);
    if (existsSync(place)) return await checkFiles(name, place, asset);
    const made = join(folder, "models", name);
    if (!pretrained && existsSync(join(made, "config.json"))) {
      return { text: `${name}: ${made}` };
    }
    if (!pretrained && await findAsset(ALL_MINI_LM.asset)) {
      return { text: `${name}: is made when it is used, all it needs is here` };
    }
  }
  const wanted = Deno.env.get("BERTBOOK_MODEL") || ALL_MINI_LM.name;
  return name === wanted
    ? missing(name, asset, obstacleTo(asset, cache))
    : { text: `${name}: not here; not needed` };
}

/** What is said of files that are not here. */
function missing(
  name: string,
  asset: Asset,
  obstacle: Obstacle | undefined,
): Finding {
  const size = Math.ceil(bytesToFetch(asset) / 1e6);
  const isMissing = true;
  if (obstacle === undefined) {
    const text =
      `${name}: not here yet; \`deno task start\` downloads ${size} MB`;
    return { text, isMissing };
  }
  const { why, cure } = obstacle;
  return { text: `${name}: not here; ${why}`, cure, isMissing };
}

/** Why an asset cannot be fetched; undefined if it perhaps can. */
function obstacleTo(
  asset: Asset,
  { free, obstacle }: Cache,
): Obstacle | undefined {
  const needed = bytesOf(asset) + bytesToFetch(asset);
  if (obstacle !== undefined || free >= needed) return obstacle;
  return {
    why: `the disk of the cache must have ${(needed / 1e9).toFixed(1)} GB free`,
    cure: "free some, or set BERTBOOK_HOME to a folder on another disk",
  };
}

function bytesOf({ files }: Asset): number {
  return Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
}

function bytesToFetch(asset: Asset): number {
  return Math.max(
    ...asset.sources.map(({ archive }) => archive?.bytes ?? bytesOf(asset)),
  );
}

/** Whether files are those that were downloaded, whatever their times say. */
async function checkFiles(
  name: string,
  folder: string,
  { files }: Asset,
): Promise<Finding> {
  for (const [file, { sha256 }] of Object.entries(files)) {
    if ((await measureFile(join(folder, file))).sha256 === sha256) continue;
    const text = `${name}: ${file} in ${folder} is damaged`;
    return { text, cure: "delete this folder" };
  }
  return { text: `${name}: ${folder}` };
}

async function lookAtData(
  source: DatasetSource,
  cache: Cache,
): Promise<Finding> {
  const found = await loadDataset(source, { provision });
  if (found.origin !== "embedded") return { text: found.description };
  const { name, title, unit, asset } = source;
  const count = found.train.length.toLocaleString("en");
  const text =
    `${title}: not here; ${count} ${unit} that this project generated ` +
    `are in its place`;
  if (Deno.env.get("BERTBOOK_DATA") === "embedded") return { text };
  const isLoadable = asset && obstacleTo(asset, cache) === undefined;
  const cure = `put it into ${name}/ of a folder that BERTBOOK_DATA names` +
    (isLoadable ? "; its download is tried when it is used" : "");
  return { text, cure, isFault: false };
}

/** Whether there is a pip, which fetches TensorFlow. */
async function hasPip(): Promise<boolean> {
  for (const [command, ...args] of PIP) {
    try {
      const { success } = await new Deno.Command(command!, {
        args: [...args, "--version"],
        stdout: "null",
        stderr: "null",
      }).output();
      if (success) return true;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return false;
}

async function lookAtTensorFlow(cache: Cache): Promise<Finding> {
  const asset = tensorflowFor();
  try {
    const { path, origin } = await provideLibrary(provision);
    const ours = cache.folder && asset && join(cache.folder, asset.folder);
    return asset && ours === dirname(path)
      ? await checkFiles(asset.name, ours, asset)
      : { text: `${path}, ${origin}` };
  } catch (error) {
    if (asset === undefined) {
      const text = `none for ${Deno.build.os}: a slower engine computes`;
      return { text, isMissing: true };
    }
    if (!(error instanceof ProvisionError)) throw error;
    const clients = PIP.map((words) => words.join(" ")).join(", ");
    const obstacle = obstacleTo(asset, cache) ??
      (await hasPip() ? undefined : {
        why: `pip must fetch it; found none of ${clients}`,
        cure: "install Python with pip",
      });
    const finding = missing(asset.name, asset, obstacle);
    if (obstacle === undefined) return finding;
    const text =
      `${finding.text}\nWithout it a slower engine computes: minutes ` +
      `instead of seconds`;
    return { ...finding, text };
  }
}

/** The driver, the cards, and whether TensorFlow's build for them is here. */
async function lookAtGpu(cache: Cache): Promise<Finding> {
  const isWanted = Deno.env.get("BERTBOOK_ENGINE") === "tensorflow-gpu";
  let text: string;
  try {
    const { cuda, cards } = nvidiaDriver();
    text = [
      ...cards.map(describeCard),
      `driver ${await driverVersion()}for CUDA ${cuda}`,
    ]
      .join("\n");
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const text = error.message + (isWanted ? "" : "; none is needed");
    return { text, isFault: isWanted };
  }
  const assets = cudaAssets();
  const absent = (await Array.fromAsync(
    assets,
    async (asset) =>
      cache.folder !== undefined && await findAsset(asset) ? [] : [asset],
  )).flat();
  if (absent.length === 0) {
    return {
      text: `${text}\nTensorFlow for CUDA is here: set ` +
        "BERTBOOK_ENGINE=tensorflow-gpu to use it",
    };
  }
  const bytes = absent.reduce((sum, asset) => sum + bytesToFetch(asset), 0);
  return {
    text:
      `${text}\nTensorFlow for CUDA: ${absent.length} of ${assets.length} ` +
      `parts are not here; BERTBOOK_ENGINE=tensorflow-gpu fetches ` +
      `${(bytes / 1e9).toFixed(1)} GB`,
  };
}

/** Such as `550.54.15 `; empty where the system does not say. */
async function driverVersion(): Promise<string> {
  // Deno itself opens files of /proc with all permissions only.
  const cat = new Deno.Command("cat", {
    args: ["/proc/driver/nvidia/version"],
    stderr: "null",
  });
  const { stdout } = await cat.output();
  const text = new TextDecoder().decode(stdout);
  const version = /Kernel Module[^\d]*([\d.]+)/.exec(text)?.[1];
  return version === undefined ? "" : `${version} `;
}

/** Which precision is faster here. */
async function lookAtPrecision(): Promise<string> {
  const chosen = await chosenPrecision();
  if (chosen !== undefined) return `Precision "auto" is ${chosen.reason}`;
  return accelerator()?.multipliesBfloat16
    ? 'Precision: not measured which is faster; "auto" measures it once, as does ' +
      "deno task bench --scale"
    : 'Precision "auto" is float32';
}

function lookAtKernel(): Finding {
  const file = join(kernelspecFolder(), "kernel.json");
  const cure = "for JupyterLab and VS Code: deno task kernel";
  if (!existsSync(file)) return { text: "not registered", cure };
  const { argv } = JSON.parse(Deno.readTextFileSync(file));
  const relay = join(PROJECT, "tools", "jupyter", "relay.ts");
  if (!argv.includes(relay)) {
    return { text: "registered for another folder", cure };
  }
  return existsSync(argv[0])
    ? { text: dirname(file) }
    : { text: `registered with a Deno that is gone, ${argv[0]}`, cure };
}

/** The peak speed of matrix products, in words. */
function peakSpeed(): string {
  const meter = peakMeter();
  const gflops = bestOf(meter);
  meter.dispose();
  return `${gflops.toFixed(0)} GFLOP/s in float32 matrix products`;
}
