/**
 * The hub of Hugging Face: a model's files by its name, pinned to one commit, checked,
 * and kept for the time without a network.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { quoted } from "../printable.ts";
import {
  type FileFact,
  ProvisionError,
  type ProvisionOptions,
} from "./asset.ts";
import { cacheFolder, withLock } from "./cache.ts";
import { ensureAsset, removeTree } from "./ensure_asset.ts";
import { download, type DownloadError } from "./http.ts";
import { checkTrusted, FILE_MODE, FOLDER_MODE } from "./trusted_path.ts";

/** Hosts besides its own to which the hub redirects for large files. */
export const HUB_REDIRECT_HOSTS = [
  "cas-bridge.xethub.hf.co",
  "cdn-lfs.hf.co",
  "cdn-lfs-us-1.hf.co",
] as const;

const HUB = "https://huggingface.co";

/** The note beside a model: which commit its files are of, and their digests. */
export const HUB_LOCK_FILE = "hub.lock.json";

/** What {@linkcode HUB_LOCK_FILE} holds. */
type HubLock = {
  /** 40 hexadecimal digits. */
  readonly commit: string;
  readonly files: Record<string, FileFact>;
};

/** A file as the hub describes it; `lfs` if its content is not in the git repository. */
type HubFile = {
  readonly rfilename: string;
  readonly size: number;
  readonly blobId: string;
  readonly lfs?: { readonly sha256: string; readonly size: number };
};

/** What is read of a model besides its weights, if it is there. */
const SMALL_FILES = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "vocab.txt",
  "vocab.json",
  "merges.txt",
];

const WEIGHTS = "model.safetensors", INDEX = `${WEIGHTS}.index.json`;
const SHARD = /^model-\d{5}-of-\d{5}\.safetensors$/;
const PICKLE = /\.(bin|pt|pth|ckpt|pkl)$/;

/** What git keeps itself is small; a larger file has an LFS digest. */
const MAX_BLOB_BYTES = 1 << 26;

/** For how long files that look unchanged are not hashed again, in milliseconds. */
const VALID_FOR = 86_400_000;

const WAY_OUT =
  `connect once, or name a folder with the model's files, as in ` +
  `loadModel("./models/bert")`;

/**
 * Whether a text is a name of the hub: an owner and a model, by the hub's own rules.
 *
 * @param name Such as "google-bert/bert-base-cased".
 */
export function isHubName(name: string): boolean {
  const parts = name.split("/");
  return parts.length === 2 && !/--|\.\.|\.git$/.test(name) &&
    parts.every((part) => /^\w([\w.-]{0,94}\w)?$/.test(part));
}

/**
 * Downloads a model from the hub unless it is in the cache.
 *
 * The first time the branch `main` is resolved to a commit, which is kept: later calls
 * ask only for files that are missing or damaged, and a model that moved on at the hub
 * stays as it was here. To follow it, remove its folder in the cache. Large files are
 * known by the hub's SHA-256; small ones are read once to check their git blob id, and
 * the SHA-256 of all are noted in {@linkcode HUB_LOCK_FILE}.
 *
 * @param name A name for which {@linkcode isHubName} holds.
 * @param options Cache, offline, progress, abort, address of the hub.
 * @param check Looks at the small files before the weights are fetched; refuses by
 * throwing.
 * @returns The folder that holds the verified files.
 * @throws {ProvisionError} If the hub does not deliver, or offline without a cache.
 * @throws {TypeError} If the model has no weights in the safetensors format.
 * @throws {RangeError} If there is no such model, or another user can change what is in
 * the cache.
 */
export async function ensureHubModel(
  name: string,
  options: ProvisionOptions,
  check: (folder: string) => Promise<void>,
): Promise<string> {
  const { home = cacheFolder(), hub = HUB } = options;
  const folder = `hub/${name.replace("/", "--")}`;
  const path = join(home, folder, HUB_LOCK_FILE);
  checkTrusted(path, home);
  const { commit, files } = await readLock(path) ??
    await resolve(name, path, options, check);
  return await ensureAsset({
    name,
    folder: `${folder}/model`,
    files,
    sources: [{
      kind: "url",
      url: `${hub}/${name}/resolve/${commit}/`,
      members: Object.fromEntries(
        Object.keys(files).map((file) => [file, file]),
      ),
      redirectHosts: HUB_REDIRECT_HOSTS,
    }],
    licence: "see the model's page",
    validFor: VALID_FOR,
  }, options);
}

/** Reads a note; undefined if there is none, or none that can be believed. */
async function readLock(path: string): Promise<HubLock | undefined> {
  try {
    const lock: HubLock = JSON.parse(await Deno.readTextFile(path));
    const isWhole = isHex(lock.commit, 40) &&
      Object.entries(lock.files).every(([file, { sha256, bytes }]) =>
        isWanted(file) && isHex(sha256, 64) && isSize(bytes)
      );
    return isWhole ? lock : undefined;
  } catch {
    return undefined;
  }
}

/** Resolves the branch `main` to a commit, and notes what its files must be. */
async function resolve(
  name: string,
  path: string,
  options: ProvisionOptions,
  check: (folder: string) => Promise<void>,
): Promise<HubLock> {
  const { hub = HUB, signal } = options;
  const refuse = (rest: string): ProvisionError =>
    new ProvisionError({ name }, `${rest}; ${WAY_OUT}`);
  if (options.offline ?? Deno.env.get("BERTBOOK_OFFLINE") === "1") {
    throw refuse(
      "it must be a folder, or in the cache when offline; found neither",
    );
  }
  const own = join(path, ".."), scratch = join(own, "scratch");
  await Deno.mkdir(own, { recursive: true, mode: FOLDER_MODE });
  return await withLock(join(own, "resolve.lock"), async () => {
    // Another process may have done the work while this one waited.
    const known = await readLock(path);
    if (known !== undefined) return known;
    await removeTree(scratch);
    await Deno.mkdir(scratch, { mode: FOLDER_MODE });
    const fetchText = async (url: string, file: string, maxBytes: number) => {
      const redirectHosts = HUB_REDIRECT_HOSTS, connectTimeout = 10_000;
      const how = { redirectHosts, connectTimeout, maxBytes, signal };
      const fact = await download(`${hub}/${url}`, join(scratch, file), how);
      return { fact, bytes: await Deno.readFile(join(scratch, file)) };
    };
    try {
      const api = `api/models/${name}/revision/main?blobs=true`;
      const answer = await fetchText(api, "revision.json", 1 << 24);
      const { commit, files: all } = revisionFrom(answer.bytes, name);
      const files: Record<string, FileFact> = {};
      for (const { rfilename, size, blobId, lfs } of chooseFiles(name, all)) {
        if (lfs !== undefined) {
          files[rfilename] = { sha256: lfs.sha256, bytes: lfs.size };
          continue;
        }
        const url = `${name}/resolve/${commit}/${rfilename}`;
        const { fact, bytes } = await fetchText(url, rfilename, size);
        checkBlob(rfilename, bytes, blobId);
        files[rfilename] = fact;
      }
      await check(scratch);
      const lock = { name, commit, files };
      const text = JSON.stringify(lock, null, 2) + "\n";
      await Deno.writeTextFile(`${path}.new`, text, { mode: FILE_MODE });
      await Deno.rename(`${path}.new`, path);
      return lock;
    } catch (error) {
      signal?.throwIfAborted();
      const { name: kind, message, status } = error as DownloadError;
      if ([401, 403, 404].includes(status ?? 0)) {
        // To those who may not see a private model the hub says that there is none.
        throw new RangeError(
          `Cannot find the model "${name}": it must be a folder with config.json, or ` +
            `a public model of the hub; found no such folder, and status ${status} ` +
            `at the hub; is it misspelled, or private?`,
        );
      }
      if (!["DownloadError", "NotCapable"].includes(kind)) throw error;
      throw refuse(`the hub must deliver what is not here; found ${message}`);
    } finally {
      await removeTree(scratch);
    }
  }, options);
}

/** Refuses a content that git calls otherwise: the SHA-1 of a header and the content. */
function checkBlob(file: string, bytes: Uint8Array, blobId: string): void {
  const found = createHash("sha1").update(`blob ${bytes.length}\0`)
    .update(bytes).digest("hex");
  if (found === blobId) return;
  throw new RangeError(
    `Cannot accept "${file}": its git blob id must be ${blobId}; found ${found}`,
  );
}

/** Reads what the hub says of a revision; of what is not needed nothing is believed. */
function revisionFrom(
  bytes: Uint8Array,
  name: string,
): { commit: string; files: HubFile[] } {
  const text = new TextDecoder().decode(bytes);
  let commit: unknown, gated: unknown, files: HubFile[] | undefined;
  try {
    ({ sha: commit, gated, siblings: files } = JSON.parse(text));
    files = files?.filter(({ rfilename }) =>
      isWanted(rfilename) || PICKLE.test(rfilename)
    );
  } catch {
    // As below.
  }
  if (gated) {
    throw new ProvisionError(
      { name },
      `its files must be free to download; found that its owners give them only to ` +
        `those who accepted their conditions; download them from its page at the ` +
        `hub, and name their folder`,
    );
  }
  const isWhole = files?.every(({ size, blobId, lfs }) =>
    lfs
      ? isHex(lfs.sha256, 64) && isSize(lfs.size)
      : isHex(blobId, 40) && isSize(size) && size <= MAX_BLOB_BYTES
  );
  if (isHex(commit, 40) && isWhole) return { commit, files: files! };
  throw new ProvisionError(
    { name },
    `the hub must list the files of a commit with their digests; found ` +
      quoted(text),
  );
}

/** The files that are read, or why there are none that may be. */
function chooseFiles(name: string, files: readonly HubFile[]): HubFile[] {
  const names = files.map(({ rfilename }) => rfilename);
  const isSharded = !names.includes(WEIGHTS);
  if (!names.includes("config.json") || isSharded && !names.includes(INDEX)) {
    const pickle = names.find((file) => PICKLE.test(file));
    throw new TypeError(
      `Cannot load "${name}": its repository must have config.json and ${WEIGHTS}; ` +
        (pickle === undefined
          ? `found ${quoted(names)}; is this a model for Python's transformers?`
          : `found ${
            quoted(pickle)
          }, a pickle, which may run any code when read; ` +
            `save the model again with Python's save_pretrained, and name its folder`),
    );
  }
  return files.filter(({ rfilename: file }) =>
    SMALL_FILES.includes(file) ||
    (isSharded ? file === INDEX || SHARD.test(file) : file === WEIGHTS)
  );
}

function isWanted(file: string): boolean {
  return [...SMALL_FILES, WEIGHTS, INDEX].includes(file) || SHARD.test(file);
}

function isHex(value: unknown, length: number): value is string {
  return typeof value === "string" && value.length === length &&
    /^[0-9a-f]*$/.test(value);
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && value as number >= 0;
}
