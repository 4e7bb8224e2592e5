import assert from "node:assert/strict";
import { join } from "node:path";

/** The folder of the project. */
export const PROJECT = join(import.meta.dirname!, "..", "..");

/** An empty folder that is gone after the test. */
export class EmptyFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<EmptyFolder> {
    return new EmptyFolder(await Deno.makeTempDir({ prefix: "bertbook-" }));
  }

  /** Writes a file; an object as JSON. */
  async write(name: string, content: string | object): Promise<void> {
    const text = typeof content === "string"
      ? content
      : JSON.stringify(content, null, 2);
    await Deno.writeTextFile(join(this.path, name), text);
  }

  /** Copies a file of the project. */
  async copy(file: string, name: string): Promise<void> {
    await Deno.copyFile(join(PROJECT, file), join(this.path, name));
  }

  /** Runs a command in the folder and returns what it printed. */
  run(command: string, ...args: string[]): Promise<string> {
    return runIn(this.path, command, ...args);
  }

  /** Runs a script by Deno and returns what it printed. */
  runScript(file: string, ...args: string[]): Promise<string> {
    return this.run("deno", "run", "--quiet", "-A", file, ...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Runs a command in a folder and returns what it printed; fails if it fails. */
export async function runIn(
  folder: string,
  command: string,
  ...args: string[]
): Promise<string> {
  const program = command === "deno" ? Deno.execPath() : command;
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: folder,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const printed = new TextDecoder().decode(stdout);
  const complaints = new TextDecoder().decode(stderr);
  assert.ok(success, `${command} ${args.join(" ")}\n${printed}\n${complaints}`);
  return printed;
}

/** Whether a program is installed and does what it is asked to. */
export function works(command: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(command, { args }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Checks the labels that `examples/fine_tune.ts` prints for {@linkcode NEW_TEXTS}. */
export function assertLabels(printed: string): void {
  const labels = [...printed.matchAll(/label: ["'](\w+)["']/g)]
    .map(([, label]) => label);
  assert.deepEqual(labels, ["question", "bug", "praise"], printed);
}

/** Texts that the example has not been trained on. */
export const NEW_TEXTS = [
  "Where can I find the settings?",
  "Printing crashes and fails",
  "This is great, I love it",
];
