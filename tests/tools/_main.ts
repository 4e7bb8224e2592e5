/** The entrance of the commands, for tests that run one as a user does. */

import { join } from "node:path";
import { commandLine } from "../../tools/commands.ts";

/** The path of `tools/commands.ts`. */
export const MAIN = join(import.meta.dirname!, "../../tools/commands.ts");

/** The flags with which `deno task` runs a command. */
export function permissionsOf(command: string): string[] {
  const { tasks } = JSON.parse(
    Deno.readTextFileSync(join(import.meta.dirname!, "../../deno.json")),
  );
  return tasks[command].command.split(" ")
    .filter((word: string) => word.startsWith("--"));
}

/** The options that a command receives from a command line, without running it. */
export async function optionsOf<Options>(
  name: string,
  ...args: string[]
): Promise<Options> {
  const program = commandLine();
  const command = program.commands.find((each) => each.name() === name)!;
  command.action(() => {});
  await program.parseAsync([name, ...args], { from: "user" });
  return command.opts() as Options;
}
