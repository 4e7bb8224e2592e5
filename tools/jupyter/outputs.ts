/**
 * The outputs of a cell, built from what a kernel publishes.
 *
 * Jupyter client documentation, "Messages on the IOPub channel".
 *
 * @module
 */

import { isJsonType, isTooDeep, MAX_NESTING } from "./notebook.ts";
import type {
  DisplayOutput,
  ErrorOutput,
  MimeBundle,
  Output,
  ResultOutput,
} from "./notebook.ts";
import type { Content } from "./channels.ts";

/** The displays of a kernel that have an id, so that any later cell may update them. */
export type Displays = Map<string, (DisplayOutput | ResultOutput)[]>;

/** Collects the outputs of one cell. */
export class CellOutputs {
  readonly #list: Output[];
  readonly #displays: Displays;
  readonly #onOutput: (output: Output) => void;
  #clearFirst = false;

  /**
   * @param list Where the outputs go.
   * @param displays The displays of the kernel, shared by its cells.
   * @param onOutput Called with every output that is new or changed.
   */
  constructor(
    list: Output[],
    displays: Displays,
    onOutput: (output: Output) => void,
  ) {
    this.#list = list;
    this.#displays = displays;
    this.#onOutput = onOutput;
  }

  /**
   * Takes in one published message.
   *
   * @param type Its type; types that show nothing are passed over.
   * @param content Its content.
   */
  take(type: string, content: Content): void {
    if (isTooDeep(content)) {
      const text = `Left out an output nested deeper than ${MAX_NESTING}\n`;
      return this.#print("stderr", text);
    }
    switch (type) {
      case "stream":
        return this.#print(String(content["name"]), String(content["text"]));
      case "display_data":
      case "execute_result":
        return this.#display(type, content);
      case "update_display_data":
        return this.#update(content);
      case "error":
        return this.#add(errorOutput(content));
      case "clear_output":
        if (content["wait"]) this.#clearFirst = true;
        else this.#clear();
    }
  }

  #print(name: string, text: string): void {
    const last = this.#list.at(-1);
    if (
      !this.#clearFirst && last?.output_type === "stream" && last.name === name
    ) {
      last.text += text;
      this.#onOutput(last);
    } else this.#add({ output_type: "stream", name, text });
  }

  #display(type: "display_data" | "execute_result", content: Content): void {
    const shown = {
      data: mimeBundle(content["data"]),
      metadata: { ...content["metadata"] as Content },
    };
    const output: DisplayOutput | ResultOutput = type === "display_data"
      ? { output_type: type, ...shown }
      : { output_type: type, ...shown, execution_count: null };
    const id = displayId(content);
    if (id !== undefined) {
      this.#displays.set(id, [...this.#displays.get(id) ?? [], output]);
    }
    this.#add(output);
  }

  #update(content: Content): void {
    for (const output of this.#displays.get(displayId(content) ?? "") ?? []) {
      output.data = mimeBundle(content["data"]);
      output.metadata = { ...content["metadata"] as Content };
      this.#onOutput(output);
    }
  }

  #add(output: Output): void {
    if (this.#clearFirst) this.#clear();
    this.#list.push(output);
    this.#onOutput(output);
  }

  #clear(): void {
    this.#clearFirst = false;
    this.#list.length = 0;
  }
}

/** An error output from a published error or from a failed reply. */
function errorOutput(content: Content): ErrorOutput {
  const traceback = content["traceback"];
  return {
    output_type: "error",
    ename: String(content["ename"]),
    evalue: String(content["evalue"]),
    traceback: Array.isArray(traceback) ? traceback.map(String) : [],
  };
}

function displayId(content: Content): string | undefined {
  const transient = content["transient"] as Content | undefined;
  return transient?.["display_id"] as string | undefined;
}

/** Data as the notebook format wants it: text for every type but JSON. */
function mimeBundle(data: unknown): MimeBundle {
  const asText = (value: unknown): string =>
    typeof value === "string" ? value : JSON.stringify(value);
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([type, value]) => [
      type,
      isJsonType(type) ? value : asText(value),
    ]),
  );
}
