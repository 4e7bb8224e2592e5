import { join } from "node:path";
import type {
  Cell,
  CodeCell,
  Notebook,
  Output,
} from "../../../tools/jupyter/notebook.ts";
import { writeNotebook } from "../../../tools/jupyter/notebook_file.ts";

let numCells = 0;

/** A code cell that was not run. */
export function code(source: string, ...tags: string[]): CodeCell {
  return {
    "cell_type": "code",
    id: `c${++numCells}`,
    metadata: tags.length > 0 ? { tags } : {},
    source,
    "execution_count": null,
    outputs: [],
  };
}

/** A code cell with one output that displays `data`. */
export function shown(data: Record<string, unknown>, source = ""): CodeCell {
  const display: Output = { "output_type": "display_data", data, metadata: {} };
  return { ...code(source), outputs: [display] };
}

/** A markdown cell. */
export function prose(source: string): Cell {
  const id = `c${++numCells}`;
  return { "cell_type": "markdown", id, metadata: {}, source };
}

/** A notebook of ours with these cells. */
export function notebookOf(...cells: Cell[]): Notebook {
  const kernelspec = { name: "bertbook", "display_name": "Deno (Bertbook)" };
  return { cells, metadata: { kernelspec }, nbformat: 4, "nbformat_minor": 5 };
}

/** An array in an array, and so on. */
export function nested(depth: number): unknown[] {
  let value: unknown[] = [];
  for (let i = 1; i < depth; i++) value = [value];
  return value;
}

/** Calls `use` with notebook files in a folder of their own, and removes it. */
export async function withNotebooks(
  notebooks: Record<string, Notebook>,
  use: (files: string[], folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    const files: string[] = [];
    for (const [name, notebook] of Object.entries(notebooks)) {
      files.push(join(folder, name));
      await writeNotebook(files.at(-1)!, notebook);
    }
    await use(files, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The texts of streams and of `text/plain`, in order. */
export function textsOf(outputs: Output[]): string[] {
  return outputs.map((output) => {
    switch (output.output_type) {
      case "stream":
        return `${output.name}: ${output.text}`;
      case "error":
        return `error: ${output.ename}: ${output.evalue}`;
      default:
        return String(output.data["text/plain"]);
    }
  });
}

/** Whether a child of ours still runs. */
export function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Waits until `holds`, ten seconds at most. */
export async function until(
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  for (const start = Date.now(); !await holds();) {
    if (Date.now() - start > 10_000) throw new RangeError("Waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
