/** Prints what the relay adds to a cell: `deno run -A` this file. */
// deno-lint-ignore-file no-console -- a script speaks to a terminal
import { Kernel } from "../../../tools/jupyter/kernel_client.ts";
import { RelayClient } from "./_relay_client.ts";

const CELLS = 300;

async function median(
  run: (code: string) => Promise<unknown>,
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < CELLS; i++) {
    const start = performance.now();
    await run(`${i}`);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[CELLS / 2]!;
}

await using kernel = await Kernel.start({ folder: "." });
await using client = await RelayClient.start();
// Without a mark behind the cell, as a client of Deno's own kernel waits.
const { broken } = kernel.channels;
const bare = { silent: false, "store_history": true, "user_expressions": {} };
const times = {
  "Deno's kernel": await median((code) =>
    kernel.channels.ask("shell", "execute_request", { ...bare, code }, broken)
  ),
  "our runner": await median((code) => kernel.execute(code)),
  "the relay": await median((code) => client.execute(code)),
};
for (const [name, time] of Object.entries(times)) {
  console.log(`${name}: ${time.toFixed(1)} ms a cell (median of ${CELLS})`);
}
