import { Buffer } from "node:buffer";
import { join } from "node:path";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { saveModel } from "bertbook/checkpoint/save_model.ts";
import { temporaryFolder } from "./_support.ts";
import { readByPython, toyModel } from "./_toy.ts";

/** What Python's transformers makes of a saved classifier. */
export type PythonOutput = {
  labels: string[];
  /** Tensors that it missed or did not expect. */
  missing: string[];
  ids: number[][];
  logits: number[][];
};

/** Saves the toy model; the folder is gone when the block ends. */
export async function saveToy(): Promise<
  { path: string; digests: Record<string, string> } & AsyncDisposable
> {
  const folder = await temporaryFolder();
  const path = join(folder.path, "model");
  const model = toyModel();
  const files = await saveModel(model, path);
  disposeTree(model.params);
  const digests: Record<string, string> = {};
  for (const { file } of files) {
    const bytes = await Deno.readFile(join(path, file));
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    digests[file] = Buffer.from(digest).toString("hex");
  }
  const dispose = (): PromiseLike<void> => folder[Symbol.asyncDispose]();
  return { path, digests, [Symbol.asyncDispose]: dispose };
}

/** Opens a saved classifier with Python and lets it classify the toy texts. */
export function openWithPython(
  python: string,
  folder: string,
): Promise<PythonOutput> {
  return readByPython(python, "open_with_transformers.py", folder);
}
