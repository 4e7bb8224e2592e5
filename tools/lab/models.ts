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
/** The files of a model, and whether each is needed. */
export const MODEL_FILES: Readonly<Record<string, boolean>> = {
  "config.json": true,
  "model.safetensors": true,
  "vocab.txt": false,
  "tokenizer.json": false,
  "tokenizer_config.json": false,
  "special_tokens_map.json": false,
  "added_tokens.json": false,
};

/** The models that the page offers. */
export async function listModels(): Promise<ModelList> {
  return await (await fetch("models.json")).json();
}

/**
 * Fetches a model of the hub.
 *
 * @param name Such as "google-bert/bert-base-uncased".
 * @param digests What its files must have, if they are known.
 * @param tell What is told while files come.
 * @returns The model.
 * @throws {RangeError} If there is no such model, or a file is not the known one.
 */
export async function hubModel(
  name: string,
  digests: Digests | undefined,
  tell: (text: string) => void,
): Promise<ModelInput> {
  if (HUB_NAME.test(name)) {
    return await fetchModel(name, `${HUB}/${name}/resolve/main`, digests, tell);
  }
  throw new RangeError(
    `Cannot fetch the model: its name must be like "google-bert/bert-base-uncased"; ` +
      `found "${name}"`,
  );
}

/**
 * Fetches the files of a model.
 *
 * @param name What it is called.
 * @param folder The URL of its files.
 * @param digests What its files must have; undefined if they are not known.
 * @param tell What is told while files come.
 * @returns The model.
 * @throws {RangeError} If a file is missing, or not the known one.
 */
export async function fetchModel(
  name: string,
  folder: string,
  digests: Digests | undefined,
  tell: (text: string) => void,
): Promise<ModelInput> {
  const files = new Map<string, Blob>();
  for (const file of Object.keys(digests ?? MODEL_FILES)) {
    const blob = await fetched(`${folder}/${file}`, tell);
    if (blob !== undefined) files.set(file, blob);
    else if (digests || MODEL_FILES[file]) {
      throw new RangeError(
        `Cannot fetch "${name}": there must be its ${file}; found no such file; ` +
          `download the model yourself and choose its files`,
      );
    }
    const [sha256, found] = [digests?.[file], blob && await digestOf(blob)];
    if (sha256 === undefined || sha256 === found) continue;
    throw new RangeError(
      `Cannot use "${file}": its SHA-256 must be ${sha256}; found ${found}; it is ` +
        `not the file that was published`,
    );
  }
  return { name, files };
}

/**
 * Takes files that were chosen.
 *
 * @throws {RangeError} If some are missing.
 */
export function localModel(chosen: readonly File[]): ModelInput {
  // Folders within the folder have other models' parts, and a config.json of theirs.
  const files = new Map(
    chosen.filter((file) =>
      Object.hasOwn(MODEL_FILES, file.name) &&
      file.webkitRelativePath.split("/").length < 3
    )
      .map((file) => [file.name, file as Blob]),
  );
  const missing = Object.keys(MODEL_FILES).filter((name) =>
    MODEL_FILES[name] && !files.has(name)
  );
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
async function fetched(
  url: string,
  tell: (text: string) => void,
): Promise<Blob | undefined> {
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

/**
 * The SHA-256 of a file, in hexadecimal digits.
 *
 * @param file The file.
 */
export async function digestOf(file: Blob): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  const digits = (byte: number): string => byte.toString(16).padStart(2, "0");
  return [...new Uint8Array(hash)].map(digits).join("");
}
