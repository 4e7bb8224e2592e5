/** Models for the page: from its own folder, from local files, or from the hub. @module */

import type { ModelInput } from "./messages.ts";

/** SHA-256 by the name of the file. */
type Digests = Readonly<Record<string, string>>;

/** What `models.json` says, which `deno task lab` writes. */
export type ModelList = {
  /** The models in the folder of the page. */
  readonly embedded: readonly {
    readonly name: string;
    readonly files: Digests;
  }[];
  /** The files of known models of the hub. */
  readonly hub: Readonly<Record<string, Digests>>;
};

const HUB = "https://huggingface.co";
const HUB_NAME = /^\w[\w.-]*\/\w[\w.-]*$/;
const NEEDED = ["config.json", "model.safetensors"];
const OPTIONAL = [
  "vocab.txt",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
];

/** What is told while files come. */
type Tell = (text: string) => void;

/** The models that the page offers. */
export async function listModels(): Promise<ModelList> {
  return await (await fetch("models.json")).json();
}

/**
 * Fetches a model from the folder of the page.
 *
 * @throws {RangeError} If a file is not the one that was put there.
 */
export async function embeddedModel(
  { name, files }: ModelList["embedded"][number],
  tell: Tell,
): Promise<ModelInput> {
  const contents = new Map<string, Blob>();
  for (const [file, sha256] of Object.entries(files)) {
    const url = `models/${encodeURIComponent(name)}/${file}`;
    const blob = await fetched(url, tell);
    if (blob !== undefined) contents.set(file, blob);
    await checkDigest(file, blob, sha256);
  }
  return { name, files: contents };
}

/**
 * Fetches a model of the hub.
 *
 * @returns The model, and the SHA-256 of its weights.
 * @throws {RangeError} If there is no such model, or a file of a known one is another.
 */
export async function hubModel(
  name: string,
  known: ModelList["hub"],
  tell: Tell,
): Promise<
  ModelInput & { readonly sha256: string; readonly isKnown: boolean }
> {
  if (!HUB_NAME.test(name)) {
    throw new RangeError(
      `Cannot fetch the model: its name must be like "google-bert/bert-base-uncased"; ` +
        `found "${name}"`,
    );
  }
  const digests = Object.hasOwn(known, name) ? known[name] : undefined;
  const files = new Map<string, Blob>();
  for (
    const file of digests ? Object.keys(digests) : [...NEEDED, ...OPTIONAL]
  ) {
    const blob = await fetched(`${HUB}/${name}/resolve/main/${file}`, tell);
    if (blob !== undefined) files.set(file, blob);
    else if (NEEDED.includes(file)) {
      throw new RangeError(
        `Cannot fetch "${name}": the hub must have its ${file}; found no such file; ` +
          `download the model yourself and choose its files`,
      );
    }
    if (digests) await checkDigest(file, blob, digests[file]!);
  }
  const sha256 = await digestOf(files.get("model.safetensors")!);
  return { name, files, sha256, isKnown: digests !== undefined };
}

/**
 * Takes files that were chosen.
 *
 * @throws {RangeError} If some are missing.
 */
export function localModel(chosen: readonly File[]): ModelInput {
  const files = new Map(chosen.map((file) => [file.name, file as Blob]));
  const missing = NEEDED.filter((name) => !files.has(name));
  if (!files.has("vocab.txt") && !files.has("tokenizer.json")) {
    missing.push("vocab.txt or tokenizer.json");
  }
  if (missing.length > 0) {
    throw new RangeError(
      `Cannot use these files as a model: they must be a whole model in Hugging ` +
        `Face's layout; found no ${
          missing.join(" and no ")
        }; choose all of its files ` +
        `at once`,
    );
  }
  const folder = chosen[0]!.webkitRelativePath.split("/")[0];
  return { name: folder || "local model", files };
}

/** A file; undefined if there is none. */
async function fetched(url: string, tell: Tell): Promise<Blob | undefined> {
  const file = url.split("/").at(-1);
  const failure = `Cannot fetch "${file}": its server must deliver it`;
  const response = await fetch(url).catch((cause) => {
    throw new RangeError(
      `${failure}; found ${cause.message}; are you offline?`,
    );
  });
  if (response.status === 404) return undefined;
  if (!response.ok) {
    throw new RangeError(
      `${failure}; found status ${response.status}` +
        (response.status === 401 ? "; there is no such public model" : ""),
    );
  }
  const total = Number(response.headers.get("content-length"));
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of response.body!) {
    chunks.push(chunk);
    bytes += chunk.length;
    const of = total > bytes ? ` of ${(total / 1e6).toFixed(1)}` : "";
    tell(`${file}: ${(bytes / 1e6).toFixed(1)}${of} MB`);
  }
  return new Blob(chunks);
}

async function digestOf(blob: Blob): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return Array.from(
    new Uint8Array(hash),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}

async function checkDigest(
  file: string,
  blob: Blob | undefined,
  sha256: string,
): Promise<void> {
  const found = blob && await digestOf(blob);
  if (found === sha256) return;
  throw new RangeError(
    `Cannot use "${file}": its SHA-256 must be ${sha256}; found ` +
      `${found ?? "no such file"}; it is not the file that was published`,
  );
}
